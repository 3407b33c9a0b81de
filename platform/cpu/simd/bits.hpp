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
//   in_register(x)                 as Bits(x), of a constant that is added again and again
// and where kHasHalves is true, for vectors as 16-bit halves of lanes and as bytes,
//   upper_halves(a, b)             in each lane the upper half of a's, then that of b's
//   max_halves(a, b), max_across_halves(a), subtract_halves(a, x)
//                                  the difference is 0 where it would be below 0
//   bytes_of_halves<n>(a, b)       in each half two bytes: the bits of a's from n on, and those of b's
//   max_bytes(a, x), bytes_above(a, x)
//                                  the latter 0 where a byte, below 128, is not above x
//   store_by_lanes(a, to)          byte k of lane j goes to number j + k * kWidth
//   store_upper_halves(a, b, to)   of all lanes of a, then of b
//   load_signed_bytes(from), floats(x)
//                                  a vector of lanes that have these bits
// and where kHasUsual is true (most blocks then go by fewer operations, on boards), with halves
//   next_four(from)                four numbers' bits, and moves on
//   store_signed_four(...), store_four(...), store_two(...)
//                                  four codes as floats, two halves
// and without
//   move(pointer), less(a, x)      by kWidth; the difference, 0 where it would be below 0
//   zero_below(x, limit), with_sign(code, bits)
//                                  bit 7 of a code from a float's sign
#ifndef GLISSADE_PLATFORM_SIMD_BITS_HPP
#define GLISSADE_PLATFORM_SIMD_BITS_HPP

#include "glissade/rules/common.hpp"  // GLISSADE_INLINE

#ifdef __ARM_FEATURE_SIMD32
#include <arm_acle.h>
#endif

namespace glissade {
namespace GLISSADE_BACKEND {
namespace {

struct ScalarBits {
  static constexpr size_t kWidth = 1;
  static constexpr bool kHasUsual = false;
  static constexpr bool kHasHalves = false;
  // The bits of a float in memory. (On a Cortex-M0 a copy of them would be a call.)
  using Float = uint32_t __attribute__((may_alias));
  uint32_t value;

  GLISSADE_INLINE explicit ScalarBits(uint32_t x) : value(x) {}
  GLISSADE_INLINE static ScalarBits load(const float* from) {
    const Float* const bits = reinterpret_cast<const Float*>(from);
    return ScalarBits(*bits);
  }
  GLISSADE_INLINE void store(float* to) const {
    Float* const bits = reinterpret_cast<Float*>(to);
    *bits = value;
  }
  GLISSADE_INLINE static ScalarBits load_bytes(const uint8_t* from) { return ScalarBits(*from); }
  GLISSADE_INLINE void store_bytes(uint8_t* to) const { *to = static_cast<uint8_t>(value); }
  GLISSADE_INLINE static ScalarBits load_halves(const uint16_t* from) { return ScalarBits(*from); }
  GLISSADE_INLINE void store_halves(uint16_t* to) const { *to = static_cast<uint16_t>(value); }
  GLISSADE_INLINE static ScalarBits series(uint32_t start, uint32_t /*step*/) { return ScalarBits(start); }
  GLISSADE_INLINE static ScalarBits in_register(uint32_t x) { return ScalarBits(x); }
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

#ifdef __ARM_FEATURE_SIMD32
// Two halves or four bytes of a register at once, by Arm's DSP instructions.
struct DspBits : ScalarBits {
  static constexpr bool kHasHalves = true;
  static constexpr bool kHasUsual = true;

