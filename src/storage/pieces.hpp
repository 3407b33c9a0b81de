// SPDX-License-Identifier: Apache-2.0
// A new state that is written and committed piece by piece.
#ifndef GLISSADE_SRC_PIECES_HPP
#define GLISSADE_SRC_PIECES_HPP

#include "storage/commit.hpp"

namespace glissade {
namespace {

// A header's block is erased in each of the first pieces (sums[0] counts them); then the record is written.
Status start_some(gls_store& store) {
  const Status status = unchanged(store);
  if (status != GLS_OK) return status;
  if (store.sums[0] < header_blocks(store)) return erase_header_block(store, store.sums[0]++);
  store.sums[0] = 0;
  return write_record(store);
}

// All is put once more: what is in flash already is passed over, and so is what follows the unit that is
// programmed now.
template <class Save>
Status write_some(gls_store& store, Save save) {
  store.passed = 0;
  Status status = save();
  const uint32_t passed = store.passed;
  store.passed = kBetween;
  if (status == GLS_OK) status = store.failure;
  if (status != GLS_OK || passed == kFull) return status;
  if (passed != written(store)) return GLS_ERROR_SIZE;
  status = finish_bytes(store);
  store.phase = kComparing;
  store.sums[0] = 0;             // the CRC-32 of what was compared,
  store.sums[1] = kRecordBytes;  // and where it ends
  return status;
}

Status compare_some(gls_store& store, bool* done) {
  constexpr uint32_t kMost = 256;
  const uint32_t left = store.position - store.sums[1];
  const bool last = left <= kMost;
  uint32_t loaded = kNothingLoaded;
  const Status status = read_parts(
      *store.flash, 1 - store.slot, store.sums[1], last ? left : kMost, loaded,
      [&](const void* bytes, uint32_t part) { store.sums[0] = crc32(bytes, part, store.sums[0]); });
  if (status != GLS_OK) return GLS_ERROR_DEVICE;
  if (!last) return GLS_OK;
  SlotHeader header = {};
  const Status made = store.sums[0] == store.crc ? make_header(store, header) : GLS_ERROR_DEVICE;
  if (made != GLS_OK) return made;
  *done = true;
  return write_headers(store, header);
}

template <class Save>
Status commit_some(gls_store& store, Save save, bool* done) {
  if (store.passed == kWhole) store.passed = kBetween;
  if (store.phase == kBegun) return start_some(store);
  return store.phase == kWriting ? write_some(store, save) : compare_some(store, done);
}

// Of the next bytes of a state: are all of them for another piece? Then they are passed over.
inline bool passes(gls_store& store, uint64_t size) {
  if (store.passed == kWhole || store.passed == kBetween) return false;
  if (store.passed == kFull) return true;
  if (written(store) - store.passed < size) return false;
  store.passed += static_cast<uint32_t>(size);
  return true;
}

}  // namespace
}  // namespace glissade

#endif
