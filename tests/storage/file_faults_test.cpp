// SPDX-License-Identifier: Apache-2.0
// Every call of the system that a file as flash makes fails, once or for good, with every errno that it may
// have: the error is told, and the file stays usable. build/file_calls.sh compares the list with the calls
// that the library has.
#include <errno.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "glissade/glissade.hpp"

namespace {
namespace faults {

// 0 is a call that does half of its work.
#define GLISSADE_CALLS(CALL)                                                           \
  CALL(open, EINTR, EACCES, EPERM, ENOENT, EEXIST, EMFILE, ENOMEM, ENOSPC, EROFS, EIO) \
  CALL(close, EINTR, EIO)                                                              \
  CALL(stat, EINTR, EACCES, ENOENT, EIO)                                               \
  CALL(fstat, EINTR, EIO, EOVERFLOW)                                                   \
  CALL(flock, EINTR, EWOULDBLOCK, ENOLCK, ENOSYS, EOPNOTSUPP, EINVAL)                  \
  CALL(fcntl, EINTR, EACCES, EAGAIN, ENOLCK, ENOSYS, EDEADLK)                          \
  CALL(lseek, EINTR, EIO, ESPIPE, EOVERFLOW)                                           \
  CALL(ftruncate, EINTR, EIO, EPERM, ENOSPC)                                           \
  CALL(pread, 0, EINTR, EIO, EAGAIN, EISDIR, ENODATA, EBADMSG)                         \
  CALL(pwrite, 0, EINTR, EIO, ENOSPC, EDQUOT, EFBIG, EROFS)                            \
  CALL(fsync, EINTR, EIO, ENOSPC, EDQUOT, EINVAL, ENOSYS, EROFS)                       \
  CALL(fdatasync, EINTR, EIO, ENOSPC, EDQUOT, EINVAL, ENOSYS, EROFS)                   \
  CALL(syncfs, EINTR, EIO, ENOSPC, ENOSYS)                                             \
  CALL(posix_fadvise, EINVAL)

enum Call {
#define CALL(name, ...) k_##name,
  GLISSADE_CALLS(CALL)
#undef CALL
      kCalls
};
const struct {
  const char* name;
  std::vector<int> errors;
} kList[kCalls] = {
#define CALL(name, ...) {#name, {__VA_ARGS__}},
    GLISSADE_CALLS(CALL)
#undef CALL
};

struct Fault {
  size_t at;     // which call of the run
  int error;     // what it says
  bool lasting;  // and all later calls of this name
};

std::vector<Fault> due;  // each once, in this order
std::vector<Call> run;   // the calls so far
int lasting[kCalls];     // their errors
int descriptors;         // how many are open
bool lost_bytes;         // has a write or a sync failed, so that bytes may be lost?

void begin(const std::vector<Fault>& list) {
  due = list;
  run.clear();
  for (int& error : lasting) error = 0;
  lost_bytes = false;
}

// Returns the error that this call has; -1: none.
int next(Call call) {
  const size_t here = run.size();
  run.push_back(call);
  if (lasting[call] != 0) return lasting[call];
  for (const Fault& fault : due) {
    if (fault.at != here) continue;
    if (fault.lasting) lasting[call] = fault.error;
    return fault.error;
  }
  return -1;
}

template <class Real, class Half>
auto meet(Call call, Real real, Half half) -> decltype(real()) {
  const int error = next(call);
  const bool syncs =
      call == k_fsync || call == k_fdatasync || call == k_syncfs;  // slow, and not what is tested
  if (error == 0) return half();
  if (call == k_close) --descriptors;
  if (error < 0 || call == k_close) {
    const auto result = syncs ? 0 : real();
    if (call == k_open && result >= 0) ++descriptors;
    if (error < 0) return result;
  }
  if ((syncs || call == k_pwrite) && (error == EIO || error == ENOSPC || error == EDQUOT)) lost_bytes = true;
  errno = error;
  return -1;
}

}  // namespace faults
}  // namespace

