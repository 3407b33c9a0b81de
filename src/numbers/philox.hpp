// SPDX-License-Identifier: Apache-2.0
// Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): random words as a
// function of a counter and a key.
#ifndef GLISSADE_SRC_PHILOX_HPP
#define GLISSADE_SRC_PHILOX_HPP

#include <stdint.h>

namespace glissade {
namespace {

// What the fourth word of the counter says, so that uses of one seed do not meet.
enum : uint32_t { kNoiseStream, kShuffleStream, kReplayStream };

// words: the counter, then the random words.
inline void philox(uint32_t (&words)[4], uint64_t key) {
  uint32_t low_key = static_cast<uint32_t>(key), high_key = static_cast<uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    const uint64_t a = uint64_t{words[0]} * 0xd2511f53u, b = uint64_t{words[2]} * 0xcd9e8d57u;
    words[0] = static_cast<uint32_t>(b >> 32) ^ words[1] ^ low_key;
    words[1] = static_cast<uint32_t>(b);
    words[2] = static_cast<uint32_t>(a >> 32) ^ words[3] ^ high_key;
    words[3] = static_cast<uint32_t>(a);
    low_key += 0x9e3779b9u;
    high_key += 0xbb67ae85u;
  }
}

}  // namespace
}  // namespace glissade

#endif