  // NOLINTNEXTLINE(*-explicit-con*): what is done with one of them is one
  GLISSADE_INLINE DspBits(ScalarBits x) : ScalarBits(x) {}
  GLISSADE_INLINE explicit DspBits(uint32_t x) : ScalarBits(x) {}
  // As a constant in an instruction it would be added in pieces.
  GLISSADE_INLINE static DspBits in_register(uint32_t x) {
    __asm__("" : "+r"(x));
    return DspBits(x);
  }
  struct Four;
  static Four next_four(const float*& from);
  GLISSADE_INLINE static DspBits upper_halves(DspBits a, DspBits b) {
    uint32_t both;
    __asm__("pkhtb %0, %1, %2, asr #16" : "=r"(both) : "r"(b.value), "r"(a.value));
    return DspBits(both);
  }
  GLISSADE_INLINE static DspBits max_halves(DspBits a, DspBits b) {
    return DspBits(__uqsub16(a.value, b.value) + b.value);
  }
  GLISSADE_INLINE static uint32_t max_across_halves(DspBits a) {
    const uint32_t low = a.value & 0xffffu, high = a.value >> 16;
    return low > high ? low : high;
  }
  GLISSADE_INLINE static void store_two(DspBits a, uint16_t* to) {
    __builtin_memcpy(to, &a.value, sizeof a.value);
  }
  GLISSADE_INLINE static DspBits subtract_halves(DspBits a, uint16_t b) {
    return DspBits(__uqsub16(a.value, b * 0x10001u));
  }
  template <int kBy>
  GLISSADE_INLINE static DspBits bytes_of_halves(DspBits a, DspBits b) {
    const uint32_t mask = in_register(0x00ff00ffu).value;
    return DspBits((a.value >> kBy & mask) | (b.value >> kBy & mask) << 8);
  }
  GLISSADE_INLINE static DspBits max_bytes(DspBits a, uint8_t b) {
    return DspBits(a.value | __uqsub8(b * 0x01010101u, a.value));  // where b is 1
  }
  GLISSADE_INLINE static DspBits bytes_above(DspBits a, uint8_t b) {
    (void)__usub8(a.value, (b + 1u) * 0x01010101u);
    return DspBits(__sel(a.value, 0));
  }
  GLISSADE_INLINE static uint32_t word(const uint8_t* from) {
    uint32_t bytes;
    __builtin_memcpy(&bytes, from, sizeof bytes);
    return bytes;
  }
  // Four codes as floats: with signs,
  template <class V>
  GLISSADE_INLINE static void store_signed_four(const uint8_t* from, float factor, float* to) {
    const uint32_t codes = word(from), mask = in_register(0x87f00000u).value;
    const uint32_t even = static_cast<uint32_t>(__sxtb16(static_cast<int8x4_t>(codes)));
    uint32_t odd;
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(odd) : "r"(codes));
    register float a __asm__("s0");
    register float b __asm__("s1");
    register float c __asm__("s2");
    register float d __asm__("s3");
    __asm__("vmov %0, %1, %2, %3" : "=t"(a), "=t"(b) : "r"(even << 20 & mask), "r"(odd << 20 & mask));
    __asm__("vmov %0, %1, %2, %3" : "=t"(c), "=t"(d) : "r"(even << 4 & mask), "r"(odd << 4 & mask));
    if constexpr (V::kWidth == 4)
      V(a * factor, b * factor, c * factor, d * factor).store(to);
    else
      to[0] = a * factor, to[1] = b * factor, to[2] = c * factor, to[3] = d * factor;
  }
  // and without.
  GLISSADE_INLINE static void store_four(const uint8_t* from, uint32_t base, float* to) {
    const uint32_t codes = word(from), mask = in_register(0x0ff00000u).value;
    register uint32_t a __asm__("r4") = (codes << 20 & mask) + base;
    register uint32_t b __asm__("r5") = (codes << 12 & mask) + base;
    register uint32_t c __asm__("r6") = (codes << 4 & mask) + base;
    register uint32_t d __asm__("r8") = (codes >> 4 & mask) + base;
    __asm__("stmia %1, {r4-r6, r8}"
            : "=m"(*reinterpret_cast<Float(*)[4]>(to))
            : "r"(to), "r"(a), "r"(b), "r"(c), "r"(d));
  }
  GLISSADE_INLINE static void store_by_lanes(DspBits a, uint8_t* to) {
    __builtin_memcpy(to, &a.value, sizeof a.value);
  }
};
struct DspBits::Four {
  DspBits a, b, c, d;
};
GLISSADE_INLINE DspBits::Four DspBits::next_four(const float*& from) {
  register uint32_t a __asm__("r4");
  register uint32_t b __asm__("r5");
  register uint32_t c __asm__("r6");
  register uint32_t d __asm__("r8");
  __asm__("ldmia %0!, {r4-r6, r8}"
          : "+r"(from), "=r"(a), "=r"(b), "=r"(c), "=r"(d)
          : "m"(*reinterpret_cast<const Float(*)[4]>(from)));
  return {DspBits(a), DspBits(b), DspBits(c), DspBits(d)};
}
#endif

template <class V>
struct Bits {
  using Type = ScalarBits;
};

}  // namespace
}  // namespace GLISSADE_BACKEND
}  // namespace glissade

#endif
