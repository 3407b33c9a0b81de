// SPDX-License-Identifier: Apache-2.0
// CRC-32 as in zlib and Ethernet (reflected polynomial 0xedb88320) of 32-bit words in little-endian byte
// order.
#ifndef GLISSADE_PLATFORM_DEMO_CRC32_HPP
#define GLISSADE_PLATFORM_DEMO_CRC32_HPP

#include <stddef.h>
#include <stdint.h>

namespace glissade {

// words: floats or integers, 4 bytes each. crc: 0 at the start, or the result for what came before.
template <class Word>
uint32_t crc32(const Word* words, size_t count, uint32_t crc = 0) {
  static_assert(sizeof(Word) == 4, "words have 4 bytes");
  crc = ~crc;
  for (size_t i = 0; i < count; ++i) {
    uint32_t bits;
    __builtin_memcpy(&bits, words + i, sizeof bits);
    crc ^= bits;  // the reflected register takes a little-endian word at once
    for (int k = 0; k < 32; ++k) crc = (crc >> 1) ^ (0xedb88320u & (0u - (crc & 1u)));
  }
  return ~crc;
}

}  // namespace glissade

#endif
