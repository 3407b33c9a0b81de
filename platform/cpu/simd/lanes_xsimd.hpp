// SPDX-License-Identifier: Apache-2.0
// Lanes on xsimd, for the architecture GLISSADE_XSIMD_ARCH, which must have a fused multiply-add.
#include <xsimd/xsimd.hpp>

#if XSIMD_WITH_NEON && !XSIMD_WITH_NEON64
#include "cpu/simd/lane_by_lane.hpp"
#endif
#include "cpu/simd/scalar.hpp"

namespace glissade {
namespace GLISSADE_BACKEND {
namespace {

struct Vector {
  static constexpr bool kComparesWhole = true;
  static constexpr bool kManyRegisters = true;  // 16 or more
  using Native = xsimd::batch<float, GLISSADE_XSIMD_ARCH>;
  using Bits = xsimd::batch<int32_t, GLISSADE_XSIMD_ARCH>;
  using Mask = typename Native::batch_bool_type;
  static constexpr size_t kWidth = Native::size;
#if XSIMD_WITH_NEON && !XSIMD_WITH_NEON64
  static constexpr bool kFlushesSubnormals = true;
#else
  static constexpr bool kFlushesSubnormals = false;
#endif
  Native value;

  GLISSADE_INLINE Vector(Native x) : value(x) {}
  GLISSADE_INLINE Vector(float x) : value(x) {}
  template <int kBuffer = 0>
  GLISSADE_INLINE static Vector load(const float* from) {
    return Native::load_unaligned(from);
  }
  template <int kBuffer = 0>
  GLISSADE_INLINE void store(float* to) const {
    value.store_unaligned(to);
  }
};

GLISSADE_INLINE Vector operator+(Vector a, Vector b) { return a.value + b.value; }
GLISSADE_INLINE Vector operator-(Vector a, Vector b) { return a.value - b.value; }
GLISSADE_INLINE Vector operator*(Vector a, Vector b) { return a.value * b.value; }
GLISSADE_INLINE Vector::Mask operator>(Vector a, Vector b) { return a.value > b.value; }
GLISSADE_INLINE Vector select(Vector::Mask condition, Vector a, Vector b) {
  return xsimd::select(condition, a.value, b.value);
}
GLISSADE_INLINE Vector abs(Vector a) { return xsimd::abs(a.value); }
GLISSADE_INLINE Vector fma(Vector a, Vector b, Vector c) { return xsimd::fma(a.value, b.value, c.value); }

// 2^n for an integer n from -126 to 127 is n + 127, moved to the exponent's place.
#if XSIMD_WITH_NEON
// xsimd's division and root are estimates with Newton steps: wrong in the last bit. Its casts leave weak
// symbols.
#if XSIMD_WITH_NEON64
GLISSADE_INLINE Vector operator/(Vector a, Vector b) { return Vector::Native(vdivq_f32(a.value, b.value)); }
GLISSADE_INLINE Vector sqrt(Vector a) { return Vector::Native(vsqrtq_f32(a.value)); }
#else
GLISSADE_INLINE Vector operator/(Vector a, Vector b) {
  return Vector::Native(divide_lane_by_lane(a.value, b.value));
}
GLISSADE_INLINE Vector sqrt(Vector a) { return Vector::Native(root_lane_by_lane(a.value)); }
#endif
GLISSADE_INLINE Vector power_of_two(Vector n) {
  const uint32x4_t bits = vreinterpretq_u32_f32((n + 12583039.0f).value);
  return Vector::Native(vreinterpretq_f32_u32(vshlq_n_u32(bits, 23)));
}
#else
GLISSADE_INLINE Vector operator/(Vector a, Vector b) { return a.value / b.value; }
GLISSADE_INLINE Vector sqrt(Vector a) { return xsimd::sqrt(a.value); }
// As in derived.hpp: by the instructions, whose result for equal numbers and NaN is b.
GLISSADE_INLINE Vector max(Vector a, Vector b) { return xsimd::max(a.value, b.value); }
GLISSADE_INLINE Vector min(Vector a, Vector b) { return xsimd::min(a.value, b.value); }
GLISSADE_INLINE Vector power_of_two(Vector n) {
#if XSIMD_VERSION_MAJOR < 9
  const auto bits = xsimd::bitwise_cast<Vector::Bits>((n + 12583039.0f).value) << 23;
  return xsimd::bitwise_cast<Vector::Native>(bits);
#else
  return xsimd::bitwise_cast<float>(xsimd::bitwise_cast<int32_t>((n + 12583039.0f).value) << 23);
#endif
}
#endif

// In 16 bits, of which pairs of products are added to 32: xsimd has no such operation.
#if XSIMD_WITH_NEON
struct XsimdProducts {
  static constexpr size_t kWidth = 8, kRows = 4;
  static constexpr bool kMasks = false;
  int32x4_t sums = vdupq_n_s32(0), others = vdupq_n_s32(0);

  GLISSADE_INLINE static int16x8_t load(const int8_t* from, int32_t zero) {
    return vsubq_s16(vmovl_s8(vld1_s8(from)), vdupq_n_s16(static_cast<int16_t>(zero)));
  }
  GLISSADE_INLINE void add(const int8_t* from, int16x8_t x) {
    const int16x8_t w = vmovl_s8(vld1_s8(from));
    sums = vmlal_s16(sums, vget_low_s16(w), vget_low_s16(x));
    others = vmlal_s16(others, vget_high_s16(w), vget_high_s16(x));
  }
  GLISSADE_INLINE uint32_t total(int32_t /*zero*/) const {
    uint32_t lanes[4];
    vst1q_u32(lanes, vreinterpretq_u32_s32(vaddq_s32(sums, others)));
    return lanes[0] + lanes[1] + lanes[2] + lanes[3];
  }
};
#else
struct XsimdProducts {
  static constexpr size_t kWidth = 16, kRows = 4;
  static constexpr bool kMasks = false;
  __m256i sums = _mm256_setzero_si256();

  GLISSADE_INLINE static __m256i widen(const int8_t* from) {
    return _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
  }
  GLISSADE_INLINE static __m256i load(const int8_t* from, int32_t zero) {
    return _mm256_sub_epi16(widen(from), _mm256_set1_epi16(static_cast<int16_t>(zero)));
  }
  GLISSADE_INLINE void add(const int8_t* from, __m256i x) {
    sums = _mm256_add_epi32(sums, _mm256_madd_epi16(widen(from), x));
  }
  GLISSADE_INLINE uint32_t total(int32_t /*zero*/) const {
    uint32_t lanes[8];
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(lanes), sums);
    return lanes[0] + lanes[1] + lanes[2] + lanes[3] + lanes[4] + lanes[5] + lanes[6] + lanes[7];
  }
};
#endif
template <>
struct Products<Vector> {
  using Type = XsimdProducts;
};

}  // namespace
}  // namespace GLISSADE_BACKEND
}  // namespace glissade
