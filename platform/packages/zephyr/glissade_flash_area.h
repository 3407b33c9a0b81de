/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * Glissade's store in a flash partition of Zephyr (CONFIG_FLASH, CONFIG_FLASH_MAP). For C99 and C++. */
#ifndef GLISSADE_FLASH_AREA_H
#define GLISSADE_FLASH_AREA_H

/* C's casts, for users who warn of them in C++. */
#pragma GCC system_header

#include <string.h>
#include <zephyr/storage/flash_map.h>

#include "glissade/glissade.h"

/** The callback `read` of gls_flash; its context is the `const struct flash_area*`. */
static inline int gls_flash_area_read(const gls_flash* flash, uint32_t block, uint32_t offset, void* buffer,
                                      uint32_t size) {
  return flash_area_read((const struct flash_area*)flash->context,
                         (off_t)block * (off_t)flash->block_size + (off_t)offset, buffer, size);
}

/** The callback `prog` of gls_flash. */
static inline int gls_flash_area_prog(const gls_flash* flash, uint32_t block, uint32_t offset,
                                      const void* buffer, uint32_t size) {
  return flash_area_write((const struct flash_area*)flash->context,
                          (off_t)block * (off_t)flash->block_size + (off_t)offset, buffer, size);
}

/** The callback `erase` of gls_flash. */
static inline int gls_flash_area_erase(const gls_flash* flash, uint32_t block) {
  return flash_area_erase((const struct flash_area*)flash->context, (off_t)block * (off_t)flash->block_size,
                          flash->block_size);
}

/** The callback `sync` of gls_flash: Zephyr's drivers return when the flash has done it. */
static inline int gls_flash_area_sync(const gls_flash* flash) {
  (void)flash;
  return 0;
}

/** A store's flash in an open partition.
 *
 * block_size: bytes that are erased at once, the largest sector of the partition (flash_area_get_sectors).
 * prog_size: bytes of buffer, a multiple of flash_area_align(area); a larger one makes reading over SPI
 * faster. buffer: prog_size bytes, aligned as the driver wants it. area must stay open as long as the store
 * is used. An odd last block is not used. */
static inline gls_flash gls_flash_area(const struct flash_area* area, uint32_t block_size, uint32_t prog_size,
                                       void* buffer) {
  gls_flash flash;
  memset(&flash, 0, sizeof flash);
  flash.read = gls_flash_area_read;
  flash.prog = gls_flash_area_prog;
  flash.erase = gls_flash_area_erase;
  flash.sync = gls_flash_area_sync;
  flash.context = (void*)area;
  flash.read_size = flash_area_align(area);
  flash.prog_size = prog_size;
  flash.block_size = block_size;
  flash.block_count = block_size == 0 ? 0 : (uint32_t)(area->fa_size / block_size / 2 * 2);
  flash.buffer = buffer;
  return flash;
}

#endif
