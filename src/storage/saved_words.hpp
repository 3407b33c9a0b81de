// SPDX-License-Identifier: Apache-2.0
// Saved bytes as words of 4 bytes, little-endian, with their checksums.
#ifndef GLISSADE_SRC_SAVED_WORDS_HPP
#define GLISSADE_SRC_SAVED_WORDS_HPP

#include "glissade/optimizer.hpp"
#include "numbers/crc32.hpp"

namespace glissade {
namespace {

constexpr size_t kBlockWords = kSavedBlockWords;

inline void store_word(unsigned char* bytes, uint32_t value) {
  for (int k = 0; k < 4; ++k) bytes[k] = static_cast<unsigned char>(value >> 8 * k);
}
inline uint32_t load_word(const unsigned char* bytes) {
  uint32_t value = 0;
  for (int k = 0; k < 4; ++k) value |= static_cast<uint32_t>(bytes[k]) << 8 * k;
  return value;
}

// Words at the head of saved bytes: the format, the library's version, and then the format's own.
template <uint32_t kWords>
struct SavedHeader {
  unsigned char bytes[4 * kWords];

  SavedHeader() = default;
  explicit SavedHeader(const uint32_t (&words)[kWords]) {
    for (uint32_t k = 0; k < kWords; ++k) store_word(bytes + size_t{4} * k, words[k]);
  }
  uint32_t word(uint32_t k) const { return load_word(bytes + size_t{4} * k); }

  // The same up to `last`? Any version of the library reads a format that it knows.
  bool same_until(const SavedHeader& other, uint32_t last) const {
    for (uint32_t k = 0; k <= last; ++k) {
      if (k != 1 && word(k) != other.word(k)) return false;
    }
    return true;
  }
};

// Words in memory are then their saved bytes already: a span of them goes in one piece, so that an
// authenticator and the store get up to a kilobyte at once.
constexpr bool kLittleEndian = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
inline uint32_t word_at(const unsigned char* bytes) {
  uint32_t word;
  __builtin_memcpy(&word, bytes, sizeof word);
  return word;
}
inline uint32_t little_endian(uint32_t word) { return kLittleEndian ? word : __builtin_bswap32(word); }

// How many of `count` words make the next span: it ends with the block, where the checksum comes.
inline size_t span_of(size_t count, size_t words_in_block) {
  const size_t most = kLittleEndian ? kBlockWords - words_in_block : 1;
  return count < most ? count : most;
}

// Bytes and checksums, but for those in a store, which keeps the sums itself: a Raw has put(bytes, size).
template <class Raw>
class Summed {
 public:
  explicit Summed(Raw raw) : raw_(raw) {}

  void put(const unsigned char* bytes, size_t size, uint32_t sum) {
    raw_.put(bytes, size);
    sums_[sum] = crc32(bytes, size, sums_[sum]);
  }
  void put_sum(uint32_t sum) {
    unsigned char word[4];
    store_word(word, sums_[sum]);
    put(word, sizeof word, 1);
    sums_[sum] = 0;
  }

 private:
  Raw raw_;
  uint32_t sums_[2] = {0, 0};
};

// Writes words, a checksum behind each block of them, and one over those at the end.
// A Sink has put(bytes, size, sum) and put_sum(sum): of sums 0 and 1, as store_put and store_put_sum.
template <class Sink>
class Writer {
 public:
  explicit Writer(Sink sink) : sink_(sink) {}

  void put(const void* words, size_t count) {  // floats or integers of 4 bytes
    const unsigned char* from = static_cast<const unsigned char*>(words);
    while (count > 0) {
      const size_t span = span_of(count, words_);
      write(from, span);
      from += 4 * span;
      count -= span;
      words_ += span;
      if (words_ == kBlockWords) end_block();
    }
  }
  void finish() {
    if (words_ > 0) end_block();
    sink_.put_sum(1);
  }

 private:
  void write(const unsigned char* from, size_t span) {  // of one word where its bytes have another order
    if constexpr (kLittleEndian) {
      sink_.put(from, 4 * span, 0);
    } else {
      unsigned char word[4];
      store_word(word, word_at(from));
      sink_.put(word, sizeof word, 0);
    }
  }
  void end_block() {
    sink_.put_sum(0);
    words_ = 0;
  }

  Sink sink_;
  size_t words_ = 0;
};

// Reads them back. A Source has get(bytes, size).
template <class Source>
class Reader {
 public:
  explicit Reader(Source source) : source_(source) {}

  void get(void* words, size_t count) {
    unsigned char* to = static_cast<unsigned char*>(words);
    while (count > 0) {
      const size_t span = span_of(count, words_);
      read(to, 4 * span, block_);
      if constexpr (!kLittleEndian) {
        const uint32_t word = little_endian(word_at(to));
        __builtin_memcpy(to, &word, sizeof word);
      }
      to += 4 * span;
      count -= span;
      words_ += span;
      if (words_ == kBlockWords) end_block();
    }
  }
  void skip(size_t count) {
    constexpr size_t kMost = 8;  // a compromise between calls and stack
    uint32_t ignored[kMost];
    while (count > 0) {
      const size_t part = count < kMost ? count : kMost;
      get(ignored, part);
      count -= part;
    }
  }
  // Whether every checksum was right.
  bool finish() {
    if (words_ > 0) end_block();
    uint32_t ignored = 0;
    return read_word(ignored) == all_ && good_;
  }

 private:
  void read(unsigned char* bytes, size_t size, uint32_t& crc) {
    source_.get(bytes, size);
    crc = crc32(bytes, size, crc);
  }
  uint32_t read_word(uint32_t& crc) {
    uint32_t word;
    read(reinterpret_cast<unsigned char*>(&word), sizeof word, crc);
    return little_endian(word);
  }
  void end_block() {
    const uint32_t found = block_;
    good_ = read_word(all_) == found && good_;
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
