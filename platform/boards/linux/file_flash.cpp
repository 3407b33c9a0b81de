// SPDX-License-Identifier: Apache-2.0
// The callbacks of a file as flash.
#include "glissade/storage/file_flash.h"

#include "boards/linux/file_calls.hpp"

using namespace glissade;

namespace {

// Does a read that failed so say that the bytes are lost?
bool lost(int error) { return error == -EIO || error == -EILSEQ || error == -EBADMSG || error == -ENODATA; }

gls_file_flash& file_of(const gls_flash* flash) { return *static_cast<gls_file_flash*>(flash->context); }

// -1, which no call of the system takes, in another process than the one that has the lock.
int descriptor_of(const gls_file_flash& file) { return file.process == getpid() ? file.descriptor : -1; }

// A place that no file has is negative, and refused by the system.
off_t place(const gls_flash* flash, uint32_t block, uint32_t offset) {
  return static_cast<off_t>(uint64_t{block} * flash->block_size + offset);
}

// A callback's result, which stays.
int say(const gls_flash* flash, int result) {
  if (result < 0) file_of(flash).error = result;
  return result;
}

}  // namespace

extern "C" {

void gls_file_flash_close(gls_file_flash* file) {
  const int mine = descriptor_of(*file);
  if (mine >= 0) static_cast<void>(flock(mine, LOCK_UN));  // or children of this process keep the lock
  if (file->process != 0) close(file->descriptor);
  *file = {-1, 0, 0};
}

int gls_file_flash_read(const gls_flash* flash, uint32_t block, uint32_t offset, void* buffer,
                        uint32_t size) {
  const int descriptor = descriptor_of(file_of(flash));
  const off_t at = place(flash, block, offset);
  const ssize_t got = move_all(size, [&](size_t done) {
    return pread(descriptor, static_cast<char*>(buffer) + done, size - done, at + static_cast<off_t>(done));
  });
  if (got < 0)
    return say(flash, lost(static_cast<int>(got)) ? GLS_FLASH_UNCORRECTABLE : static_cast<int>(got));
  memset(static_cast<char*>(buffer) + got, 0xff, size - static_cast<size_t>(got));
  return 0;
}

int gls_file_flash_prog(const gls_flash* flash, uint32_t block, uint32_t offset, const void* buffer,
                        uint32_t size) {
  return say(flash, write_all(descriptor_of(file_of(flash)), place(flash, block, offset), buffer, size));
}

int gls_file_flash_erase(const gls_flash* flash, uint32_t block) {
  return say(flash, write_ones(descriptor_of(file_of(flash)), place(flash, block, 0), flash->block_size));
}

int gls_file_flash_sync(const gls_flash* flash) {
  return say(flash, sync_file(descriptor_of(file_of(flash))));
}

}  // extern "C"
