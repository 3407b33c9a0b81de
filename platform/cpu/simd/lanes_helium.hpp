// SPDX-License-Identifier: Apache-2.0
// Lanes on Helium (Arm MVE with floating point). Its arithmetic flushes subnormals to zero, always.
#include <arm_mve.h>

#include "cpu/simd/lane_by_lane.hpp"
#include "cpu/simd/scalar.hpp"

namespace glissade {
namespace GLISSADE_BACKEND {
namespace {

struct Vector {
  static constexpr bool kComparesWhole = true;
  static constexpr bool kManyRegisters = false;
  static constexpr size_t kWidth = 4;
  static constexpr bool kFlushesSubnormals = true;
  float32x4_t value;

  GLISSADE_INLINE Vector(float32x4_t x) : value(x) {}
  GLISSADE_INLINE explicit Vector(float x) : value(vdupq_n_f32(x)) {}
  template <int kBuffer = 0>
  GLISSADE_INLINE static Vector load(const float* from) {
    return vld1q_f32(from);
  }
  template <int kBuffer = 0>
  GLISSADE_INLINE void store(float* to) const {
    vst1q_f32(to, value);
  }
};

GLISSADE_INLINE Vector operator+(Vector a, Vector b) { return vaddq_f32(a.value, b.value); }
GLISSADE_INLINE Vector operator-(Vector a, Vector b) { return vsubq_f32(a.value, b.value); }
GLISSADE_INLINE Vector operator*(Vector a, Vector b) { return vmulq_f32(a.value, b.value); }
// With a float the instruction takes it from a general register: no broadcast.
GLISSADE_INLINE Vector operator+(Vector a, float b) { return vaddq_n_f32(a.value, b); }
GLISSADE_INLINE Vector operator-(Vector a, float b) { return vsubq_n_f32(a.value, b); }
GLISSADE_INLINE Vector operator*(Vector a, float b) { return vmulq_n_f32(a.value, b); }
GLISSADE_INLINE Vector abs(Vector a) { return vabsq_f32(a.value); }
GLISSADE_INLINE Vector fma(Vector a, Vector b, Vector c) { return vfmaq_f32(c.value, a.value, b.value); }
GLISSADE_INLINE Vector fma(Vector a, float b, Vector c) { return vfmaq_n_f32(c.value, a.value, b); }
GLISSADE_INLINE mve_pred16_t operator>(Vector a, Vector b) {
#ifdef __clang__
  __asm__("" : "+w"(a.value));  // or clang 19 makes x < 0 of 0 > x, which on Helium is true of NaN
#endif
  return vcmpgtq_f32(a.value, b.value);
}
GLISSADE_INLINE mve_pred16_t operator>(Vector a, float b) { return vcmpgtq_n_f32(a.value, b); }
GLISSADE_INLINE Vector select(mve_pred16_t condition, Vector a, Vector b) {
  return vpselq_f32(a.value, b.value, condition);
}

GLISSADE_INLINE Vector operator/(Vector a, Vector b) { return divide_lane_by_lane(a.value, b.value); }
GLISSADE_INLINE Vector operator/(Vector a, float b) { return a / Vector(b); }
GLISSADE_INLINE Vector sqrt(Vector a) { return root_lane_by_lane(a.value); }

#ifndef __OPTIMIZE_SIZE__  // both take some bytes more stack

// Each pointer by itself: GCC then lets loads and stores move it, where it would otherwise add a common
// offset to each every time (Adam: 8.5 instructions per weight instead of 10).
template <>
struct Pointers<Vector> {
  template <class T>
  GLISSADE_INLINE static void move(T*& pointer) {
    pointer += Vector::kWidth;
    __asm__("" : "+r"(pointer));
  }
};

// As in derived.hpp, but an infinite quotient, whose remainder is NaN, is kept by a minimum that prefers
// numbers: GCC takes six instructions around a select.
GLISSADE_INLINE Vector divide_by(Vector x, float divisor, float reciprocal) {
  const Vector quotient = x * reciprocal;
  const Vector remainder = fma(quotient, -divisor, x);
  return fma(Vector(vminnmq_f32(remainder.value, vdupq_n_f32(3.4028235e38f))), reciprocal, quotient);
}

#endif

// 2^n for an integer n from -126 to 127.
GLISSADE_INLINE Vector power_of_two(Vector n) {
  return vreinterpretq_f32_u32(vshlq_n_u32(vreinterpretq_u32_f32((n + 12583039.0f).value), 23));
}

// The weights are added up too: their sum times the zero point comes off at the end.
struct HeliumProducts {
  static constexpr size_t kWidth = 16, kRows = 2;
  static constexpr bool kMasks = true;
  int32_t products = 0, weights = 0;

  GLISSADE_INLINE static int8x16_t load(const int8_t* from, int32_t /*zero*/) { return vldrbq_s8(from); }
  GLISSADE_INLINE static int8x16_t load_first(size_t count, const int8_t* from, int32_t /*zero*/) {
    return vldrbq_z_s8(from, vctp8q(count));
  }
  GLISSADE_INLINE void add(int8x16_t w, int8x16_t x) {
    products = vmladavaq_s8(products, w, x);
    weights = vaddvaq_s8(weights, w);
  }
  GLISSADE_INLINE void add(const int8_t* from, int8x16_t x) { add(vldrbq_s8(from), x); }
  GLISSADE_INLINE void add_first(size_t count, const int8_t* from, int8x16_t x) {
    add(vldrbq_z_s8(from, vctp8q(count)), x);
  }
  GLISSADE_INLINE uint32_t total(int32_t zero) const {
    return static_cast<uint32_t>(products) - static_cast<uint32_t>(zero) * static_cast<uint32_t>(weights);
  }
};
template <>
struct Products<Vector> {
  using Type = HeliumProducts;
};

}  // namespace
}  // namespace GLISSADE_BACKEND
}  // namespace glissade
