// SPDX-License-Identifier: Apache-2.0
// Correctly rounded fused multiply-add and square root for targets without the instruction.
#ifndef GLISSADE_PLATFORM_EXACT_MATH_HPP
#define GLISSADE_PLATFORM_EXACT_MATH_HPP

#include <stdint.h>

#include "glissade/rules/common.hpp"  // GLISSADE_INLINE

namespace glissade {
namespace {

template <class To, class From>
GLISSADE_INLINE To bit_cast(From from) {
  static_assert(sizeof(To) == sizeof(From), "a bit cast keeps the size");
  To to;
  __builtin_memcpy(&to, &from, sizeof to);
  return to;
}
GLISSADE_INLINE uint32_t float_bits(float x) { return bit_cast<uint32_t>(x); }
GLISSADE_INLINE float bits_float(uint32_t bits) { return bit_cast<float>(bits); }

// Where a double sum, rounded to float, could round differently from the exact sum: it lies halfway between
// two floats, or where floats have fewer bits. (A sum of zero is exact.)
GLISSADE_INLINE bool rounds_twice(double sum) {
  const uint64_t bits = bit_cast<uint64_t>(sum);
  return (bits & 0x1fffffffu) == 0x10000000u || (bits & 0x7fffffffffffffffu) - 1 < 0x3810000000000000u - 1;
}

// product + addend, rounded to odd (the neighbour with an odd last bit, unless exact): enough to round to
// float once more without harm. sum is the same rounded to nearest.
GLISSADE_INLINE double round_to_odd(double product, double addend, double sum) {
  const double shared = sum - product;
  const double error = (product - (sum - shared)) + (addend - shared);  // exact (Knuth's two-sum)
  uint64_t bits = bit_cast<uint64_t>(sum);
  if ((bits & 1) == 0 && (error > 0.0 || error < 0.0))
    bits += (error > 0.0) == (sum > 0.0) ? 1u : ~uint64_t{0};
  return bit_cast<double>(bits);
}

[[maybe_unused]] inline float fma_by_double(float a, float b, float c) {
  const double product = static_cast<double>(a) * static_cast<double>(b);  // exact: 48 bits
  const double addend = static_cast<double>(c);
  double sum = product + addend;
  if (__builtin_expect(int{rounds_twice(sum)}, 0) != 0) sum = round_to_odd(product, addend, sum);
  return static_cast<float>(sum);
}

// A finite, non-zero float as mantissa * 2^(exponent - 150), mantissa in [2^23, 2^24).
struct Unpacked {
  uint32_t mantissa;
  int32_t exponent;
};

inline Unpacked unpack(uint32_t bits) {
  const uint32_t fraction = bits & 0x7fffffu;
  const int32_t exponent = static_cast<int32_t>((bits >> 23) & 0xffu);
  if (exponent != 0) return {fraction | 0x800000u, exponent};
  const int shift = __builtin_clz(fraction) - 8;
  return {fraction << shift, 1 - shift};
}

// x / 2^shift, shift >= 0, with every bit that falls off kept in the last one.
// By words: processors without FPU have no 64-bit shift.
inline uint64_t shift_right_sticky(uint64_t x, int32_t shift) {
  if (shift > 63) return static_cast<uint64_t>(x != 0);
  uint32_t high = static_cast<uint32_t>(x >> 32), low = static_cast<uint32_t>(x), lost = 0;
  if (shift >= 32) {
    lost = low;
    low = high;
    high = 0;
    shift -= 32;
  }
  if (shift > 0) {
    lost |= low << (32 - shift);
    low = low >> shift | high << (32 - shift);
    high >>= shift;
  }
  return static_cast<uint64_t>(high) << 32 | low | static_cast<uint64_t>(lost != 0);
}

// a * b of 24 bits each. Cortex-M0 and M23 multiply 32 bits to 32; a call for 64 takes 41 instructions.
inline uint64_t multiply_24(uint32_t a, uint32_t b) {
#if defined(__ARM_ARCH_6M__) || defined(__ARM_ARCH_8M_BASE__)
  const uint32_t a_high = a >> 12, a_low = a & 0xfffu, b_high = b >> 12, b_low = b & 0xfffu;
  const uint32_t lowest = a_low * b_low;
  const uint32_t middle = a_high * b_low + a_low * b_high + (lowest >> 12);  // in units of 2^12
  const uint32_t highest = a_high * b_high + (middle >> 12);                 // of 2^24
  return static_cast<uint64_t>(highest >> 8) << 32 | highest << 24 | (middle & 0xfffu) << 12 |
         (lowest & 0xfffu);
#else
  return static_cast<uint64_t>(a) * b;
#endif
}

// Zero, infinite or NaN.
inline bool is_special(uint32_t bits) { return (bits << 1) - 1 >= 0xff000000u - 1; }

// magnitude * 2^exponent as a float, magnitude > 0.
inline float round_to_float(uint32_t sign, uint64_t magnitude, int32_t exponent) {
  int zeros = 0;
  if (magnitude >> 57 == 0) {  // cancellation
    zeros = __builtin_clzll(magnitude);
    magnitude <<= zeros;
  }
  for (; magnitude >> 63 == 0; ++zeros) magnitude <<= 1;
  int32_t biased = exponent - zeros + (63 + 127);
  if (biased >= 255) return bits_float(sign | 0x7f800000u);
  if (biased < 1) {
    magnitude = shift_right_sticky(magnitude, 1 - biased);
    biased = 1;
  }
  const uint32_t kept = static_cast<uint32_t>(magnitude >> 40);
  const uint64_t rest = magnitude << 24;
  const uint64_t half = uint64_t{1} << 63;
  const uint32_t up = static_cast<uint32_t>(rest > half || (rest == half && (kept & 1) != 0));
  // The mantissa's leading bit, or a carry, counts the exponent up by itself.
  return bits_float(sign | (((static_cast<uint32_t>(biased) - 1) << 23) + kept + up));
}

__attribute__((noinline, unused)) inline float fma_by_integers(float a, float b, float c) {
  const uint32_t a_bits = float_bits(a), b_bits = float_bits(b), c_bits = float_bits(c);
  if (is_special(a_bits) || is_special(b_bits)) return a * b + c;  // the product is exact
  if (is_special(c_bits)) return c_bits << 1 == 0 ? a * b : c;     // a * b might overflow
  const Unpacked x = unpack(a_bits), y = unpack(b_bits), z = unpack(c_bits);
  // Both terms with their leading bit at 60 or 61, so that their sum fits and 14 bits or more guard it.
  uint64_t large = multiply_24(x.mantissa, y.mantissa) << 14;
  uint64_t small = static_cast<uint64_t>(z.mantissa) << 38;
  int32_t exponent = x.exponent + y.exponent - (2 * 150 + 14);
  int32_t shift = exponent - (z.exponent - (150 + 38));
  uint32_t sign_bits = a_bits ^ b_bits;
  const uint32_t opposite = (sign_bits ^ c_bits) >> 31;
  if (shift < 0) {
    const uint64_t product = large;
    large = small;
    small = product;
    exponent -= shift;
    shift = -shift;
    sign_bits = c_bits;
  }
  small = shift_right_sticky(small, shift);
  uint64_t sum = large + small;
  if (opposite != 0) {
    sum = large - small;
    if (large == small) return 0.0f;
    if (large < small) {
      sum = small - large;
      sign_bits = ~sign_bits;
    }
  }
  return round_to_float(sign_bits & 0x80000000u, sum, exponent);
}

// Digit by digit, as by hand: `remainder` is what the root so far leaves.
template <class Float, class UInt, int kFractionBits>
inline Float sqrt_by_integers_of(Float x) {
  constexpr UInt kOne = UInt{1} << kFractionBits;
  constexpr int kBias = (1 << (sizeof(UInt) * 8 - kFractionBits - 2)) - 1;
  constexpr UInt kInfinity = UInt{2 * kBias + 1} << kFractionBits;
  UInt bits = bit_cast<UInt>(x);
  if (bits - 1 >= kInfinity - 1) {  // 0, infinity, negative, NaN
    return bits == kInfinity || (bits << 1) == 0
               ? x
               : bit_cast<Float>(static_cast<UInt>(kInfinity | kOne >> 1));  // NaN
  }
  int exponent = static_cast<int>(bits >> kFractionBits);
  if (exponent == 0) {
    for (exponent = 1; (bits & kOne) == 0; --exponent) bits <<= 1;
  }
  exponent -= kBias;
  UInt remainder = (bits & (kOne - 1)) | kOne;
  if (exponent & 1) remainder <<= 1;
  remainder <<= 1;
  UInt twice_root = 0;
  for (UInt digit = kOne << 1; digit != 0; digit >>= 1) {
    if (twice_root + digit <= remainder) {
      remainder -= twice_root + digit;
      twice_root += digit << 1;
    }
    remainder <<= 1;
  }
  UInt root = twice_root >> 1;
  if (remainder != 0) root += root & 1;  // never halfway: the last digit decides
  const int half = (exponent - (exponent & 1)) / 2;
  return bit_cast<Float>(
      static_cast<UInt>((root >> 1) + (static_cast<UInt>(half + kBias - 1) << kFractionBits)));
}

__attribute__((noinline, unused)) inline float sqrt_by_integers(float x) {
  return sqrt_by_integers_of<float, uint32_t, 23>(x);
}
[[maybe_unused]] inline double sqrt_by_integers(double x) {
  return sqrt_by_integers_of<double, uint64_t, 52>(x);
}

}  // namespace
}  // namespace glissade

#endif
