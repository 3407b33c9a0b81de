// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>

#include "boards/console.hpp"
#include "boards/linux/streams.hpp"

namespace glissade {

void print(const char* text) { static_cast<void>(fputs(text, stdout)); }  // finish_streams looks

void guard_streams() {
  for (int stream = 0; stream < 3; ++stream) {
    // NOLINTNEXTLINE(*-vararg): POSIX's
    if (fcntl(stream, F_GETFD) != -1) continue;
    // Gets the lowest number: this one.
    // NOLINTNEXTLINE(*-vararg): POSIX's
    [[maybe_unused]] const int number = open("/dev/null", stream == 0 ? O_WRONLY : O_RDONLY);
  }
  static_cast<void>(signal(SIGXFSZ, SIG_IGN));
  static_cast<void>(signal(SIGCHLD, SIG_DFL));
}

int finish_streams() {
  errno = 0;
  const bool failed = fflush(stdout) != 0 || ferror(stdout) != 0;
  if (failed) return errno != 0 ? errno : EIO;
  const int copy = dup(STDOUT_FILENO);  // closing tells what a network's file system knows only then
  return copy < 0 || close(copy) == 0 ? 0 : errno;
}

}  // namespace glissade
