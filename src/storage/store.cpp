// SPDX-License-Identifier: Apache-2.0
// A store in flash: glissade/store.h has the layout, and what must come before what.
#include "storage/store.hpp"

#include "storage/slots.hpp"

namespace glissade {
namespace {

enum Phase { kClosed, kReading, kWriting };

// Takes a slot's state for the committed one, if it is whole, authentic, and not older than the counter says.
Status take(gls_store& store, uint32_t slot, uint32_t counter) {
  SlotHeader header;
  Status status = read_header(*store.flash, slot, header);
  if (status == GLS_OK) status = check_slot(*store.flash, slot, header, store.flash->authenticator);
  if (status == GLS_OK && header.sequence() < counter) status = GLS_ERROR_FORGED;
  if (status != GLS_OK) return status;
  store.slot = slot;
  store.sequence = header.sequence();
  store.size = header.size();
  return GLS_OK;
}

// The newest state that can be taken. With an authenticator a header alone proves nothing, not even its
// number.
Status find(gls_store& store) {
  const gls_authenticator* const authenticator = store.flash->authenticator;
  uint32_t sequences[2], counter;
  Status status = read_counter(authenticator, counter);
  if (status != GLS_OK) return status;
  for (uint32_t slot = 0; slot < 2; ++slot) {
    SlotHeader header;
    status = read_header(*store.flash, slot, header);
    if (status == GLS_ERROR_DEVICE) return status;
    sequences[slot] = status == GLS_OK ? header.sequence() : 0;
  }
  const uint32_t newest = sequences[1] > sequences[0] ? 1 : 0;
  store.slot = newest;
  store.highest = authenticator == nullptr ? sequences[newest] : counter;
  status = GLS_ERROR_EMPTY;
  for (uint32_t k = 0; k < 2 && status != GLS_OK; ++k) {
    const uint32_t slot = newest ^ k;
    if (sequences[slot] == 0) continue;
    const Status taken = take(store, slot, counter);
    if (taken == GLS_ERROR_DEVICE) return taken;
    if (status != GLS_ERROR_FORGED || taken == GLS_OK) status = taken;
  }
  if (store.highest < store.sequence) store.highest = store.sequence;
  // A cut came between a commit and this:
  const Status raised = raise_counter(authenticator, counter, store.sequence);
  return raised == GLS_OK ? status : raised;
}

Status begin(const gls_store& store) {
  const gls_flash& flash = *store.flash;
  if (store.highest == UINT32_MAX) return GLS_ERROR_RANGE;
  int result = 0;
  const uint32_t first = block_of(flash, 1 - store.slot, 0);
  for (uint32_t k = 0; k < flash.block_count / 2 && result == 0; ++k) result = flash.erase(&flash, first + k);
  const gls_authenticator* const authenticator = flash.authenticator;
  if (authenticator != nullptr && result == 0) result = authenticator->mac_begin(authenticator->context);
  return status_of(result);
}

Status put(gls_store& store, const unsigned char* bytes, size_t size) {
  const gls_flash& flash = *store.flash;
  if (bytes == nullptr && size > 0) return GLS_ERROR_NULL;
  if (size > gls_store_capacity(&flash) - store.position) return GLS_ERROR_SIZE;
  if (size == 0) return GLS_OK;
  store.crc = crc32(bytes, size, store.crc);
  const gls_authenticator* const authenticator = flash.authenticator;
  Status status = authenticator == nullptr
                      ? GLS_OK
                      : status_of(authenticator->mac_update(authenticator->context, bytes, size));
  while (size > 0 && status == GLS_OK) {
    const uint32_t inside = store.position % flash.prog_size, left = flash.prog_size - inside;
    const uint32_t part = size < left ? static_cast<uint32_t>(size) : left;
    __builtin_memcpy(buffer_of(flash) + inside, bytes, part);
    if (part == left) status = prog_unit(flash, 1 - store.slot, store.position - inside);
    store.position += part;
    bytes += part;
    size -= part;
  }
  return status;
}

// What was put, behind the last whole unit; then the sync that all of it survives.
Status finish_bytes(const gls_store& store) {
  const gls_flash& flash = *store.flash;
  const uint32_t inside = store.position % flash.prog_size;
  Status status = GLS_OK;
  if (inside != 0) {
    __builtin_memset(buffer_of(flash) + inside, 0xff, flash.prog_size - inside);
    status = prog_unit(flash, 1 - store.slot, store.position - inside);
  }
  return status == GLS_OK ? status_of(flash.sync(&flash)) : status;
}

// header is all zero.
Status make_header(const gls_store& store, SlotHeader& header) {
  store_word(header.bytes, kSlotMagic);
  store_word(header.bytes + 4, store.highest + 1);
  store_word(header.bytes + 8, store.position);
  store_word(header.bytes + 12, store.crc);
  const gls_authenticator* const authenticator = store.flash->authenticator;
  const Status status =
      authenticator == nullptr ? GLS_OK : finish_tag(*authenticator, header, header.bytes + kTag);
  store_word(header.bytes + kCheck, crc32(header.bytes, kCheck));
  return status;
}

// The order is the whole point: bytes, sync, are they there? header, sync, is it there?
Status commit(gls_store& store) {
  const gls_flash& flash = *store.flash;
  const uint32_t slot = 1 - store.slot;
  SlotHeader header = {}, found;
  Status status = finish_bytes(store);
  if (status == GLS_OK) status = make_header(store, header);
  if (status == GLS_OK) status = check_slot(flash, slot, header, nullptr);
  if (status == GLS_OK) status = prog_header(flash, slot, header);
  if (status == GLS_OK) status = status_of(flash.sync(&flash));
  if (status == GLS_OK) status = read_header(flash, slot, found);
  if (status == GLS_OK && found.word(kCheck) != header.word(kCheck)) status = GLS_ERROR_DAMAGED;
  if (status != GLS_OK) return GLS_ERROR_DEVICE;
  if (raise_counter(flash.authenticator, 0, header.sequence()) != GLS_OK) {
    store.phase = kClosed;  // there are two states now, of which one may be too old
    return GLS_ERROR_DEVICE;
  }
  store.slot = slot;
  store.size = store.position;
  store.highest = store.sequence = header.sequence();
  return GLS_OK;
}

void read_from_start(gls_store& store) {
  store.phase = kReading;
  store.position = 0;
  store.loaded = kNothingLoaded;
}

}  // namespace

uint32_t store_tell(const gls_store& store) { return store.position; }

uint32_t store_left(const gls_store& store) { return store.size - store.position; }

void store_get(gls_store& store, void* bytes, size_t size) {
  if (store.failure == GLS_OK) store.failure = gls_store_get(&store, bytes, size);
  if (store.failure != GLS_OK) __builtin_memset(bytes, 0, size);
}

Status store_seek(gls_store& store, uint32_t place) {
  const Status failure = store.failure;
  store.position = place;
  store.failure = GLS_OK;
  return failure;
}

Status store_fail(gls_store& store, Status status) { return store.failure = status; }

Status store_failure(const gls_store& store) { return store.failure; }

}  // namespace glissade

