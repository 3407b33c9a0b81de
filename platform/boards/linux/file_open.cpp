// SPDX-License-Identifier: Apache-2.0
// Opens a file as flash: who may, what it must be, and that it survives a power cut.
#include "boards/linux/file_calls.hpp"
#include "glissade/storage/file_flash.h"

using namespace glissade;

namespace {

struct Folder {
  char path[4096];
};

int folder_of(const char* path, Folder& folder) {
  const char* const slash = strrchr(path, '/');
  if (slash == nullptr) path = ".";
  const size_t length = slash == nullptr || slash == path ? 1 : static_cast<size_t>(slash - path);
  if (length >= sizeof folder.path) return -ENAMETOOLONG;
  memcpy(folder.path, path, length);
  folder.path[length] = '\0';
  return 0;
}

// That there is such a file must survive a power cut too. Some folders can be entered but not read, and some
// file systems do not sync folders.
int sync_folder(const Folder& folder, int descriptor) {
  // NOLINTNEXTLINE(*-vararg): POSIX's
  const int opened = call([&] { return open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  if (opened < 0) return opened == -EACCES || opened == -EPERM ? sync_file_system(descriptor) : opened;
  int result = call([&] { return fsync(opened); });
  if (not_supported(result)) result = sync_file_system(descriptor);
  close(opened);
  return result;
}

// Is the folder one of those in which the system makes devices? Then 1. A file in the place of a device that
// is to come would keep it out.
int among_devices(const Folder& folder) {
  struct stat here, devices, root;
  int result = call([&] { return stat(folder.path, &here); });
  if (result != 0) return result;
  result = call([&] { return stat("/dev", &devices); });
  if (result != 0) return result == -ENOENT ? 0 : result;
  result = call([&] { return stat("/", &root); });
  if (result != 0) return result;
  const bool own_file_system = devices.st_dev != root.st_dev;
  return here.st_dev == devices.st_dev && (own_file_system || here.st_ino == devices.st_ino) ? 1 : 0;
}

// The file's descriptor, or a negative errno. Nothing here waits, for a pipe's other end or a terminal.
int open_or_make(const char* path, const Folder& folder, const gls_file_flash_options& options) {
  const int flags = (options.read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  // NOLINTNEXTLINE(*-vararg): POSIX's
  const auto open_it = [&](int more) { return call([&] { return open(path, flags | more, 0666); }); };
  const int found = open_it(0);
  if (found != -ENOENT || options.read_only || options.existing) return found;
  const int devices = among_devices(folder);
  if (devices != 0) return devices < 0 ? devices : -ENOENT;
  const int made = open_it(O_CREAT | O_EXCL);
  return made == -EEXIST ? open_it(0) : made;  // another process was quicker, or a link leads nowhere
}

int check_kind(int descriptor, bool& is_file) {
  struct stat kind;
  const int result = call([&] { return fstat(descriptor, &kind); });
  if (result != 0) return result;
  is_file = S_ISREG(kind.st_mode);
  return is_file || S_ISBLK(kind.st_mode) ? 0 : S_ISDIR(kind.st_mode) ? -EISDIR : -ENOTBLK;
}

// flock()'s lock, or fcntl()'s where the file system has not that one.
int lock(int descriptor, bool shared) {
  int result = call([&] { return flock(descriptor, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB); });
  if (!not_supported(result)) return result;
  struct flock whole = {};
  whole.l_type = shared ? F_RDLCK : F_WRLCK;
  whole.l_whence = SEEK_SET;
  // NOLINTNEXTLINE(*-vararg): POSIX's
  result = call([&] { return fcntl(descriptor, F_SETLK, &whole); });
  return result == -EACCES || result == -EAGAIN ? -EWOULDBLOCK : result;
}

// The file has at least so many bytes, on the disk, or it stays as it was.
int fill_up(int descriptor, uint64_t bytes) {
  const off_t end = call([&] { return lseek(descriptor, 0, SEEK_END); });
  if (end < 0) return static_cast<int>(end);
  if (bytes <= static_cast<uint64_t>(end)) return 0;
  int result = write_ones(descriptor, end, bytes - static_cast<uint64_t>(end));
  if (result == 0) result = sync_file(descriptor);  // some find no room only now
  if (result != 0) static_cast<void>(call([&] { return ftruncate(descriptor, end); }));
  return result;
}

int prepare(int descriptor, const Folder& folder, const gls_file_flash_options& options) {
  bool is_file = false;
  int result = check_kind(descriptor, is_file);
  if (result == 0 && !options.unlocked) result = lock(descriptor, options.read_only);
  if (result != 0 || options.read_only) return result;
  result = fill_up(descriptor, options.bytes);
  return result == 0 && is_file ? sync_folder(folder, descriptor) : result;
}

}  // namespace

extern "C" {

int gls_file_flash_open(gls_file_flash* file, const char* path) {
  return gls_file_flash_open_with(file, path, nullptr);
}

int gls_file_flash_open_with(gls_file_flash* file, const char* path, const gls_file_flash_options* options) {
  if (file == nullptr) return -EINVAL;
  *file = {-1, 0, 0};
  if (path == nullptr) return -EINVAL;
  const gls_file_flash_options all_zero = {};
  if (options == nullptr) options = &all_zero;
  Folder folder;
  int result = folder_of(path, folder);
  if (result != 0) return result;
  const int descriptor = open_or_make(path, folder, *options);
  if (descriptor < 0) return descriptor;
  result = prepare(descriptor, folder, *options);
  if (result == 0)
    *file = {descriptor, 0, getpid()};
  else
    close(descriptor);
  return result;
}

}  // extern "C"
