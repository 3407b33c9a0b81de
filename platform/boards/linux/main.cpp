// SPDX-License-Identifier: Apache-2.0
// Starts a program that boards run too.
#include <cstdio>
#include <cstring>

#include "boards/console.hpp"
#include "boards/linux/streams.hpp"

int main(int argument_count, char** arguments) {
  glissade::guard_streams();
  const int status = program(argument_count, arguments);
  const int error = glissade::finish_streams();
  if (error == 0) return status;
  // NOLINTNEXTLINE(*-vararg,cert-err33-c,concurrency-mt-unsafe): one thread's last words
  fprintf(stderr, "error: cannot write to standard output: %s\n", strerror(error));
  return 2;
}
