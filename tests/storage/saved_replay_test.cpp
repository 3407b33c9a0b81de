// SPDX-License-Identifier: Apache-2.0
// Kept samples in a store: back to the last byte, or nothing; and what was removed is nowhere in flash.
#include "storage/saved_words.hpp"
#include "storage/store.hpp"
#include "support/check.hpp"
#include "support/flash_simulator.hpp"

namespace glissade {
namespace test {
namespace {

constexpr uint32_t kFeatures = 7, kCapacity = 9, kClasses = 3;
// The saved bytes of `Kept` with its 12 samples, as one CRC: the same on every target.
constexpr uint32_t kSaved = 0xb2cebe9d;

struct Kept {
  int8_t samples[2 * kCapacity * kFeatures];
  unsigned char labels[2 * kCapacity];
  gls_replay replay;

  explicit Kept(uint32_t capacity = kCapacity) {
    __builtin_memset(this, 0x5a, sizeof *this);
    replay = {samples, labels, kFeatures, capacity, kClasses, 0, 0x12345678, 0x100000002, 0, 0, 0};
  }
  // Numbers that no erased byte has.
  bool add(uint32_t from, uint32_t to) {
    bool ok = true;
    for (uint32_t n = from; n < to; ++n) {
      int8_t features[kFeatures];
      const unsigned char label = static_cast<unsigned char>(n % kClasses);
      for (uint32_t i = 0; i < kFeatures; ++i) features[i] = static_cast<int8_t>(1 + n * 9 + i);
      ok = gls_replay_add(&replay, features, &label) == GLS_OK && ok;
      if (n == 7) gls_replay_settle(&replay);
    }
    return ok;
  }
  bool same(const Kept& other) const {
    const gls_replay &a = replay, &b = other.replay;
    return a.count == b.count && a.old == b.old && a.added == b.added && a.seed == b.seed &&
           __builtin_memcmp(samples, other.samples, a.count * kFeatures) == 0 &&
           __builtin_memcmp(labels, other.labels, a.count) == 0;
  }
};

FlashSimulator<2048, 256> flash;
gls_store store;

void begin_anew() {
  flash.shape(8, 256, 4);
  CHECK(gls_store_open(&store, &flash.flash) == GLS_ERROR_EMPTY, "an empty store");
}
Status commit(const gls_replay& replay) {
  Status status = gls_store_begin(&store);
  if (status == GLS_OK) status = gls_replay_save_to(&replay, &store);
  return status == GLS_OK ? gls_store_commit(&store) : status;
}
Status commit(const unsigned char* bytes, uint32_t size) {
  Status status = gls_store_begin(&store);
  if (status == GLS_OK) status = gls_store_put(&store, bytes, size);
  return status == GLS_OK ? gls_store_commit(&store) : status;
}

void check_round_trip() {
  begin_anew();
  Kept kept, back, larger(2 * kCapacity), smaller(kCapacity - 1);
  CHECK(kept.add(0, 12) && commit(kept.replay) == GLS_OK, "saved");
  CHECK(store.size == gls_replay_saved_bytes(&kept.replay) && store.size == 48 + 9 * 8,
        "bytes: ", store.size);
  unsigned char bytes[48 + 9 * 8];
  CHECK(gls_store_get(&store, bytes, sizeof bytes) == GLS_OK && crc32(bytes + 8, sizeof bytes - 12) == kSaved,
        "the same bytes on every target: ", Hex{crc32(bytes + 8, sizeof bytes - 12)});
  back.replay.seed = 0;
  CHECK(gls_store_rewind(&store) == GLS_OK && gls_replay_restore_from(&back.replay, &store) == GLS_OK &&
            back.same(kept) && store_left(store) == 0,
        "all is back");
  CHECK(back.add(12, 40) && kept.add(12, 40) && back.same(kept), "and goes on as one that never stopped");
  CHECK(gls_store_rewind(&store) == GLS_OK && gls_replay_restore_from(&larger.replay, &store) == GLS_OK &&
            larger.replay.count == 9 && larger.samples[9 * kFeatures] == 0 &&
            larger.samples[sizeof larger.samples - 1] == 0 && larger.labels[sizeof larger.labels - 1] == 0,
        "where there is more room, zeros follow");
  const Kept before = smaller;
  CHECK(gls_store_rewind(&store) == GLS_OK &&
            gls_replay_restore_from(&smaller.replay, &store) == GLS_ERROR_MISMATCH &&
            __builtin_memcmp(&smaller, &before, sizeof before) == 0,
        "where there is less, nothing");
  Kept empty;
  CHECK(commit(empty.replay) == GLS_OK && gls_replay_restore_from(&kept.replay, &store) == GLS_OK &&
            kept.replay.count == 0 && kept.samples[0] == 0,
        "no samples are samples, too");
}

// Each bit of what was saved decides something, or is told.
void check_damaged() {
  begin_anew();
  Kept kept;
  CHECK(kept.add(0, 12) && commit(kept.replay) == GLS_OK, "saved");
  unsigned char bytes[48 + 9 * 8 + 1];
  const uint32_t size = store.size;
  CHECK(gls_store_get(&store, bytes, size) == GLS_OK, "read");
  uint32_t mismatches = 0;
  for (uint32_t bit = 0; bit < 8 * size; ++bit) {
    if (bit / 32 == 1) continue;  // the version, which may be any other, is under the checksum alone
    bytes[bit / 8] = static_cast<unsigned char>(bytes[bit / 8] ^ 1u << bit % 8);
    Kept back;
    const Kept before = back;
    CHECK(commit(bytes, size) == GLS_OK, "");
    const Status status = gls_replay_restore_from(&back.replay, &store);
    CHECK((status == GLS_ERROR_MISMATCH || status == GLS_ERROR_DAMAGED || status == GLS_ERROR_SIZE) &&
              __builtin_memcmp(&back, &before, sizeof before) == 0 && store_left(store) == size,
          "bit ", bit, ": ", gls_status_text(status));
    mismatches += status == GLS_ERROR_MISMATCH;
    bytes[bit / 8] = static_cast<unsigned char>(bytes[bit / 8] ^ 1u << bit % 8);
  }
  CHECK(mismatches >= 5 * 32, "of another kind: ", mismatches);
  for (uint32_t part = 0; part < size; ++part) {
    Kept back;
    CHECK(commit(bytes, part) == GLS_OK && gls_replay_restore_from(&back.replay, &store) == GLS_ERROR_SIZE,
          part, " bytes");
  }
  // A label that is none, under a right checksum.
  bytes[size - 5] = kClasses;
  store_word(bytes + size - 4, crc32(bytes, size - 4));
  Kept back;
  CHECK(commit(bytes, size) == GLS_OK && gls_replay_restore_from(&back.replay, &store) == GLS_ERROR_DAMAGED,
        "a label out of range");
}

Status save_kept(void* context, gls_store* to) {
  return gls_replay_save_to(&static_cast<Kept*>(context)->replay, to);
}
Status restore_kept(void* context, gls_store* from) {
  return gls_replay_restore_from(&static_cast<Kept*>(context)->replay, from);
}

void check_checkpoint() {
  begin_anew();
  Kept kept;
  CHECK(kept.add(0, 5), "added");
  gls_checkpoint checkpoint = {&store, save_kept, restore_kept, &kept, nullptr, nullptr, 0, {}};
  CHECK(gls_checkpoint_start(&checkpoint) == GLS_OK, "a checkpoint");
  const Kept committed = kept;
  CHECK(kept.add(5, 12) && gls_checkpoint_roll_back(&checkpoint) == GLS_OK && kept.same(committed),
        "rolled back");
}

void check_errors() {
  Kept kept;
  begin_anew();
  CHECK(gls_replay_save_to(&kept.replay, nullptr) == GLS_ERROR_NULL, "no store");
  CHECK(gls_replay_save_to(&kept.replay, &store) == GLS_ERROR_ORDER, "nothing was begun");
  CHECK(gls_replay_restore_from(&kept.replay, nullptr) == GLS_ERROR_NULL, "no store");
  CHECK(gls_store_begin(&store) == GLS_OK && gls_replay_save_to(nullptr, &store) == GLS_ERROR_NULL &&
            gls_store_commit(&store) == GLS_ERROR_NULL,
        "no samples: nothing is committed");
  kept.replay.count = kCapacity + 1;
  CHECK(gls_store_begin(&store) == GLS_OK && gls_replay_save_to(&kept.replay, &store) == GLS_ERROR_RANGE &&
            gls_store_commit(&store) == GLS_ERROR_RANGE,
        "wrong counts: nothing is committed");
  CHECK(gls_store_erase_older(nullptr) == GLS_ERROR_NULL && gls_store_erase_older(&store) == GLS_ERROR_EMPTY,
        "nothing to erase behind");
  gls_store closed = {};
  CHECK(gls_store_erase_older(&closed) == GLS_ERROR_ORDER, "closed");
}

bool somewhere(const int8_t* features) {
  for (uint32_t at = 0; at + kFeatures <= flash.size(); ++at) {
    bool here = true;
    for (uint32_t i = 0; i < kFeatures; ++i)
      here = here && flash.byte(at + i) == static_cast<unsigned char>(features[i]);
    if (here) return true;
  }
  return false;
}

// What was forgotten is in the other slot until that is erased, and behind the committed state where this is
// shorter. Cut anywhere, the committed state stays.
void check_forgotten(bool shorter) {
  Kept kept;
  int8_t secret[kFeatures];
  flash.shape(8, shorter ? 32 : 256, shorter ? 32 : 4);
  CHECK(gls_store_open(&store, &flash.flash) == GLS_ERROR_EMPTY && kept.add(0, 9), "added");
  for (uint32_t row = 0; row < 9; ++row) {
    if (kept.labels[row] == 1) __builtin_memcpy(secret, kept.samples + row * kFeatures, kFeatures);
  }
  if (shorter) CHECK(commit(kept.replay) == GLS_OK, "into both slots");
  CHECK(commit(kept.replay) == GLS_OK &&
            (shorter ? gls_replay_wipe(&kept.replay) : gls_replay_forget(&kept.replay, 1)) == GLS_OK &&
            commit(kept.replay) == GLS_OK && somewhere(secret),
        "the older state has them");
  const uint32_t next = store.sequence + 1;
  const auto start = flash;
  uint32_t cuts = 0;
  for (uint32_t work = 0, cut = 1; cut != 0; ++work, cuts += cut) {
    flash = start;
    Kept back;
    bool ok = gls_store_open(&store, &flash.flash) == GLS_OK;
    flash.cut_after(work, static_cast<Torn>(work % kTorn));
    static_cast<void>(gls_store_erase_older(&store));
    cut = flash.off();
    flash.power_on();
    ok = ok && gls_store_open(&store, &flash.flash) == GLS_OK &&
         gls_replay_restore_from(&back.replay, &store) == GLS_OK && back.same(kept) &&
         gls_store_erase_older(&store) == GLS_OK && !somewhere(secret);
    Kept again;
    ok = ok && gls_replay_restore_from(&again.replay, &store) == GLS_OK && again.same(kept);
    gls_store older;
    ok = ok && gls_store_open_older(&older, &flash.flash) != GLS_OK;
    ok = ok && gls_store_open(&store, &flash.flash) == GLS_OK && commit(kept.replay) == GLS_OK &&
         gls_store_open(&store, &flash.flash) == GLS_OK && store.sequence == next;
    CHECK(ok, "cut after ", work);
  }
  CHECK(cuts > 500, cuts, " cuts");
}

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  using namespace glissade::test;
  check_round_trip();
  check_damaged();
  check_checkpoint();
  check_errors();
  check_forgotten(false);
  check_forgotten(true);
  return finish();
}
