// SPDX-License-Identifier: Apache-2.0
// Lanes of 32 bits without a sign, for numbers kept in fewer bits: one of them, for any processor. A lanes
// header may have others for its vectors: Bits<Vector>::Type. All of them have
//   kWidth                         how many lanes
//   load(from), store(to)          the bits of floats
//   load_bytes(from), store_bytes(to), load_halves(from), store_halves(to)
//                                  numbers of 8 or 16 bits; what is stored fits
//   Bits(x)                        x in all lanes
//   series(start, step)            start + j * step in lane j
//   + - & |, shift_left<n>(x), shift_right<n>(x), max(x, y), min(x, y)
//   below(x, limit, a, b)          a where x < limit, else b; x and limit are below 2^31
//   max_across(x)                  the largest lane
// and where kHasHalves is true, for vectors as 16-bit halves of lanes and as bytes,
//   upper_halves(a, b)             in each lane the upper half of a's, then that of b's
//   max_halves(a, b), subtract_halves(a, x)
//                                  the difference is 0 where it would be below 0
//   bytes_of_halves<n>(a, b)       in each half two bytes: the bits of a's from n on, and those of b's
//   max_bytes(a, x), bytes_above(a, x)
//                                  the latter 0 where a byte, below 128, is not above x
//   store_by_lanes(a, to)          byte k of lane j goes to number j + k * kWidth
//   store_upper_halves(a, b, to)   of all lanes of a, then of b
//   load_signed_bytes(from), floats(x)
//                                  a vector of lanes that have these bits
#ifndef GLISSADE_PLATFORM_SIMD_BITS_HPP
#define GLISSADE_PLATFORM_SIMD_BITS_HPP

#include "glissade/rules/common.hpp"  // GLISSADE_INLINE

namespace glissade {
namespace GLISSADE_BACKEND {
namespace {

struct ScalarBits {
  static constexpr size_t kWidth = 1;
  static constexpr bool kHasHalves = false;
  // The bits of a float in memory. (On a Cortex-M0 a copy of them would be a call.)
  using Float = uint32_t __attribute__((may_alias));
  uint32_t value;

  GLISSADE_INLINE explicit ScalarBits(uint32_t x) : value(x) {}
  GLISSADE_INLINE static ScalarBits load(const float* from) {
    return ScalarBits(*reinterpret_cast<const Float*>(from));
  }
  GLISSADE_INLINE void store(float* to) const { *reinterpret_cast<Float*>(to) = value; }
  GLISSADE_INLINE static ScalarBits load_bytes(const uint8_t* from) { return ScalarBits(*from); }
  GLISSADE_INLINE void store_bytes(uint8_t* to) const { *to = static_cast<uint8_t>(value); }
  GLISSADE_INLINE static ScalarBits load_halves(const uint16_t* from) { return ScalarBits(*from); }
  GLISSADE_INLINE void store_halves(uint16_t* to) const { *to = static_cast<uint16_t>(value); }
  GLISSADE_INLINE static ScalarBits series(uint32_t start, uint32_t /*step*/) { return ScalarBits(start); }
};
GLISSADE_INLINE ScalarBits operator+(ScalarBits a, ScalarBits b) { return ScalarBits(a.value + b.value); }
GLISSADE_INLINE ScalarBits operator-(ScalarBits a, ScalarBits b) { return ScalarBits(a.value - b.value); }
GLISSADE_INLINE ScalarBits operator&(ScalarBits a, ScalarBits b) { return ScalarBits(a.value & b.value); }
GLISSADE_INLINE ScalarBits operator|(ScalarBits a, ScalarBits b) { return ScalarBits(a.value | b.value); }
template <int kBy>
GLISSADE_INLINE ScalarBits shift_left(ScalarBits a) {
  return ScalarBits(a.value << kBy);
}
template <int kBy>
GLISSADE_INLINE ScalarBits shift_right(ScalarBits a) {
  return ScalarBits(a.value >> kBy);
}
GLISSADE_INLINE ScalarBits max(ScalarBits a, ScalarBits b) { return a.value > b.value ? a : b; }
GLISSADE_INLINE ScalarBits min(ScalarBits a, ScalarBits b) { return a.value < b.value ? a : b; }
GLISSADE_INLINE ScalarBits below(ScalarBits x, ScalarBits limit, ScalarBits a, ScalarBits b) {
  return x.value < limit.value ? a : b;
}
GLISSADE_INLINE uint32_t max_across(ScalarBits a) { return a.value; }

template <class V>
struct Bits {
  using Type = ScalarBits;
};

}  // namespace
}  // namespace GLISSADE_BACKEND
}  // namespace glissade

#endif
