// SPDX-License-Identifier: Apache-2.0
// What Glissade has for littlefs and Zephyr, over stand-ins for their headers: a store in their flash, and an
// optimizer in a file.
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "glissade/glissade.hpp"
#include "glissade_flash_area.h"
#include "glissade_littlefs.h"

extern "C" {

void c_lfs_flash(gls_flash* flash, const lfs_config* config, void* buffer);
void c_flash_area(gls_flash* flash, const flash_area* area, uint32_t block_size, uint32_t prog_size,
                  void* buffer);

lfs_ssize_t lfs_file_read(lfs_t*, lfs_file_t* file, void* buffer, lfs_size_t size) {
  const lfs_soff_t left = file->size - file->place;
  const lfs_ssize_t part = static_cast<lfs_ssize_t>(size) < left ? static_cast<lfs_ssize_t>(size) : left;
  std::memcpy(buffer, file->bytes + file->place, static_cast<size_t>(part));
  file->place += part;
  return part;
}
lfs_ssize_t lfs_file_write(lfs_t*, lfs_file_t* file, const void* buffer, lfs_size_t size) {
  if (file->place + static_cast<lfs_soff_t>(size) > file->room) return -28;  // LFS_ERR_NOSPC
  std::memcpy(file->bytes + file->place, buffer, size);
  file->place += static_cast<lfs_soff_t>(size);
  file->size = file->place;
  return static_cast<lfs_ssize_t>(size);
}
lfs_soff_t lfs_file_seek(lfs_t*, lfs_file_t* file, lfs_soff_t off, int) { return file->place = off; }

}  // extern "C"

namespace {

constexpr uint32_t kBlock = 512;
constexpr size_t kBegin = 3 * kBlock;  // what lies in front is somebody else's
std::vector<unsigned char> chip;       // all of it
int answer;                            // of every callback

int access(uint64_t at, size_t size) {
  EXPECT_LE(kBegin + at + size, chip.size());
  return answer;
}
int chip_read(uint64_t at, void* to, size_t size) {
  if (access(at, size) == 0) std::memcpy(to, &chip[kBegin + at], size);
  return answer;
}
int chip_write(uint64_t at, const void* from, size_t size) {
  if (access(at, size) == 0) std::memcpy(&chip[kBegin + at], from, size);
  return answer;
}
int chip_erase(uint64_t at) {
  if (access(at, kBlock) == 0) std::memset(&chip[kBegin + at], 0xff, kBlock);
  return answer;
}

}  // namespace

extern "C" {

int flash_area_read(const flash_area*, off_t at, void* to, size_t size) {
  return chip_read(static_cast<uint64_t>(at), to, size);
}
int flash_area_write(const flash_area*, off_t at, const void* from, size_t size) {
  return chip_write(static_cast<uint64_t>(at), from, size);
}
int flash_area_erase(const flash_area*, off_t at, size_t size) {
  EXPECT_EQ(size, kBlock);
  return chip_erase(static_cast<uint64_t>(at));
}
uint32_t flash_area_align(const flash_area*) { return 8; }

}  // extern "C"

