// SPDX-License-Identifier: Apache-2.0
// Standard input, output and error of a program on Linux, from its first line to its last.
#ifndef GLISSADE_PLATFORM_LINUX_STREAMS_HPP
#define GLISSADE_PLATFORM_LINUX_STREAMS_HPP

namespace glissade {

// First: where one of the three is closed, no file that is opened later gets its number. Reading or writing
// it fails. A limit on the size of files is an error of the write and no signal, and child processes can be
// waited for, whatever a parent chose.
void guard_streams();

// Last: 0 where all that was printed has been written, else an errno.
int finish_streams();

}  // namespace glissade

#endif
