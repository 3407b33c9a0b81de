// SPDX-License-Identifier: Apache-2.0
// Saved bytes as words of 4 bytes, little-endian, with their checksums.
#ifndef GLISSADE_SRC_SAVED_WORDS_HPP
#define GLISSADE_SRC_SAVED_WORDS_HPP

#include "crc32.hpp"

namespace glissade {
namespace {

constexpr size_t kBlockWords = 256;

struct Word {
  unsigned char bytes[4];
  explicit Word(uint32_t value) {
    for (int k = 0; k < 4; ++k) bytes[k] = static_cast<unsigned char>(value >> 8 * k);
  }
};

// Writes words, a checksum behind each block of them, and one over those at the end.
class Writer {
 public:
  explicit Writer(unsigned char* to) : to_(to) {}

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
    const Word word(value);
    __builtin_memcpy(to_, word.bytes, sizeof word.bytes);
    to_ += sizeof word.bytes;
    return crc32(word.bytes, sizeof word.bytes, crc);
  }
  void end_block() {
    all_ = write(block_, all_);
    block_ = 0;
    words_ = 0;
  }

  unsigned char* to_;
  uint32_t block_ = 0, all_ = 0;
  size_t words_ = 0;
};

// Reads them back.
class Reader {
 public:
  explicit Reader(const unsigned char* from) : from_(from) {}

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
    crc = crc32(from_, 4, crc);
    uint32_t value = 0;
    for (int k = 0; k < 4; ++k) value |= static_cast<uint32_t>(*from_++) << 8 * k;
    return value;
  }
  void end_block() {
    const uint32_t found = block_;
    good_ = read(all_) == found && good_;
    block_ = 0;
    words_ = 0;
  }

  const unsigned char* from_;
  uint32_t block_ = 0, all_ = 0;
  size_t words_ = 0;
  bool good_ = true;
};

}  // namespace
}  // namespace glissade

#endif
