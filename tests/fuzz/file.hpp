// SPDX-License-Identifier: Apache-2.0
// Bytes as a file, for what reads files.
#ifndef GLISSADE_TESTS_FUZZ_FILE_HPP
#define GLISSADE_TESTS_FUZZ_FILE_HPP

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <exception>
#include <string>

namespace glissade {

// Calls read(path); it may throw std::exception with a line of text, and nothing else. What it prints goes
// nowhere.
template <class Read>
void read_as_file(const uint8_t* bytes, size_t size, Read read) {
  static const bool silent = freopen("/dev/null", "w", stdout) != nullptr;
  const int descriptor = memfd_create("input", 0);
  if (!silent || descriptor < 0 || write(descriptor, bytes, size) != static_cast<ssize_t>(size)) abort();
  try {
    read("/proc/self/fd/" + std::to_string(descriptor));
  } catch (const std::exception& error) {
    if (std::string(error.what()).empty()) abort();
  }
  close(descriptor);
}

}  // namespace glissade

#endif
