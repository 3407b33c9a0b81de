// SPDX-License-Identifier: Apache-2.0
// Memory as the flash of a store.
#ifndef GLISSADE_TESTS_MEMORY_FLASH_HPP
#define GLISSADE_TESTS_MEMORY_FLASH_HPP

#include "glissade/storage/store.h"

// unit: memory for one unit of programming. What is passed must outlive the flash.
inline gls_flash flash_in(gls_memory_flash& memory, void* unit, size_t unit_size, uint32_t block_size,
                          uint32_t block_count) {
  return {gls_memory_flash_read,
          gls_memory_flash_prog,
          gls_memory_flash_erase,
          gls_memory_flash_sync,
          &memory,
          1,
          static_cast<uint32_t>(unit_size),
          block_size,
          block_count,
          unit,
          nullptr};
}

#endif
