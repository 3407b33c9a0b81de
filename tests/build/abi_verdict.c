/* SPDX-License-Identifier: Apache-2.0 */
/* A caller whose enums may be one byte: no byte beside a verdict changes. */
#include <string.h>

#include "glissade/glissade.h"

static gls_status put(void* context, gls_store* store) { return gls_store_put(store, context, 4); }
static gls_status get(void* context, gls_store* store) { return gls_store_get(store, context, 4); }

int main(void) {
  static unsigned char bytes[4096], unit[16];
  unsigned char state[4] = {1, 2, 3, 4};
  gls_memory_flash memory = {bytes, NULL};
  gls_flash flash = {gls_memory_flash_read, gls_memory_flash_prog, gls_memory_flash_erase, gls_memory_flash_sync,
                     &memory, 1, 16, 512, 8, unit, NULL};
  gls_store store;
  gls_checkpoint checkpoint = {&store, put, get, state, NULL, NULL, 0, {0}};
  struct {
    unsigned char before[8];
    gls_verdict verdict;
    unsigned char after[8];
  } guarded;
  unsigned char guard[8];
  memset(&guarded, 0x5a, sizeof guarded);
  memset(guard, 0x5a, sizeof guard);
  memset(bytes, 0xff, sizeof bytes);
  if (gls_store_open(&store, &flash) != GLS_ERROR_EMPTY) return 1;
  if (gls_checkpoint_start(&checkpoint) != GLS_OK) return 2;
  if (gls_checkpoint_decide(&checkpoint, 1.0, 0.0, 3, &guarded.verdict) != GLS_OK) return 3;
  if (guarded.verdict != GLS_COMMITTED) return 4;
  if (memcmp(guarded.before, guard, 8) != 0 || memcmp(guarded.after, guard, 8) != 0) return 5;
  return sizeof guarded == 20 ? 0 : 6;
}
