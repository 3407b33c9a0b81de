// SPDX-License-Identifier: Apache-2.0
#include "glissade/storage/store.h"

namespace {

const gls_memory_flash& memory_of(const gls_flash* flash) {
  return *static_cast<const gls_memory_flash*>(flash->context);
}

unsigned char* place(const gls_flash* flash, uint32_t block, uint32_t offset) {
  return memory_of(flash).bytes + static_cast<size_t>(block) * flash->block_size + offset;
}

}  // namespace

extern "C" {

int gls_memory_flash_read(const gls_flash* flash, uint32_t block, uint32_t offset, void* buffer,
                          uint32_t size) {
  __builtin_memcpy(buffer, place(flash, block, offset), size);
  return 0;
}

int gls_memory_flash_prog(const gls_flash* flash, uint32_t block, uint32_t offset, const void* buffer,
                          uint32_t size) {
  const unsigned char* const from = static_cast<const unsigned char*>(buffer);
  unsigned char* const to = place(flash, block, offset);
  for (uint32_t i = 0; i < size; ++i) to[i] = static_cast<unsigned char>(to[i] & from[i]);
  return 0;
}

int gls_memory_flash_erase(const gls_flash* flash, uint32_t block) {
  uint32_t* const erased = memory_of(flash).erased;
  if (erased != nullptr) ++erased[block];
  __builtin_memset(place(flash, block, 0), 0xff, flash->block_size);
  return 0;
}

int gls_memory_flash_sync(const gls_flash*) { return 0; }

}  // extern "C"
