// SPDX-License-Identifier: Apache-2.0
// A shuffled order without memory for it.
#ifndef GLISSADE_SRC_PERMUTATION_HPP
#define GLISSADE_SRC_PERMUTATION_HPP

#include <stdint.h>

namespace glissade {
namespace {

// Which of 0 to count - 1, at most 2^32 of them, comes at `place` < count: a permutation chosen by 4 random
// words. Not every one can come. A Feistel network of four rounds over the next power of 4 (16 at least),
// walked until the number lies below count (Black and Rogaway 2002, "Ciphers with arbitrary finite domains").
inline uint32_t permuted(uint32_t place, uint32_t count, const uint32_t (&keys)[4]) {
  uint32_t half = 2;
  while (half < 16 && (count - 1) >> (2 * half) != 0) ++half;
  const uint32_t mask = (uint32_t{1} << half) - 1;
  for (;;) {
    uint32_t left = place >> half, right = place & mask;
    for (const uint32_t key : keys) {
      uint32_t mixed = (right ^ key) * 0x9e3779b1u;
      mixed = (mixed ^ mixed >> 15) * 0x85ebca6bu;
      const uint32_t next = left ^ mixed >> (32 - half);
      left = right;
      right = next;
    }
    place = left << half | right;
    if (place < count) return place;
  }
}

}  // namespace
}  // namespace glissade

#endif
