// SPDX-License-Identifier: Apache-2.0
// The two slots of a store in flash: their units, records and headers, and whether one's bytes are those it
// was given. glissade/store.h has the layout.
#ifndef GLISSADE_SRC_SLOTS_HPP
#define GLISSADE_SRC_SLOTS_HPP

#include "storage/authenticator.hpp"

namespace glissade {
namespace {

constexpr uint32_t kFormat = 0x03534c47u;     // "GLS\3"
constexpr uint32_t kFormat01 = 0x02534c47u;   // "GLS\2": one header, no record
constexpr uint32_t kAnyFormat = 0x534c4700u;  // "GLS", in a word that has lost its last byte
constexpr uint32_t kNothingLoaded = UINT32_MAX;
constexpr uint32_t kRecordBytes = GLS_STORE_RECORD_BYTES;

// What stands in a place of flash, or in a slot. Of two of them the greater one counts.
enum Sight {
  kBlank,       // erased
  kStarted,     // our record, or its beginning, and no second header: the first commit was cut
  kBad,         // anything that is no header, or no whole state
  kForged,      // no right tag, or not the newest
  kUnreadable,  // a read failed, and flash does not know that the bytes are lost
  kStrange,     // of another geometry, or of a later format
  kFailed,      // the authenticator failed
  kGood
};
inline Sight worse(Sight a, Sight b) { return a > b ? a : b; }

struct SlotHeader {
  unsigned char bytes[GLS_STORE_HEADER_BYTES];

