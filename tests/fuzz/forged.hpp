// SPDX-License-Identifier: Apache-2.0
#ifndef GLISSADE_TESTS_FORGED_HPP
#define GLISSADE_TESTS_FORGED_HPP

#include <algorithm>
#include <vector>

#include "glissade/glissade.hpp"

namespace glissade {
namespace test {

inline void put_word(uint8_t* to, uint32_t word) {
  for (size_t i = 0; i < 4; ++i) to[i] = static_cast<uint8_t>(word >> 8 * i);
}

// What a forger does to bytes of a saved optimizer: makes every checksum right.
inline void fix_checksums(uint8_t* bytes, size_t size) {
  uint32_t all = 0;
  size_t at = 0;
  while (at + 8 < size) {
    const size_t block = std::min<size_t>(1024, size - 8 - at);
    put_word(&bytes[at + block], gls_crc32(0, &bytes[at], block));
    all = gls_crc32(all, &bytes[at + block], 4);
    at += block + 4;
  }
  put_word(&bytes[size - 4], all);
}

}  // namespace test
}  // namespace glissade

#endif
