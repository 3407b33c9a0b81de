// SPDX-License-Identifier: Apache-2.0
// What a store asks of its authenticator: tags, and the counter that nobody can set back.
#ifndef GLISSADE_SRC_AUTHENTICATOR_HPP
#define GLISSADE_SRC_AUTHENTICATOR_HPP

#include "glissade/storage/store.h"
#include "storage/saved_words.hpp"

namespace glissade {
namespace {

using Status = gls_status;

constexpr uint32_t kTag = 16, kTagBytes = 32, kCheck = kTag + kTagBytes;
static_assert(kCheck + 4 == GLS_STORE_HEADER_BYTES, "the header is as documented");

// The counter: bit 31; the number that was committed last; how many numbers after it were tried. A value
// without bit 31 is one of 0.1's: a number alone.
constexpr uint32_t kWithTries = 1u << 31;
constexpr int kTryBits = 8;
constexpr uint32_t kTriesMost = (1u << kTryBits) - 1, kCountedMost = (kWithTries >> kTryBits) - 1;

inline Status status_of(int result) { return result == 0 ? GLS_OK : GLS_ERROR_DEVICE; }

// The tag of a state whose bytes the authenticator has had already. tag is all zero.
inline Status finish_tag(const gls_authenticator& authenticator, const unsigned char* header,
                         unsigned char* tag) {
  const Status status = status_of(authenticator.mac_update(authenticator.context, header, kTag));
  return status == GLS_OK ? status_of(authenticator.mac_finish(authenticator.context, tag)) : status;
}

// In a time that does not depend on where they differ.
inline bool same_tag(const unsigned char* a, const unsigned char* b) {
  unsigned difference = 0;
  for (uint32_t i = 0; i < kTagBytes; ++i) difference |= static_cast<unsigned>(a[i] ^ b[i]);
  return difference == 0;
}

inline bool counts(const gls_flash& flash) {
  return flash.authenticator != nullptr && flash.authenticator->counter_read != nullptr;
}

// Sets the number that was committed last, and the highest one that was used. most: the highest number that a
// state may have. All are 0 and `most` is no limit where there is no counter.
inline Status read_counter(gls_store& store, uint32_t& most) {
  most = UINT32_MAX;
  if (!counts(*store.flash)) return GLS_OK;
  const gls_authenticator& a = *store.flash->authenticator;
  uint32_t value = 0;
  if (a.counter_read(a.context, &value) != 0) return GLS_ERROR_DEVICE;
  store.counted = store.highest = value;
  if (value < kWithTries) return GLS_OK;
  store.counted = (value - kWithTries) >> kTryBits;
  store.highest = most = store.counted + (value & kTriesMost);
  return GLS_OK;
}

inline Status raise_counter(const gls_store& store, uint32_t committed, uint32_t tried) {
  if (!counts(*store.flash)) return GLS_OK;
  const gls_authenticator& a = *store.flash->authenticator;
  return status_of(a.counter_raise(a.context, kWithTries | committed << kTryBits | tried));
}

// Is there a number for one more commit?
inline bool numbers_left(const gls_store& store) {
  if (!counts(*store.flash)) return store.highest < UINT32_MAX;
  return store.highest < kCountedMost && store.highest - store.counted < kTriesMost;
}

}  // namespace
}  // namespace glissade

#endif
