// SPDX-License-Identifier: Apache-2.0
// What int8 layers do to one number, as TensorFlow Lite does it. 32 bits wrap around, as in its engines.
#ifndef GLISSADE_SRC_INT8_HPP
#define GLISSADE_SRC_INT8_HPP

#include "cpu/exact_math.hpp"
#include "glissade/layers/int8.h"

namespace glissade {
namespace {

// The sum of two numbers, modulo 2^32.
inline int32_t wrapped_sum(int32_t a, int32_t b) {
  return static_cast<int32_t>(static_cast<uint32_t>(a) + static_cast<uint32_t>(b));
}

// acc * m, rounded half up at 31 bits and then half away from 0 at -shift bits (gemmlowp's).
inline int32_t scaled_twice(int32_t acc, gls_int8_multiplier m) {
  const int32_t left = m.shift > 0 ? m.shift : 0, e = left - m.shift;
  const int32_t x = static_cast<int32_t>(static_cast<uint32_t>(acc) << left);
  const int32_t h = static_cast<int32_t>((int64_t{x} * m.multiplier + (int64_t{1} << 30)) >> 31);
  const int32_t mask = static_cast<int32_t>((uint32_t{1} << e) - 1), rest = h & mask;
  const int32_t threshold = (mask >> 1) + (h < 0 ? 1 : 0);
  return (h >> e) + (rest > threshold ? 1 : 0);
}

// The same, rounded half up once.
inline int32_t scaled_once(int32_t acc, gls_int8_multiplier m) {
  const int64_t product = int64_t{acc} * m.multiplier + (int64_t{1} << (30 - m.shift));
  return static_cast<int32_t>(product >> (31 - m.shift));
}

// Rounded half away from 0, for x from -2^31 to 2^31 - 1.
inline int32_t round_half_away(double x) {
  const int32_t whole = static_cast<int32_t>(x);
  const double rest = x - static_cast<double>(whole);  // exact
  return whole + (rest >= 0.5 ? 1 : 0) - (rest <= -0.5 ? 1 : 0);
}

}  // namespace
}  // namespace glissade

#endif
