// SPDX-License-Identifier: Apache-2.0
// What somebody gains who can write the flash: nothing, but that the counter is used up.
#include "storage/faulty_store.hpp"

namespace glissade {
namespace test {
namespace {

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

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  using namespace glissade::test;
  check_replays();
  check_used_up();
  return finish();
}
