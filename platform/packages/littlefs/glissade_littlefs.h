/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * Glissade beside littlefs (2.x): a store in blocks of littlefs's device, and an optimizer saved as a file.
 * Include it where lfs.h is in the include path. For C99 and C++. */
#ifndef GLISSADE_LITTLEFS_H
#define GLISSADE_LITTLEFS_H

/* C's casts, for users who warn of them in C++. */
#pragma GCC system_header

#include <lfs.h>
#include <string.h>

#include "glissade/glissade.h"

/** The callback `read` of gls_flash; its context is the `const struct lfs_config*`. */
static inline int gls_lfs_read(const gls_flash* flash, uint32_t block, uint32_t offset, void* buffer,
                               uint32_t size) {
  const struct lfs_config* const config = (const struct lfs_config*)flash->context;
  return config->read(config, block, offset, buffer, size);
}

/** The callback `prog` of gls_flash. */
static inline int gls_lfs_prog(const gls_flash* flash, uint32_t block, uint32_t offset, const void* buffer,
                               uint32_t size) {
  const struct lfs_config* const config = (const struct lfs_config*)flash->context;
  return config->prog(config, block, offset, buffer, size);
}

/** The callback `erase` of gls_flash. */
static inline int gls_lfs_erase(const gls_flash* flash, uint32_t block) {
  const struct lfs_config* const config = (const struct lfs_config*)flash->context;
  return config->erase(config, block);
}

/** The callback `sync` of gls_flash. */
static inline int gls_lfs_sync(const gls_flash* flash) {
  const struct lfs_config* const config = (const struct lfs_config*)flash->context;
  return config->sync(config);
}

/** A store's flash by the callbacks of a littlefs device. Blocks are counted as the device counts them, from
 * block 0, so a file system and a store on one device need a config of their own each, with callbacks that
 * add where it begins. One of them at a time may use the device.
 *
 * config: its callbacks, read_size, prog_size, block_size and block_count (an odd last block is not used).
 * Must stay as long as the store is used. buffer: as many bytes as the larger of read_size and prog_size. */
static inline gls_flash gls_lfs_flash(const struct lfs_config* config, void* buffer) {
  gls_flash flash;
  memset(&flash, 0, sizeof flash);
  flash.read = gls_lfs_read;
  flash.prog = gls_lfs_prog;
  flash.erase = gls_lfs_erase;
  flash.sync = gls_lfs_sync;
  flash.context = (void*)config;
  flash.read_size = config->read_size;
  flash.prog_size = config->prog_size < config->read_size ? config->read_size : config->prog_size;
  flash.block_size = config->block_size;
  flash.block_count = config->block_count / 2 * 2;
  flash.buffer = buffer;
  return flash;
}

/** An open file of littlefs, as the context of gls_save_by() and gls_restore_by(). */
typedef struct gls_lfs_file {
  lfs_t* lfs;       /**< the file system */
  lfs_file_t* file; /**< open for writing, or for reading */
  lfs_soff_t start; /**< Where in the file the saved bytes begin: of gls_lfs_file_read. */
} gls_lfs_file;

/** Writes to the file, behind what was written. For gls_save_by(). */
static inline int gls_lfs_file_write(void* context, const void* bytes, size_t size) {
  const gls_lfs_file* const f = (const gls_lfs_file*)context;
  return lfs_file_write(f->lfs, f->file, bytes, (lfs_size_t)size) == (lfs_ssize_t)size ? 0 : LFS_ERR_IO;
}

/** Reads from the file, start + offset bytes behind its beginning. For gls_restore_by(). */
static inline int gls_lfs_file_read(void* context, size_t offset, void* bytes, size_t size) {
  const gls_lfs_file* const f = (const gls_lfs_file*)context;
  const lfs_soff_t place = f->start + (lfs_soff_t)offset;
  if (lfs_file_seek(f->lfs, f->file, place, LFS_SEEK_SET) != place) return LFS_ERR_IO;
  return lfs_file_read(f->lfs, f->file, bytes, (lfs_size_t)size) == (lfs_ssize_t)size ? 0 : LFS_ERR_IO;
}

#endif
