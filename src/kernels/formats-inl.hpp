// SPDX-License-Identifier: Apache-2.0
// Slots in a byte or two: glissade/formats.h has the formats. Integers only, without branches inside a loop,
// and with a length that compilers know, so that they make vectors of it; so no floating-point mode matters.
#ifndef GLISSADE_SRC_KERNELS_FORMATS_INL_HPP
#define GLISSADE_SRC_KERNELS_FORMATS_INL_HPP

#include "kernels/loops-inl.hpp"
#include "numbers/slot_block.hpp"

namespace glissade {
namespace GLISSADE_BACKEND {
namespace {

// The bits of floats in memory. (On a Cortex-M0 a copy of them would be a call.)
using FloatBits = uint32_t __attribute__((may_alias));

constexpr uint32_t kSign = 0x80000000u, kInfinity = 0x7f800000u;

// work(j) for the numbers of a block.
template <class Work>
GLISSADE_INLINE void for_block(size_t count, Work work) {
  if constexpr (kTiles) {
    if (count == kSlotBlock) {
      for (size_t j = 0; j < kSlotBlock; ++j) work(j);
      return;
    }
  }
  for (size_t j = 0; j < count; ++j) work(j);
}

GLISSADE_INLINE uint32_t random_bits(uint32_t start, size_t j) {
  return start + static_cast<uint32_t>(j) * kGoldenRatio;
}

// A block's numbers, each as its sign and k, eight bits of exponent and three of fraction: the largest k.
GLISSADE_INLINE uint32_t to_eleven_bits(FloatBits* bits, uint32_t random, size_t count) {
  uint32_t largest = 0;
  for_block(count, [&](size_t j) GLISSADE_FLAT {
    const uint32_t sign = bits[j] & kSign, magnitude = bits[j] & ~kSign;
    const uint32_t rounded = (magnitude + (random_bits(random, j) >> 12)) >> 20;
    const uint32_t finite = rounded < kLargestFinite ? rounded : kLargestFinite;
    const uint32_t k = magnitude < kInfinity ? finite : magnitude > kInfinity ? kNaN : kInfinite;
    bits[j] = (magnitude > kInfinity ? 0 : sign) | k;
    largest = largest > k ? largest : k;
  });
  return largest;
}

template <bool kHasSign>
GLISSADE_INLINE void encode(float* values, uint32_t random, uint8_t* __restrict codes, uint8_t* exponent,
                            size_t count) {
  FloatBits* const __restrict bits = reinterpret_cast<FloatBits*>(values);
  const uint32_t of_block = to_eleven_bits(bits, random, count) >> 3;
  const int32_t base = code_base<kHasSign>(of_block);
  const int32_t smallest = !kHasSign && of_block >= 32 ? 1 : 0, least = kHasSign ? 8 : smallest;
  for_block(count, [&](size_t j) GLISSADE_FLAT {
    const int32_t k = static_cast<int32_t>(bits[j] & ~kSign), x = k - base;
    const uint32_t code = static_cast<uint32_t>(k < 8 || x < least ? smallest : x);
    codes[j] = static_cast<uint8_t>(kHasSign ? code | bits[j] >> 24 : code);
  });
  *exponent = static_cast<uint8_t>(of_block);
}

template <bool kHasSign>
GLISSADE_INLINE void decode(const uint8_t* __restrict codes, uint32_t exponent, float* values, size_t count) {
  FloatBits* const __restrict bits = reinterpret_cast<FloatBits*>(values);
  const int32_t base = code_base<kHasSign>(exponent);
  for_block(count, [&](size_t j) GLISSADE_FLAT {
    const uint32_t sign = kHasSign ? uint32_t{codes[j]} << 24 & kSign : 0;
    const int32_t code = codes[j] & (kHasSign ? 127 : 255), k = code + base;
    const bool is_zero = (kHasSign && code < 8) || k < 8;
    bits[j] = sign | static_cast<uint32_t>(is_zero ? 0 : k) << 20;
  });
}

}  // namespace

void decode_8bit(const uint8_t* codes, uint32_t exponent, bool has_sign, float* values, size_t count) {
  if (has_sign)
    decode<true>(codes, exponent, values, count);
  else
    decode<false>(codes, exponent, values, count);
}

void encode_8bit(float* values, uint32_t random, bool has_sign, uint8_t* codes, uint8_t* exponent,
                 size_t count) {
  if (has_sign)
    encode<true>(values, random, codes, exponent, count);
  else
    encode<false>(values, random, codes, exponent, count);
}

void decode_bfloat16(const uint16_t* __restrict codes, float* values, size_t count) {
  FloatBits* const __restrict bits = reinterpret_cast<FloatBits*>(values);
  for_block(count, [&](size_t j) GLISSADE_FLAT { bits[j] = uint32_t{codes[j]} << 16; });
}

// A finite number that would become infinite stays the largest finite one of its sign.
void encode_bfloat16(const float* values, uint32_t random, uint16_t* __restrict codes, size_t count) {
  const FloatBits* const __restrict bits = reinterpret_cast<const FloatBits*>(values);
  for_block(count, [&](size_t j) GLISSADE_FLAT {
    const uint32_t sign = bits[j] & kSign, magnitude = bits[j] & ~kSign;
    const uint32_t rounded = (magnitude + (random_bits(random, j) >> 16)) >> 16;
    const uint32_t finite = rounded < 0x7f7fu ? rounded : 0x7f7fu;
    const uint32_t code = magnitude < kInfinity ? sign >> 16 | finite : sign >> 16 | 0x7f80u;
    codes[j] = static_cast<uint16_t>(magnitude > kInfinity ? 0x7fc0u : code);
  });
}

}  // namespace GLISSADE_BACKEND
}  // namespace glissade

#endif
