// SPDX-License-Identifier: Apache-2.0
// A store over flash, an authenticator and a counter of which each call may fail: for the tests of faults.
#ifndef GLISSADE_TESTS_FAULTY_STORE_HPP
#define GLISSADE_TESTS_FAULTY_STORE_HPP

#include "glissade/glissade.hpp"
#include "support/check.hpp"
#include "support/list.hpp"
#include "support/memcheck.hpp"
#include "support/reference.hpp"

namespace glissade {
namespace test {

constexpr uint32_t kBytes = 2048, kProg = 8, kBlock = 128, kBlocks = 16, kHalf = kBytes / 2;
constexpr uint32_t kHeaders = kHalf - 2 * 56;  // of a slot: where they begin
inline unsigned char memory[kBytes], image[kBytes], unit[64];
inline unsigned char blank = 0xff;  // erased flash
inline uint32_t erased[32 + 3];     // of the geometry with the most blocks, and of one that begins at block 3

// Every callback there is. One of them fails: at one call of it, or from that call on.
enum Callback { kRead, kProg_, kErase, kSync, kBegin, kUpdate, kFinish, kCounterRead, kRaise, kCallbacks };
inline uint32_t calls[kCallbacks], fails_at;
inline Callback failing;
inline bool for_good;
inline int failure;
inline int fails(Callback callback) {
  const uint32_t call = ++calls[callback];
  const bool now = callback == failing && fails_at != 0 && (for_good ? call >= fails_at : call == fails_at);
  return now ? failure : 0;
}
inline void work_again() { fails_at = 0; }
inline void fail(Callback callback, uint32_t at, bool good, int number = -5) {
  for (uint32_t& count : calls) count = 0;
  failing = callback, fails_at = at, for_good = good, failure = number;
}

inline uint32_t unreadable = UINT32_MAX,
                unreadable_reads;  // the byte whose unit cannot be read until it is erased
inline int unreadable_number;

// Callbacks that do the least they may: what fails leaves rubbish, and what is short stays short.
inline unsigned char* bytes_of(const gls_flash* flash) { return static_cast<unsigned char*>(flash->context); }
inline int read(const gls_flash* flash, uint32_t block, uint32_t offset, void* buffer, uint32_t size) {
  const uint32_t first = block * flash->block_size + offset;
  __builtin_memset(buffer, 0x5a, size);
  if (const int number = fails(kRead)) return number;
  if (unreadable - first < size) return ++unreadable_reads, unreadable_number;
  __builtin_memcpy(buffer, bytes_of(flash) + first, size);
  return 0;
}
inline int prog(const gls_flash* flash, uint32_t block, uint32_t offset, const void* buffer, uint32_t size) {
  if (const int number = fails(kProg_)) return number;
  check_defined(buffer, size);
  __builtin_memcpy(bytes_of(flash) + block * flash->block_size + offset, buffer, size);
  make_undefined(flash->buffer, flash->prog_size);  // the next unit is put together anew
  return 0;
}
inline int erase(const gls_flash* flash, uint32_t block) {
  if (const int number = fails(kErase)) return number;
  ++erased[block];
  if (unreadable / flash->block_size == block) unreadable = UINT32_MAX;
  __builtin_memset(bytes_of(flash) + block * flash->block_size, blank, flash->block_size);
  return 0;
}
inline int sync(const gls_flash*) { return fails(kSync); }

inline uint32_t mac, counter, raises_left;
inline int mac_begin(void*) {
  mac = 0x1234;
  return fails(kBegin);
}
inline int mac_update(void*, const void* bytes, size_t size) {
  mac = gls_crc32(mac, bytes, size);
  return fails(kUpdate);
}
inline int mac_finish(void*, uint8_t tag[32]) {  // a tag of 16 bytes
  for (uint32_t i = 0; i < 16; ++i) tag[i] = static_cast<uint8_t>(mac >> 8 * (i % 4));
  return fails(kFinish);
}
inline int counter_read(void*, uint32_t* value) {
  if (const int number = fails(kCounterRead)) return number;
  *value = counter;
  return 0;
}
inline int counter_raise(void*, uint32_t value) {
  if (const int number = fails(kRaise)) return number;
  if (value <= counter || raises_left == 0) return -1;
  --raises_left;
  counter = value;
  return 0;
}
inline const gls_authenticator counted = {mac_begin,    mac_update,    mac_finish,
                                          counter_read, counter_raise, nullptr};
inline const gls_authenticator tagged = {mac_begin, mac_update, mac_finish, nullptr, nullptr, nullptr};

inline gls_flash flash;
inline gls_store store;

inline gls_flash flash_of(uint32_t prog_size, uint32_t block_size, uint32_t block_count) {
  return {read, prog, erase, sync, memory, 1, prog_size, block_size, block_count, unit, nullptr, 0};
}
inline void erase_all(const gls_authenticator* with = nullptr, unsigned char erased_byte = 0xff) {
  blank = erased_byte;
  flash = flash_of(kProg, kBlock, kBlocks);
  flash.authenticator = with;
  __builtin_memset(memory, blank, sizeof memory);
  counter = 0;
  raises_left = unreadable = UINT32_MAX;
  work_again();
}

// Whatever lay there before: what a callback does not write must not be read.
__attribute__((noinline)) inline void soil_stack() {
  volatile unsigned char soil[1024];
  for (volatile unsigned char& byte : soil) byte = 0xa7;
}
inline Status put_and_commit(gls_store& into, uint32_t n) {
  Status status = gls_store_begin(&into);
  for (uint32_t i = 0; i < 3 && status == GLS_OK; ++i) status = gls_store_put(&into, &n, sizeof n);
  soil_stack();
  return status == GLS_OK ? gls_store_commit(&into) : status;
}
inline Status commit(uint32_t n) { return put_and_commit(store, n); }
inline uint32_t content() {
  uint32_t n[3] = {};
  if (store.size == 0 || gls_store_rewind(&store) != GLS_OK) return 0;
  const bool ok = store.size == sizeof n && gls_store_get(&store, n, sizeof n) == GLS_OK;
  return ok && n[0] == n[1] && n[1] == n[2] ? n[0] : UINT32_MAX;
}
inline Status open() {
  soil_stack();
  return gls_store_open(&store, &flash);
}
inline uint32_t reopened() { return open() == GLS_OK ? content() : 0; }
inline bool two_commits(const gls_authenticator* with) {
  erase_all(with);
  return open() == GLS_ERROR_EMPTY && commit(1) == GLS_OK && commit(2) == GLS_OK && reopened() == 2;
}

}  // namespace test
}  // namespace glissade

#endif