#define FAULTY(name, ...) \
  faults::meet(           \
      faults::k_##name, [&] { return ::name(__VA_ARGS__); }, [&] { return ::name(__VA_ARGS__); })
#define FAULTY_MOVE(name, descriptor, bytes, size, at)                       \
  faults::meet(                                                              \
      faults::k_##name, [&] { return ::name(descriptor, bytes, size, at); }, \
      [&] { return ::name(descriptor, bytes, ((size) + 1) / 2, at); })
#define open(...) FAULTY(open, __VA_ARGS__)
#define close(...) FAULTY(close, __VA_ARGS__)
#define stat(...) FAULTY(stat, __VA_ARGS__)
#define fstat(...) FAULTY(fstat, __VA_ARGS__)
#define flock(...) FAULTY(flock, __VA_ARGS__)
#define fcntl(...) FAULTY(fcntl, __VA_ARGS__)
#define lseek(...) FAULTY(lseek, __VA_ARGS__)
#define ftruncate(...) FAULTY(ftruncate, __VA_ARGS__)
#define pread(...) FAULTY_MOVE(pread, __VA_ARGS__)
#define pwrite(...) FAULTY_MOVE(pwrite, __VA_ARGS__)
#define fsync(...) FAULTY(fsync, __VA_ARGS__)
#define fdatasync(...) FAULTY(fdatasync, __VA_ARGS__)
#define syncfs(...) FAULTY(syncfs, __VA_ARGS__)
#define posix_fadvise(...) FAULTY(posix_fadvise, __VA_ARGS__)
#include "boards/linux/file_flash.cpp"
#include "boards/linux/file_open.cpp"
#undef open
#undef close
#undef stat

namespace {

constexpr uint32_t kProg = 128, kBlock = 768, kBlocks = 2, kState = 100;
const std::string path = testing::TempDir() + "glissade_file_faults_" + std::to_string(getpid());

struct Device {
  unsigned char buffer[kProg];
  gls_file_flash file = {};
  gls_flash flash = {gls_file_flash_read,
                     gls_file_flash_prog,
                     gls_file_flash_erase,
                     gls_file_flash_sync,
                     &file,
                     1,
                     kProg,
                     kBlock,
                     kBlocks,
                     buffer,
                     nullptr};
  gls_store store = {};
  int opened = 0;

  gls_status open() {
    gls_file_flash_options options = {};
    options.bytes = kBlock * kBlocks;
    opened = gls_file_flash_open_with(&file, path.c_str(), &options);
    EXPECT_FALSE(opened == 0 && faults::lost_bytes) << "an error kept for itself";
    if (opened != 0) return GLS_ERROR_DEVICE;
    const gls_status status = gls_store_open(&store, &flash);
    faults::lost_bytes = false;  // after an error open asks again, and sees what the device has
    return status;
  }
  gls_status commit(char letter) {
    const std::string bytes(kState, letter);
    gls_status status = gls_store_begin(&store);
    if (status == GLS_OK) status = gls_store_put(&store, bytes.data(), bytes.size());
    return status == GLS_OK ? gls_store_commit(&store) : status;
  }
  char content() {
    std::string bytes(store.size, ' ');
    if (store.size != kState || gls_store_get(&store, &bytes[0], bytes.size()) != GLS_OK) return '?';
    return bytes == std::string(kState, bytes[0]) ? bytes[0] : '?';
  }
};

// The file holds these letters, one after the other, or is not there.
void prepare(const std::string& letters) {
  unlink(path.c_str());
  if (letters.empty()) return;
  Device device;
  static_cast<void>(device.open());
  for (const char letter : letters) ASSERT_EQ(device.commit(letter), GLS_OK);
  gls_file_flash_close(&device.file);
}

// May the next state be written? (Not where reads failed, of what is there.)
bool usable(gls_status status, const std::string& letters) {
  const bool none = status == GLS_ERROR_EMPTY || status == GLS_ERROR_DAMAGED;  // a first commit that failed
  return status == GLS_OK || (none && letters.empty());
}

// A run in which some calls fail. Returns whether the state was committed all the same.
bool survive(const std::string& letters, const std::vector<faults::Fault>& list) {
  faults::begin({});
  prepare(letters);
  Device device;
  faults::begin(list);
  const gls_status opened = device.open();
  const gls_status committed = usable(opened, letters) ? device.commit('b') : opened;
  const int said = device.opened != 0 ? device.opened : device.file.error;
  EXPECT_EQ(device.file.process != 0, device.opened == 0);
  gls_file_flash_close(&device.file);
  EXPECT_EQ(faults::descriptors, 0);

  const bool good = committed == GLS_OK;
  if (!good) {  // the error is told: the system's, or what stands for it
    bool told = said == -EWOULDBLOCK || said == GLS_FLASH_UNCORRECTABLE;
    for (const faults::Fault& fault : list)
      told = told || said == -fault.error || (fault.error == EEXIST && said == -ENOENT);
    EXPECT_TRUE(told) << said;
  }
  EXPECT_FALSE(good && faults::lost_bytes) << "an error kept for itself";
  const auto harmless = [](const faults::Fault& fault) { return fault.error == EINTR || fault.error == 0; };
  EXPECT_TRUE(good || !std::all_of(list.begin(), list.end(), harmless)) << "begun again";
  faults::begin({});
  Device after;
  const gls_status again = after.open();
  EXPECT_TRUE(usable(again, letters)) << gls_status_text(again);
  const char content = again == GLS_OK ? after.content() : '-';
  EXPECT_NE((good              ? std::string("b")
             : letters.empty() ? std::string("-b")
                               : letters + "b")
                .find(content),
            std::string::npos)
      << content;
  EXPECT_EQ(after.commit('c'), GLS_OK);
  EXPECT_EQ(after.content(), 'c');
  gls_file_flash_close(&after.file);
  return good;
}

std::string text(const std::vector<faults::Fault>& list, const std::vector<faults::Call>& run) {
  std::string result;
  for (const faults::Fault& fault : list)
    result += "call " + std::to_string(fault.at) + ", " + faults::kList[run[fault.at]].name + ", " +
              strerror(fault.error) + (fault.lasting ? " for good; " : "; ");
  return result;
}

// Each call behind the last fault of the list fails in each way; and with it one more.
size_t walk(const std::string& letters, std::vector<faults::Fault> list, int more, bool seen[]) {
  size_t tries = 0;
  std::vector<faults::Call> run;
  {
    faults::begin({});
    prepare(letters);
    faults::begin(list);
    Device device;
    if (usable(device.open(), letters)) static_cast<void>(device.commit('b'));
    gls_file_flash_close(&device.file);
    run = faults::run;
  }
  for (size_t at = list.empty() ? 0 : list.back().at + 1; at < run.size(); ++at) {
    seen[run[at]] = true;
    for (const int error : faults::kList[run[at]].errors) {
      for (const bool lasting : {false, true}) {
        if (lasting && (error == EINTR || error == 0)) continue;  // would mean for ever
        std::vector<faults::Fault> longer = list;
        longer.push_back({at, error, lasting});
        SCOPED_TRACE("file of \"" + letters + "\": " + text(longer, run));
        ++tries;
        static_cast<void>(survive(letters, longer));
        if (more > 0) tries += walk(letters, longer, more - 1, seen);
        if (testing::Test::HasFailure()) return tries;
      }
    }
  }
  return tries;
}

TEST(FileFaults, EveryCallFailsInEveryWay) {
  bool seen[faults::kCalls] = {};
  size_t tries = 0;
  for (const char* letters : {"", "za"}) {
    EXPECT_TRUE(survive(letters, {}));
    tries += walk(letters, {}, 1, seen);
  }
  if (HasFailure()) return;
  for (int call = 0; call < faults::kCalls; ++call)
    EXPECT_TRUE(seen[call]) << faults::kList[call].name << " was never called";
  printf("%zu runs\n", tries);
  unlink(path.c_str());
}

// flock() is not there: fcntl()'s lock keeps another process out.
TEST(FileFaults, AnotherLock) {
  faults::begin({});
  prepare("a");
  Device device;
  faults::lasting[faults::k_flock] = ENOSYS;
  ASSERT_EQ(device.open(), GLS_OK);
  const pid_t child = fork();
  if (child == 0) {
    Device other;
    static_cast<void>(other.open());
    _exit(other.opened == -EWOULDBLOCK ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  gls_file_flash_close(&device.file);
  unlink(path.c_str());
}

// Neither is there: said, and taken without a lock where the options say so.
TEST(FileFaults, NoLock) {
  faults::begin({});
  faults::lasting[faults::k_flock] = faults::lasting[faults::k_fcntl] = ENOLCK;
  gls_file_flash file;
  EXPECT_EQ(gls_file_flash_open(&file, path.c_str()), -ENOLCK);
  gls_file_flash_options options = {};
  options.unlocked = true;
  EXPECT_EQ(gls_file_flash_open_with(&file, path.c_str(), &options), 0);
  gls_file_flash_close(&file);
  unlink(path.c_str());
  faults::begin({});
}

}  // namespace
