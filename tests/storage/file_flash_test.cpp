// SPDX-License-Identifier: Apache-2.0
// The store in a file: there after it was closed, and byte for byte what it is in memory.
#include "glissade/storage/file_flash.h"

#include <errno.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "glissade/glissade.hpp"

namespace {

class FileFlash : public testing::Test {
 protected:
  static constexpr uint32_t kBlock = 1000, kBlocks = 4;  // no multiple of what erase writes at a time
  unsigned char buffer[20];
  gls_file_flash file = {};
  gls_flash flash = {gls_file_flash_read,
                     gls_file_flash_prog,
                     gls_file_flash_erase,
                     gls_file_flash_sync,
                     &file,
                     1,
                     20,
                     kBlock,
                     kBlocks,
                     buffer,
                     nullptr};
  gls_store store;
  std::string path = testing::TempDir() + "glissade_file_flash_" + std::to_string(getpid());

  void SetUp() override { unlink(path.c_str()); }
  void TearDown() override {
    gls_file_flash_close(&file);
    unlink(path.c_str());
  }
  gls_status open() {
    return gls_file_flash_open(&file, path.c_str()) == 0 ? gls_store_open(&store, &flash) : GLS_ERROR_DEVICE;
  }
};

gls_status commit(gls_store& store, char content) {
  const std::string bytes(333, content);
  gls_status status = gls_store_begin(&store);
  if (status == GLS_OK) status = gls_store_put(&store, bytes.data(), bytes.size());
  return status == GLS_OK ? gls_store_commit(&store) : status;
}

std::string content(gls_store& store) {
  std::string bytes(store.size, ' ');
  EXPECT_EQ(gls_store_get(&store, &bytes[0], bytes.size()), GLS_OK);
  return bytes;
}

TEST_F(FileFlash, IsThereAfterItWasClosed) {
  ASSERT_EQ(open(), GLS_ERROR_EMPTY);
  for (const char letter : {'a', 'b', 'c'}) {
    ASSERT_EQ(commit(store, letter), GLS_OK);
    gls_file_flash_close(&file);
    ASSERT_EQ(open(), GLS_OK);
    EXPECT_EQ(content(store), std::string(333, letter));
  }
}

TEST_F(FileFlash, HoldsWhatMemoryHolds) {
  std::vector<unsigned char> memory(kBlock * kBlocks, 0xff);
  gls_memory_flash chip = {memory.data(), nullptr};
  unsigned char other_buffer[20];
  const gls_flash in_memory = {gls_memory_flash_read,
                               gls_memory_flash_prog,
                               gls_memory_flash_erase,
                               gls_memory_flash_sync,
                               &chip,
                               1,
                               20,
                               kBlock,
                               kBlocks,
                               other_buffer,
                               nullptr};
  gls_store other;
  ASSERT_EQ(open(), GLS_ERROR_EMPTY);
  ASSERT_EQ(gls_store_open(&other, &in_memory), GLS_ERROR_EMPTY);
  for (const char letter : {'x', 'y'}) {
    ASSERT_EQ(commit(store, letter), GLS_OK);
    ASSERT_EQ(commit(other, letter), GLS_OK);
  }
  std::ifstream image(path, std::ios::binary);
  const std::vector<unsigned char> bytes((std::istreambuf_iterator<char>(image)),
                                         std::istreambuf_iterator<char>());
  EXPECT_EQ(bytes, memory);
}

TEST_F(FileFlash, ACutFileIsErasedThere) {
  ASSERT_EQ(open(), GLS_ERROR_EMPTY);
  ASSERT_EQ(commit(store, 'a'), GLS_OK);
  ASSERT_EQ(commit(store, 'b'), GLS_OK);
  ASSERT_EQ(commit(store, 'c'), GLS_OK);
  gls_file_flash_close(&file);
  ASSERT_EQ(truncate(path.c_str(), kBlock * 2 - 1), 0);  // the slot of 'b' is the second one
  ASSERT_EQ(open(), GLS_OK);
  EXPECT_EQ(content(store), std::string(333, 'c'));
  ASSERT_EQ(commit(store, 'd'), GLS_OK);
  EXPECT_EQ(content(store), std::string(333, 'd'));
}

TEST_F(FileFlash, SaysWhatIsWrong) {
  ASSERT_EQ(open(), GLS_ERROR_EMPTY);
  gls_file_flash second;
  EXPECT_EQ(gls_file_flash_open(&second, path.c_str()), -EWOULDBLOCK);
  EXPECT_EQ(second.descriptor, -1);
  EXPECT_EQ(gls_file_flash_open(&second, "/nowhere/at/all"), -ENOENT);
  EXPECT_EQ(gls_file_flash_open(&second, "/dev"), -EISDIR);
  EXPECT_EQ(gls_file_flash_open(&second, ("/" + std::string(5000, 'x') + "/x").c_str()), -ENAMETOOLONG);
  gls_file_flash_close(&second);  // not open: nothing
  gls_file_flash_close(&file);
  EXPECT_EQ(gls_store_open(&store, &flash), GLS_ERROR_DEVICE) << "closed";
  EXPECT_EQ(gls_file_flash_erase(&flash, 0), -EBADF);
  EXPECT_EQ(gls_file_flash_prog(&flash, 0, 0, buffer, 20), -EBADF);
  EXPECT_EQ(gls_file_flash_sync(&flash), -EBADF);
}

// Runs work in a child process, and returns whether it was true there.
template <class Work>
bool in_child(Work work) {
  const pid_t child = fork();
  if (child == 0) _exit(work() ? 0 : 1);
  int status = -1;
  waitpid(child, &status, 0);
  return status == 0;
}

bool is_there(const std::string& path) {
  struct stat ignored;
  return lstat(path.c_str(), &ignored) == 0;
}

int open_once(const std::string& path, const gls_file_flash_options& options = {}) {
  gls_file_flash file;
  const int result = gls_file_flash_open_with(&file, path.c_str(), &options);
  gls_file_flash_close(&file);
  return result;
}

TEST_F(FileFlash, AChildDoesNotCommit) {
  ASSERT_EQ(open(), GLS_ERROR_EMPTY);
  ASSERT_EQ(commit(store, 'a'), GLS_OK);
  EXPECT_TRUE(in_child([&] {
    const bool refused = commit(store, 'x') == GLS_ERROR_DEVICE && file.error == -EBADF &&
                         gls_file_flash_read(&flash, 0, 0, buffer, 20) == -EBADF;
    gls_file_flash_close(&file);
    return refused && open_once(path) == -EWOULDBLOCK;  // the lock is still the parent's
  }));
  ASSERT_EQ(commit(store, 'b'), GLS_OK);
  EXPECT_EQ(store.sequence, 2u);
}

TEST_F(FileFlash, AChildDoesNotKeepTheLock) {
  ASSERT_EQ(open(), GLS_ERROR_EMPTY);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    char byte;
    close(ends[1]);
    _exit(read(ends[0], &byte, 1) == 0 ? 0 : 1);  // until the parent is done
  }
  gls_file_flash_close(&file);
  EXPECT_EQ(open_once(path), 0);
  close(ends[0]);
  close(ends[1]);
  waitpid(child, nullptr, 0);
}

