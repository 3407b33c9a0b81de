// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "boards/console.hpp"
#include "boards/linux/streams.hpp"

namespace glissade {

void print(const char* text) { fputs(text, stdout); }

void guard_streams() {
  for (int stream = 0; stream < 3; ++stream) {
    if (fcntl(stream, F_GETFD) != -1) continue;
    (void)!open("/dev/null", stream == 0 ? O_WRONLY : O_RDONLY);  // gets the lowest number: this one
  }
  signal(SIGXFSZ, SIG_IGN);
  signal(SIGCHLD, SIG_DFL);
}

int finish_streams() {
  errno = 0;
  const bool failed = fflush(stdout) != 0 || ferror(stdout) != 0;
  if (failed) return errno != 0 ? errno : EIO;
  const int copy = dup(STDOUT_FILENO);  // closing tells what a network's file system knows only then
  return copy < 0 || close(copy) == 0 ? 0 : errno;
}

}  // namespace glissade
