// SPDX-License-Identifier: Apache-2.0
// A new state: what is written before what, and when it counts.
#ifndef GLISSADE_SRC_COMMIT_HPP
#define GLISSADE_SRC_COMMIT_HPP

#include "storage/slots.hpp"

namespace glissade {
namespace {

// kChecking: gls_restore_from only checks. kBegun: nothing of the new state is in flash yet.
enum Phase { kClosed, kReading, kChecking, kBegun, kWriting };

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

// Headers first: an older state whose bytes are partly gone is none.
Status erase_older(gls_store& store) {
  const gls_flash& flash = *store.flash;
  const uint32_t slot = 1 - store.slot;
  Status status = store.barred != GLS_OK ? store.barred : unchanged(store);
  if (status == GLS_OK) status = erase_headers(flash, slot);
  if (status == GLS_OK) status = status_of(flash.sync(&flash));
  for (uint32_t block = 0; block < first_header_block(flash) && status == GLS_OK; ++block)
    status = status_of(flash.erase(&flash, block_of(flash, slot, 0) + block));
  if (status == GLS_OK) status = status_of(flash.sync(&flash));
  store.checks[slot] = look_at(flash, slot).check;
  return status;
}

// The slot's old headers must be gone before anything of its old state is. Where no state was found, what is
// in the other slot must never come back.
Status start_slot(gls_store& store) {
  const gls_flash& flash = *store.flash;
  Status status = unchanged(store);
  if (status != GLS_OK) return status;
  const bool both = store.sequence == 0 && store.found != GLS_ERROR_EMPTY;
  for (uint32_t slot = 0; slot < 2 && status == GLS_OK; ++slot) {
    if (slot == store.slot && !both) continue;
    status = erase_headers(flash, slot);
  }
  if (status != GLS_OK) return status;
  unsigned char record[kRecordBytes];
  make_record(flash, record);
  store.phase = kWriting;
  store.position = 0;
  return write(store, record, sizeof record);
}

Status put(gls_store& store, const unsigned char* bytes, size_t size) {
  const gls_flash& flash = *store.flash;
  if (bytes == nullptr && size > 0) return GLS_ERROR_NULL;
  if (size > gls_store_capacity(&flash) + kRecordBytes - store.position) return GLS_ERROR_SIZE;
  if (size == 0) return GLS_OK;
  Status status = store.phase == kBegun ? start_slot(store) : GLS_OK;
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
Status commit(gls_store& store) {
  const gls_flash& flash = *store.flash;
  const uint32_t slot = 1 - store.slot;
  SlotHeader header = {};
  Status status = finish_bytes(store);
  if (status == GLS_OK) status = make_header(store, header);
  if (status == GLS_OK && check_slot(flash, slot, header, nullptr) != kGood) status = GLS_ERROR_DEVICE;
  if (status == GLS_OK) status = unchanged(store);
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

}  // namespace
}  // namespace glissade

#endif
