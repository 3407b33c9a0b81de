// SPDX-License-Identifier: Apache-2.0
// Faults of a store's flash and authenticator, each with all its members: every callback, at every call, once
// or for good; every bit; every unit.
#include "storage/faulty_store.hpp"

namespace glissade {
namespace test {
namespace {

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
    const unsigned char erased_byte = ones ? 0xff : 0;
    bool ok = true;
    for (uint32_t bit = 0; bit < 8 * kBytes && ok; bit += bit % 56 == 0 ? 1 : 5) {
      erase_all(nullptr, erased_byte);
      memory[bit / 8] = static_cast<unsigned char>(memory[bit / 8] ^ 1u << bit % 8);
      const uint32_t at = bit / 8 % kHalf, header = (at - kHeaders) % 56;
      const bool matters =
          at >= kHeaders ? header < GLS_STORE_HEADER_BYTES : at % kBlock < GLS_STORE_RECORD_BYTES;
      ok = open() == (matters ? GLS_ERROR_DAMAGED : GLS_ERROR_EMPTY);
    }
    CHECK(ok, "one bit in blank flash of ", static_cast<uint32_t>(erased_byte));
    erase_all(nullptr, erased_byte);
    CHECK(open() == GLS_ERROR_EMPTY && commit(1) == GLS_OK && reopened() == 1, "blank flash");
    for (uint32_t at = 0; at < kBytes; at += kProg) {
      erase_all(nullptr, erased_byte);
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

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  using namespace glissade::test;
  check_every_callback();
  check_empty();
  check_header_alone();
  check_unreadable();
  return finish();
}
