// SPDX-License-Identifier: Apache-2.0
#include "apps/tool/files.hpp"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "apps/tool/text.hpp"
#include "boards/linux/streams.hpp"

namespace glissade {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const char* verb, const std::string& path, int error) {
  throw std::runtime_error(std::string("cannot ") + verb + " " + path + ": " + std::strerror(error));
}

// An open file. close says what only closing finds out.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  // NOLINTNEXTLINE(*-explicit-con*): POSIX's calls take an int
  operator int() const { return number_; }
  int close() {
    const int result = number_ < 0 || ::close(number_) == 0 ? 0 : errno;
    number_ = -1;
    return result;
  }

 private:
  int number_;
};

// These functions return 0, or the errno of what went wrong.
int write_all(int descriptor, const std::string& bytes) {
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t written = write(descriptor, bytes.data() + done, bytes.size() - done);
    if (written < 0 && errno != EINTR) return errno;
    if (written > 0) done += static_cast<size_t>(written);
  }
  return 0;
}

int sync(int descriptor) {
  const bool cannot = fsync(descriptor) != 0 && errno != EINVAL && errno != ENOTSUP && errno != EROFS;
  return cannot ? errno : 0;  // pipes and devices have nothing to sync
}

// Signals that end a program wait while this lives, so that no file is left half made.
class WithoutSignals {
 public:
  WithoutSignals() {
    sigset_t ending;
    sigemptyset(&ending);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) sigaddset(&ending, signal);
    sigprocmask(SIG_BLOCK, &ending, &before_);
  }
  ~WithoutSignals() { sigprocmask(SIG_SETMASK, &before_, nullptr); }
  WithoutSignals(const WithoutSignals&) = delete;
  WithoutSignals& operator=(const WithoutSignals&) = delete;

 private:
  sigset_t before_;
};

// Where a path leads, over all links: the file's own path, or an open descriptor (as /dev/stdout does).
struct Place {
  fs::path path;
  int descriptor = -1;
};

Place place_of(const std::string& path) {
  constexpr int kMostLinks = 40;
  std::error_code error;
  const fs::path descriptors = fs::canonical("/proc/self/fd", error);
  fs::path at = path;
  for (int links = 0; links < kMostLinks; ++links) {
    const fs::path folder = fs::canonical(at.has_parent_path() ? at.parent_path() : ".", error);
    if (error) fail("write", path, error.value());
    at = folder / at.filename();
    if (folder == descriptors) return {at, parse_number<int>(at.filename().string(), path)};
    if (!fs::is_symlink(fs::symlink_status(at, error))) return {at};
    at = folder / fs::read_symlink(at, error);
    if (error) fail("write", path, error.value());
  }
  fail("write", path, ELOOP);
}

// Into what is there. A regular file's room is taken first, and what it had beyond the bytes goes last.
int write_into(Descriptor& file, bool regular, const std::string& bytes) {
  if (file < 0) return errno;
  const auto size = static_cast<off_t>(bytes.size());
  int error = regular && size > 0 ? posix_fallocate(file, 0, size) : 0;
  if (error == 0) error = write_all(file, bytes);
  if (error == 0 && regular && ftruncate(file, size) != 0) error = errno;
  if (error == 0) error = sync(file);
  return error == 0 ? file.close() : error;
}

mode_t mode_of_new_files() {
  const mode_t mask = umask(0);
  umask(mask);
  return 0666 & ~mask;
}

// Beside it first, then in its place. old: what is there, or null.
int replace(const fs::path& path, const struct stat* old, const std::string& bytes) {
  if (old != nullptr && access(path.c_str(), W_OK) != 0) return errno;
  const WithoutSignals whole;
  std::string partial = path.parent_path() / ".glissade-XXXXXX";
  Descriptor file(mkostemp(partial.data(), O_CLOEXEC));
  if (file < 0) return errno;
  if (old != nullptr) {
    [[maybe_unused]] const int owned = fchown(file, old->st_uid, old->st_gid);  // where that is allowed
  }
  int error = fchmod(file, old != nullptr ? old->st_mode & 0777u : mode_of_new_files()) == 0 ? 0 : errno;
  if (error == 0) error = write_all(file, bytes);
  if (error == 0) error = sync(file);
  if (error == 0) error = file.close();
  if (error == 0 && rename(partial.c_str(), path.c_str()) != 0) error = errno;
  if (error != 0) {
    unlink(partial.c_str());
    return error;
  }
  const Descriptor folder(open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder >= 0) (void)sync(folder);  // that is all that can be done: the new bytes are in place
  return 0;
}

}  // namespace

std::string read_file(const std::string& path) {
  constexpr size_t kMost = size_t{1} << 30;
  const Descriptor file(path == "-" ? dup(STDIN_FILENO) : open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file < 0) fail("read", path, errno);
  std::string bytes;
  for (char block[1 << 16];;) {
    const ssize_t got = read(file, block, sizeof block);
    if (got < 0 && errno != EINTR) fail("read", path, errno);
    if (got == 0) return bytes;
    if (got > 0) bytes.append(block, static_cast<size_t>(got));
    if (bytes.size() > kMost) throw std::runtime_error("cannot read " + path + ": more than 1 GiB");
  }
}

void write_file(const std::string& path, const std::string& bytes) {
  finish_standard_output();  // before what may go to the same place
  const Place place = path == "-" ? Place{path, STDOUT_FILENO} : place_of(path);
  struct stat old = {};
  const bool is_there = place.descriptor < 0 && stat(place.path.c_str(), &old) == 0;
  int error = is_there || place.descriptor >= 0 || errno == ENOENT ? 0 : errno;
  if (error == 0 && place.descriptor >= 0) {
    Descriptor file(dup(place.descriptor));
    error = write_into(file, false, bytes);
  } else if (error == 0 && is_there && (!S_ISREG(old.st_mode) || old.st_nlink > 1)) {
    Descriptor file(open(place.path.c_str(), O_WRONLY | O_NOCTTY | O_CLOEXEC));
    error = write_into(file, S_ISREG(old.st_mode), bytes);
  } else if (error == 0) {
    error = replace(place.path, is_there ? &old : nullptr, bytes);
  }
  if (error != 0) fail("write", path, error);
}

void finish_standard_output() {
  if (const int error = finish_streams(); error != 0) fail("write to", "standard output", error);
}

}  // namespace glissade
