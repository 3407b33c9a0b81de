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

}  // namespace
}  // namespace GLISSADE_BACKEND
}  // namespace glissade
