// SPDX-License-Identifier: Apache-2.0
// Doubles of any size: which are finite, and products and quotients of them whose steps leave no range.
#ifndef GLISSADE_SRC_NUMBERS_DOUBLES_HPP
#define GLISSADE_SRC_NUMBERS_DOUBLES_HPP

#include "cpu/exact_math.hpp"

namespace glissade {

constexpr double kLargest = 1.7976931348623157e308;
inline bool finite(double x) { return -kLargest <= x && x <= kLargest; }
inline bool positive(double x) { return x > 0.0 && finite(x); }

// x = part * 2^exponent with 1 <= |part| < 2, for x that is finite; 0 is itself.
struct Scaled {
  double part;
  int32_t exponent;
};

inline Scaled scaled(double x) {
  constexpr uint64_t kExponent = 0x7ff0000000000000u;
  const bool subnormal = (bit_cast<uint64_t>(x) & kExponent) == 0;
  const uint64_t bits = bit_cast<uint64_t>(subnormal ? x * 0x1p54 : x);
  if (bits << 1 == 0) return {x, 0};
  const int32_t exponent = static_cast<int32_t>((bits & kExponent) >> 52) - (subnormal ? 1077 : 1023);
  return {bit_cast<double>((bits & ~kExponent) | 0x3ff0000000000000u), exponent};
}

// x * 2^exponent, in steps that are doubles.
inline double times_power_of_two(double x, int32_t exponent) {
  for (; exponent > 1000; exponent -= 1000) x *= 0x1p1000;
  for (; exponent < -1000; exponent += 1000) x *= 0x1p-1000;
  return x * bit_cast<double>(static_cast<uint64_t>(exponent + 1023) << 52);
}

}  // namespace glissade

#endif
