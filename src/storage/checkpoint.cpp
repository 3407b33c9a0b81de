// SPDX-License-Identifier: Apache-2.0
#include "glissade/storage/checkpoint.h"

#include "backend/backend.hpp"
#include "storage/saved_words.hpp"
#include "storage/store.hpp"

namespace glissade {
namespace {

constexpr size_t kStoppingBytes = 20;

Status check(const gls_checkpoint* checkpoint) {
  if (checkpoint == nullptr || checkpoint->store == nullptr || checkpoint->save == nullptr ||
      checkpoint->restore == nullptr) {
    return GLS_ERROR_NULL;
  }
  return check_floats(checkpoint->count, checkpoint->weights, checkpoint->shadow);
}

void show_weights(const gls_checkpoint& checkpoint) {
  for (size_t i = 0; i < checkpoint.count; ++i) checkpoint.shadow[i] = checkpoint.weights[i];
}

Status commit(gls_checkpoint& checkpoint, const gls_early_stopping& stopping) {
  uint64_t best;
  __builtin_memcpy(&best, &stopping.best, sizeof best);
  unsigned char bytes[kStoppingBytes];
  store_word(bytes, static_cast<uint32_t>(best));
  store_word(bytes + 4, static_cast<uint32_t>(best >> 32));
  store_word(bytes + 8, stopping.best_update);
  store_word(bytes + 12, stopping.updates);
  store_word(bytes + 16, stopping.waiting);
  Status status = gls_store_begin(checkpoint.store);
  if (status == GLS_OK) status = gls_store_put(checkpoint.store, bytes, sizeof bytes);
  if (status == GLS_OK) status = checkpoint.save(checkpoint.context, checkpoint.store);
  if (status == GLS_OK) status = gls_store_commit(checkpoint.store);
  if (status != GLS_OK) return status;
  checkpoint.stopping = stopping;
  show_weights(checkpoint);
  return GLS_OK;
}

// Reads the committed state once. `check`: only whether every optimizer of it can be restored.
Status restore(const gls_checkpoint& checkpoint, unsigned char* stopping, bool check) {
  gls_store& store = *checkpoint.store;
  Status status = gls_store_rewind(&store);
  if (status == GLS_OK && check) store_only_check(store);
  if (status == GLS_OK) status = gls_store_get(&store, stopping, kStoppingBytes);
  return status == GLS_OK ? checkpoint.restore(checkpoint.context, &store) : status;
}

// Its parts come back all, or none.
Status roll_back(gls_checkpoint& checkpoint) {
  unsigned char bytes[kStoppingBytes];
  Status status = restore(checkpoint, bytes, true);
  if (status != GLS_OK) return status;
  status = restore(checkpoint, bytes, false);
  if (status != GLS_OK) {
    store_close(*checkpoint.store);  // some parts are back, and nobody may train on them, or commit them
    return status;
  }
  const uint64_t best = static_cast<uint64_t>(load_word(bytes + 4)) << 32 | load_word(bytes);
  __builtin_memcpy(&checkpoint.stopping.best, &best, sizeof best);
  checkpoint.stopping.best_update = load_word(bytes + 8);
  checkpoint.stopping.updates = load_word(bytes + 12);
  checkpoint.stopping.waiting = load_word(bytes + 16);
  show_weights(checkpoint);
  return GLS_OK;
}

}  // namespace
}  // namespace glissade

using namespace glissade;

extern "C" {

gls_status gls_checkpoint_start(gls_checkpoint* checkpoint) {
  const gls_status status = check(checkpoint);
  if (status != GLS_OK) return status;
  if (checkpoint->store->sequence != 0) return roll_back(*checkpoint);
  const gls_status found = store_found(*checkpoint->store);
  return found == GLS_OK || found == GLS_ERROR_EMPTY ? commit(*checkpoint, {}) : found;
}

gls_status gls_checkpoint_new_session(gls_checkpoint* checkpoint) {
  const gls_status status = check(checkpoint);
  return status == GLS_OK ? commit(*checkpoint, {}) : status;
}

gls_status gls_checkpoint_decide(gls_checkpoint* checkpoint, double loss, double min_delta, uint32_t patience,
                                 gls_verdict* verdict) {
  gls_status status = check(checkpoint);
  if (status == GLS_OK && verdict == nullptr) status = GLS_ERROR_NULL;
  if (status != GLS_OK) return status;
  gls_early_stopping stopping = checkpoint->stopping;
  bool stop;
  status = gls_early_stopping_update(&stopping, loss, min_delta, patience, nullptr, nullptr, 0, &stop);
  if (status == GLS_OK && !store_is_open(*checkpoint->store)) status = GLS_ERROR_ORDER;
  if (status != GLS_OK) return status;
  if (stopping.waiting == 0 && is_finite(loss)) {
    status = commit(*checkpoint, stopping);
    if (status != GLS_ERROR_NOT_FINITE) {
      if (status == GLS_OK) *verdict = GLS_COMMITTED;
      return status;
    }
    stop = true;
  }
  if (stop || !is_finite(loss)) {
    status = roll_back(*checkpoint);
    if (status == GLS_OK) *verdict = GLS_ROLLED_BACK;
    return status;
  }
  checkpoint->stopping = stopping;
  *verdict = GLS_GO_ON;
  return GLS_OK;
}

gls_status gls_checkpoint_roll_back(gls_checkpoint* checkpoint) {
  const gls_status status = check(checkpoint);
  return status == GLS_OK ? roll_back(*checkpoint) : status;
}

}  // extern "C"
