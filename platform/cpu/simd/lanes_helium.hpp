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

struct HeliumBits {
  static constexpr size_t kWidth = 4;
  static constexpr bool kHasHalves = false;
  static constexpr bool kHasUsual = true;
  uint32x4_t value;

  GLISSADE_INLINE HeliumBits(uint32x4_t x) : value(x) {}
  GLISSADE_INLINE explicit HeliumBits(uint32_t x) : value(vdupq_n_u32(x)) {}
  GLISSADE_INLINE static HeliumBits load(const float* from) { return vreinterpretq_u32_f32(vld1q_f32(from)); }
  GLISSADE_INLINE void store(float* to) const { vst1q_f32(to, vreinterpretq_f32_u32(value)); }
  GLISSADE_INLINE static HeliumBits load_bytes(const uint8_t* from) { return vldrbq_u32(from); }
  GLISSADE_INLINE void store_bytes(uint8_t* to) const { vstrbq_u32(to, value); }
  GLISSADE_INLINE static HeliumBits load_halves(const uint16_t* from) { return vldrhq_u32(from); }
  GLISSADE_INLINE void store_halves(uint16_t* to) const { vstrhq_u32(to, value); }
  GLISSADE_INLINE static HeliumBits in_register(uint32_t x) { return HeliumBits(x); }
  GLISSADE_INLINE static HeliumBits series(uint32_t start, uint32_t step) {
    return vmlaq_n_u32(vdupq_n_u32(start), vidupq_n_u32(0, 1), step);
  }
  template <class T>
  GLISSADE_INLINE static void move(T*& pointer) {
    Pointers<Vector>::move(pointer);
  }
  GLISSADE_INLINE static HeliumBits load_signed_bytes(const uint8_t* from) {
    return vreinterpretq_u32_s32(vldrbq_s32(reinterpret_cast<const int8_t*>(from)));
  }
  GLISSADE_INLINE static Vector floats(HeliumBits x) { return vreinterpretq_f32_u32(x.value); }
  GLISSADE_INLINE static HeliumBits less(HeliumBits a, uint32_t b) { return vqsubq_n_u32(a.value, b); }
  GLISSADE_INLINE static HeliumBits zero_below(HeliumBits x, uint32_t limit) {
    const int32x4_t integers = vreinterpretq_s32_u32(x.value);
    return vpselq_u32(x.value, vdupq_n_u32(0), vcmpgeq_n_s32(integers, static_cast<int32_t>(limit)));
  }
  GLISSADE_INLINE static HeliumBits with_sign(HeliumBits code, HeliumBits bits) {
    return vsliq_n_u32(code.value, vshrq_n_u32(bits.value, 31), 7);
  }
};
GLISSADE_INLINE HeliumBits operator+(HeliumBits a, HeliumBits b) { return vaddq_u32(a.value, b.value); }
GLISSADE_INLINE HeliumBits operator-(HeliumBits a, HeliumBits b) { return vsubq_u32(a.value, b.value); }
GLISSADE_INLINE HeliumBits operator&(HeliumBits a, HeliumBits b) { return vandq_u32(a.value, b.value); }
GLISSADE_INLINE HeliumBits operator|(HeliumBits a, HeliumBits b) { return vorrq_u32(a.value, b.value); }
template <int kBy>
GLISSADE_INLINE HeliumBits shift_left(HeliumBits a) {
  return vshlq_n_u32(a.value, kBy);
}
template <int kBy>
GLISSADE_INLINE HeliumBits shift_right(HeliumBits a) {
  return vshrq_n_u32(a.value, kBy);
}
GLISSADE_INLINE HeliumBits max(HeliumBits a, HeliumBits b) { return vmaxq_u32(a.value, b.value); }
GLISSADE_INLINE HeliumBits min(HeliumBits a, HeliumBits b) { return vminq_u32(a.value, b.value); }
GLISSADE_INLINE HeliumBits below(HeliumBits x, HeliumBits limit, HeliumBits a, HeliumBits b) {
  return vpselq_u32(b.value, a.value, vcmpcsq_u32(x.value, limit.value));
}
GLISSADE_INLINE uint32_t max_across(HeliumBits a) { return vmaxvq_u32(0, a.value); }
template <>
struct Bits<Vector> {
  using Type = HeliumBits;
};

}  // namespace
}  // namespace GLISSADE_BACKEND
}  // namespace glissade
