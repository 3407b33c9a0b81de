// SPDX-License-Identifier: Apache-2.0
// The two slots of a store in flash: their units, their headers, and whether one's bytes are those it was
// given.
#ifndef GLISSADE_SRC_SLOTS_HPP
#define GLISSADE_SRC_SLOTS_HPP

#include "glissade/storage/store.h"
#include "storage/saved_words.hpp"

namespace glissade {
namespace {

using Status = gls_status;

constexpr uint32_t kSlotMagic = 0x02534c47u;  // "GLS\2"
constexpr uint32_t kNothingLoaded = UINT32_MAX;
constexpr uint32_t kTag = 16, kTagBytes = 32, kCheck = kTag + kTagBytes;
static_assert(kCheck + 4 == GLS_STORE_HEADER_BYTES, "the header is as documented");

struct SlotHeader {
  unsigned char bytes[GLS_STORE_HEADER_BYTES];

  uint32_t word(uint32_t at) const { return load_word(bytes + at); }
  uint32_t sequence() const { return word(4); }
  uint32_t size() const { return word(8); }
  uint32_t crc() const { return word(12); }
  bool good(uint32_t capacity) const {
    return word(0) == kSlotMagic && word(kCheck) == crc32(bytes, kCheck) && sequence() != 0 &&
           size() <= capacity;
  }
};

inline Status status_of(int result) { return result == 0 ? GLS_OK : GLS_ERROR_DEVICE; }

inline unsigned char* buffer_of(const gls_flash& flash) { return static_cast<unsigned char*>(flash.buffer); }

inline uint32_t block_of(const gls_flash& flash, uint32_t slot, uint32_t offset) {
  return slot * (flash.block_count / 2) + offset / flash.block_size;
}

inline Status prog_unit(const gls_flash& flash, uint32_t slot, uint32_t offset) {
  return status_of(flash.prog(&flash, block_of(flash, slot, offset), offset % flash.block_size, flash.buffer,
                              flash.prog_size));
}

// Reads the unit at an offset of a slot, unless the buffer holds it: it is the one at `loaded`. Not inlined:
// three readers share it.
__attribute__((noinline)) Status load_unit(const gls_flash& flash, uint32_t slot, uint32_t unit,
                                           uint32_t& loaded) {
  if (loaded == unit) return GLS_OK;
  loaded = kNothingLoaded;
  const int result =
      flash.read(&flash, block_of(flash, slot, unit), unit % flash.block_size, flash.buffer, flash.prog_size);
  if (result != 0) return result == GLS_FLASH_UNCORRECTABLE ? GLS_ERROR_DAMAGED : GLS_ERROR_DEVICE;
  loaded = unit;
  return GLS_OK;
}

// Reads a slot's bytes from `place` on, which moves along, a unit at a time: work(bytes, size).
template <class Work>
inline Status read_parts(const gls_flash& flash, uint32_t slot, uint32_t& place, size_t size,
                         uint32_t& loaded, Work work) {
  while (size > 0) {
    const uint32_t inside = place % flash.prog_size, left = flash.prog_size - inside;
    const Status status = load_unit(flash, slot, place - inside, loaded);
    if (status != GLS_OK) return status;
    const uint32_t part = size < left ? static_cast<uint32_t>(size) : left;
    work(buffer_of(flash) + inside, part);
    place += part;
    size -= part;
  }
  return GLS_OK;
}

// The same into memory.
__attribute__((noinline)) Status read_bytes(const gls_flash& flash, uint32_t slot, uint32_t& place,
                                            uint32_t& loaded, void* bytes, size_t size) {
  unsigned char* to = static_cast<unsigned char*>(bytes);
  return read_parts(flash, slot, place, size, loaded, [&](const void* part, uint32_t part_size) {
    __builtin_memcpy(to, part, part_size);
    to += part_size;
  });
}

// GLS_ERROR_DAMAGED: there is none, or half of one.
inline Status read_header(const gls_flash& flash, uint32_t slot, SlotHeader& header) {
  const uint32_t room = gls_store_capacity(&flash);
  uint32_t place = room, loaded = kNothingLoaded;
  const Status status = read_bytes(flash, slot, place, loaded, &header, sizeof header);
  return status == GLS_OK && !header.good(room) ? GLS_ERROR_DAMAGED : status;
}

inline Status prog_header(const gls_flash& flash, uint32_t slot, const SlotHeader& header) {
  const uint32_t first = gls_store_capacity(&flash);
  Status status = GLS_OK;
  for (uint32_t done = 0; done < sizeof header.bytes && status == GLS_OK; done += flash.prog_size) {
    const uint32_t left = static_cast<uint32_t>(sizeof header.bytes) - done;
    const uint32_t part = left < flash.prog_size ? left : flash.prog_size;
    __builtin_memset(flash.buffer, 0xff, flash.prog_size);
    __builtin_memcpy(flash.buffer, header.bytes + done, part);
    status = prog_unit(flash, slot, first + done);
  }
  return status;
}

// The tag of a state whose bytes the authenticator has had already.
inline Status finish_tag(const gls_authenticator& authenticator, const SlotHeader& header,
                         unsigned char* tag) {
  const Status status = status_of(authenticator.mac_update(authenticator.context, header.bytes, kTag));
  return status == GLS_OK ? status_of(authenticator.mac_finish(authenticator.context, tag)) : status;
}

// In a time that does not depend on where they differ.
inline bool same_tag(const unsigned char* a, const unsigned char* b) {
  unsigned difference = 0;
  for (uint32_t i = 0; i < kTagBytes; ++i) difference |= static_cast<unsigned>(a[i] ^ b[i]);
  return difference == 0;
}

// The counter's value; 0 where there is none.
inline Status read_counter(const gls_authenticator* authenticator, uint32_t& value) {
  value = 0;
  if (authenticator == nullptr || authenticator->counter_read == nullptr) return GLS_OK;
  return status_of(authenticator->counter_read(authenticator->context, &value));
}
inline Status raise_counter(const gls_authenticator* authenticator, uint32_t from, uint32_t to) {
  if (authenticator == nullptr || authenticator->counter_raise == nullptr || from >= to) return GLS_OK;
  return status_of(authenticator->counter_raise(authenticator->context, to));
}

// Are a slot's bytes those that its header tells of, and whose tag it has?
inline Status check_slot(const gls_flash& flash, uint32_t slot, const SlotHeader& header,
                         const gls_authenticator* authenticator) {
  int failed = authenticator == nullptr ? 0 : authenticator->mac_begin(authenticator->context);
  uint32_t crc = 0, place = 0, loaded = kNothingLoaded;
  const Status status =
      read_parts(flash, slot, place, header.size(), loaded, [&](const void* bytes, uint32_t size) {
        crc = crc32(bytes, size, crc);
        if (authenticator != nullptr && failed == 0)
          failed = authenticator->mac_update(authenticator->context, bytes, size);
      });
  if (status != GLS_OK) return status;
  if (crc != header.crc()) return GLS_ERROR_DAMAGED;
  if (failed != 0) return GLS_ERROR_DEVICE;
  if (authenticator == nullptr) return GLS_OK;
  unsigned char tag[kTagBytes];
  const Status tagged = finish_tag(*authenticator, header, tag);
  return tagged == GLS_OK && !same_tag(tag, header.bytes + kTag) ? GLS_ERROR_FORGED : tagged;
}

// The sizes fit each other, and a slot holds more than its header.
inline uint32_t capacity(const gls_flash& f) {
  if (f.read_size == 0 || f.prog_size == 0 || f.prog_size % f.read_size != 0) return 0;
  if (f.block_size == 0 || f.block_size % f.prog_size != 0 || f.block_count % 2 != 0) return 0;
  const uint64_t slot = static_cast<uint64_t>(f.block_size) * (f.block_count / 2);
  const uint32_t header = ((GLS_STORE_HEADER_BYTES - 1) / f.prog_size + 1) * f.prog_size;
  return slot > UINT32_MAX || slot <= header ? 0 : static_cast<uint32_t>(slot) - header;
}

inline bool complete(const gls_flash& f) {
  if (f.read == nullptr || f.prog == nullptr || f.erase == nullptr || f.sync == nullptr ||
      f.buffer == nullptr)
    return false;
  const gls_authenticator* const a = f.authenticator;
  if (a == nullptr) return true;
  return a->mac_begin != nullptr && a->mac_update != nullptr && a->mac_finish != nullptr &&
         (a->counter_read == nullptr) == (a->counter_raise == nullptr);
}

}  // namespace
}  // namespace glissade

#endif
