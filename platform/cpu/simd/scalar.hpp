// SPDX-License-Identifier: Apache-2.0
// One lane: for the rest of a buffer in every backend, and for all of it in the scalar one.
#ifndef GLISSADE_PLATFORM_SIMD_SCALAR_HPP
#define GLISSADE_PLATFORM_SIMD_SCALAR_HPP

#include "cpu/simd/derived.hpp"

namespace glissade {
namespace GLISSADE_BACKEND {
namespace {

struct Scalar {
  static constexpr size_t kWidth = 1;
  static constexpr bool kFlushesSubnormals = false;
  static constexpr bool kComparesWhole = false;  // comparing bits is cheaper than comparing floats
  static constexpr bool kManyRegisters = false;
  float value;

  // NOLINTNEXTLINE(*-explicit-con*): without a word, so that formulas read as in the paper
  GLISSADE_INLINE Scalar(float x) : value(x) {}
  template <int kBuffer = 0>
  GLISSADE_INLINE static Scalar load(const float* from) {
    return *from;
  }
  template <int kBuffer = 0>
  GLISSADE_INLINE void store(float* to) const {
    *to = value;
  }
};

GLISSADE_INLINE Scalar operator+(Scalar a, Scalar b) { return a.value + b.value; }
GLISSADE_INLINE Scalar operator-(Scalar a, Scalar b) { return a.value - b.value; }
GLISSADE_INLINE Scalar operator*(Scalar a, Scalar b) { return a.value * b.value; }
GLISSADE_INLINE Scalar operator/(Scalar a, Scalar b) { return a.value / b.value; }
GLISSADE_INLINE bool operator>(Scalar a, Scalar b) { return a.value > b.value; }
GLISSADE_INLINE Scalar select(bool condition, Scalar a, Scalar b) { return condition ? a : b; }
GLISSADE_INLINE Scalar fma(Scalar a, Scalar b, Scalar c) { return scalar_fma(a.value, b.value, c.value); }
GLISSADE_INLINE Scalar abs(Scalar a) { return bits_float(float_bits(a.value) & 0x7fffffffu); }
GLISSADE_INLINE Scalar sqrt(Scalar a) { return scalar_sqrt(a.value); }
#ifndef GLISSADE_HAS_FMA
template <>
constexpr bool kFuses<Scalar> = false;
// As in derived.hpp, without work for a factor of 1 (Cortex-M0: SGD takes 0.68 of the instructions, momentum
// 0.62). Looks each time: a copy of each loop for each answer would make kernels a quarter larger.
GLISSADE_INLINE bool is_one(float x) {
  uint32_t bits = float_bits(x);  // NOLINT(misc-const-correctness): assembly may write it
  __asm__ volatile("" : "+r"(bits));
  return bits == 0x3f800000u;
}
GLISSADE_INLINE Scalar add_scaled(Scalar sum, Scalar x, float factor) {
  return is_one(factor) ? sum + x : fma(x, factor, sum);
}
#ifndef GLISSADE_HAS_FLOAT
GLISSADE_INLINE Scalar scale(Scalar x, float factor) { return is_one(factor) ? x : x * factor; }
#endif
#endif
GLISSADE_INLINE Scalar divide_by(Scalar x, float divisor, float /*reciprocal*/) { return x / divisor; }
// 2^n for an integer n from -126 to 127.
GLISSADE_INLINE Scalar power_of_two(Scalar n) { return bits_float(float_bits(n.value + 12583039.0f) << 23); }

}  // namespace
}  // namespace GLISSADE_BACKEND
}  // namespace glissade

#endif