namespace {

const lfs_config kConfig = {
    nullptr,
    [](const lfs_config*, lfs_block_t block, lfs_off_t off, void* to, lfs_size_t size) {
      return chip_read(uint64_t{block} * kBlock + off, to, size);
    },
    [](const lfs_config*, lfs_block_t block, lfs_off_t off, const void* from, lfs_size_t size) {
      return chip_write(uint64_t{block} * kBlock + off, from, size);
    },
    [](const lfs_config*, lfs_block_t block) { return chip_erase(uint64_t{block} * kBlock); },
    [](const lfs_config*) { return answer; },
    16,
    8,
    kBlock,
    7};
const flash_area kArea = {1, kBegin, 7 * kBlock + 100};

// The store's own bytes are those of a store in memory, and nothing lies around them.
void check_store(gls_flash (*make)(void* buffer)) {
  unsigned char buffer[64], other_buffer[64];
  chip.assign(kBegin + 8 * kBlock, 0xab);
  const gls_flash flash = make(buffer);
  ASSERT_EQ(flash.block_count, 6u);
  for (uint32_t block = 0; block < flash.block_count; ++block) ASSERT_EQ(flash.erase(&flash, block), 0);
  std::vector<unsigned char> memory(6 * kBlock, 0xff);
  gls_memory_flash in_memory = {memory.data(), nullptr};
  gls_flash other = flash;
  other.read = gls_memory_flash_read, other.prog = gls_memory_flash_prog;
  other.erase = gls_memory_flash_erase, other.sync = gls_memory_flash_sync;
  other.context = &in_memory, other.buffer = other_buffer;
  for (const gls_flash* one : {&flash, static_cast<const gls_flash*>(&other)}) {
    gls_store store;
    ASSERT_EQ(gls_store_open(&store, one), GLS_ERROR_EMPTY);
    for (const char letter : {'a', 'b', 'c'}) {
      const std::string bytes(700, letter);
      ASSERT_EQ(gls_store_begin(&store), GLS_OK);
      ASSERT_EQ(gls_store_put(&store, bytes.data(), bytes.size()), GLS_OK);
      ASSERT_EQ(gls_store_commit(&store), GLS_OK);
    }
  }
  EXPECT_EQ(std::memcmp(&chip[kBegin], memory.data(), memory.size()), 0);
  for (size_t i = 0; i < chip.size(); ++i) {
    ASSERT_TRUE((i >= kBegin && i < kBegin + 6 * kBlock) || chip[i] == 0xab) << i;
  }
  answer = -5;
  gls_store store;
  EXPECT_EQ(gls_store_open(&store, &flash), GLS_ERROR_DEVICE);
  answer = 0;
}

TEST(Glue, AStoreInLittlefsBlocks) {
  check_store([](void* buffer) { return gls_lfs_flash(&kConfig, buffer); });
  check_store([](void* buffer) {
    gls_flash flash = {};
    c_lfs_flash(&flash, &kConfig, buffer);
    return flash;
  });
  char unit[16];
  EXPECT_EQ(gls_lfs_flash(&kConfig, unit).prog_size, 16u) << "a unit is what can be read";
}

TEST(Glue, AStoreInAZephyrPartition) {
  check_store([](void* buffer) { return gls_flash_area(&kArea, kBlock, 64, buffer); });
  check_store([](void* buffer) {
    gls_flash flash = {};
    c_flash_area(&flash, &kArea, kBlock, 64, buffer);
    return flash;
  });
  EXPECT_EQ(gls_flash_area(&kArea, 0, 64, nullptr).block_count, 0u);
}

TEST(Glue, AnOptimizerInALittlefsFile) {
  using namespace glissade;
  Optimizer<Adam, 61> optimizer{}, back{};
  float weights[61] = {1.0f, 2.0f}, gradients[61] = {0.5f}, weights_back[61] = {};
  Adam::Params params, params_back;
  ASSERT_EQ(optimizer.step(weights, gradients, params), GLS_OK);
  lfs_t lfs = {};
  lfs_file_t file = {};
  file.room = sizeof file.bytes;
  file.place = file.size = 20;  // the user's own bytes come first
  gls_lfs_file stream = {&lfs, &file, 20};
  ASSERT_EQ(optimizer.save_by(weights, params, gls_lfs_file_write, &stream), GLS_OK);
  EXPECT_EQ(file.size, static_cast<lfs_soff_t>(20 + optimizer.saved_bytes()));
  ASSERT_EQ(back.restore_by(weights_back, params_back, gls_lfs_file_read, &stream), GLS_OK);
  EXPECT_EQ(std::memcmp(weights, weights_back, sizeof weights), 0);

  const lfs_soff_t whole = file.size;
  for (file.size = 20; file.size < whole; ++file.size) {  // cut short
    weights_back[0] = 77.0f;
    ASSERT_EQ(back.restore_by(weights_back, params_back, gls_lfs_file_read, &stream), GLS_ERROR_DEVICE);
    ASSERT_EQ(weights_back[0], 77.0f);
  }
  file.place = 0, file.room = whole - 21;  // full
  EXPECT_EQ(optimizer.save_by(weights, params, gls_lfs_file_write, &stream), GLS_ERROR_DEVICE);
}

}  // namespace
