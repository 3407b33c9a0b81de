// SPDX-License-Identifier: Apache-2.0
#include "boards/console.hpp"

namespace glissade {

void print(uint32_t number) {
  char digits[11];
  char* first = digits + 10;
  *first = '\0';
  // NOLINTNEXTLINE(cppcoreguidelines-avoid-do-while): a number has a digit
  do *--first = static_cast<char>('0' + number % 10);
  while ((number /= 10) != 0);
  print(first);
}

void print(Hex number) {
  char digits[9] = {};
  for (int i = 0; i < 8; ++i) digits[i] = "0123456789abcdef"[(number.bits >> (28 - 4 * i)) & 15u];
  print(digits);
}

}  // namespace glissade
