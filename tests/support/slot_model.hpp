// SPDX-License-Identifier: Apache-2.0
// The formats of slots once more, in long hand, from the description alone: sums and divisions of whole
// numbers, one case after the other.
#ifndef GLISSADE_TESTS_SLOT_MODEL_HPP
#define GLISSADE_TESTS_SLOT_MODEL_HPP

#include "glissade/glissade.hpp"

namespace glissade {
namespace test {
namespace slot_model {

constexpr uint64_t kTwo32 = uint64_t{1} << 32, kTwo31 = kTwo32 / 2, kTwo20 = 1048576;
constexpr uint64_t kInfinityBits = 255 * 8 * kTwo20;

inline uint64_t times(uint64_t a, uint64_t b) { return a * b % kTwo32; }

inline uint64_t hash(uint64_t x) {
  x ^= x / 65536;
  x = times(x, 0x7feb352d);
  x ^= x / 32768;
  x = times(x, 0x846ca68b);
  return x ^ x / 65536;
}

// The random bits of weight number j of a block in step t.
inline uint64_t random_bits(uint64_t seed, uint64_t t, uint64_t block, uint64_t j) {
  const uint64_t start = hash((seed + times(t, 0x9E3779B9) + times(block % kTwo32, 0x85EBCA6B)) % kTwo32);
  return (start + times(j, 0x9E3779B9)) % kTwo32;
}

inline int64_t eleven_bits(uint32_t bits, uint64_t r) {
  const uint64_t magnitude = bits % kTwo31;
  if (magnitude > kInfinityBits) return 2044;
  if (magnitude == kInfinityBits) return 2040;
  const uint64_t k = (magnitude + r / 4096) / kTwo20;
  return k > 2039 ? 2039 : static_cast<int64_t>(k);
}

inline uint32_t sign_of(uint32_t bits) {
  return bits % kTwo31 > kInfinityBits ? 0 : bits / static_cast<uint32_t>(kTwo31);
}

// The numbers of a block with their signs or without, at most 64.
inline void encode_8bit(const uint32_t* bits, size_t count, bool has_sign, uint64_t seed, uint64_t t,
                        uint64_t block, uint8_t* codes, uint8_t* exponent) {
  int64_t k[64], largest = 0;
  for (size_t j = 0; j < count; ++j) {
    k[j] = eleven_bits(bits[j], random_bits(seed, t, block, j));
    if (k[j] > largest) largest = k[j];
  }
  const int64_t e = largest / 8;
  for (size_t j = 0; j < count; ++j) {
    int64_t code = k[j] - 8 * (e + 1) + (has_sign ? 128 : 256);
    if (has_sign) {
      if (code < 8 || k[j] < 8) code = 0;
      code += 128 * static_cast<int64_t>(sign_of(bits[j]));
    } else if (e >= 32) {
      if (code < 1) code = 1;
    } else if (k[j] < 8) {
      code = 0;
    }
    codes[j] = static_cast<uint8_t>(code);
  }
  *exponent = static_cast<uint8_t>(e);
}

inline uint32_t decode_8bit(uint8_t code, bool has_sign, uint8_t exponent) {
  const int64_t e = exponent, magnitude = has_sign ? code % 128 : code;
  const int64_t k = magnitude + 8 * (e + 1) - (has_sign ? 128 : 256);
  const uint64_t sign = has_sign && code >= 128 ? kTwo31 : 0;
  if (k < 8 || (has_sign && magnitude < 8)) return static_cast<uint32_t>(sign);
  return static_cast<uint32_t>(sign + static_cast<uint64_t>(k) * kTwo20);
}

inline uint16_t encode_bfloat16(uint32_t bits, uint64_t r) {
  const uint64_t magnitude = bits % kTwo31, sign = bits / kTwo31 * 32768;
  if (magnitude > kInfinityBits) return 0x7fc0;
  if (magnitude == kInfinityBits) return static_cast<uint16_t>(sign + 0x7f80);
  const uint64_t code = (magnitude + r / 65536) / 65536;
  return static_cast<uint16_t>(sign + (code > 0x7f7f ? 0x7f7f : code));
}

}  // namespace slot_model
}  // namespace test
}  // namespace glissade

#endif
