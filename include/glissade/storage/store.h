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
 * complete: never none, never a mix, and never an older one than a commit said GLS_OK to. A state that is not
 * finite is refused before it is written, and commits nothing. Nothing is allocated. One task at a time may
 * use a store, and one store at a time a flash: a second one is found out (GLS_ERROR_ORDER) before it begins
 * to write over what the first one committed, and before it gives that back for its own. (Not where both are
 * in the middle of a state.)
 *
 * **The protocol.** The flash is two slots, used in turn; the first state goes into slot 0. A new state is
 * written over the older one: the old headers' blocks are erased; then a record and the bytes, each block
 * erased when the first byte for it comes; sync; all is read back and compared. Then comes the header, sync,
 * read back; and the header a second time, sync, read back. Open syncs before it reads. Of two whole states
 * it takes the one with the higher number; one whose second header was not begun only if there is no other,
 * for its first header may be half programmed, and read wrong tomorrow. What a cut left is never programmed
 * again before it is erased. One thing a cut may leave open: where it hits the first bits of the second
 * header, and these read now as begun and now as not, the state whose commit was cut may be found at one
 * start and the committed one at the next (seen once in 3.85 million simulated cuts; never an older one than
 * that).
 *
 * **In flash.** All numbers are little-endian. A slot begins with a record of 20 bytes: the four bytes "GLS"
 * and 3; prog_size, block_size, block_count, 4 bytes each; the CRC-32 of these 16 bytes. The state follows
 * it. At the slot's end, each rounded up to prog_size, stand two equal headers of 52 bytes: "GLS" and 3;
 * sequence number, count of the state's bytes, their CRC-32, 4 bytes each; the tag, 32 bytes (zero without
 * authenticator); the CRC-32 of these 48 bytes. Version 0.1 ("GLS" and 2) wrote no record and one header, at
 * the place of the second one: such states are read. A record or header with a right CRC-32 and another
 * number, or with another geometry, is GLS_ERROR_MISMATCH.
 *
 * **How long flash lives.** A commit erases the blocks of one slot that it needs: (20 + bytes) / block_size,
 * rounded up, and one more for the headers if those lie beyond them. So a block is erased once in two
 * commits, and lives for 2 * cycles / (commits a day * 365) years: with 10,000 cycles and a commit an hour
 * 2.3 years, with 100,000 cycles 23 years; with a commit a day 55 years and more. A checkpoint commits only
 * what is better. A commit waits for its erases: on NOR with sectors of 128 KiB that is 1 to 2 seconds for
 * each, however small the state, and none can be erased ahead. A unit that is dead stops all commits (the
 * last state stays): to replace bad blocks is the driver's job. */
#ifndef GLISSADE_STORE_H
#define GLISSADE_STORE_H

#include "glissade/base.h"

#if defined(__cplusplus) && __cplusplus >= 201402L
/** So that an initializer in C++ may end before gls_flash's last field. */
#define GLS_STORE_ZERO = 0
#else
/** Nothing, in C and before C++14. */
#define GLS_STORE_ZERO
#endif

/** The flash of a store, as its driver knows it. Names, and the callbacks but for their first argument, are
 * littlefs's. A callback returns 0, or something else where it fails. A failure, once or for good, takes no
 * committed state away. Erased flash must read as all 0xff or all 0: where it cannot be read at all, `read`
 * asks the flash whether it is blank, and gives 0xff. */
typedef struct gls_flash {
  /** Reads size bytes of a block from offset on. size is prog_size; offset is a multiple of it and lies
   * within the block. A read that the flash corrected is good: 0, not a number of its own. */
  int (*read)(const struct gls_flash* flash, uint32_t block, uint32_t offset, void* buffer, uint32_t size);

  /** Programs size bytes of a block from offset on, which are erased. size is prog_size; offset is a multiple
   * of it and lies within the block. Offsets ascend, and nothing is programmed twice. */
  int (*prog)(const struct gls_flash* flash, uint32_t block, uint32_t offset, const void* buffer,
              uint32_t size);

  /** Erases a block. */
  int (*erase)(const struct gls_flash* flash, uint32_t block);

  /** Returns when all that went before will survive a power cut; on open, when the flash is no longer busy
   * with what was begun before a reset. Memory behind a write-back cache (retained RAM of a Cortex-M7) needs
   * the cache cleaned, and a barrier, here. */
  int (*sync)(const struct gls_flash* flash);

  void* context;      /**< The driver's; may be null. */
  uint32_t read_size; /**< Unit of reads: bytes, > 0. */

  /** Unit of programming: bytes, a multiple of read_size. The store reads by it, too: 40 KB over SPI are
   * 80,000 reads with prog_size 1, and 316 with 256. A larger one costs a larger buffer, and a little room.
   */
  uint32_t prog_size;

  /** Unit of erasing: bytes, a multiple of prog_size. What is rewritten together must be one block: on a card
   * or eMMC, or in a file on one, that is 4,096 or more, whatever its sectors are called. A smaller number
   * there loses both states in one cut. */
  uint32_t block_size;

  uint32_t block_count; /**< Even, > 0: half of the blocks, in a row from first_block, are a slot. */

  /** prog_size bytes, for the store alone; aligned as the driver wants it. A driver that moves words or uses
   * DMA wants 4 or more, and an array of bytes has 1 (alignas(8) in C++, _Alignas in C11). */
  void* buffer;

  /** Proves who wrote the state; null: nobody does (see gls_authenticator). */
  const struct gls_authenticator* authenticator;

  uint32_t first_block GLS_STORE_ZERO; /**< The block at which the store begins; usually 0. */
} gls_flash;

