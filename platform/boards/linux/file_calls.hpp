// SPDX-License-Identifier: Apache-2.0
// Calls of a POSIX system on a file: whole, and each error as a negative errno.
#ifndef GLISSADE_BOARDS_LINUX_FILE_CALLS_HPP
#define GLISSADE_BOARDS_LINUX_FILE_CALLS_HPP

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

namespace glissade {
namespace {

static_assert(sizeof(off_t) == 8, "places beyond 2 GiB: _FILE_OFFSET_BITS is 64");

// A call of the system, again where a signal came between. Returns its result, or a negative errno.
template <class Call>
auto call(Call work) -> decltype(work()) {
  for (;;) {
    const auto result = work();
    if (result >= 0) return result;
    if (errno != EINTR) return -errno;
  }
}

// Is this errno's call one that this file, or its file system, has not?
inline bool not_supported(int error) {
  // NOLINTNEXTLINE(misc-redundant-expression): two of them are one on Linux
  return error == -EINVAL || error == -ENOSYS || error == -EOPNOTSUPP || error == -ENOTSUP ||
         error == -ENOLCK;
}

// Calls move(bytes so far) until all `size` bytes are, or it fails or ends. Returns the bytes moved, or a
// negative errno.
template <class Move>
ssize_t move_all(size_t size, Move move) {
  size_t done = 0;
  while (done < size) {
    const ssize_t moved = call([&] { return move(done); });
    if (moved < 0) return moved;
    if (moved == 0) break;
    done += static_cast<size_t>(moved);
  }
  return static_cast<ssize_t>(done);
}

inline int write_all(int descriptor, off_t at, const void* bytes, size_t size) {
  const ssize_t written = move_all(size, [&](size_t done) {
    return pwrite(descriptor, static_cast<const char*>(bytes) + done, size - done,
                  at + static_cast<off_t>(done));
  });
  return written < 0 ? static_cast<int>(written) : static_cast<size_t>(written) == size ? 0 : -EIO;
}

inline int write_ones(int descriptor, off_t at, uint64_t size) {
  char ones[512];
  memset(ones, 0xff, sizeof ones);
  int result = 0;
  for (uint64_t done = 0; done < size && result == 0; done += sizeof ones) {
    const uint64_t left = size - done;
    result = write_all(descriptor, at + static_cast<off_t>(done), ones,
                       left < sizeof ones ? static_cast<size_t>(left) : sizeof ones);
  }
  return result;
}

// All that the descriptor's file system holds.
inline int sync_file_system(int descriptor) {
#ifdef __linux__
  return call([&] { return syncfs(descriptor); });
#else
  sync();
  return 0;
#endif
}

inline int sync_file(int descriptor) {
  if (descriptor < 0) return -EBADF;
  int result = call([&] { return fdatasync(descriptor); });
  if (not_supported(result) || result == -EROFS) result = sync_file_system(descriptor);
#ifdef POSIX_FADV_DONTNEED
  // The system takes pages that it failed to write for written: a read must not be answered from them.
  if (result != 0) static_cast<void>(posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED));
#endif
  return result;
}

}  // namespace
}  // namespace glissade

#endif
