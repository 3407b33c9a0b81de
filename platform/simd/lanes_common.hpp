// SPDX-License-Identifier: Apache-2.0
// What every lanes header builds on: one lane, for the rest of a buffer (the scalar backend uses nothing else), and
// the operations that follow from others.
#ifndef GLISSADE_PLATFORM_SIMD_LANES_COMMON_HPP
#define GLISSADE_PLATFORM_SIMD_LANES_COMMON_HPP

#include "scalar_unit.hpp"

namespace glissade {
namespace GLISSADE_BACKEND {
namespace {

struct Single {
  static constexpr size_t kWidth = 1;
  static constexpr bool kFlushesSubnormals = false;
  float value;

  GLISSADE_INLINE Single(float x) : value(x) {}
  GLISSADE_INLINE static Single load(const float* from) { return *from; }
  GLISSADE_INLINE void store(float* to) const { *to = value; }
};

GLISSADE_INLINE Single operator+(Single a, Single b) { return a.value + b.value; }
GLISSADE_INLINE Single operator-(Single a, Single b) { return a.value - b.value; }
GLISSADE_INLINE Single operator*(Single a, Single b) { return a.value * b.value; }
GLISSADE_INLINE Single operator/(Single a, Single b) { return a.value / b.value; }
GLISSADE_INLINE bool operator>(Single a, Single b) { return a.value > b.value; }
GLISSADE_INLINE Single select(bool condition, Single a, Single b) { return condition ? a : b; }
GLISSADE_INLINE Single fma(Single a, Single b, Single c) { return scalar_fma(a.value, b.value, c.value); }
GLISSADE_INLINE Single sqrt(Single a) { return scalar_sqrt(a.value); }
GLISSADE_INLINE Single divide_by(Single x, float divisor, float /*reciprocal*/) { return x / divisor; }
// 2^n for an integer n from -126 to 127.
GLISSADE_INLINE Single power_of_two(Single n) { return bits_float(float_bits(n.value + 12583039.0f) << 23); }

// Not the instructions of these names: a NaN in b, and the zero in b of equal ones, is the result.
template <class V>
GLISSADE_INLINE V max(V a, V b) {
  return select(a > b, a, b);
}
template <class V>
GLISSADE_INLINE V min(V a, V b) {
  return select(b > a, a, b);
}

// x / divisor by its reciprocal and one correction: correctly rounded where x is 0, above 2^-100 or infinite
// and the quotient does not overflow (tests/arithmetic_test.cpp). Correcting an infinite quotient gives NaN.
template <class V>
GLISSADE_INLINE V divide_by(V x, float divisor, float reciprocal) {
  const V quotient = x * reciprocal;
  const V remainder = fma(quotient, -divisor, x);
  return select(V(bits_float(0x7f800000u)) > quotient, fma(remainder, reciprocal, quotient), quotient);
}

}  // namespace
}  // namespace GLISSADE_BACKEND
}  // namespace glissade

#endif
