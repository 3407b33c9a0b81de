/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * A store in flash that survives power cuts. It holds one committed state: any bytes that are put into it one
 * after the other, those of optimizers (gls_save_to and gls_restore_from, in the format of saved.h) and the
 * caller's own.
 *
 *     gls_store store;
 *     gls_status status = gls_store_open(&store, &flash);  // GLS_OK: there is a state
 *     if (status == GLS_OK) status = gls_restore_from(&optimizer, &store);
 *     ...
 *     status = gls_store_begin(&store);
 *     if (status == GLS_OK) status = gls_save_to(&optimizer, &store);
 *     if (status == GLS_OK) status = gls_store_commit(&store);
 *
 * Wherever the power goes, gls_store_open then finds the last committed state, or the newer one if that is
 * complete: never none, and never a mix. The flash is two slots, used in turn. A new state is written over
 * the older one, synced, read back and compared. Then its header with a sequence number is written, and only
 * now the state counts. A state that is not finite is refused before it is written, and commits nothing.
 *
 * A slot has the bytes of the state from its start. Its last program units hold the header, all numbers
 * little-endian: the four bytes "GLS" and 2; sequence number, count of bytes, their CRC-32, 4 bytes each; the
 * tag, 32 bytes (zero without authenticator); the CRC-32 of these 48 bytes.
 *
 * Nothing is allocated. One task at a time may use a store. */
#ifndef GLISSADE_STORE_H
#define GLISSADE_STORE_H

#include "glissade/base.h"

/** The flash of a store, as its driver knows it. Names, and the callbacks but for their first argument, are
 * littlefs's. A callback returns 0, or something else where it fails. */
typedef struct gls_flash {
  /** Reads size bytes of a block from offset on. size is prog_size; offset is a multiple of it and lies
   * within the block. */
  int (*read)(const struct gls_flash* flash, uint32_t block, uint32_t offset, void* buffer, uint32_t size);

  /** Programs size bytes of a block from offset on, which are erased. size is prog_size; offset is a multiple
   * of it and lies within the block. Offsets ascend. */
  int (*prog)(const struct gls_flash* flash, uint32_t block, uint32_t offset, const void* buffer,
              uint32_t size);

  /** Erases a block. */
  int (*erase)(const struct gls_flash* flash, uint32_t block);

  /** Returns when all that went before will survive a power cut. */
  int (*sync)(const struct gls_flash* flash);

  void* context;        /**< The driver's; may be null. */
  uint32_t read_size;   /**< Unit of reads: bytes, > 0. */
  uint32_t prog_size;   /**< Unit of programming: bytes, a multiple of read_size. */
  uint32_t block_size;  /**< Unit of erasing: bytes, a multiple of prog_size. */
  uint32_t block_count; /**< Even, > 0: half of the blocks, in a row from block 0, are a slot. */
  void* buffer;         /**< prog_size bytes, for the store alone; at any address that the driver takes. */

  /** Proves who wrote the state; null: nobody does (see gls_authenticator). */
  const struct gls_authenticator* authenticator;
} gls_flash;

/** What gls_flash's read returns where the flash knows that bytes are lost: an ECC error, or, on flash with
 * ECC, what a cut left half programmed. Every other failure is GLS_ERROR_DEVICE. It is littlefs's
 * LFS_ERR_CORRUPT. */
#define GLS_FLASH_UNCORRECTABLE (-84)

/** Bytes of header in a slot, before they are rounded up to prog_size. */
#define GLS_STORE_HEADER_BYTES 52

/** Says who wrote the state, and whether it is the newest. CRCs find accidents. Against somebody who can
 * write the flash only this helps, and a key that they do not have. SECURITY.md says what it protects from. A
 * callback returns 0, or something else where it fails (GLS_ERROR_DEVICE). */
typedef struct gls_authenticator {
  /** Begins a message authentication code (HMAC-SHA-256, AES-CMAC, ...). */
  int (*mac_begin)(void* context);

  /** Takes the next size bytes of the message. */
  int (*mac_update)(void* context, const void* bytes, size_t size);

  /** Writes the code of what mac_update got since mac_begin. A shorter tag is filled with zeros. */
  int (*mac_finish)(void* context, uint8_t tag[32]);

  /** Reads a counter in the device that nobody can set back. So an older state, which has a right tag, is not
   * taken for the newest. With a counter the older slot is no longer good where the newer one is damaged.
   * Both counter callbacks null: there is no counter. */
  int (*counter_read)(void* context, uint32_t* value);

  /** Raises the counter to value: to a state's sequence number, after its commit. */
  int (*counter_raise)(void* context, uint32_t value);

  void* context; /**< The first argument of the callbacks; may be null. */
} gls_authenticator;