TEST_F(FileFlash, AllZeroIsNotOpen) {
  gls_file_flash_close(&file);
  EXPECT_NE(fcntl(0, F_GETFD), -1) << "closed another file";
  EXPECT_EQ(gls_file_flash_sync(&flash), -EBADF);
  EXPECT_EQ(file.error, -EBADF);
}

TEST_F(FileFlash, MakesNoFileAmongDevices) {
  const std::string name = "glissade_none" + std::to_string(getpid()), device = "/dev/" + name;
  const std::string folder = path + "_folder", link = path + "_link";
  ASSERT_EQ(symlink("/dev", folder.c_str()), 0);
  ASSERT_EQ(symlink(device.c_str(), link.c_str()), 0);
  for (const std::string& place : {device, "/dev/../dev/" + name, folder + "/" + name, link}) {
    EXPECT_EQ(open_once(place), -ENOENT) << place;
    EXPECT_FALSE(is_there(device)) << place;
  }
  EXPECT_TRUE(
      in_child([&] { return chdir("/dev") == 0 && open_once(name) == -ENOENT && !is_there(device); }));
  unlink(device.c_str());
  unlink(folder.c_str());
  unlink(link.c_str());
}

TEST_F(FileFlash, TakesFilesAndBlockDevicesOnly) {
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  gls_file_flash_options read_only = {};
  read_only.read_only = true;
  for (const gls_file_flash_options& options : {gls_file_flash_options{}, read_only}) {
    EXPECT_EQ(open_once(path, options), -ENOTBLK);
    EXPECT_EQ(open_once("/dev/null", options), -ENOTBLK);
    EXPECT_EQ(open_once("/tmp", options), -EISDIR);
  }
  EXPECT_EQ(gls_file_flash_open(&file, nullptr), -EINVAL);
  EXPECT_EQ(gls_file_flash_open(nullptr, path.c_str()), -EINVAL);
  EXPECT_EQ(open_once(""), -ENOENT);
}

