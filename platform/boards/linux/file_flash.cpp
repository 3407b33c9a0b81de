// SPDX-License-Identifier: Apache-2.0
#include "glissade/storage/file_flash.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace {

int descriptor_of(const gls_flash* flash) {
  return static_cast<const gls_file_flash*>(flash->context)->descriptor;
}

off_t place(const gls_flash* flash, uint32_t block, uint32_t offset) {
  return static_cast<off_t>(block) * flash->block_size + offset;
}

// Calls move(bytes so far) until all `size` bytes are, or it fails or ends. Returns the bytes moved, or a
// negative errno.
template <class Move>
ssize_t move_all(size_t size, Move move) {
  size_t done = 0;
  while (done < size) {
    const ssize_t moved = move(done);
    if (moved == 0) break;
    if (moved < 0 && errno != EINTR) return -errno;
    if (moved > 0) done += static_cast<size_t>(moved);
  }
  return static_cast<ssize_t>(done);
}

int write_all(int descriptor, off_t at, const void* bytes, size_t size) {
  const ssize_t written = move_all(size, [&](size_t done) {
    return pwrite(descriptor, static_cast<const char*>(bytes) + done, size - done,
                  at + static_cast<off_t>(done));
  });
  return written < 0 ? static_cast<int>(written) : static_cast<size_t>(written) == size ? 0 : -EIO;
}

// That there is such a file must survive a power cut too.
int sync_folder_of(const char* path) {
  char folder[4096] = ".";
  const char* const slash = strrchr(path, '/');
  if (slash != nullptr) {
    const size_t length = slash == path ? 1 : static_cast<size_t>(slash - path);
    if (length >= sizeof folder) return -ENAMETOOLONG;
    memcpy(folder, path, length);
    folder[length] = '\0';
  }
  const int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);  // NOLINT(*-vararg): POSIX's
  if (descriptor < 0) return -errno;
  const int result = fsync(descriptor) == 0 ? 0 : -errno;
  close(descriptor);
  return result;
}

}  // namespace

extern "C" {

int gls_file_flash_open(gls_file_flash* file, const char* path) {
  file->descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);  // NOLINT(*-vararg): POSIX's
  if (file->descriptor < 0) return -errno;
  int result = flock(file->descriptor, LOCK_EX | LOCK_NB) == 0 ? 0 : -errno;
  if (result == 0) result = sync_folder_of(path);
  if (result != 0) gls_file_flash_close(file);
  return result;
}

void gls_file_flash_close(gls_file_flash* file) {
  if (file->descriptor >= 0) close(file->descriptor);
  file->descriptor = -1;
}

int gls_file_flash_read(const gls_flash* flash, uint32_t block, uint32_t offset, void* buffer,
                        uint32_t size) {
  const off_t at = place(flash, block, offset);
  const ssize_t got = move_all(size, [&](size_t done) {
    return pread(descriptor_of(flash), static_cast<char*>(buffer) + done, size - done,
                 at + static_cast<off_t>(done));
  });
  if (got == -EIO) return GLS_FLASH_UNCORRECTABLE;
  if (got < 0) return static_cast<int>(got);
  memset(static_cast<char*>(buffer) + got, 0xff, size - static_cast<size_t>(got));
  return 0;
}

int gls_file_flash_prog(const gls_flash* flash, uint32_t block, uint32_t offset, const void* buffer,
                        uint32_t size) {
  return write_all(descriptor_of(flash), place(flash, block, offset), buffer, size);
}

int gls_file_flash_erase(const gls_flash* flash, uint32_t block) {
  char ones[512];
  memset(ones, 0xff, sizeof ones);
  int result = 0;
  for (uint32_t done = 0; done < flash->block_size && result == 0;
       done += static_cast<uint32_t>(sizeof ones)) {
    const uint32_t left = flash->block_size - done;
    result = write_all(descriptor_of(flash), place(flash, block, done), ones,
                       left < sizeof ones ? left : sizeof ones);
  }
  return result;
}

int gls_file_flash_sync(const gls_flash* flash) { return fdatasync(descriptor_of(flash)) == 0 ? 0 : -errno; }

}  // extern "C"