typedef struct gls_store gls_store;

/** A store. Filled by gls_store_open; all zero is a store that is not open. */
struct gls_store {
  uint32_t sequence; /**< Which commit the state came from, counting from 1; 0: there is no state. */
  uint32_t size;     /**< Bytes of the state. */
  /** @cond INTERNAL */
  /* The rest is the store's own. */
  const gls_flash* flash;
  uint32_t highest, position, crc, loaded;
  uint32_t slot;
  gls_status failure;
  int phase;
  /** @endcond */
};

/** Finds the committed state, reads all of it once, and gets ready to read it (gls_store_get). flash and what
 * it points to must stay as long as the store is used.
 *
 * With three of its errors the store is open, and begin may write a first state:
 *
 * - GLS_ERROR_EMPTY: nothing was ever committed here.
 * - GLS_ERROR_DAMAGED: no whole state is left (or the first one was cut).
 * - GLS_ERROR_FORGED: no state has a right tag and is as new as the counter says.
 *
 * GLS_ERROR_NULL: store, flash, its buffer or a callback is null. GLS_ERROR_RANGE: the sizes in flash do not
 * fit each other. GLS_ERROR_DEVICE: a callback failed. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_store_open(gls_store* store, const gls_flash* flash);

/** As many bytes as a state can have: half the flash, less the header. 0 where flash is null or its sizes do
 * not fit each other. */
GLS_FUNCTION uint32_t gls_store_capacity(const gls_flash* flash);

/** Reads the next size bytes of the committed state. GLS_ERROR_SIZE: fewer are left, and none is read.
 * GLS_ERROR_DEVICE, or GLS_ERROR_DAMAGED where flash says GLS_FLASH_UNCORRECTABLE: a read failed, and some of
 * the bytes may have been written. GLS_ERROR_ORDER: the store is not open, or a new state was begun. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_store_get(gls_store* store, void* bytes, size_t size);

/** Goes back to the first byte of the committed state. Leaves a new state that was begun. GLS_ERROR_ORDER:
 * the store is not open. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_store_rewind(gls_store* store);

/** Begins a new state: erases the slot that does not hold the committed one.
 *
 * An error of this, of a put or of gls_save_to stays: each later call and the commit return it, until begin
 * or rewind. So only the commit's status must be looked at.
 *
 * GLS_ERROR_RANGE: the sequence numbers are used up. GLS_ERROR_ORDER: the store is not open. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_store_begin(gls_store* store);

/** Writes the next size bytes of a new state. GLS_ERROR_SIZE: the state would have more bytes than
 * gls_store_capacity. GLS_ERROR_ORDER: no state was begun. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_store_put(gls_store* store, const void* bytes, size_t size);

/** Makes what was put the committed state, which can now be read. GLS_ERROR_ORDER: no state was begun.
 * GLS_ERROR_DEVICE: it does not read back as it was put, or a callback failed. What was committed before
 * still is; only if it was the counter that failed, open the store again. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_store_commit(gls_store* store);

/** Memory as flash: for tests, and for memory that keeps its contents (FRAM, battery). It is the context of a
 * gls_flash. As flash does, programming only clears bits. */
typedef struct gls_memory_flash {
  unsigned char* bytes; /**< [0..block_size * block_count). */
  uint32_t* erased;     /**< [0..block_count): how often each block was erased; null: not counted. */
} gls_memory_flash;

/** The callback `read` of gls_flash for a gls_memory_flash. */
GLS_FUNCTION int gls_memory_flash_read(const gls_flash* flash, uint32_t block, uint32_t offset, void* buffer,
                                       uint32_t size);

/** The callback `prog` of gls_flash for a gls_memory_flash. */
GLS_FUNCTION int gls_memory_flash_prog(const gls_flash* flash, uint32_t block, uint32_t offset,
                                       const void* buffer, uint32_t size);

/** The callback `erase` of gls_flash for a gls_memory_flash. */
GLS_FUNCTION int gls_memory_flash_erase(const gls_flash* flash, uint32_t block);

/** The callback `sync` of gls_flash for a gls_memory_flash: there is nothing to wait for. */
GLS_FUNCTION int gls_memory_flash_sync(const gls_flash* flash);

#endif
