// SPDX-License-Identifier: Apache-2.0
// Saved bytes as words of 4 bytes, little-endian, with their checksums.
#ifndef GLISSADE_SRC_SAVED_WORDS_HPP
#define GLISSADE_SRC_SAVED_WORDS_HPP

#include "numbers/crc32.hpp"

namespace glissade {
namespace {

constexpr size_t kBlockWords = 256;

inline void store_word(unsigned char* bytes, uint32_t value) {
  for (int k = 0; k < 4; ++k) bytes[k] = static_cast<unsigned char>(value >> 8 * k);
}
inline uint32_t load_word(const unsigned char* bytes) {
  uint32_t value = 0;
  for (int k = 0; k < 4; ++k) value |= static_cast<uint32_t>(bytes[k]) << 8 * k;
  return value;
}

// Writes words, a checksum behind each block of them, and one over those at the end. A Sink has put(4 bytes).
template <class Sink>
class Writer {
 public:
  explicit Writer(Sink sink) : sink_(sink) {}

  void put(uint32_t value) {
    block_ = write(value, block_);
    if (++words_ == kBlockWords) end_block();
  }
  void put(const void* words, size_t count) {  // floats or integers of 4 bytes
    for (size_t i = 0; i < count; ++i) {
      uint32_t word;
      __builtin_memcpy(&word, static_cast<const unsigned char*>(words) + 4 * i, sizeof word);
      put(word);
    }
  }
  void finish() {
    if (words_ > 0) end_block();
    write(all_, 0);
  }

 private:
  uint32_t write(uint32_t value, uint32_t crc) {
    unsigned char bytes[4];
    store_word(bytes, value);
    sink_.put(bytes);
    return crc32(bytes, sizeof bytes, crc);
  }
  void end_block() {
    all_ = write(block_, all_);
    block_ = 0;
    words_ = 0;
  }

  Sink sink_;
  uint32_t block_ = 0, all_ = 0;
  size_t words_ = 0;
};

// Reads them back. A Source has get(4 bytes).
template <class Source>
class Reader {
 public:
  explicit Reader(Source source) : source_(source) {}

  uint32_t get() {
    const uint32_t value = read(block_);
    if (++words_ == kBlockWords) end_block();
    return value;
  }
  void get(void* words, size_t count) {
    for (size_t i = 0; i < count; ++i) {
      const uint32_t word = get();
      __builtin_memcpy(static_cast<unsigned char*>(words) + 4 * i, &word, sizeof word);
    }
  }
  // Whether every checksum was right.
  bool finish() {
    if (words_ > 0) end_block();
    uint32_t ignored = 0;
    return read(ignored) == all_ && good_;
  }

 private:
  uint32_t read(uint32_t& crc) {
    unsigned char bytes[4];
    source_.get(bytes);
    crc = crc32(bytes, sizeof bytes, crc);
    return load_word(bytes);
  }
  void end_block() {
    const uint32_t found = block_;
    good_ = read(all_) == found && good_;
    block_ = 0;
    words_ = 0;
  }

  Source source_;
  uint32_t block_ = 0, all_ = 0;
  size_t words_ = 0;
  bool good_ = true;
};

}  // namespace
}  // namespace glissade

#endif
