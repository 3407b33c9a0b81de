// SPDX-License-Identifier: Apache-2.0
// The host program's files and standard streams. What goes wrong is a std::runtime_error with the file's
// name.
#ifndef GLISSADE_PLATFORM_LINUX_FILES_HPP
#define GLISSADE_PLATFORM_LINUX_FILES_HPP

#include <string>

namespace glissade {

// All bytes of a file, of at most 1 GiB; "-": of standard input.
std::string read_file(const std::string& path);

// The one way to write a file. A regular file is whole or as it was: the bytes are written beside it, under a
// name of their own, synced, and renamed; its permissions stay, and links lead to the new bytes. Into
// anything else that is there (a device, a FIFO, an open descriptor such as /dev/stdout) and into a file with
// several names (hard links) they are written directly. "-": to standard output.
void write_file(const std::string& path, const std::string& bytes);

// Throws unless all that was printed has been written.
void finish_standard_output();

}  // namespace glissade

#endif
