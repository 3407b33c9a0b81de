/* SPDX-License-Identifier: Apache-2.0 */
/* What Glissade has for littlefs and Zephyr, in C99. */
#include "glissade_flash_area.h"
#include "glissade_littlefs.h"

void c_lfs_flash(gls_flash* flash, const struct lfs_config* config, void* buffer);
void c_lfs_flash(gls_flash* flash, const struct lfs_config* config, void* buffer) {
  *flash = gls_lfs_flash(config, buffer);
}

void c_flash_area(gls_flash* flash, const struct flash_area* area, uint32_t block_size, uint32_t prog_size,
                  void* buffer);
void c_flash_area(gls_flash* flash, const struct flash_area* area, uint32_t block_size, uint32_t prog_size,
                  void* buffer) {
  *flash = gls_flash_area(area, block_size, prog_size, buffer);
}
