// SPDX-License-Identifier: Apache-2.0
// Kept samples in a store; glissade/training/replay.h has the format.
#include "storage/saved_words.hpp"
#include "storage/store.hpp"
#include "training/replay.hpp"

namespace glissade {
namespace {

constexpr uint32_t kReplayMagic = 0x34534c47u;  // "GLS4"
// Where each word stands in the header.
struct ReplayWord {
  enum : uint32_t {
    kFormatAt,
    kVersion,
    kFeatures,
    kClasses,
    kTarget,
    kModel,
    kCount,
    kOld,
    kAdded,
    kSeed,
    kSeedHigh,
    kWords
  };
};
constexpr uint32_t kReplayHeaderBytes = 4 * ReplayWord::kWords;

using ReplayHeader = SavedHeader<ReplayWord::kWords>;

ReplayHeader header_of(const gls_replay& r) {
  return ReplayHeader({kReplayMagic, gls_version(), r.features, r.classes, r.target_bytes, r.model, r.count,
                       r.old, r.added, static_cast<uint32_t>(r.seed), static_cast<uint32_t>(r.seed >> 32)});
}
// There may be more classes now.
bool fits(const ReplayHeader& header, const gls_replay& r) {
  ReplayHeader own = header_of(r);
  const uint32_t classes = header.word(ReplayWord::kClasses);
  if (classes != 0 && classes < r.classes) store_word(own.bytes + size_t{4} * ReplayWord::kClasses, classes);
  return header.same_until(own, ReplayWord::kModel) && header.word(ReplayWord::kCount) <= r.capacity &&
         header.word(ReplayWord::kOld) <= header.word(ReplayWord::kCount);
}

uint32_t sample_bytes(const gls_replay& r, uint32_t count) { return count * r.features; }
uint32_t label_bytes(const gls_replay& r, uint32_t count) { return count * replay_label_bytes(r); }
uint64_t content_bytes(const gls_replay& r, uint32_t count) {
  return uint64_t{count} * (r.features + replay_label_bytes(r)) + kReplayHeaderBytes + 4;
}

// Reads `size` bytes, and looks at each piece.
template <class Look>
void look_through(gls_store& store, uint32_t size, uint32_t& crc, Look look) {
  unsigned char piece[32];
  while (size > 0) {
    const uint32_t part = size < sizeof piece ? size : sizeof piece;
    store_get(store, piece, part);
    crc = crc32(piece, part, crc);
    look(piece, part);
    size -= part;
  }
}

uint32_t read_checksum(gls_store& store) {
  unsigned char bytes[4];
  store_get(store, bytes, sizeof bytes);
  return load_word(bytes);
}

// Can all that follows the header be restored?
Status check_saved(const gls_replay& r, const ReplayHeader& header, gls_store& store) {
  const uint32_t count = header.word(ReplayWord::kCount);
  uint32_t crc = crc32(header.bytes, sizeof header.bytes);
  bool good = true;
  look_through(store, sample_bytes(r, count), crc, [](const unsigned char*, uint32_t) {});
  look_through(store, label_bytes(r, count), crc, [&](const unsigned char* labels, uint32_t size) {
    for (uint32_t i = 0; i < size && r.classes != 0; ++i)
      good = good && labels[i] < header.word(ReplayWord::kClasses);
  });
  return read_checksum(store) == crc && good ? GLS_OK : GLS_ERROR_DAMAGED;
}

// What has been checked already. Where no sample is, there are zeros.
Status read(gls_replay& r, const ReplayHeader& header, gls_store& store) {
  const auto fill = [&](void* memory, uint32_t size, uint32_t all, uint32_t crc) {
    unsigned char* const to = static_cast<unsigned char*>(memory);
    store_get(store, to, size);
    if (all > size) __builtin_memset(to + size, 0, all - size);
    return crc32(to, size, crc);
  };
  const uint32_t count = header.word(ReplayWord::kCount);
  uint32_t crc = crc32(header.bytes, sizeof header.bytes);
  crc = fill(r.samples, sample_bytes(r, count), sample_bytes(r, r.capacity), crc);
  if (replay_label_bytes(r) != 0)
    crc = fill(r.labels, label_bytes(r, count), label_bytes(r, r.capacity), crc);
  r.count = count;
  r.old = header.word(ReplayWord::kOld);
  r.added = header.word(ReplayWord::kAdded);
  r.seed = static_cast<uint64_t>(header.word(ReplayWord::kSeedHigh)) << 32 | header.word(ReplayWord::kSeed);
  return read_checksum(store) == crc ? GLS_OK : GLS_ERROR_DEVICE;
}

}  // namespace
}  // namespace glissade

using namespace glissade;

extern "C" {

uint32_t gls_replay_saved_bytes(const gls_replay* replay) {
  if (check_replay(replay) != GLS_OK) return 0;
  const uint64_t bytes = content_bytes(*replay, replay->count);
  return bytes > UINT32_MAX ? 0 : static_cast<uint32_t>(bytes);
}

gls_status gls_replay_save_to(const gls_replay* replay, gls_store* store) {
  gls_status status = gls_store_put(store, nullptr, 0);  // null, not begun, or failed before
  if (status != GLS_OK) return status;
  status = check_replay(replay);
  if (status != GLS_OK) return store_fail(*store, status);
  if (store_passes(*store, content_bytes(*replay, replay->count))) return GLS_OK;
  const ReplayHeader header = header_of(*replay);
  store_put(*store, header.bytes, sizeof header.bytes, 1);
  store_put(*store, replay->samples, sample_bytes(*replay, replay->count), 1);
  store_put(*store, replay->labels, label_bytes(*replay, replay->count), 1);
  store_put_sum(*store, 1);
  return store_failure(*store);
}

gls_status gls_replay_restore_from(gls_replay* replay, gls_store* store) {
  gls_status status = gls_store_get(store, nullptr, 0);  // null, or not reading
  if (status == GLS_OK) status = check_replay(replay);
  if (status != GLS_OK) return status;
  if (store_left(*store) < kReplayHeaderBytes) return GLS_ERROR_SIZE;
  const uint32_t start = store_tell(*store);
  ReplayHeader header;
  store_get(*store, header.bytes, sizeof header.bytes);
  if (store_failure(*store) == GLS_OK) {
    if (!fits(header, *replay))
      status = GLS_ERROR_MISMATCH;
    else if (store_left(*store) <
             content_bytes(*replay, header.word(ReplayWord::kCount)) - kReplayHeaderBytes)
      status = GLS_ERROR_SIZE;
    else
      status = check_saved(*replay, header, *store);
  }
  const bool passed = status == GLS_OK && store_only_checks(*store);
  const gls_status failure = store_seek(*store, passed ? store_tell(*store) : start);
  if (failure != GLS_OK) return failure;
  if (status != GLS_OK || passed) return status;
  store_get(*store, header.bytes, sizeof header.bytes);
  status = read(*replay, header, *store);
  if (store_failure(*store) != GLS_OK) status = GLS_ERROR_DEVICE;
  if (status != GLS_OK) store_seek(*store, start);
  return status;
}

}  // extern "C"
