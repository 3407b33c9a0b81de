/* SPDX-License-Identifier: Apache-2.0 */
/* Stands in for Zephyr's flash map as far as glissade_flash_area.h sees it: a partition in memory. */
#ifndef GLISSADE_TESTS_FLASH_MAP_H
#define GLISSADE_TESTS_FLASH_MAP_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct flash_area {
  uint8_t fa_id;
  off_t fa_off;
  size_t fa_size;
};

#ifdef __cplusplus
extern "C" {
#endif
int flash_area_read(const struct flash_area* fa, off_t off, void* dst, size_t len);
int flash_area_write(const struct flash_area* fa, off_t off, const void* src, size_t len);
int flash_area_erase(const struct flash_area* fa, off_t off, size_t len);
uint32_t flash_area_align(const struct flash_area* fa);
#ifdef __cplusplus
}
#endif

#endif
