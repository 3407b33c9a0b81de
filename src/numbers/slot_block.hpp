// SPDX-License-Identifier: Apache-2.0
// Slots in a byte or two go by blocks: their size, their random bits, their numbers in 11 bits.
#ifndef GLISSADE_SRC_SLOT_BLOCK_HPP
#define GLISSADE_SRC_SLOT_BLOCK_HPP

#include <stddef.h>
#include <stdint.h>

namespace glissade {
namespace {

constexpr size_t kSlotBlock = 64;
constexpr uint32_t kGoldenRatio = 0x9e3779b9u;  // of 2^32

// What k is where a value is the largest finite one, infinite, or NaN.
enum : uint32_t { kLargestFinite = 2039, kInfinite = 2040, kNaN = 2044 };

// Codes begin so far above 0: k = code + base.
template <bool kHasSign>
constexpr int32_t code_base(uint32_t exponent) {
  return static_cast<int32_t>(8 * exponent) + 8 - (kHasSign ? 128 : 256);
}

// What the random bits of all blocks of a step begin with,
inline uint32_t slot_step_start(uint32_t seed, uint32_t step) { return seed + step * kGoldenRatio; }
// and where those of a block begin; all bits of the result depend on all of the arguments.
inline uint32_t slot_block_hash(uint32_t start, uint32_t block) {
  uint32_t x = start + block * 0x85ebca6bu;
  x ^= x >> 16;
  x *= 0x7feb352du;
  x ^= x >> 15;
  x *= 0x846ca68bu;
  return x ^ x >> 16;
}

}  // namespace
}  // namespace glissade

#endif
