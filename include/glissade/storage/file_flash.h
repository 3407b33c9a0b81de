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
 * The callbacks of the flash return 0 or a negative errno. Their context is the gls_file_flash. */
#ifndef GLISSADE_FILE_FLASH_H
#define GLISSADE_FILE_FLASH_H

#include "glissade/storage/store.h"

/** An open file. Filled by gls_file_flash_open. */
typedef struct gls_file_flash {
  int descriptor; /**< The file's descriptor; -1: not open. */
} gls_file_flash;

/** Opens the file at path; where there is none, makes one, which is erased flash. One process at a time may
 * have it open. Returns 0, or a negative errno (-EWOULDBLOCK: it is open elsewhere). */
GLS_FUNCTION GLS_NODISCARD int gls_file_flash_open(gls_file_flash* file, const char* path);

/** Closes the file, if it is open. */
GLS_FUNCTION void gls_file_flash_close(gls_file_flash* file);

/** The callback `read` of gls_flash. A read that the device knows to have failed (EIO) is
 * GLS_FLASH_UNCORRECTABLE. What lies beyond the end of the file reads as erased. */
GLS_FUNCTION int gls_file_flash_read(const gls_flash* flash, uint32_t block, uint32_t offset, void* buffer,
                                     uint32_t size);

/** The callback `prog` of gls_flash. */
GLS_FUNCTION int gls_file_flash_prog(const gls_flash* flash, uint32_t block, uint32_t offset,
                                     const void* buffer, uint32_t size);

/** The callback `erase` of gls_flash. */
GLS_FUNCTION int gls_file_flash_erase(const gls_flash* flash, uint32_t block);

/** The callback `sync` of gls_flash. */
GLS_FUNCTION int gls_file_flash_sync(const gls_flash* flash);

#endif