TEST_F(FileFlash, InAFolderThatCannotBeRead) {
  const std::string folder = path + "_folder", inside = folder + "/state";
  ASSERT_EQ(mkdir(folder.c_str(), 0711), 0);
  EXPECT_TRUE(in_child([&] {
    if (getuid() == 0 &&
        (chown(folder.c_str(), 0, 0) != 0 || open_once(inside) != 0 ||
         chown(inside.c_str(), 65534, 65534) != 0 || setgid(65534) != 0 || setuid(65534) != 0))
      return false;
    if (getuid() != 65534 && chmod(folder.c_str(), 0311) != 0) return false;
    return open_once(inside) == 0;
  }));
  unlink(inside.c_str());
  rmdir(folder.c_str());
}

TEST_F(FileFlash, OnlyToBeRead) {
  gls_file_flash_options options = {};
  options.read_only = true;
  EXPECT_EQ(open_once(path, options), -ENOENT);
  options.read_only = false, options.existing = true;
  EXPECT_EQ(open_once(path, options), -ENOENT);
  EXPECT_FALSE(is_there(path));
  ASSERT_EQ(open(), GLS_ERROR_EMPTY);
  ASSERT_EQ(commit(store, 'a'), GLS_OK);
  options.read_only = true;
  EXPECT_EQ(open_once(path, options), -EWOULDBLOCK) << "somebody writes";
  gls_file_flash_close(&file);
  ASSERT_EQ(chmod(path.c_str(), 0444), 0);
  ASSERT_EQ(gls_file_flash_open_with(&file, path.c_str(), &options), 0);
  ASSERT_EQ(gls_store_open(&store, &flash), GLS_OK);
  EXPECT_EQ(content(store), std::string(333, 'a'));
  EXPECT_EQ(open_once(path, options), 0) << "two readers";
  EXPECT_EQ(open_once(path), getuid() == 0 ? -EWOULDBLOCK : -EACCES) << "somebody reads";
  EXPECT_EQ(commit(store, 'b'), GLS_ERROR_DEVICE);
  EXPECT_EQ(file.error, -EBADF);
}

// A disk that is full, as a process whose files may not grow sees it.
TEST_F(FileFlash, AFullDiskIsTold) {
  EXPECT_TRUE(in_child([&] {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {kBlock * kBlocks - 1, kBlock * kBlocks - 1};
    gls_file_flash_options options = {};
    options.bytes = kBlock * kBlocks;
    struct stat made;
    return setrlimit(RLIMIT_FSIZE, &limit) == 0 && open_once(path, options) == -EFBIG &&
           stat(path.c_str(), &made) == 0 && made.st_size == 0;
  }));
  gls_file_flash_options options = {};
  options.bytes = kBlock * kBlocks;
  EXPECT_EQ(open_once(path, options), 0);
  struct stat made;
  ASSERT_EQ(stat(path.c_str(), &made), 0);
  EXPECT_EQ(made.st_size, kBlock * kBlocks);
  ASSERT_EQ(open(), GLS_ERROR_EMPTY) << "it is erased";
}

TEST_F(FileFlash, PlacesBeyondGigabytes) {
  ASSERT_EQ(open(), GLS_ERROR_EMPTY);
  flash.block_size = 1u << 30;
  ASSERT_EQ(gls_file_flash_prog(&flash, 5, 7, "0123456789012345678", 20), 0);
  struct stat made;
  ASSERT_EQ(stat(path.c_str(), &made), 0);
  EXPECT_EQ(made.st_size, (off_t{5} << 30) + 27);
  flash.block_size = ~0u;
  EXPECT_EQ(gls_file_flash_prog(&flash, ~0u, 0, buffer, 20), -EINVAL) << "beyond any file";
}

}  // namespace
