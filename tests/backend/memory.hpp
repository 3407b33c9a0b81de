// SPDX-License-Identifier: Apache-2.0
// What the functions of the C face are called with: memory that can be spoilt, and looked at afterwards.
#ifndef GLISSADE_TESTS_MEMORY_HPP
#define GLISSADE_TESTS_MEMORY_HPP

#include "glissade/glissade.hpp"
#include "support/list.hpp"

namespace glissade {
namespace test {

// What is wrong with one pointer, or with all counts.
enum class Spoil { kNothing, kNull, kOdd, kHuge };

// A call takes its arguments from here, one after another, and says what it got. All pointers are into one
// array, so that everything that was written shows.
class Memory {
 public:
  static constexpr size_t kCount = 5, kFloats = 32, kBytes = 3328;

  // Spoils pointer number `which` of the call that comes.
  void begin(Spoil spoil, size_t which, bool tiny) {
    spoil_ = spoil;
    which_ = which;
    tiny_ = tiny;
    used_ = pointers_ = floats_ = 0;
    hit_ = false;
    status_ = GLS_OK;
    said_ = 0;
    for (size_t i = 0; i < kBytes; ++i) bytes_[i] = before_[i] = 0;
  }

  // A buffer of floats that must be there; one that may be null.
  float* out() { return spoilt(floats(), true); }
  const float* in() { return out(); }
  float* optional() { return spoilt(floats(), false); }

  // Something else that must be there.
  template <class T>
  T* object(const T& start = T()) {
    T* const place = reinterpret_cast<T*>(bytes_ + take(sizeof(T)));
    put(place, &start, sizeof(T));
    if (spoil_ != Spoil::kNull || pointers_++ != which_) return place;
    hit_ = true;
    return nullptr;
  }

  size_t count() {
    if (spoil_ != Spoil::kHuge) return kCount;
    hit_ = true;
    return SIZE_MAX / 4;
  }
  double number(double usual) const { return tiny_ ? 3e-310 : usual; }

  // What the call returns. A refusal is an error, NaN, 0 of a size, or a search that failed.
  void said(gls_status status) {
    if (status_ == GLS_OK) status_ = status;
    note(&status, sizeof status);
  }
  void said(gls_search search) { said_or(search != GLS_SEARCH_FAILED, search); }
  void said(double x) { said_or(x == x, x); }
  void said(float x) { said_or(x == x, x); }
  void said(size_t x) { said_or(x != 0, static_cast<uint64_t>(x)); }
  template <class T>
  void noted(const T& x) {
    note(&x, sizeof x);
  }

  gls_status status() const { return status_; }
  bool spoiled() const { return hit_; }  // whether there was an argument with that number
  bool unwritten() const {
    bool same = true;
    for (size_t i = 0; i < kBytes; ++i) same = same && bytes_[i] == before_[i];
    return same;
  }
  // Of what was said and written.
  uint32_t digest() const {
    uint32_t crc = said_;
    for (size_t i = 0; i < kBytes; ++i) {
      if (bytes_[i] == before_[i]) continue;
      const uint32_t change = static_cast<uint32_t>(i) << 8 | bytes_[i];
      crc = gls_crc32(crc, &change, sizeof change);
    }
    return crc;
  }

 private:
  size_t take(size_t size) {
    const size_t at = used_;
    used_ += (size + 15) & ~size_t{7};
    if (used_ > kBytes) __builtin_trap();
    return at;
  }
  void put(void* place, const void* from, size_t size) {
    __builtin_memcpy(place, from, size);
    __builtin_memcpy(before_ + (static_cast<unsigned char*>(place) - bytes_), from, size);
  }
  // Made without rounding, in any mode; sums and products of them round. With n values in a row, large on a
  // matrix's diagonal.
  float* floats() {
    float* const place = reinterpret_cast<float*>(bytes_ + take(kFloats * sizeof(float)));
    float values[kFloats];
    ++floats_;
    for (size_t i = 0; i < kFloats; ++i) {
      const uint32_t odd = static_cast<uint32_t>(i * 7 + floats_ * 3) % 11 + 1;
      values[i] = static_cast<float>(odd) * 0x1.99ap-4f + (i % (kCount + 1) == 0 ? 2.0f : 0.0f);
    }
    values[3] = 1e-41f;
    values[4] = 3e-23f;
    put(place, values, sizeof values);
    return place;
  }
  float* spoilt(float* buffer, bool needed) {
    if (spoil_ == Spoil::kNull && !needed) return buffer;
    if ((spoil_ != Spoil::kNull && spoil_ != Spoil::kOdd) || pointers_++ != which_) return buffer;
    hit_ = true;
    if (spoil_ == Spoil::kNull) return nullptr;
    return reinterpret_cast<float*>(reinterpret_cast<uintptr_t>(buffer) + 2);
  }
  void note(const void* value, size_t size) { said_ = gls_crc32(said_, value, size); }
  template <class T>
  void said_or(bool good, const T& value) {
    if (!good && status_ == GLS_OK) status_ = GLS_ERROR_NULL;
    note(&value, sizeof value);
  }

  alignas(8) unsigned char bytes_[kBytes], before_[kBytes];
  Spoil spoil_;
  bool tiny_, hit_;
  size_t which_, used_, pointers_, floats_;
  gls_status status_;
  uint32_t said_;
};

}  // namespace test
}  // namespace glissade

#endif
