// SPDX-License-Identifier: Apache-2.0
// A new state: what is written before what, and when it counts.
#ifndef GLISSADE_SRC_COMMIT_HPP
#define GLISSADE_SRC_COMMIT_HPP

#include "storage/slots.hpp"

namespace glissade {
namespace {

// kChecking: gls_restore_from only checks. kBegun: nothing of the new state is in flash yet. kComparing: all
// of it is, written in pieces.
enum Phase { kClosed, kReading, kChecking, kBegun, kWriting, kComparing };

// gls_store::passed: how many bytes of the state were put in this piece; or
constexpr uint32_t kWhole = UINT32_MAX;        // the state is not written in pieces
constexpr uint32_t kFull = UINT32_MAX - 1;     // this piece has programmed its unit
constexpr uint32_t kBetween = UINT32_MAX - 2;  // no piece is being written: nothing may be put

inline uint32_t written(const gls_store& store) { return store.position - kRecordBytes; }

// Has another store written this flash? Then what this one knows of it is no longer so.
Status unchanged(gls_store& store) {
  for (uint32_t slot = 0; slot < 2; ++slot) {
    const Slot found = look_at(*store.flash, slot);
    // One that is not sure may be a header of our own that failed.
    const bool counts = found.sight == kStrange || (found.sight == kGood && found.sure);
    if (counts && found.check != store.checks[slot]) {
      store.phase = kClosed;
      return GLS_ERROR_ORDER;
    }
    if (found.sight != kGood && slot == store.slot && store.sequence != 0) return GLS_ERROR_DEVICE;
  }
  return GLS_OK;
}

Status begin(const gls_store& store) {
  if (store.barred != GLS_OK) return store.barred;
  if (!numbers_left(store)) return GLS_ERROR_RANGE;
  const gls_authenticator* const authenticator = store.flash->authenticator;
  return authenticator == nullptr ? GLS_OK : status_of(authenticator->mac_begin(authenticator->context));
}

// Writes what stands in a slot before its headers, from position on.
Status write(gls_store& store, const unsigned char* bytes, size_t size) {
  const gls_flash& flash = *store.flash;
  Status status = GLS_OK;
  while (size > 0 && status == GLS_OK) {
    const uint32_t inside = store.position % flash.prog_size, left = flash.prog_size - inside;
    const uint32_t part = size < left ? static_cast<uint32_t>(size) : left;
    __builtin_memcpy(buffer_of(flash) + inside, bytes, part);
    if (part == left) status = write_unit(flash, 1 - store.slot, store.position - inside);
    store.position += part;
    bytes += part;
    size -= part;
  }
  return status;
}

// The blocks of a slot from one on, but the headers'.
Status erase_blocks(const gls_flash& flash, uint32_t slot, uint32_t first) {
  Status status = GLS_OK;
  for (uint32_t block = first; block < first_header_block(flash) && status == GLS_OK; ++block)
    status = status_of(flash.erase(&flash, block_of(flash, slot, 0) + block));
  return status;
}

// Headers first: an older state whose bytes are partly gone is none. Behind a state that is shorter than the
// one before it in its slot, there are still blocks of that one.
Status erase_older(gls_store& store) {
  const gls_flash& flash = *store.flash;
  const uint32_t slot = 1 - store.slot;
  Status status = store.barred != GLS_OK ? store.barred : unchanged(store);
  if (status == GLS_OK) status = erase_headers(flash, slot);
  if (status == GLS_OK) status = status_of(flash.sync(&flash));
  if (status == GLS_OK) status = erase_blocks(flash, slot, 0);
  const uint32_t end = store.start + store.size;
  if (status == GLS_OK)
    status = erase_blocks(flash, store.slot, end == 0 ? 0 : (end - 1) / flash.block_size + 1);
  if (status == GLS_OK) status = status_of(flash.sync(&flash));
  store.checks[slot] = look_at(flash, slot).check;
  return status;
}

// Blocks of old headers that must be gone before anything of an old state is. Where no state was found, what
// is in the other slot must never come back.
bool both_slots_start(const gls_store& store) {
  return store.sequence == 0 && store.found != GLS_ERROR_EMPTY;
}
uint32_t header_blocks(const gls_store& store) {
  const gls_flash& flash = *store.flash;
  return (flash.block_count / 2 - first_header_block(flash)) * (both_slots_start(store) ? 2 : 1);
}
Status erase_header_block(const gls_store& store, uint32_t number) {
  const gls_flash& flash = *store.flash;
  const uint32_t first = first_header_block(flash), blocks = flash.block_count / 2 - first;
  const uint32_t slot = both_slots_start(store) ? number / blocks : 1 - store.slot;
  return status_of(flash.erase(&flash, block_of(flash, slot, 0) + first + number % blocks));
}
Status write_record(gls_store& store) {
  unsigned char record[kRecordBytes];
  make_record(*store.flash, record);
  store.phase = kWriting;
  store.position = 0;
  return write(store, record, sizeof record);
}
Status start_slot(gls_store& store) {
  Status status = unchanged(store);
  for (uint32_t k = 0; k < header_blocks(store) && status == GLS_OK; ++k)
    status = erase_header_block(store, k);
  return status == GLS_OK ? write_record(store) : status;
}

// Of what is put: what is written now.
struct Now {
  const unsigned char* bytes;
  size_t size;
};
Now now_of(gls_store& store, const unsigned char* bytes, size_t size) {
  if (store.passed == kWhole) return {bytes, size};
  if (store.passed == kFull) return {bytes, 0};
  const uint32_t there = written(store) - store.passed, prog = store.flash->prog_size;
  const uint32_t skipped = size < there ? static_cast<uint32_t>(size) : there;
  const uint32_t left = prog - store.position % prog;
  const uint32_t now = size - skipped < left ? static_cast<uint32_t>(size - skipped) : left;
  store.passed = now == left ? kFull : store.passed + skipped + now;
  return {bytes + skipped, now};
}

Status put(gls_store& store, const unsigned char* all, size_t all_size, uint32_t* sum) {
  const gls_flash& flash = *store.flash;
  if (all == nullptr && all_size > 0) return GLS_ERROR_NULL;
  if (store.passed == kBetween) return GLS_ERROR_ORDER;
  const auto [bytes, size] = now_of(store, all, all_size);
  if (size > gls_store_capacity(&flash) + kRecordBytes - store.position) return GLS_ERROR_SIZE;
  if (size == 0) return GLS_OK;
  Status status = store.phase == kBegun ? start_slot(store) : GLS_OK;
  if (sum != nullptr) *sum = crc32(bytes, size, *sum);
  if (status != GLS_OK) return status;
  store.crc = crc32(bytes, size, store.crc);
  const gls_authenticator* const authenticator = flash.authenticator;
  if (authenticator != nullptr)
    status = status_of(authenticator->mac_update(authenticator->context, bytes, size));
  return status == GLS_OK ? write(store, bytes, size) : status;
}

// What was put, behind the last whole unit; then the sync that all of it survives.
Status finish_bytes(gls_store& store) {
  const gls_flash& flash = *store.flash;
  Status status = store.phase == kBegun ? start_slot(store) : GLS_OK;
  const uint32_t inside = store.position % flash.prog_size;
  if (status == GLS_OK && inside != 0) {
    __builtin_memset(buffer_of(flash) + inside, 0xff, flash.prog_size - inside);
    status = write_unit(flash, 1 - store.slot, store.position - inside);
  }
  return status == GLS_OK ? status_of(flash.sync(&flash)) : status;
}

// header is all zero.
Status make_header(const gls_store& store, SlotHeader& header) {
  store_word(header.bytes, kFormat);
  store_word(header.bytes + 4, store.highest + 1);
  store_word(header.bytes + 8, store.position - kRecordBytes);
  store_word(header.bytes + 12, store.crc);
  const gls_authenticator* const authenticator = store.flash->authenticator;
  const Status status =
      authenticator == nullptr ? GLS_OK : finish_tag(*authenticator, header.bytes, header.bytes + kTag);
  store_word(header.bytes + kCheck, crc32(header.bytes, kCheck));
  return status;
}

// From here on the number may be in flash, under a right tag: it is never used again.
Status use_number(gls_store& store) {
  if (!counts(*store.flash)) return GLS_OK;
  const Status status = raise_counter(store, store.counted, store.highest + 1 - store.counted);
  if (status == GLS_OK) ++store.highest;
  return status;
}

// The order is the whole point: bytes, sync, are they there? header, sync, is it there? And once more: that
// is what counts.
Status write_headers(gls_store& store, const SlotHeader& header) {
  const gls_flash& flash = *store.flash;
  const uint32_t slot = 1 - store.slot;
  Status status = unchanged(store);
  if (status == GLS_OK) status = use_number(store);
  if (status == GLS_OK) status = write_header(flash, slot, 0, header);
  if (status != GLS_OK) return status;
  store.phase = kClosed;  // until it is known which state is the committed one
  status = write_header(flash, slot, 1, header);
  if (status == GLS_OK) status = raise_counter(store, header.sequence(), 0);
  if (status != GLS_OK) return status;
  store.slot = slot;
  store.start = header.start();
  store.size = header.size();
  store.counted = store.highest = store.sequence = header.sequence();
  store.checks[slot] = header.check();
  return GLS_OK;
}
Status commit(gls_store& store) {
  SlotHeader header = {};
  Status status = finish_bytes(store);
  if (status == GLS_OK) status = make_header(store, header);
  if (status == GLS_OK && check_slot(*store.flash, 1 - store.slot, header, nullptr) != kGood)
    status = GLS_ERROR_DEVICE;
  return status == GLS_OK ? write_headers(store, header) : status;
}

}  // namespace
}  // namespace glissade

#endif
