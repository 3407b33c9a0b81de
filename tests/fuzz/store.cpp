// SPDX-License-Identifier: Apache-2.0
// Any bytes as a store's flash: whatever is found, nothing outside it is read, and the next commit counts.
#include <stdlib.h>
#include <string.h>

#include <vector>

#include "glissade/glissade.hpp"
#include "support/memory_flash.hpp"

namespace {

using namespace glissade;

constexpr uint32_t kBlock = 256, kBlocks = 4;

// What a forger does: makes the checksums of a slot right, for as many bytes as fit; or lets its header claim
// more. As 0.1 did with one header and no record (`old`), or as it is done now.
void fix_checksums(uint8_t* slot, const gls_flash& flash, bool old) {
  const auto put = [](uint8_t* at, uint32_t word) {
    for (size_t i = 0; i < 4; ++i) at[i] = static_cast<uint8_t>(word >> 8 * i);
  };
  const uint32_t header_bytes =
      (GLS_STORE_HEADER_BYTES + flash.prog_size - 1) / flash.prog_size * flash.prog_size;
  const uint32_t start = old ? 0 : GLS_STORE_RECORD_BYTES, half = kBlock * kBlocks / 2;
  const uint32_t room = half - (old ? 1 : 2) * header_bytes - start;
  for (uint32_t copy = old ? 1 : 0; copy < 2; ++copy) {
    uint8_t* const header = slot + half - (2 - copy) * header_bytes;
    memcpy(header, old ? "GLS\2" : "GLS\3", 4);
    const uint32_t size = (header[8] | static_cast<uint32_t>(header[9]) << 8) % (4 * room + 1);
    put(header + 8, size);
    put(header + 12, gls_crc32(0, slot + start, size < room ? size : room));
    put(header + 48, gls_crc32(0, header, 48));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  if (size < 2) return 0;
  std::vector<uint8_t> memory(kBlock * kBlocks, 0xff), unit(1u << input[0] % 8);
  memcpy(memory.data(), input + 2, size - 2 < memory.size() ? size - 2 : memory.size());
  gls_memory_flash chip = {memory.data(), nullptr};
  const gls_flash flash = flash_in(chip, unit.data(), unit.size(), kBlock, kBlocks);
  const uint32_t capacity = kBlock * kBlocks / 2;
  for (uint32_t slot = 0; slot < 2; ++slot) {
    if (input[1] >> slot & 1) fix_checksums(&memory[slot * kBlock * kBlocks / 2], flash, input[1] >> 2 & 1);
  }
  gls_store store;
  const Status opened =
      input[1] >> 3 & 1 ? gls_store_open_older(&store, &flash) : gls_store_open(&store, &flash);
  if (opened == GLS_ERROR_MISMATCH) {
    if (gls_store_begin(&store) != GLS_ERROR_ORDER) abort();
    if (gls_store_format(&flash) != GLS_OK || gls_store_open(&store, &flash) != GLS_ERROR_EMPTY) abort();
    return 0;
  }
  if (opened != GLS_OK && opened != GLS_ERROR_EMPTY && opened != GLS_ERROR_DAMAGED) abort();
  if ((opened == GLS_OK) != (store.sequence != 0) || store.size > capacity) abort();
  if (gls_store_accept_older(&store) != GLS_OK) abort();
  std::vector<uint8_t> state(store.size);
  if (gls_store_get(&store, state.data(), state.size()) != GLS_OK ||
      gls_store_get(&store, unit.data(), 1) != GLS_ERROR_SIZE)
    abort();
  if (gls_store_rewind(&store) != GLS_OK) abort();
  float weights[2], m[2], v[2];
  gls_adam_params params;
  gls_adam_state adam;
  const gls_optimizer optimizer = gls_adam(&params, &adam, weights, m, v, 2);
  const Status restored = gls_restore_from(&optimizer, &store);
  if (restored != GLS_OK && restored != GLS_ERROR_SIZE && restored != GLS_ERROR_MISMATCH &&
      restored != GLS_ERROR_DAMAGED)
    abort();

  Status status = gls_store_begin(&store);
  if (store.highest == UINT32_MAX) {
    if (status != GLS_ERROR_RANGE) abort();
    return 0;
  }
  if (status == GLS_OK) status = gls_store_put(&store, "a new state", 11);
  if (status == GLS_OK) status = gls_store_commit(&store);
  char found[11];
  if (status != GLS_OK || gls_store_open(&store, &flash) != GLS_OK || store.size != 11) abort();
  if (gls_store_get(&store, found, 11) != GLS_OK || memcmp(found, "a new state", 11) != 0) abort();
  return 0;
}
