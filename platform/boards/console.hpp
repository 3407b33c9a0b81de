// SPDX-License-Identifier: Apache-2.0
// What programs that run on the host and on boards alike (tests, the demo) use to start and to speak.
#ifndef GLISSADE_PLATFORM_CONSOLE_HPP
#define GLISSADE_PLATFORM_CONSOLE_HPP

#include <stdint.h>

// The program. Its result is the exit status. On boards there are no arguments: argument_count is 0.
extern "C" int program(int argument_count, char** arguments);

namespace glissade {

// To standard output, or to the debugger by semihosting.
void print(const char* text);

void print(uint32_t number);

struct Hex {
  uint32_t bits;
};
void print(Hex number);

template <class First, class Second, class... More>
void print(First first, Second second, More... more) {
  print(first);
  print(second, more...);  // NOLINT(readability-suspicious-call-argument): the rest
}

}  // namespace glissade

#endif
