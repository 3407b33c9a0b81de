/* SPDX-License-Identifier: Apache-2.0 */
/* A store in flash that survives power cuts. It holds one committed state: any bytes that are put into it one
 * after the other; those of optimizers (gls_save_to and gls_restore_from, in the format of saved.h) and
 * the caller's own.
 *
 *   gls_store store;
 *   gls_status status = gls_store_open(&store, &flash);  // GLS_OK: there is a state
 *   if (status == GLS_OK) status = gls_restore_from(&optimizer, &store);
 *   ...
 *   status = gls_store_begin(&store);
 *   if (status == GLS_OK) status = gls_save_to(&optimizer, &store);
 *   if (status == GLS_OK) status = gls_store_commit(&store);
 *
 * Wherever the power goes, gls_store_open then finds the last committed state, or the newer one if it is
 * complete: never none, and never a mix. The flash is two slots, used in turn. A new state is written over
 * the older one, synced, read back and compared; then its header with a sequence number is, and only now it
 * counts. A state that is not finite is refused before it is written, and commits nothing.
 *
 * A slot, all numbers little-endian: the bytes from its start; in its last program units the header: "GLS\2",
 * sequence number, bytes, their CRC-32, 4 bytes each; the tag, 32 bytes (zero without authenticator); the
 * CRC-32 of these 48.
 *
 * Nothing is allocated. One task at a time may use a store. */
#ifndef GLISSADE_STORE_H
#define GLISSADE_STORE_H

#include "glissade/base.h"

/* The flash, as its driver knows it. Names, and the calls but for their first argument, are littlefs's. */
typedef struct gls_flash gls_flash;
struct gls_flash {
  /* Each returns 0, or something else where it fails. size is prog_size, offset a multiple of it within the
   * block. prog finds erased flash; its offsets ascend. */
  int (*read)(const gls_flash* flash, uint32_t block, uint32_t offset, void* buffer, uint32_t size);
  int (*prog)(const gls_flash* flash, uint32_t block, uint32_t offset, const void* buffer, uint32_t size);
  int (*erase)(const gls_flash* flash, uint32_t block);
  int (*sync)(const gls_flash* flash); /* returns when all that went before will survive a power cut */
  void* context;                       /* the driver's; may be null */
  uint32_t read_size;                  /* bytes, > 0: unit of reads */
  uint32_t prog_size;                  /* bytes, a multiple of read_size: unit of programming */
  uint32_t block_size;                 /* bytes, a multiple of prog_size: unit of erasing */
  uint32_t block_count;                /* even: half of them, in a row from block 0, are a slot */
  void* buffer; /* prog_size bytes, of the store's own; at any address that the driver takes */
  const struct gls_authenticator* authenticator; /* null: none; see there */
};

/* What read returns where the flash knows that bytes are lost (an ECC error: on such flash, what a cut left
 * half programmed). Every other failure is GLS_ERROR_DEVICE. littlefs's LFS_ERR_CORRUPT. */
#define GLS_FLASH_UNCORRECTABLE (-84)

/* Bytes of header in a slot, before they are rounded up to prog_size. */
#define GLS_STORE_HEADER_BYTES 52

/* Who wrote the state, and is it the newest? CRCs find accidents; against somebody who can write the flash
 * only this helps, and a key that they do not have. All callbacks return 0, or something else where they fail
 * (GLS_ERROR_DEVICE). SECURITY.md says what it protects from. */
typedef struct gls_authenticator {
  /* A message authentication code (HMAC-SHA-256, AES-CMAC, ...) of what mac_update got since mac_begin; a
   * shorter tag is filled with zeros. */
  int (*mac_begin)(void* context);
  int (*mac_update)(void* context, const void* bytes, size_t size);
  int (*mac_finish)(void* context, uint8_t tag[32]);
  /* A counter in the device that nobody can set back, so that an older state, which has a right tag, is not
   * taken for the newest; both null: none. It is raised to a state's sequence number after its commit. With
   * it the older slot is no longer good where the newer one is damaged. */
  int (*counter_read)(void* context, uint32_t* value);
  int (*counter_raise)(void* context, uint32_t value);
  void* context;
} gls_authenticator;

typedef struct gls_store gls_store;

/* Filled by gls_store_open; all zero is a store that is not open. */
struct gls_store {
  uint32_t sequence; /* which commit the state came from, counting from 1; 0: there is no state */
  uint32_t size;     /* its bytes */
  /* The rest is the store's. */
  const gls_flash* flash;
  uint32_t highest, position, crc, loaded;
  uint32_t slot;
  gls_status failure;
  int phase;
};

/* Finds the committed state, reads all of it once, and gets ready to read it (gls_store_get). With three of
 * its errors the store is open, and begin may write a first state:
 *
 *   GLS_ERROR_EMPTY    nothing was ever committed here
 *   GLS_ERROR_DAMAGED  no whole state is left (or the first one was cut)
 *   GLS_ERROR_FORGED   no state has a right tag and is as new as the counter says
 *
 * GLS_ERROR_RANGE: the sizes in flash do not fit each other. flash and what it points to must stay. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_store_open(gls_store* store, const gls_flash* flash);

/* As many bytes as a state can have: half the flash, less the header. 0 where the sizes do not fit each
 * other. */
GLS_FUNCTION uint32_t gls_store_capacity(const gls_flash* flash);

/* The next bytes of the committed state. GLS_ERROR_SIZE where it has not so many left. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_store_get(gls_store* store, void* bytes, size_t size);

/* Back to its first byte. Also leaves a new state that was begun. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_store_rewind(gls_store* store);

/* Begins a new state, by erasing the slot that does not hold the committed one. An error of this, of a put or
 * of a save_to stays: each later call and the commit return it, until begin or rewind. So only the commit's
 * status must be looked at. GLS_ERROR_SIZE: more than gls_store_capacity. GLS_ERROR_RANGE: the sequence
 * numbers are used up. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_store_begin(gls_store* store);
GLS_FUNCTION GLS_NODISCARD gls_status gls_store_put(gls_store* store, const void* bytes, size_t size);

/* Makes what was put the committed state, which can now be read. GLS_ERROR_DEVICE where it does not read back
 * as it was put, or a callback failed: what was committed before still is (but if it was the counter that
 * failed: open again). */
GLS_FUNCTION GLS_NODISCARD gls_status gls_store_commit(gls_store* store);

/* Memory as flash: for tests, and for memory that keeps its contents (FRAM, battery). context is a
 * gls_memory_flash. As flash does, programming only clears bits. */
typedef struct gls_memory_flash {
  unsigned char* bytes; /* [0..block_size * block_count) */
  uint32_t* erased;     /* [0..block_count): how often each block was erased; null: not counted */
} gls_memory_flash;

GLS_FUNCTION int gls_memory_flash_read(const gls_flash* flash, uint32_t block, uint32_t offset, void* buffer,
                                       uint32_t size);
GLS_FUNCTION int gls_memory_flash_prog(const gls_flash* flash, uint32_t block, uint32_t offset,
                                       const void* buffer, uint32_t size);
GLS_FUNCTION int gls_memory_flash_erase(const gls_flash* flash, uint32_t block);
GLS_FUNCTION int gls_memory_flash_sync(const gls_flash* flash);

#endif