/** What gls_flash's read returns where the flash knows that bytes are lost: an ECC error, or, on flash with
 * ECC, what a cut left half programmed. Such bytes are damaged, and nothing is asked. After any other number
 * open reads again, three times in all, and then says GLS_ERROR_OLDER or GLS_ERROR_DEVICE: a bus that is
 * disturbed must not bring back an older state without a word. It is littlefs's LFS_ERR_CORRUPT. */
#define GLS_FLASH_UNCORRECTABLE (-84)

/** Bytes of each of a slot's two headers, before they are rounded up to prog_size. */
#define GLS_STORE_HEADER_BYTES 52

/** Bytes of a slot's record, before the state. */
#define GLS_STORE_RECORD_BYTES 20

/** Says who wrote the state, and whether it is the newest. CRCs find accidents. Against somebody who can
 * write the flash only this helps, and a key that they do not have. SECURITY.md says what it protects from. A
 * callback returns 0, or something else where it fails (GLS_ERROR_DEVICE). */
typedef struct gls_authenticator {
  /** Begins a message authentication code (HMAC-SHA-256, AES-CMAC, ...). */
  int (*mac_begin)(void* context);

  /** Takes the next size bytes of the message. */
  int (*mac_update)(void* context, const void* bytes, size_t size);

  /** Writes the code of what mac_update got since mac_begin. tag is all zero; a shorter code leaves the rest
   * so. */
  int (*mac_finish)(void* context, uint8_t tag[32]);

  /** Reads a counter in the device that nobody can set back; a new one is 0. So an older state, which has a
   * right tag, is not taken for the newest. With a counter the older slot is no longer good where the newer
   * one is damaged. Both counter callbacks null: there is no counter. */
  int (*counter_read)(void* context, uint32_t* value);

  /** Raises the counter to value, twice in a commit: before the first header, and after the second one. (A
   * counter with a limited life lives half as long.) The value is 2^31 + 256 * N + k: state number N is the
   * one that was committed last, and k numbers after it were tried. A commit raises it to (N, k + 1), writes
   * state number N + k + 1, and raises it to (N + k + 1, 0). Open takes state N, and N + 1 to N + k. A value
   * below 2^31 is N alone, of version 0.1. N is below 2^23; k is below 256, and that many commits in a row
   * may be cut. Where the counter is used up, the commit fails before its header, and the last state can be
   * read for ever. */
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
  uint32_t highest, counted, position, crc, loaded, passed;
  uint32_t slot, start, checks[2], sums[2];
  gls_status found, barred, failure;
  int phase;
  /** @endcond */
};

/** Finds the committed state, reads all of it once, and gets ready to read it (gls_store_get). flash and what
 * it points to must stay as long as the store is used. A callback that fails is asked three times. Where the
 * sync fails, but a state is found, that can be read, and begin is GLS_ERROR_DEVICE.
 *
 * With four of its errors the store is open:
 *
 * - GLS_ERROR_EMPTY: nothing was ever committed here. All places where headers stand, and the start of every
 *   block, are blank; or the first commit was cut. begin may write a first state.
 * - GLS_ERROR_DAMAGED: no whole state is left; or something else is in this flash. (Where the first commit
 *   was cut before the first 4 bytes were there, that cannot be told from it.) begin may write over it.
 * - GLS_ERROR_FORGED: no state has a right tag and is as new as the counter says. begin may write over it.
 * - GLS_ERROR_OLDER: a newer state may be there, but cannot be read: a read failed three times, and not with
 *   GLS_FLASH_UNCORRECTABLE. The state that is open is whole. begin is GLS_ERROR_OLDER, so that nothing is
 *   overwritten, until gls_store_accept_older.
 *
 * With the others it is not open. GLS_ERROR_MISMATCH: the flash is that of a store with another prog_size,
 * block_size or block_count, or of a later format. GLS_ERROR_NULL: store, flash, its buffer or a callback is
 * null. GLS_ERROR_RANGE: the sizes in flash do not fit each other. GLS_ERROR_DEVICE: a callback failed. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_store_open(gls_store* store, const gls_flash* flash);

/** Opens the state before the newest one, while it is still whole in the other slot: for firmware that cannot
 * use the newest, because a later version wrote it (gls_store_open or gls_restore_from: GLS_ERROR_MISMATCH or
 * GLS_ERROR_SIZE). begin is GLS_ERROR_OLDER until gls_store_accept_older. GLS_ERROR_DAMAGED: there is no such
 * state. GLS_ERROR_FORGED: the counter says that it is too old. The others are gls_store_open's. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_store_open_older(gls_store* store, const gls_flash* flash);

/** Takes the open state for the newest, whatever is in the other slot: begin may then overwrite that. Without
 * effect where nothing stands against begin. GLS_ERROR_ORDER: the store is not open. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_store_accept_older(gls_store* store);

/** Begins anew: erases all blocks, whatever they hold, so that the next open says GLS_ERROR_EMPTY. An
 * authenticator's counter stays, and numbers go on from it. Cut on its way, it must be called again. Errors:
 * GLS_ERROR_NULL, GLS_ERROR_RANGE and GLS_ERROR_DEVICE as in gls_store_open. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_store_format(const gls_flash* flash);

/** Erases every block that holds nothing of the committed state, which stays: so that what a commit has just
 * replaced (a person's samples, a key) is nowhere in this flash. Until the next commit no older
 * state is there to go back to. Cut on its way, it must be called again. Leaves a new state that was begun,
 * and goes back to the first byte of the committed one. GLS_ERROR_EMPTY: nothing is committed
 * (gls_store_format erases all). GLS_ERROR_ORDER, GLS_ERROR_OLDER and GLS_ERROR_DEVICE as in begin; on an
 * error the committed state stays. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_store_erase_older(gls_store* store);

/** As many bytes as a state can have: half the flash, less the record and two headers. 0 where flash is null
 * or its sizes do not fit each other. */