using namespace glissade;

extern "C" {

uint32_t gls_store_capacity(const gls_flash* flash) { return flash == nullptr ? 0 : capacity(*flash); }

gls_status gls_store_open(gls_store* store, const gls_flash* flash) {
  if (store == nullptr) return GLS_ERROR_NULL;
  *store = gls_store{};
  if (flash == nullptr || !complete(*flash)) return GLS_ERROR_NULL;
  if (gls_store_capacity(flash) == 0) return GLS_ERROR_RANGE;
  store->flash = flash;
  const gls_status status = find(*store);
  if (status != GLS_ERROR_DEVICE) read_from_start(*store);
  return status;
}

gls_status gls_store_get(gls_store* store, void* bytes, size_t size) {
  if (store == nullptr || (bytes == nullptr && size > 0)) return GLS_ERROR_NULL;
  if (store->phase != kReading) return GLS_ERROR_ORDER;
  if (size > store->size - store->position) return GLS_ERROR_SIZE;
  return read_bytes(*store->flash, store->slot, store->position, store->loaded, bytes, size);
}

gls_status gls_store_rewind(gls_store* store) {
  if (store == nullptr) return GLS_ERROR_NULL;
  if (store->phase == kClosed) return GLS_ERROR_ORDER;
  read_from_start(*store);
  store->failure = GLS_OK;
  return GLS_OK;
}

gls_status gls_store_begin(gls_store* store) {
  if (store == nullptr) return GLS_ERROR_NULL;
  if (store->phase == kClosed) return GLS_ERROR_ORDER;
  read_from_start(*store);
  store->phase = kWriting;
  store->crc = 0;
  store->failure = begin(*store);
  return store->failure;
}

gls_status gls_store_put(gls_store* store, const void* bytes, size_t size) {
  if (store == nullptr) return GLS_ERROR_NULL;
  if (store->phase != kWriting) return GLS_ERROR_ORDER;
  if (store->failure == GLS_OK) store->failure = put(*store, static_cast<const unsigned char*>(bytes), size);
  return store->failure;
}

gls_status gls_store_commit(gls_store* store) {
  if (store == nullptr) return GLS_ERROR_NULL;
  if (store->phase != kWriting) return GLS_ERROR_ORDER;
  if (store->failure == GLS_OK) store->failure = commit(*store);
  if (store->failure == GLS_OK) read_from_start(*store);
  return store->failure;
}

}  // extern "C"
