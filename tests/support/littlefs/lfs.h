/* SPDX-License-Identifier: Apache-2.0 */
/* Stands in for littlefs 2.11 as far as glissade_littlefs.h sees it: its declarations, and files in memory.
 */
#ifndef GLISSADE_TESTS_LFS_H
#define GLISSADE_TESTS_LFS_H

#include <stdint.h>

typedef uint32_t lfs_size_t, lfs_off_t, lfs_block_t;
typedef int32_t lfs_ssize_t, lfs_soff_t;
enum { LFS_ERR_IO = -5, LFS_ERR_CORRUPT = -84, LFS_SEEK_SET = 0 };

struct lfs_config {
  void* context;
  int (*read)(const struct lfs_config* c, lfs_block_t block, lfs_off_t off, void* buffer, lfs_size_t size);
  int (*prog)(const struct lfs_config* c, lfs_block_t block, lfs_off_t off, const void* buffer,
              lfs_size_t size);
  int (*erase)(const struct lfs_config* c, lfs_block_t block);
  int (*sync)(const struct lfs_config* c);
  lfs_size_t read_size, prog_size, block_size, block_count;
};

typedef struct lfs {
  int unused;
} lfs_t;
typedef struct lfs_file {
  unsigned char bytes[2000];
  lfs_soff_t size, place;
  lfs_soff_t room; /* a device that is full */
} lfs_file_t;

#ifdef __cplusplus
extern "C" {
#endif
lfs_ssize_t lfs_file_read(lfs_t* lfs, lfs_file_t* file, void* buffer, lfs_size_t size);
lfs_ssize_t lfs_file_write(lfs_t* lfs, lfs_file_t* file, const void* buffer, lfs_size_t size);
lfs_soff_t lfs_file_seek(lfs_t* lfs, lfs_file_t* file, lfs_soff_t off, int whence);
#ifdef __cplusplus
}
#endif

#endif
