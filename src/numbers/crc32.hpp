// SPDX-License-Identifier: Apache-2.0
// CRC-32 as in zlib and Ethernet (reflected polynomial 0xedb88320).
#ifndef GLISSADE_SRC_CRC32_HPP
#define GLISSADE_SRC_CRC32_HPP

#include <stddef.h>
#include <stdint.h>

namespace glissade {

constexpr uint32_t kCrc32Table[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
                                      0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
                                      0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};

// One more byte, half of it at a time: a table of 64 bytes.
constexpr uint32_t crc32_step(uint32_t crc, uint32_t byte) {
  crc = kCrc32Table[(crc ^ byte) & 15u] ^ (crc >> 4);
  return kCrc32Table[(crc ^ (byte >> 4)) & 15u] ^ (crc >> 4);
}

// crc: 0 at the start, or the result for the bytes before.
inline uint32_t crc32(const void* bytes, size_t size, uint32_t crc = 0) {
  const unsigned char* const data = static_cast<const unsigned char*>(bytes);
  crc = ~crc;
  for (size_t i = 0; i < size; ++i) crc = crc32_step(crc, data[i]);
  return ~crc;
}

// Of a text, for constants.
constexpr uint32_t crc32_of(const char* text) {
  uint32_t crc = ~0u;
  for (; *text != '\0'; ++text) crc = crc32_step(crc, static_cast<unsigned char>(*text));
  return ~crc;
}

}  // namespace glissade

#endif
