// SPDX-License-Identifier: Apache-2.0
// Faults of a store's flash, authenticator and users, each with all its members: every callback, at every
// call, once or for good; every bit; every unit; every pair of geometries; every replay.

#include "glissade/glissade.hpp"
#include "support/check.hpp"
#include "support/list.hpp"
#include "support/memcheck.hpp"
#include "support/reference.hpp"

namespace glissade {
namespace test {
namespace {

constexpr uint32_t kBytes = 2048, kProg = 8, kBlock = 128, kBlocks = 16, kHalf = kBytes / 2;
constexpr uint32_t kHeaders = kHalf - 2 * 56;  // of a slot: where they begin
unsigned char memory[kBytes], image[kBytes], unit[64], chip_memory[kBytes + 3 * kBlock];
uint32_t erased[32 + 3];  // of the geometry with the most blocks, and of one that begins at block 3

// Every callback there is. One of them fails: at one call of it, or from that call on.
enum Callback { kRead, kProg_, kErase, kSync, kBegin, kUpdate, kFinish, kCounterRead, kRaise, kCallbacks };
uint32_t calls[kCallbacks], fails_at;
Callback failing;
bool for_good;
int failure;
int fails(Callback callback) {
  const uint32_t call = ++calls[callback];
  const bool now = callback == failing && fails_at != 0 && (for_good ? call >= fails_at : call == fails_at);
  return now ? failure : 0;
}
void work_again() { fails_at = 0; }
void fail(Callback callback, uint32_t at, bool good, int number = -5) {
  for (uint32_t& count : calls) count = 0;
  failing = callback, fails_at = at, for_good = good, failure = number;
}

uint32_t unreadable = UINT32_MAX, unreadable_reads;  // the byte whose unit cannot be read until it is erased
int unreadable_number;

// Callbacks that do the least they may: what fails leaves rubbish, and what is short stays short.
unsigned char* bytes_of(const gls_flash* flash) { return static_cast<unsigned char*>(flash->context); }
int read(const gls_flash* flash, uint32_t block, uint32_t offset, void* buffer, uint32_t size) {
  const uint32_t first = block * flash->block_size + offset;
  __builtin_memset(buffer, 0x5a, size);
  if (const int number = fails(kRead)) return number;
  if (unreadable - first < size) return ++unreadable_reads, unreadable_number;
  __builtin_memcpy(buffer, bytes_of(flash) + first, size);
  return 0;
}
int prog(const gls_flash* flash, uint32_t block, uint32_t offset, const void* buffer, uint32_t size) {
  if (const int number = fails(kProg_)) return number;
  check_defined(buffer, size);
  __builtin_memcpy(bytes_of(flash) + block * flash->block_size + offset, buffer, size);
  make_undefined(flash->buffer, flash->prog_size);  // the next unit is put together anew
  return 0;
}
int erase(const gls_flash* flash, uint32_t block) {
  if (const int number = fails(kErase)) return number;
  ++erased[block];
  if (unreadable / flash->block_size == block) unreadable = UINT32_MAX;
  __builtin_memset(bytes_of(flash) + block * flash->block_size, 0xff, flash->block_size);
  return 0;
}
int sync(const gls_flash*) { return fails(kSync); }

uint32_t mac, counter, raises_left;
int mac_begin(void*) {
  mac = 0x1234;
  return fails(kBegin);
}
int mac_update(void*, const void* bytes, size_t size) {
  mac = gls_crc32(mac, bytes, size);
  return fails(kUpdate);
}
int mac_finish(void*, uint8_t tag[32]) {  // a tag of 16 bytes
  for (uint32_t i = 0; i < 16; ++i) tag[i] = static_cast<uint8_t>(mac >> 8 * (i % 4));
  return fails(kFinish);
}
int counter_read(void*, uint32_t* value) {
  if (const int number = fails(kCounterRead)) return number;
  *value = counter;
  return 0;
}
int counter_raise(void*, uint32_t value) {
  if (const int number = fails(kRaise)) return number;
  if (value <= counter || raises_left == 0) return -1;
  --raises_left;
  counter = value;
  return 0;
}
const gls_authenticator counted = {mac_begin, mac_update, mac_finish, counter_read, counter_raise, nullptr};
const gls_authenticator tagged = {mac_begin, mac_update, mac_finish, nullptr, nullptr, nullptr};

gls_flash flash;
gls_store store;

gls_flash flash_of(uint32_t prog_size, uint32_t block_size, uint32_t block_count) {
  return {read, prog, erase, sync, memory, 1, prog_size, block_size, block_count, unit, nullptr, 0};
}
void erase_all(const gls_authenticator* with = nullptr, unsigned char blank = 0xff) {
  flash = flash_of(kProg, kBlock, kBlocks);
  flash.authenticator = with;
  __builtin_memset(memory, blank, sizeof memory);
  counter = 0;
  raises_left = unreadable = UINT32_MAX;
  work_again();
}

// Whatever lay there before: what a callback does not write must not be read.
__attribute__((noinline)) void soil_stack() {
  volatile unsigned char soil[1024];
  for (volatile unsigned char& byte : soil) byte = 0xa7;
}
Status put_and_commit(gls_store& into, uint32_t n) {
  Status status = gls_store_begin(&into);
  for (uint32_t i = 0; i < 3 && status == GLS_OK; ++i) status = gls_store_put(&into, &n, sizeof n);
  soil_stack();
  return status == GLS_OK ? gls_store_commit(&into) : status;
}
Status commit(uint32_t n) { return put_and_commit(store, n); }
uint32_t content() {
  uint32_t n[3] = {};
  if (store.size == 0 || gls_store_rewind(&store) != GLS_OK) return 0;
  const bool ok = store.size == sizeof n && gls_store_get(&store, n, sizeof n) == GLS_OK;
  return ok && n[0] == n[1] && n[1] == n[2] ? n[0] : UINT32_MAX;
}
Status open() {
  soil_stack();
  return gls_store_open(&store, &flash);
}
uint32_t reopened() { return open() == GLS_OK ? content() : 0; }
bool two_commits(const gls_authenticator* with) {
  erase_all(with);
  return open() == GLS_ERROR_EMPTY && commit(1) == GLS_OK && commit(2) == GLS_OK && reopened() == 2;
}

// Callback `callback` fails in a commit, at any of its calls: once, and for good. The state before is there
// or the new one, while it fails (where it is not needed to read) and after it.
void check_failing(const gls_authenticator* with, Callback callback, bool good) {
  const bool needed = callback == kRead || (callback >= kBegin && callback <= kCounterRead);
  bool ok = true, failed = true;
  uint32_t call = 0;
  while (ok && failed) {
    ok = two_commits(with);
    fail(callback, ++call, good);
    const Status status = commit(3);
    failed = calls[callback] >= call;
    ok = ok && (status == GLS_OK || (failed && status == GLS_ERROR_DEVICE));
    if (good && failed && !needed) {
      const uint32_t now = reopened();
      ok = ok && (now == 3 || (now == 2 && status != GLS_OK));
      ok = ok && commit(4) == GLS_ERROR_DEVICE;
    }
    if (good && failed && needed) ok = ok && open() == GLS_ERROR_DEVICE;
    work_again();
    const uint32_t found = reopened();
    ok = ok && (found == 3 || (found == 2 && status != GLS_OK)) && commit(5) == GLS_OK && reopened() == 5;
  }
  CHECK(ok, "callback ", static_cast<uint32_t>(callback), " fails at its call ", call,
        ", for good: ", static_cast<uint32_t>(good));
  // Once, while the store is opened: it is asked again.
  failed = true;
  for (call = 1; ok && failed; ++call) {
    fail(callback, call, false);
    ok = open() == GLS_OK;
    failed = calls[callback] >= call;
    work_again();
    ok = ok && content() == 5;
  }
  CHECK(ok, "callback ", static_cast<uint32_t>(callback), " fails once in open, at its call ", call - 1);
}

void check_every_callback() {
  const gls_authenticator* const authenticators[] = {nullptr, &tagged, &counted};
  for (const gls_authenticator* const with : authenticators) {
    for (int callback = 0; callback < kCallbacks; ++callback) {
      for (int good = 0; good < 2; ++good) check_failing(with, static_cast<Callback>(callback), good == 1);
    }
  }
  // The last read-back alone tells which state it is now.
  bool ok = two_commits(nullptr);
  fail(kRead, UINT32_MAX, false);
  ok = ok && commit(3) == GLS_OK;
  const uint32_t reads = calls[kRead];
  fail(kRead, reads, false);
  CHECK(ok && commit(4) == GLS_ERROR_DEVICE && gls_store_rewind(&store) == GLS_ERROR_ORDER &&
            gls_store_begin(&store) == GLS_ERROR_ORDER && reopened() == 4,
        "the last read-back fails: closed, and the next open knows");
  ok = two_commits(nullptr);
  fail(kSync, 1, true);
  ok = ok && reopened() == 2 && commit(3) == GLS_ERROR_DEVICE;
  __builtin_memset(memory, 0xff, sizeof memory);
  CHECK(ok && open() == GLS_ERROR_DEVICE,
        "flash that cannot sync: a state can be read, emptiness is not believed");
}

// Blank is all ones or all zeros. Any bit of it, where a header, a record or a block begins, is something.
void check_empty() {
  for (const bool ones : {false, true}) {
    const unsigned char blank = ones ? 0xff : 0;
    bool ok = true;
    for (uint32_t bit = 0; bit < 8 * kBytes && ok; bit += bit % 56 == 0 ? 1 : 5) {
      erase_all(nullptr, blank);
      memory[bit / 8] = static_cast<unsigned char>(memory[bit / 8] ^ 1u << bit % 8);
      const uint32_t at = bit / 8 % kHalf, header = (at - kHeaders) % 56;
      const bool matters =
          at >= kHeaders ? header < GLS_STORE_HEADER_BYTES : at % kBlock < GLS_STORE_RECORD_BYTES;
      ok = open() == (matters ? GLS_ERROR_DAMAGED : GLS_ERROR_EMPTY);
    }
    CHECK(ok, "one bit in blank flash of ", static_cast<uint32_t>(blank));
    erase_all(nullptr, blank);
    CHECK(open() == GLS_ERROR_EMPTY && commit(1) == GLS_OK && reopened() == 1, "blank flash");
    for (uint32_t at = 0; at < kBytes; at += kProg) {
      erase_all(nullptr, blank);
      unreadable = at, unreadable_number = GLS_FLASH_UNCORRECTABLE;
      const Status lost = open();
      unreadable = at, unreadable_number = -7;
      const Status other = open();
      ok = ok &&
           (lost == GLS_ERROR_EMPTY ? other == lost : lost == GLS_ERROR_DAMAGED && other == GLS_ERROR_DEVICE);
      if (at % kHalf >= kHeaders || at % kHalf == 0) ok = ok && lost == GLS_ERROR_DAMAGED;
    }
    CHECK(ok, "blank flash that cannot be read");
  }
  // After the first commit: any bit, and the same bit of both headers.
  bool ok = true;
  for (uint32_t bit = 0; bit < 8 * kHalf && ok; ++bit) {
    if (bit % 8 == 0) {
      erase_all();
      ok = open() == GLS_ERROR_EMPTY && commit(1) == GLS_OK;
    }
    const auto flip = [&](uint32_t at) {
      memory[at] = static_cast<unsigned char>(memory[at] ^ 1u << bit % 8);
    };
    const uint32_t at = bit / 8;
    const bool state = at - GLS_STORE_RECORD_BYTES < 12;
    const bool header = at - kHeaders < GLS_STORE_HEADER_BYTES;
    flip(at);
    ok = ok && (state ? open() == GLS_ERROR_DAMAGED : reopened() == 1);
    if (header) {
      flip(at + 56);
      ok = ok && open() == GLS_ERROR_DAMAGED;
      flip(at + 56);
    }
    flip(at);
  }
  CHECK(ok, "one bit of the first commit");
}

// A header's checksum is right, and its state is not there.
void check_header_alone() {
  const auto claim = [](uint32_t slot) {
    for (uint32_t copy = 0; copy < 2; ++copy) {
      unsigned char* const header = memory + slot * kHalf + kHeaders + 56 * copy;
      for (int i = 4; i < 8; ++i) header[i] = 0xff;
      const uint32_t crc = gls_crc32(0, header, 48);
      for (int i = 0; i < 4; ++i) header[48 + i] = static_cast<unsigned char>(crc >> 8 * i);
    }
  };
  bool ok = two_commits(nullptr);
  memory[GLS_STORE_RECORD_BYTES] ^= 1;
  claim(0);
  CHECK(ok && reopened() == 2 && commit(3) == GLS_OK && store.sequence == 3 && reopened() == 3,
        "number 0xffffffff without a state");
  ok = two_commits(nullptr);
  for (uint32_t slot = 0; slot < 2; ++slot) memory[slot * kHalf + GLS_STORE_RECORD_BYTES] ^= 1, claim(slot);
  ok = ok && open() == GLS_ERROR_DAMAGED && commit(3) == GLS_OK && reopened() == 3;
  memory[kHalf + GLS_STORE_RECORD_BYTES] ^= 1;  // the damaged one is whole again
  CHECK(ok && reopened() == 3, "in both slots; and it never comes back");
}

struct Geometry {
  uint32_t prog, block, blocks;
};
constexpr Geometry kGeometries[] = {{8, 128, 16}, {16, 128, 16}, {4, 128, 16}, {1, 128, 16},  {8, 256, 8},
                                    {8, 128, 8},  {8, 128, 12},  {32, 512, 4}, {64, 1024, 2}, {8, 64, 32}};

Status save_nothing(void*, gls_store*) { return GLS_OK; }

// A store of one geometry is never empty, and never written over, for another one: not after any number of
// commits, and not while one is written.
void check_geometries() {
  for (const Geometry& own : kGeometries) {
    for (const Geometry& other : kGeometries) {
      if (&own == &other) continue;
      const gls_flash own_flash = flash_of(own.prog, own.block, own.blocks);
      const gls_flash other_flash = flash_of(other.prog, other.block, other.blocks);
      erase_all();
      bool ok = gls_store_open(&store, &own_flash) == GLS_ERROR_EMPTY;
      for (uint32_t n = 1; n <= 4 && ok; ++n) {
        gls_store stranger;
        if (n > 1) {
          ok = gls_store_begin(&store) == GLS_OK && gls_store_put(&store, image, 64) == GLS_OK;
          const Status between = gls_store_open(&stranger, &other_flash);
          ok = ok && (between == GLS_ERROR_MISMATCH || between == GLS_ERROR_DAMAGED);
        }
        ok = ok && commit(n) == GLS_OK;
        ok = ok && gls_store_open(&stranger, &other_flash) == GLS_ERROR_MISMATCH;
        gls_checkpoint checkpoint = {&stranger, save_nothing, save_nothing, nullptr, nullptr, nullptr, 0, {}};
        __builtin_memcpy(image, memory, sizeof memory);
        ok = ok && gls_checkpoint_start(&checkpoint) == GLS_ERROR_MISMATCH &&
             gls_store_begin(&stranger) == GLS_ERROR_ORDER;
        ok = ok && __builtin_memcmp(image, memory, sizeof memory) == 0;
        ok = ok && gls_store_open(&store, &own_flash) == GLS_OK && content() == n;
      }
      ok = ok && gls_store_format(&other_flash) == GLS_OK;
      ok = ok && gls_store_open(&store, &other_flash) == GLS_ERROR_EMPTY && commit(9) == GLS_OK;
      CHECK(ok, "prog_size ", own.prog, ", block_size ", own.block, ", blocks ", own.blocks, "; opened with ",
            other.prog, ", ", other.block, ", ", other.blocks);
    }
  }
}

// Two stores on one flash. What the first one commits, the second one neither overwrites nor takes for its
// own.
void check_two_stores() {
  for (uint32_t before = 0; before < 3; ++before) {
    for (uint32_t more = 1; more < 4; ++more) {
      for (int deed = 0; deed < 3; ++deed) {
        erase_all();
        bool ok = open() == GLS_ERROR_EMPTY;
        for (uint32_t n = 1; n <= before; ++n) ok = ok && commit(n) == GLS_OK;
        gls_store second;
        ok = ok && gls_store_open(&second, &flash) == (before == 0 ? GLS_ERROR_EMPTY : GLS_OK);
        if (deed == 2)
          ok = ok && gls_store_begin(&second) == GLS_OK && gls_store_put(&second, "abc", 3) == GLS_OK;
        for (uint32_t n = 0; n < more; ++n) ok = ok && commit(11 + n) == GLS_OK;
        __builtin_memcpy(image, memory, sizeof memory);
        const Status status = deed == 0   ? put_and_commit(second, 77)
                              : deed == 1 ? gls_store_rewind(&second)
                                          : gls_store_commit(&second);
        if (deed == 2) {  // both write at once: the last unit spoils what the first one committed there
          const uint32_t found = reopened();
          ok = ok && (status == GLS_ERROR_ORDER || status == GLS_ERROR_DEVICE) && found != 77 &&
               (found == 10 + more || found == 9 + more || found == before);
        } else {
          ok = ok && status == GLS_ERROR_ORDER && __builtin_memcmp(image, memory, sizeof memory) == 0 &&
               reopened() == 10 + more;
        }
        CHECK(ok, "two stores: ", before, " before, then ", more, ", then deed ",
              static_cast<uint32_t>(deed));
      }
    }
  }
}

// Any unit cannot be read, with any number. Flash that knows its bytes are lost (-84) is believed; else an
// older state comes with a word, and nothing is written before that is accepted.
void check_unreadable() {
  for (const int number : {GLS_FLASH_UNCORRECTABLE, -5, 1}) {
    bool ok = true;
    uint32_t older = 0, retried = 0;
    for (uint32_t at = 0; at < kBytes && ok; at += kProg) {
      ok = two_commits(nullptr);
      unreadable = at, unreadable_number = number, unreadable_reads = 0;
      const Status status = open();
      const bool believed = number == GLS_FLASH_UNCORRECTABLE;
      const uint32_t newest = at - kHalf, reads = unreadable_reads;
      const bool state = newest < GLS_STORE_RECORD_BYTES + 12 && newest + kProg > GLS_STORE_RECORD_BYTES;
      ok = ok && status == (state && !believed ? GLS_ERROR_OLDER : GLS_OK);
      ok = ok && content() == (state ? 1 : 2);
      older += state;
      if (status == GLS_ERROR_OLDER) {
        retried += reads >= 3;
        __builtin_memcpy(image, memory, sizeof memory);
        ok = ok && commit(3) == GLS_ERROR_OLDER && __builtin_memcmp(image, memory, sizeof memory) == 0;
        ok = ok && gls_store_accept_older(&store) == GLS_OK;
      }
      ok = ok && commit(4) == GLS_OK && reopened() == 4;
    }
    CHECK(ok && older >= 2 && retried == (number == GLS_FLASH_UNCORRECTABLE ? 0 : older),
          "unreadable, number ", static_cast<uint32_t>(-number), ": ", older);
  }
  // Both headers of the newest, which may then be the older one.
  bool ok = two_commits(nullptr);
  flash.block_size = kBlock;
  unreadable = 2 * kHalf - 56, unreadable_number = -5;
  memory[kHalf + kHeaders] ^= 1;
  CHECK(ok && open() == GLS_ERROR_OLDER && content() == 1, "a slot whose number is not known");
  unreadable = UINT32_MAX;
  memory[kHalf + kHeaders] ^= 1;
  CHECK(gls_store_accept_older(nullptr) == GLS_ERROR_NULL && reopened() == 2 &&
            gls_store_accept_older(&store) == GLS_OK && commit(3) == GLS_OK,
        "and is there again");
  store = {};
  CHECK(gls_store_accept_older(&store) == GLS_ERROR_ORDER, "not open");
}

#ifndef GLISSADE_SMALL  // it keeps many images
// Somebody keeps what was in the flash at any moment, and puts it back later, slot by slot. Between those
// moments commits are cut, at any call and several in a row. Nothing but the newest is ever taken.
void check_replay(Callback callback, uint32_t first_cut, uint32_t second_cut) {
  static unsigned char kept[5][kBytes];
  uint32_t images = 0;
  const auto keep = [&] { __builtin_memcpy(kept[images++], memory, kBytes); };
  bool ok = two_commits(&counted);
  keep();
  uint32_t n = 3;
  for (const uint32_t cut : {first_cut, second_cut}) {
    fail(callback, cut, true);
    static_cast<void>(commit(n++));
    work_again();
    keep();
    ok = ok && open() == GLS_OK;
  }
  for (uint32_t more = 0; more < 2; ++more) {
    ok = ok && open() == GLS_OK && commit(n) == GLS_OK && reopened() == n;
    __builtin_memcpy(image, memory, sizeof image);
    for (uint32_t k = 0; k < 4 * images && ok; ++k) {  // an old slot 0, or 1, into slot 0, or 1
      __builtin_memcpy(memory + kHalf * (k & 1), kept[k / 4] + kHalf * (k >> 1 & 1), kHalf);
      const Status status = open();
      ok = status == GLS_OK ? content() == n : status == GLS_ERROR_FORGED || status == GLS_ERROR_DAMAGED;
      __builtin_memcpy(memory, image, sizeof image);
    }
    keep();
    ++n;
  }
  CHECK(ok, "replayed: callback ", static_cast<uint32_t>(callback), " cut at ", first_cut, ", then at ",
        second_cut);
}
void check_replays() {
  for (const Callback callback : {kProg_, kSync, kRaise, kRead}) {
    two_commits(&counted);
    fail(callback, UINT32_MAX, true);
    static_cast<void>(commit(3));
    const uint32_t most = calls[callback], step = most > 24 ? most / 24 : 1;
    for (uint32_t first = 1; first <= most; first += step) {
      for (uint32_t second = 1; second <= most; second += step) check_replay(callback, first, second);
    }
  }
}

#else
void check_replays() {}
#endif

// The counter is used up after any number of raises: the last state can be read for ever.
void check_used_up() {
  for (uint32_t left = 0; left < 5; ++left) {
    bool ok = two_commits(&counted);
    raises_left = left;
    Status status = GLS_OK;
    uint32_t n = 2;
    while (status == GLS_OK) status = commit(++n);
    // An odd number ends behind a header, which then counts.
    const uint32_t there = left % 2 == 0 ? n - 1 : n;
    ok = ok && status == GLS_ERROR_DEVICE && (gls_store_rewind(&store) == GLS_OK) == (left % 2 == 0);
    for (int again = 0; again < 3; ++again) ok = ok && reopened() == there && commit(77) == GLS_ERROR_DEVICE;
    CHECK(ok, "a counter with ", left, " raises left");
  }
  bool ok = two_commits(&counted);
  uint32_t tries = 0;
  Status status = GLS_ERROR_DEVICE;
  for (; status == GLS_ERROR_DEVICE && ok; ++tries) {
    ok = reopened() == 2;
    fail(kProg_, 5, true);  // the first header: 4 units hold the record and the state
    status = commit(3);
    work_again();
  }
  CHECK(ok && tries == 256 && status == GLS_ERROR_RANGE && reopened() == 2, "cut ", tries - 1,
        " times in a row");
}

// What is erased, and when; and a store that begins at another block.
void check_erases() {
  erase_all();
  for (uint32_t& count : erased) count = 0;
  float weights[2] = {1, bits_to_float(0x7fc00000)};
  gls_sgd_params params;
  gls_sgd_defaults(&params);
  gls_sgd_state state = {};
  const gls_optimizer optimizer = gls_sgd(&params, &state, weights, 2);
  bool ok = open() == GLS_ERROR_EMPTY && gls_store_begin(&store) == GLS_OK;
  ok = ok && gls_save_to(&optimizer, &store) == GLS_ERROR_NOT_FINITE && gls_store_begin(&store) == GLS_OK;
  ok = ok && gls_store_put(&store, memory, gls_store_capacity(&flash) + 1) == GLS_ERROR_SIZE;
  for (const uint32_t count : erased) ok = ok && count == 0;
  CHECK(ok, "refused, and nothing erased");
  ok = gls_store_begin(&store) == GLS_OK && gls_store_put(&store, image, 300) == GLS_OK;
  ok = ok && gls_store_commit(&store) == GLS_OK;
  for (uint32_t k = 0; k < kBlocks; ++k) ok = ok && erased[k] == (k < 3 || k == kBlocks / 2 - 1);
  CHECK(ok, "300 bytes: three blocks, and the headers'");

  erase_all();
  __builtin_memset(chip_memory, 0x11, sizeof chip_memory);
  for (uint32_t& count : erased) count = 0;
  flash.context = chip_memory;
  flash.first_block = 3;
  ok = gls_store_format(&flash) == GLS_OK && open() == GLS_ERROR_EMPTY && commit(1) == GLS_OK &&
       commit(2) == GLS_OK && reopened() == 2;
  for (uint32_t i = 0; i < 3 * kBlock; ++i) ok = ok && chip_memory[i] == 0x11;
  for (uint32_t k = 0; k < kBlocks + 3; ++k) ok = ok && (k < 3) == (erased[k] == 0);
  flash.first_block = UINT32_MAX;
  CHECK(ok && open() == GLS_ERROR_RANGE && gls_store_capacity(&flash) == 0, "a first block");
  CHECK(gls_store_format(nullptr) == GLS_ERROR_NULL && gls_store_format(&flash) == GLS_ERROR_RANGE &&
            gls_store_open_older(nullptr, &flash) == GLS_ERROR_NULL,
        "null, range");
  two_commits(&counted);
  for (const Callback callback : {kErase, kSync}) {
    fail(callback, 1, false);
    CHECK(gls_store_format(&flash) == GLS_ERROR_DEVICE, "a format fails");
    work_again();
  }
  CHECK(gls_store_format(&flash) == GLS_OK && open() == GLS_ERROR_EMPTY && commit(3) == GLS_OK &&
            store.sequence == 3 && reopened() == 3,
        "the counter goes on after a format");
}

// The state before the newest, asked for.
void check_older() {
  bool ok = two_commits(nullptr) && gls_store_open_older(&store, &flash) == GLS_OK && content() == 1;
  ok = ok && commit(3) == GLS_ERROR_OLDER && reopened() == 2;
  ok = ok && gls_store_open_older(&store, &flash) == GLS_OK && gls_store_accept_older(&store) == GLS_OK;
  CHECK(ok && commit(3) == GLS_OK && store.sequence == 2 && reopened() == 3,
        "the older state, and on from it");
  CHECK(two_commits(&counted) && gls_store_open_older(&store, &flash) == GLS_ERROR_FORGED && reopened() == 2,
        "with a counter it is too old");
  erase_all();
  CHECK(open() == GLS_ERROR_EMPTY && gls_store_open_older(&store, &flash) == GLS_ERROR_EMPTY &&
            commit(1) == GLS_OK && gls_store_open_older(&store, &flash) == GLS_ERROR_DAMAGED,
        "there is none");
}

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  using namespace glissade::test;
  check_every_callback();
  check_empty();
  check_header_alone();
  check_geometries();
  check_two_stores();
  check_unreadable();
  check_replays();
  check_used_up();
  check_erases();
  check_older();
  return finish();
}