  uint32_t word(uint32_t at) const { return load_word(bytes + at); }
  uint32_t format() const { return word(0); }
  uint32_t sequence() const { return word(4); }
  uint32_t size() const { return word(8); }
  uint32_t crc() const { return word(12); }
  uint32_t check() const { return word(kCheck); }
  uint32_t start() const { return format() == kFormat ? kRecordBytes : 0; }  // where the state's bytes begin
};

inline unsigned char* buffer_of(const gls_flash& flash) { return static_cast<unsigned char*>(flash.buffer); }

inline uint32_t slot_bytes(const gls_flash& f) { return f.block_size * (f.block_count / 2); }
inline uint32_t header_bytes(const gls_flash& f) {
  return ((GLS_STORE_HEADER_BYTES - 1) / f.prog_size + 1) * f.prog_size;
}
// Of the first header (0), or the second one (1).
inline uint32_t header_place(const gls_flash& f, uint32_t copy) {
  return slot_bytes(f) - (2 - copy) * header_bytes(f);
}
inline uint32_t first_header_block(const gls_flash& f) { return header_place(f, 0) / f.block_size; }

inline uint32_t block_of(const gls_flash& flash, uint32_t slot, uint32_t offset) {
  return flash.first_block + slot * (flash.block_count / 2) + offset / flash.block_size;
}

// Erases before the first unit of a block; but not the headers' blocks, which were erased before all else.
__attribute__((noinline)) Status write_unit(const gls_flash& flash, uint32_t slot, uint32_t offset) {
  const uint32_t block = block_of(flash, slot, offset), inside = offset % flash.block_size;
  int result = 0;
  if (inside == 0 && offset / flash.block_size < first_header_block(flash))
    result = flash.erase(&flash, block);
  if (result == 0) result = flash.prog(&flash, block, inside, flash.buffer, flash.prog_size);
  return status_of(result);
}

inline Status erase_headers(const gls_flash& flash, uint32_t slot) {
  int result = 0;
  for (uint32_t k = first_header_block(flash); k < flash.block_count / 2 && result == 0; ++k)
    result = flash.erase(&flash, block_of(flash, slot, 0) + k);
  return status_of(result);
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
inline Sight sight_of(Status read) {
  return read == GLS_OK ? kGood : read == GLS_ERROR_DAMAGED ? kBad : kUnreadable;
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

// Erased flash is all ones, or all zeros.
inline bool is_blank(const unsigned char* bytes, uint32_t size) {
  unsigned ones = 0xff, zeros = 0;
  for (uint32_t i = 0; i < size; ++i) {
    ones &= bytes[i];
    zeros |= bytes[i];
  }
  return ones == 0xff || zeros == 0;
}

// Reads bytes that should begin with a format, and end with their CRC-32.
__attribute__((noinline)) Sight read_sealed(const gls_flash& flash, uint32_t slot, uint32_t place,
                                            unsigned char* bytes, uint32_t size) {
  uint32_t loaded = kNothingLoaded;
  const Sight read = sight_of(read_bytes(flash, slot, place, loaded, bytes, size));
  if (read != kGood) return read;
  const uint32_t sealed = size - 4;
  if (load_word(bytes) << 8 == kAnyFormat && load_word(bytes + sealed) == crc32(bytes, sealed)) return kGood;
  return is_blank(bytes, size) ? kBlank : kBad;
}

inline void make_record(const gls_flash& flash, unsigned char* bytes) {
  store_word(bytes, kFormat);
  store_word(bytes + 4, flash.prog_size);
  store_word(bytes + 8, flash.block_size);
  store_word(bytes + 12, flash.block_count);
  store_word(bytes + 16, crc32(bytes, 16));
}

// kStrange: here is another geometry's, or a later format's. kStarted: our own, or its first word and as much
// of the others as a cut let come; that is no state by itself.
__attribute__((noinline)) Sight read_record(const gls_flash& flash, uint32_t slot, uint32_t place) {
  unsigned char found[kRecordBytes] = {}, own[kRecordBytes];
  const Sight sight = read_sealed(flash, slot, place, found, sizeof found);
  if (sight != kGood && (sight != kBad || load_word(found) != kFormat)) return sight;
  make_record(flash, own);
  if (sight == kGood) return load_word(found + 16) == load_word(own + 16) ? kStarted : kStrange;
  unsigned missing = 0, foreign = 0;
  for (uint32_t i = 0; i < kRecordBytes; ++i) {
    missing |= own[i] & ~unsigned{found[i]};
    foreign |= found[i] & ~unsigned{own[i]};
  }
  return missing == 0 || foreign == 0 ? kStarted : kBad;  // of flash that is erased to ones, or to zeros
}

// The first header (0), or the second one (1).
__attribute__((noinline)) Sight read_header(const gls_flash& flash, uint32_t slot, uint32_t copy,
                                            SlotHeader& header) {
  const uint32_t place = header_place(flash, copy);
  const Sight sight = read_sealed(flash, slot, place, header.bytes, sizeof header.bytes);
  if (sight != kGood) return sight;
  if (header.format() != kFormat && header.format() != kFormat01) return kStrange;
  const uint32_t end = header.format() == kFormat ? header_place(flash, 0) : place;
  return header.sequence() != 0 && header.size() <= end - header.start() ? kGood : kBad;
}

__attribute__((noinline)) Status write_header(const gls_flash& flash, uint32_t slot, uint32_t copy,
                                              const SlotHeader& header) {
  const uint32_t first = header_place(flash, copy);
  Status status = GLS_OK;
  for (uint32_t done = 0; done < sizeof header.bytes && status == GLS_OK; done += flash.prog_size) {
    const uint32_t left = static_cast<uint32_t>(sizeof header.bytes) - done;
    __builtin_memset(flash.buffer, 0xff, flash.prog_size);
    __builtin_memcpy(flash.buffer, header.bytes + done, left < flash.prog_size ? left : flash.prog_size);
    status = write_unit(flash, slot, first + done);
  }
  if (status == GLS_OK) status = status_of(flash.sync(&flash));
  if (status != GLS_OK) return status;
  SlotHeader found;
  const bool same = read_header(flash, slot, copy, found) == kGood && found.check() == header.check();
  return same ? GLS_OK : GLS_ERROR_DEVICE;
}

// What stands in a slot. A commit writes two headers, and counts when the second is begun: by then the first
// one is there for good. Cut before that, the first one may read right today and wrong tomorrow.
struct Slot {
  Sight sight;
  bool sure;                 // the second header was begun
  uint32_t sequence, check;  // the header's, where sight is kGood; check tells strangers apart, too
};
__attribute__((noinline)) Slot look_at(const gls_flash& flash, uint32_t slot, SlotHeader& header) {
  header = {};  // where nothing can be read, too
  const Sight second = read_header(flash, slot, 1, header);
  Sight sight = second;
  if (second != kGood || header.format() != kFormat01) {
    const Sight record = read_record(flash, slot, 0);
    if (second != kGood) sight = worse(worse(second, record), read_header(flash, slot, 0, header));
    // The first state goes into slot 0, and a second header is begun before it counts.
    if (record == kStarted && sight <= kBad) sight = slot == 0 && second == kBlank ? kStarted : kBad;
    if (record == kStrange || second == kStrange) sight = kStrange;
  }
  const uint32_t check = header.check();
  return {sight, second != kBlank, header.sequence(), sight == kStrange ? ~check : check};
}

__attribute__((noinline)) Slot look_at(const gls_flash& flash, uint32_t slot) {
  SlotHeader header;
  return look_at(flash, slot, header);
}

// Are a slot's bytes those that its header tells of, and whose tag it has?
inline Sight check_slot(const gls_flash& flash, uint32_t slot, const SlotHeader& header,
                        const gls_authenticator* authenticator) {
  int failed = authenticator == nullptr ? 0 : authenticator->mac_begin(authenticator->context);
  uint32_t crc = 0, place = header.start(), loaded = kNothingLoaded;
  const Sight sight =
      sight_of(read_parts(flash, slot, place, header.size(), loaded, [&](const void* bytes, uint32_t size) {
        crc = crc32(bytes, size, crc);
        if (authenticator != nullptr && failed == 0)
          failed = authenticator->mac_update(authenticator->context, bytes, size);
      }));
  if (sight != kGood) return sight;
  if (crc != header.crc()) return kBad;
  if (authenticator == nullptr) return kGood;
  unsigned char tag[kTagBytes] = {};
  if (failed != 0 || finish_tag(*authenticator, header.bytes, tag) != GLS_OK) return kFailed;
  return same_tag(tag, header.bytes + kTag) ? kGood : kForged;
}

// The sizes fit each other, and a slot holds more than its record and headers.
inline uint32_t capacity(const gls_flash& f) {
  if (f.read_size == 0 || f.prog_size == 0 || f.prog_size % f.read_size != 0) return 0;
  if (f.block_size == 0 || f.block_size % f.prog_size != 0 || f.block_count % 2 != 0) return 0;
  const uint64_t slot = static_cast<uint64_t>(f.block_size) * (f.block_count / 2);
  const uint64_t taken = uint64_t{2} * header_bytes(f) + kRecordBytes;
  if (slot > UINT32_MAX || slot <= taken || f.first_block > UINT32_MAX - f.block_count) return 0;
  return static_cast<uint32_t>(slot - taken);
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
