// SPDX-License-Identifier: Apache-2.0
// The flash of a board, or what stands for it: without RAM of the firmware's own.
#ifndef GLISSADE_TESTS_BOARD_FLASH_HPP
#define GLISSADE_TESTS_BOARD_FLASH_HPP

#include "glissade/storage/store.h"

#ifndef __ARM_ARCH_6M__
extern "C" unsigned char kept_memory[];
#endif

namespace {

constexpr uint32_t kUnit = 8, kBlock = 1024, kBlocks = 40;

#ifdef __ARM_ARCH_6M__

// The nRF51822's own, behind the firmware (nRF51 Series Reference Manual 3.0, chapter 6, "NVMC").
constexpr uintptr_t kFirstByte = 0x30000, kController = 0x4001e000;
volatile uint32_t& at(uintptr_t address) { return *reinterpret_cast<volatile uint32_t*>(address); }
uintptr_t place(uint32_t block, uint32_t offset) { return kFirstByte + block * kBlock + offset; }
void wait_with_config(uint32_t config) {
  at(kController + 0x504) = config;  // 0: read, 1: write, 2: erase
  while (at(kController + 0x400) == 0) {
  }
}

int flash_read(const gls_flash*, uint32_t block, uint32_t offset, void* buffer, uint32_t size) {
  uint32_t* const to = static_cast<uint32_t*>(buffer);
  for (uint32_t k = 0; k < size / 4; ++k) to[k] = at(place(block, offset) + 4 * k);
  return 0;
}
int flash_prog(const gls_flash*, uint32_t block, uint32_t offset, const void* buffer, uint32_t size) {
  const uint32_t* const from = static_cast<const uint32_t*>(buffer);
  wait_with_config(1);
  for (uint32_t k = 0; k < size / 4; ++k) at(place(block, offset) + 4 * k) = from[k];
  wait_with_config(0);
  return 0;
}
int flash_erase(const gls_flash*, uint32_t block) {
  wait_with_config(2);
  at(kController + 0x508) = static_cast<uint32_t>(place(block, 0));
  wait_with_config(0);
  return 0;
}
int flash_sync(const gls_flash*) { return 0; }
constexpr void* kContext = nullptr;

#else

// Memory of the board that no firmware uses.
constexpr auto flash_read = gls_memory_flash_read;
constexpr auto flash_prog = gls_memory_flash_prog;
constexpr auto flash_erase = gls_memory_flash_erase;
constexpr auto flash_sync = gls_memory_flash_sync;
gls_memory_flash memory_flash = {kept_memory, nullptr};
constexpr void* kContext = &memory_flash;

#endif

uint32_t flash_buffer[kUnit / 4];
constexpr gls_flash kFlash = {flash_read, flash_prog, flash_erase, flash_sync,   kContext, 4,
                              kUnit,      kBlock,     kBlocks,     flash_buffer, nullptr};

}  // namespace

#endif
