// SPDX-License-Identifier: Apache-2.0
// A store in flash: glissade/store.h has the layout, and what must come before what.
#include "storage/store.hpp"

#include "storage/find.hpp"
#include "storage/pieces.hpp"

namespace glissade {
namespace {

void read_from_start(gls_store& store) {
  store.phase = kReading;
  store.position = store.start;
  store.loaded = kNothingLoaded;
}

}  // namespace

uint32_t store_tell(const gls_store& store) { return store.position; }

uint32_t store_left(const gls_store& store) { return store.start + store.size - store.position; }

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

void store_put(gls_store& store, const void* bytes, size_t size, uint32_t sum) {
  const unsigned char* const from = static_cast<const unsigned char*>(bytes);
  if (store.failure == GLS_OK) store.failure = put(store, from, size, &store.sums[sum]);
}

void store_put_sum(gls_store& store, uint32_t sum) {
  unsigned char word[4];
  if (passes(store, sizeof word)) return;
  const uint32_t before = store.passed;
  uint32_t ignored = 0;
  store_word(word, store.sums[sum]);
  if (store.failure == GLS_OK)
    store.failure = put(store, word, sizeof word, sum == 0 ? &store.sums[1] : &ignored);
  if (before == kWhole || written(store) == before + sizeof word) store.sums[sum] = 0;
}

bool store_passes(gls_store& store, uint64_t size) { return passes(store, size); }

bool store_goes_on(const gls_store& store) {
  return store.passed < kBetween && store.passed < written(store);
}

bool store_only_checks(const gls_store& store) { return store.phase == kChecking; }

void store_only_check(gls_store& store, bool only) { store.phase = only ? kChecking : kReading; }

bool store_is_open(const gls_store& store) { return store.phase != kClosed; }

void store_close(gls_store& store) { store.phase = kClosed; }

Status store_found(const gls_store& store) { return store.found; }

namespace {

// A callback that fails once is asked again.
Status open(gls_store& store, const gls_flash& flash, bool older) {
  Status status = GLS_OK;
  for (int tries = 0; tries < 3; ++tries) {
    store = gls_store{};
    store.flash = &flash;
    status = find(store, older);
    if (status != GLS_ERROR_DEVICE && status != GLS_ERROR_OLDER && store.barred != GLS_ERROR_DEVICE) break;
  }
  if (status == GLS_ERROR_DEVICE || status == GLS_ERROR_MISMATCH)
    store = gls_store{};
  else
    read_from_start(store);
  return store.found = status;
}

Status check(const gls_flash* flash) {
  if (flash == nullptr || !complete(*flash)) return GLS_ERROR_NULL;
  return gls_store_capacity(flash) == 0 ? GLS_ERROR_RANGE : GLS_OK;
}

Status open(gls_store* store, const gls_flash* flash, bool older) {
  if (store == nullptr) return GLS_ERROR_NULL;
  *store = gls_store{};
  const Status status = check(flash);
  return status == GLS_OK ? open(*store, *flash, older) : status;
}

}  // namespace
}  // namespace glissade

using namespace glissade;

extern "C" {

uint32_t gls_store_capacity(const gls_flash* flash) { return flash == nullptr ? 0 : capacity(*flash); }

gls_status gls_store_open(gls_store* store, const gls_flash* flash) { return open(store, flash, false); }

gls_status gls_store_open_older(gls_store* store, const gls_flash* flash) { return open(store, flash, true); }

gls_status gls_store_accept_older(gls_store* store) {
  if (store == nullptr) return GLS_ERROR_NULL;
  if (store->phase == kClosed) return GLS_ERROR_ORDER;
  if (store->barred == GLS_ERROR_OLDER) store->barred = GLS_OK;
  return GLS_OK;
}

gls_status gls_store_format(const gls_flash* flash) {
  const Status status = check(flash);
  if (status != GLS_OK) return status;
  int result = 0;
  for (uint32_t k = 0; k < flash->block_count && result == 0; ++k)
    result = flash->erase(flash, flash->first_block + k);
  return status_of(result == 0 ? flash->sync(flash) : result);
}

gls_status gls_store_get(gls_store* store, void* bytes, size_t size) {
  if (store == nullptr || (bytes == nullptr && size > 0)) return GLS_ERROR_NULL;
  if (store->phase != kReading && store->phase != kChecking) return GLS_ERROR_ORDER;
  if (size > store_left(*store)) return GLS_ERROR_SIZE;
  return read_bytes(*store->flash, store->slot, store->position, store->loaded, bytes, size);
}

gls_status gls_store_rewind(gls_store* store) {
  if (store == nullptr) return GLS_ERROR_NULL;
  if (store->phase == kClosed) return GLS_ERROR_ORDER;
  const Status status = unchanged(*store);
  if (status != GLS_OK) return status;
  read_from_start(*store);
  store->failure = GLS_OK;
  return GLS_OK;
}

gls_status gls_store_erase_older(gls_store* store) {
  if (store == nullptr) return GLS_ERROR_NULL;
  if (store->phase == kClosed) return GLS_ERROR_ORDER;
  if (store->sequence == 0) return GLS_ERROR_EMPTY;
  const Status status = erase_older(*store);
  if (store->phase == kClosed) return status;
  read_from_start(*store);
  store->failure = GLS_OK;
  return status;
}

gls_status gls_store_begin(gls_store* store) {
  if (store == nullptr) return GLS_ERROR_NULL;
  if (store->phase == kClosed) return GLS_ERROR_ORDER;
  store->loaded = kNothingLoaded;
  store->phase = kBegun;
  store->position = kRecordBytes;
  store->crc = store->sums[0] = store->sums[1] = 0;
  store->passed = kWhole;
  store->failure = begin(*store);
  return store->failure;
}

gls_status gls_store_put(gls_store* store, const void* bytes, size_t size) {
  if (store == nullptr) return GLS_ERROR_NULL;
  if (store->phase < kBegun) return GLS_ERROR_ORDER;
  if (store->failure == GLS_OK)
    store->failure = put(*store, static_cast<const unsigned char*>(bytes), size, nullptr);
  return store->failure;
}

gls_status gls_store_commit(gls_store* store) {
  if (store == nullptr) return GLS_ERROR_NULL;
  if (store->phase < kBegun || store->passed != kWhole) return GLS_ERROR_ORDER;
  if (store->failure == GLS_OK) store->failure = commit(*store);
  if (store->failure == GLS_OK) read_from_start(*store);
  return store->failure;
}

gls_status gls_store_commit_piece(gls_store* store, gls_status (*save)(void* context, gls_store* store),
                                  void* context, bool* done) {
  if (store == nullptr || save == nullptr || done == nullptr) return GLS_ERROR_NULL;
  if (store->phase < kBegun || (store->phase == kWriting && store->passed == kWhole)) return GLS_ERROR_ORDER;
  *done = false;
  bool last = false;
  const auto put_all = [&] { return save(context, store); };
  if (store->failure == GLS_OK) store->failure = commit_some(*store, put_all, &last);
  if (store->failure != GLS_OK) return store->failure;
  if (last) read_from_start(*store);
  *done = last;
  return GLS_OK;
}

}  // extern "C"