GLS_FUNCTION uint32_t gls_store_capacity(const gls_flash* flash);

/** Reads the next size bytes of the committed state. GLS_ERROR_SIZE: fewer are left, and none is read.
 * GLS_ERROR_DEVICE, or GLS_ERROR_DAMAGED where flash says GLS_FLASH_UNCORRECTABLE: a read failed, and some of
 * the bytes may have been written. GLS_ERROR_ORDER: the store is not open, or a new state was begun. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_store_get(gls_store* store, void* bytes, size_t size);

/** Goes back to the first byte of the committed state. Leaves a new state that was begun. GLS_ERROR_ORDER:
 * the store is not open, or another store has written this flash (this one is closed now). */
GLS_FUNCTION GLS_NODISCARD gls_status gls_store_rewind(gls_store* store);

/** Begins a new state, which is written over the older one. Nothing is erased before the first byte comes.
 *
 * An error of this, of a put or of gls_save_to stays: each later call and the commit return it, until begin
 * or rewind. So only the commit's status must be looked at.
 *
 * GLS_ERROR_RANGE: the sequence numbers are used up (2^32, with a counter fewer: see there).
 * GLS_ERROR_OLDER, GLS_ERROR_DEVICE: see gls_store_open. GLS_ERROR_ORDER: the store is not open. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_store_begin(gls_store* store);

/** Writes the next size bytes of a new state. GLS_ERROR_SIZE: the state would have more bytes than
 * gls_store_capacity. GLS_ERROR_ORDER: no state was begun, or another store has written this flash (this one
 * is closed now). */
GLS_FUNCTION GLS_NODISCARD gls_status gls_store_put(gls_store* store, const void* bytes, size_t size);

/** Makes what was put the committed state, which can now be read. GLS_ERROR_ORDER: no state was begun, or
 * another store has written this flash (this one is closed now). GLS_ERROR_DEVICE: it does not read back as
 * it was put, or a callback failed. What was committed before still is; but where it was the second header or
 * the counter after it that failed, it is not known which of the two is. The store is then closed (all calls
 * are GLS_ERROR_ORDER): open it again, and it is known. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_store_commit(gls_store* store);

/** Commits a new state piece by piece, after gls_store_begin and instead of gls_store_put and
 * gls_store_commit: so that a watchdog can be fed between the pieces. Call it until it sets done, which is
 * set only where the state is committed, or fails.
 *
 *     bool done = false;
 *     status = gls_store_begin(&store);
 *     while (status == GLS_OK && !done) status = gls_store_commit_piece(&store, save, context, &done);
 *
 * save puts all of the state, with gls_store_put, gls_save_to and their like. It is called in most pieces,
 * and must put the same bytes each time, so nothing of them may change until the commit is done: each call
 * writes a piece of them. A piece takes at most one erase, and one unit of programming or the units of a
 * record; 256 bytes that are read back; or, the last one, both headers. What is in flash after each of them
 * is what a cut may leave of gls_store_commit: the committed state is the old one or, after the last piece,
 * the new one.
 *
 * Errors as in gls_store_put and gls_store_commit, and those of save, which stay. GLS_ERROR_SIZE: also where
 * save puts fewer bytes than it did. GLS_ERROR_ORDER: also where anything is put outside of save. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_store_commit_piece(
    gls_store* store, gls_status (*save)(void* context, gls_store* store), void* context, bool* done);

/** Memory as flash: for tests, and for memory that keeps its contents (FRAM, battery). It is the context of a
 * gls_flash. As flash does, programming only clears bits. */
typedef struct gls_memory_flash {
  unsigned char* bytes; /**< [0..block_size * (first_block + block_count)). */

  /** [0..first_block + block_count): how often each block was erased; null: not counted. */
  uint32_t* erased;
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
