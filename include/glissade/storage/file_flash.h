/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * A file, or a block device, as the flash of a store: for Linux and other POSIX systems. Link
 * glissade::file_flash.
 *
 *     gls_file_flash file;
 *     unsigned char buffer[512];
 *     gls_flash flash = {gls_file_flash_read, gls_file_flash_prog, gls_file_flash_erase,
 *                        gls_file_flash_sync, &file, 1, 512, 4096, 64, buffer, NULL};
 *     int error = gls_file_flash_open(&file, "state.bin");
 *
 * The callbacks of the flash return 0 or a negative errno. Their context is the gls_file_flash. A store says
 * GLS_ERROR_DEVICE for each of them; the field `error` then says which one it was. */
#ifndef GLISSADE_FILE_FLASH_H
#define GLISSADE_FILE_FLASH_H

#include "glissade/storage/store.h"

/** An open file. Filled by gls_file_flash_open; all zero is a file that is not open. */
typedef struct gls_file_flash {
  int descriptor; /**< The file's descriptor; -1: not open. */
  /** What the last callback that failed said, a negative errno; 0: none has failed. */
  int error GLS_DEFAULT(0);
  /** Which process opened it; 0: not open. After fork() the child's callbacks are -EBADF. (To ask this takes
   * 0.2 us a call: a twentieth of opening a store and reading 40,000 bytes of it by units of 512.) */
  int process GLS_DEFAULT(0);
} gls_file_flash;

/** How a file is opened. All zero is what gls_file_flash_open does. */
typedef struct gls_file_flash_options {
  /** As many bytes as the flash has: block_size * block_count, and the blocks before first_block. A shorter
   * file is filled up with erased flash, so that a disk that is too full for it is -ENOSPC here. 0: the file
   * grows as it is written, and a full disk is an error of the callbacks, -ENOSPC too. */
  uint64_t bytes;
  bool read_only; /**< Only to be read: the file and its folder are not written, none is made. */
  bool existing;  /**< Makes no file: -ENOENT where there is none. */
  bool unlocked;  /**< Takes no lock: for file systems that have none. No other process may open it then. */
} gls_file_flash_options;

/** Opens the file at path; where there is none, makes one, which is erased flash. In /dev none is made: a
 * device that is not there (yet) is -ENOENT, and so is a link that leads nowhere. One process at a time may
 * have it open. Returns 0, or a negative errno:
 *
 * - -EWOULDBLOCK: it is open elsewhere.
 * - -ENOTBLK: it is something else than a file or a block device.
 * - -ENOLCK, -ENOSYS, -EOPNOTSUPP: its file system knows neither flock() nor fcntl()'s locks. (The latter end
 *   with any descriptor of the file that this process closes.)
 * - -EINVAL: file or path is null.
 *
 * An error can leave an empty file behind. What is written survives a power cut as far as the file system
 * keeps what fdatasync() says; where a folder cannot be synced, the file system as a whole is. */
GLS_FUNCTION GLS_NODISCARD int gls_file_flash_open(gls_file_flash* file, const char* path);

/** The same with options; null: all zero. Where it is opened to be read only, others may have it open to be
 * read only, too. */
GLS_FUNCTION GLS_NODISCARD int gls_file_flash_open_with(gls_file_flash* file, const char* path,
                                                        const gls_file_flash_options* options);

/** Closes the file, if it is open. */
GLS_FUNCTION void gls_file_flash_close(gls_file_flash* file);

/** The callback `read` of gls_flash. A read that the device knows to have failed (EIO, or what a file system
 * with checksums says) is GLS_FLASH_UNCORRECTABLE. What lies beyond the end of the file reads as erased. */
GLS_FUNCTION int gls_file_flash_read(const gls_flash* flash, uint32_t block, uint32_t offset, void* buffer,
                                     uint32_t size);

/** The callback `prog` of gls_flash. */
GLS_FUNCTION int gls_file_flash_prog(const gls_flash* flash, uint32_t block, uint32_t offset,
                                     const void* buffer, uint32_t size);

/** The callback `erase` of gls_flash. */
GLS_FUNCTION int gls_file_flash_erase(const gls_flash* flash, uint32_t block);

/** The callback `sync` of gls_flash. Where it fails, later reads are what the device holds. */
GLS_FUNCTION int gls_file_flash_sync(const gls_flash* flash);

#endif
