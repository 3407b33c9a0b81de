// SPDX-License-Identifier: Apache-2.0
// The store in a file: there after it was closed, and byte for byte what it is in memory.
#include "glissade/storage/file_flash.h"

#include <errno.h>
#include <gtest/gtest.h>
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
  gls_file_flash file = {-1};
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
  gls_file_flash_close(&file);
  ASSERT_EQ(truncate(path.c_str(), kBlock * 2 - 1), 0);  // the slot of 'a' is the second one
  ASSERT_EQ(open(), GLS_OK);
  EXPECT_EQ(content(store), std::string(333, 'b'));
  ASSERT_EQ(commit(store, 'c'), GLS_OK);
  EXPECT_EQ(content(store), std::string(333, 'c'));
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

}  // namespace
