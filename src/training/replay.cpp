// SPDX-License-Identifier: Apache-2.0
#include "glissade/training/replay.h"

#include "numbers/permutation.hpp"
#include "numbers/philox.hpp"
#include "training/replay.hpp"

namespace glissade {
namespace {

// What a random number is for.
enum : uint32_t { kAdd, kDrawNew, kDrawOld };

void random_words(const gls_replay& replay, uint32_t counter, uint32_t use, uint32_t (&words)[4]) {
  words[0] = counter;
  words[1] = use;
  words[2] = 0;
  words[3] = kReplayStream;
  philox(words, replay.seed);
}

int8_t* sample(const gls_replay& replay, uint32_t row) {
  return replay.samples + static_cast<size_t>(row) * replay.features;
}
unsigned char* label(const gls_replay& replay, uint32_t row) {
  return static_cast<unsigned char*>(replay.labels) + static_cast<size_t>(row) * replay_label_bytes(replay);
}

void write(const gls_replay& replay, uint32_t row, const int8_t* features, const void* its_label) {
  __builtin_memcpy(sample(replay, row), features, replay.features);
  if (replay_label_bytes(replay) != 0)
    __builtin_memcpy(label(replay, row), its_label, replay_label_bytes(replay));
}
void move(const gls_replay& replay, uint32_t from, uint32_t to) {
  if (from != to) write(replay, to, sample(replay, from), label(replay, from));
}

uint32_t samples_of(const gls_replay& replay, uint32_t its_class) {
  uint32_t samples = 0;
  for (uint32_t row = 0; row < replay.count; ++row) samples += *label(replay, row) == its_class ? 1u : 0u;
  return samples;
}

// The row of the sample that makes room: a random one of the largest class.
uint32_t row_to_replace(const gls_replay& replay, const void* its_label) {
  uint32_t words[4];
  random_words(replay, replay.added, kAdd, words);
  const auto below = [&](uint32_t n) { return static_cast<uint32_t>(uint64_t{words[0]} * n >> 32); };
  if (replay.classes == 0) return below(replay.count);
  uint32_t largest = *static_cast<const unsigned char*>(its_label);
  uint32_t most = samples_of(replay, largest);
  for (uint32_t k = 0; k < replay.classes; ++k) {
    const uint32_t samples = samples_of(replay, k);
    if (samples <= most) continue;
    largest = k;
    most = samples;
  }
  uint32_t left = below(most);
  for (uint32_t row = 0;; ++row) {
    if (*label(replay, row) != largest) continue;
    if (left == 0) return row;
    --left;
  }
}

// Old samples come first: the last one of them moves into the gap.
uint32_t make_room(gls_replay& replay, const void* its_label) {
  const uint32_t row = row_to_replace(replay, its_label);
  if (row >= replay.old) return row;
  --replay.old;
  move(replay, replay.old, row);
  return replay.old;
}

uint32_t draw(const gls_replay& replay, uint32_t place, uint32_t use) {
  const uint32_t first = use == kDrawOld ? 0 : replay.old;
  const uint32_t samples = use == kDrawOld ? replay.old : replay.count - replay.old;
  uint32_t keys[4];
  random_words(replay, place / samples, use, keys);
  return first + permuted(place % samples, samples, keys);
}

// Zeros where no sample is any more.
void clear_from(const gls_replay& replay, uint32_t row) {
  const size_t rows = replay.capacity - row;
  __builtin_memset(sample(replay, row), 0, rows * replay.features);
  if (replay_label_bytes(replay) != 0)
    __builtin_memset(label(replay, row), 0, rows * replay_label_bytes(replay));
}

bool has_class(const gls_replay& replay, const void* its_label) {
  return replay.classes == 0 || *static_cast<const unsigned char*>(its_label) < replay.classes;
}

}  // namespace

Status check_replay(const gls_replay* replay) {
  if (replay == nullptr) return GLS_ERROR_NULL;
  const gls_replay& r = *replay;
  if (r.samples == nullptr || (r.labels == nullptr && replay_label_bytes(r) != 0)) return GLS_ERROR_NULL;
  const bool sizes = r.features >= 1 && r.features <= 65535 && r.capacity >= 1 && r.capacity <= 65536 &&
                     r.classes <= 256 && r.target_bytes <= (r.classes == 0 ? 65535u : 0u);
  const bool room = uint64_t{r.capacity} * r.features <= PTRDIFF_MAX &&
                    uint64_t{r.capacity} * r.target_bytes <= PTRDIFF_MAX;
  return sizes && room && r.old <= r.count && r.count <= r.capacity ? GLS_OK : GLS_ERROR_RANGE;
}

}  // namespace glissade

using namespace glissade;

extern "C" {

gls_status gls_replay_add(gls_replay* replay, const int8_t* features, const void* label) {
  const gls_status status = check_replay(replay);
  if (status != GLS_OK) return status;
  if (features == nullptr || (label == nullptr && replay_label_bytes(*replay) != 0)) return GLS_ERROR_NULL;
  if (!has_class(*replay, label)) return GLS_ERROR_RANGE;
  const uint32_t row = replay->count < replay->capacity ? replay->count++ : make_room(*replay, label);
  write(*replay, row, features, label);
  ++replay->added;
  return GLS_OK;
}

void gls_replay_settle(gls_replay* replay) {
  if (replay != nullptr) replay->old = replay->count;
}

gls_status gls_replay_batch(const gls_replay* replay, uint32_t* rows, uint32_t size, uint32_t fresh,
                            uint32_t number) {
  const gls_status status = check_replay(replay);
  if (status != GLS_OK || size == 0) return status;
  if (rows == nullptr) return GLS_ERROR_NULL;
  if (fresh > size || replay->count == 0 || number > UINT32_MAX / size - 1) return GLS_ERROR_RANGE;
  if (replay->old == replay->count) fresh = 0;
  if (replay->old == 0) fresh = size;
  for (uint32_t k = 0; k < size; ++k) {
    rows[k] = k < fresh ? draw(*replay, number * fresh + k, kDrawNew)
                        : draw(*replay, number * (size - fresh) + (k - fresh), kDrawOld);
  }
  return GLS_OK;
}

gls_status gls_replay_forget(gls_replay* replay, uint8_t label) {
  const gls_status status = check_replay(replay);
  if (status != GLS_OK) return status;
  if (label >= replay->classes) return GLS_ERROR_RANGE;
  uint32_t kept = 0, old = 0;
  for (uint32_t row = 0; row < replay->count; ++row) {
    if (*glissade::label(*replay, row) == label) continue;
    old += row < replay->old ? 1u : 0u;
    move(*replay, row, kept++);
  }
  replay->count = kept;
  replay->old = old;
  clear_from(*replay, kept);
  return GLS_OK;
}

gls_status gls_replay_wipe(gls_replay* replay) {
  const gls_status status = check_replay(replay);
  if (status != GLS_OK) return status;
  replay->count = replay->old = 0;
  clear_from(*replay, 0);
  return GLS_OK;
}

}  // extern "C"
