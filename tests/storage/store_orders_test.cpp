// SPDX-License-Identifier: Apache-2.0
// What users of a store get wrong, or ask for: another geometry, two stores on one flash, an older state; and
// what is erased when.
#include "storage/faulty_store.hpp"

namespace glissade {
namespace test {
namespace {

unsigned char chip_memory[kBytes + 3 * kBlock];

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

// A first commit that ends before any of its calls leaves no state, and nothing that keeps the next start
// from beginning: in any geometry, on either kind of flash.
void check_first_cut() {
  constexpr unsigned char kBlanks[] = {0xff, 0x00};
  for (const Geometry& own : kGeometries) {
    for (const unsigned char erased_byte : kBlanks) {
      for (const Callback callback : {kErase, kProg_, kSync}) {
        uint32_t call = 1;
        for (bool cut = true, ok = true; cut && ok; ++call) {
          erase_all(nullptr, erased_byte);
          flash = flash_of(own.prog, own.block, own.blocks);
          ok = open() == GLS_ERROR_EMPTY;
          fail(callback, call, true);
          cut = put_and_commit(store, 7) != GLS_OK;
          work_again();
          const Status found = open();
          // Behind the first header there is a state, though its commit was cut. Of less than a word it is
          // not known what it is.
          if (found == GLS_ERROR_DAMAGED && callback == kProg_ && call > 1 && (call - 1) * own.prog < 4)
            continue;
          ok = ok && (found == GLS_ERROR_EMPTY ? cut : found == GLS_OK && (!cut || callback != kErase));
          gls_checkpoint checkpoint = {&store, save_nothing, save_nothing, nullptr, nullptr, nullptr, 0, {}};
          ok = ok && (found == GLS_OK || gls_checkpoint_start(&checkpoint) == GLS_OK);
          CHECK(ok, "prog_size ", own.prog, ", block_size ", own.block, ", blocks ", own.blocks, ": call ",
                call, " of callback ", static_cast<uint32_t>(callback), " never came: status ",
                gls_status_text(found));
        }
        CHECK(call > 2, "callback ", static_cast<uint32_t>(callback), " was called");
      }
    }
  }
}

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  using namespace glissade::test;
  check_geometries();
  check_two_stores();
  check_erases();
  check_older();
  check_first_cut();
  return finish();
}
