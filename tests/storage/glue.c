/* SPDX-License-Identifier: Apache-2.0 */
/* What Glissade has for littlefs and Zephyr, in C99. */
#include "glissade_flash_area.h"
#include "glissade_littlefs.h"

gls_flash c_lfs_flash(const struct lfs_config* config, void* buffer);
gls_flash c_lfs_flash(const struct lfs_config* config, void* buffer) { return gls_lfs_flash(config, buffer); }

gls_flash c_flash_area(const struct flash_area* area, uint32_t block_size, uint32_t prog_size, void* buffer);
gls_flash c_flash_area(const struct flash_area* area, uint32_t block_size, uint32_t prog_size, void* buffer) {
  return gls_flash_area(area, block_size, prog_size, buffer);
}
