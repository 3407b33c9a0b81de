// SPDX-License-Identifier: Apache-2.0
// Kept samples: who stays, who is drawn, what is gone; and the same after a restart.
#include "glissade/training/replay.h"

#include "numbers/permutation.hpp"
#include "support/check.hpp"
#include "support/reference.hpp"

namespace glissade {
namespace test {
namespace {

constexpr uint32_t kFeatures = 5, kCapacity = 23, kClasses = 4, kTarget = 6;

// Samples say who they are: their number, and their label.
struct Kept {
  int8_t samples[kCapacity * kFeatures + 1];
  unsigned char labels[kCapacity * kTarget + 1];
  gls_replay replay;

  explicit Kept(uint32_t classes = kClasses, uint32_t target = 0, uint32_t capacity = kCapacity) {
    __builtin_memset(this, 0x5a, sizeof *this);
    replay = {samples, labels, kFeatures, capacity, classes, target, 77, 3, 0, 0, 0};
  }
  Status add(uint32_t number, uint32_t its_class) {
    int8_t features[kFeatures];
    unsigned char label[kTarget] = {};
    label[0] = static_cast<unsigned char>(its_class);
    for (uint32_t i = 0; i < kFeatures; ++i)
      features[i] = static_cast<int8_t>(int(number >> 7 * i & 127) - 64);
    return gls_replay_add(&replay, features, label);
  }
  uint32_t number(uint32_t row) const {
    uint32_t value = 0;
    for (uint32_t i = 0; i < kFeatures; ++i)
      value |= static_cast<uint32_t>(samples[row * kFeatures + i] + 64) << 7 * i;
    return value;
  }
  uint32_t label_bytes() const { return replay.classes == 0 ? replay.target_bytes : 1; }
  uint32_t label(uint32_t row) const { return labels[row * label_bytes()]; }
  uint32_t of_class(uint32_t its_class) const {
    uint32_t rows = 0;
    for (uint32_t row = 0; row < replay.count; ++row) rows += label(row) == its_class;
    return rows;
  }
  bool has(uint32_t number_of_it) const {
    for (uint32_t row = 0; row < replay.count; ++row) {
      if (number(row) == number_of_it) return true;
    }
    return false;
  }
  bool clear_from(uint32_t row) const {
    for (uint32_t i = row * kFeatures; i < replay.capacity * kFeatures; ++i) {
      if (samples[i] != 0) return false;
    }
    for (uint32_t i = row * label_bytes(); i < replay.capacity * label_bytes(); ++i) {
      if (labels[i] != 0) return false;
    }
    return true;
  }
  bool unharmed() const { return samples[sizeof samples - 1] == 0x5a && labels[sizeof labels - 1] == 0x5a; }
  uint32_t crc() const {
    const uint32_t counts[] = {replay.count, replay.old, replay.added};
    uint32_t value = gls_crc32(0, samples, replay.count * kFeatures);
    value = gls_crc32(value, labels, replay.count * label_bytes());
    for (const uint32_t count : counts) {
      unsigned char bytes[4];
      for (uint32_t k = 0; k < 4; ++k) bytes[k] = static_cast<unsigned char>(count >> 8 * k);
      value = gls_crc32(value, bytes, 4);
    }
    return value;
  }
};

void check_permutations() {
  for (uint32_t count = 1; count < 200; ++count) {
    const uint32_t keys[4] = {count, 5, count * 77, 1};
    bool there[200] = {}, ok = true;
    for (uint32_t place = 0; place < count; ++place) {
      const uint32_t value = permuted(place, count, keys);
      ok = ok && value < count && !there[value];
      there[value < 200 ? value : 0] = true;
    }
    CHECK(ok, "a permutation of ", count);
  }
  const uint32_t keys[4] = {1, 2, 3, 4};
  CHECK(permuted(UINT32_MAX - 1, UINT32_MAX, keys) < UINT32_MAX, "the largest count");
  // Each value comes first about equally often.
  Random random(9);
  const uint32_t counts[] = {2, 3, 7, 16, 17};
  for (const uint32_t count : counts) {
    uint32_t first[17] = {};
    for (uint32_t i = 0; i < 400 * count; ++i) {
      const uint32_t some[4] = {random.next(), random.next(), random.next(), random.next()};
      ++first[permuted(0, count, some)];
    }
    for (uint32_t k = 0; k < count; ++k)
      CHECK(first[k] > 300 && first[k] < 500, k, " of ", count, " comes first ", first[k], " times in 400");
  }
}

// Class 0 comes most often: it must not crowd out the others. Old samples stay in front.
void check_who_stays() {
  Random random(4);
  Kept kept;
  uint32_t classes[3000], most_seen = 0;
  bool last = true, in_front = true, balanced = true;
  for (uint32_t n = 0; n < 3000; ++n) {
    const uint32_t its_class = random.below(10) < 7 ? 0 : random.below(kClasses);
    classes[n] = its_class;
    last = last && kept.add(n, its_class) == GLS_OK && kept.has(n);
    if (n % 100 == 50) gls_replay_settle(&kept.replay);
    const uint32_t settled = n < 50 ? 0 : (n - 50) / 100 * 100 + 51;
    for (uint32_t row = 0; row < kept.replay.count; ++row)
      in_front = in_front && (kept.number(row) < settled) == (row < kept.replay.old) &&
                 kept.number(row) <= n && kept.label(row) == classes[kept.number(row)];
    if (n > 200) {
      for (uint32_t k = 0; k < kClasses; ++k)
        balanced = balanced && kept.of_class(k) >= 5 && kept.of_class(k) <= 6;
    }
    most_seen = kept.replay.count;
  }
  CHECK(last, "what was added last is there");
  CHECK(in_front, "old samples are in front, each with its label");
  CHECK(balanced && most_seen == kCapacity && kept.replay.added == 3000,
        "classes are balanced: ", kept.of_class(0), " ", kept.of_class(1), " ", kept.of_class(2), " ",
        kept.of_class(3));
  CHECK(kept.unharmed(), "nothing is written behind the buffers");
  CHECK(kept.crc() == 0x95ec7ed1, "the same samples on every target: ", Hex{kept.crc()});
  // Nobody is there for ever, and nobody is replaced at once.
  uint32_t youngest = 0, oldest = UINT32_MAX;
  for (uint32_t row = 0; row < kept.replay.count; ++row) {
    oldest = kept.number(row) < oldest ? kept.number(row) : oldest;
    youngest = kept.number(row) > youngest ? kept.number(row) : youngest;
  }
  CHECK(youngest == 2999 && oldest > 2000 && oldest < 2990, "from ", oldest, " to ", youngest);
}

// Without classes anybody makes room, and a target stays with its sample.
void check_targets() {
  Kept kept(0, kTarget);
  bool ok = true;
  for (uint32_t n = 0; n < 500; ++n) {
    ok = ok && kept.add(n, n % 251) == GLS_OK;
    for (uint32_t row = 0; row < kept.replay.count; ++row)
      ok = ok && kept.label(row) == kept.number(row) % 251;
  }
  CHECK(ok && kept.replay.count == kCapacity && kept.unharmed(), "targets stay with their samples");
  Kept without(0, 0);
  without.replay.labels = nullptr;
  for (uint32_t n = 0; n < 50; ++n) ok = ok && without.add(n, 0) == GLS_OK;
  CHECK(ok && without.replay.count == kCapacity, "samples without a target");
}

// All samples of a kind come once in a pass, whatever the size of batches.
void check_batches() {
  Kept kept;
  for (uint32_t n = 0; n < 13; ++n) static_cast<void>(kept.add(n, n % kClasses));
  gls_replay_settle(&kept.replay);
  for (uint32_t n = 13; n < 20; ++n) static_cast<void>(kept.add(n, n % kClasses));
  for (uint32_t size = 1; size <= 9; ++size) {
    for (uint32_t fresh = 0; fresh <= size; ++fresh) {
      uint32_t drawn[20] = {}, rows[9];
      bool ok = true;
      for (uint32_t number = 0; number < 7 * 13; ++number) {
        ok = ok && gls_replay_batch(&kept.replay, rows, size, fresh, number) == GLS_OK;
        for (uint32_t k = 0; k < size; ++k) ok = ok && rows[k] < 20 && (rows[k] >= 13) == (k < fresh);
        for (uint32_t k = 0; k < size && ok; ++k) ++drawn[rows[k]];
      }
      for (uint32_t row = 0; row < 20; ++row)
        ok = ok && drawn[row] == (row < 13 ? 7 * (size - fresh) : 13 * fresh);
      CHECK(ok, "batches of ", size, ", ", fresh, " new");
    }
  }
  uint32_t first[13], second[13];
  bool same = true;
  for (uint32_t k = 0; k < 13; ++k) {
    const Status status[] = {gls_replay_batch(&kept.replay, first + k, 1, 0, k),
                             gls_replay_batch(&kept.replay, second + k, 1, 0, 13 + k)};
    same = same && first[k] == second[k] && status[0] == GLS_OK && status[1] == GLS_OK;
  }
  CHECK(!same, "another order in the next pass");
  kept.replay.seed = 4;
  bool same_seed = true;
  for (uint32_t k = 0; k < 13; ++k)
    same_seed =
        gls_replay_batch(&kept.replay, second + k, 1, 0, k) == GLS_OK && same_seed && first[k] == second[k];
  CHECK(!same_seed, "another order with another seed");
  // One kind only.
  uint32_t rows[4];
  gls_replay_settle(&kept.replay);
  CHECK(gls_replay_batch(&kept.replay, rows, 4, 4, 0) == GLS_OK && kept.replay.old == 20, "no sample is new");
  kept.replay.old = 0;
  CHECK(gls_replay_batch(&kept.replay, rows, 4, 0, 0) == GLS_OK, "no sample is old");
}

void check_gone() {
  Kept kept;
  for (uint32_t n = 0; n < 15; ++n) static_cast<void>(kept.add(n, n % kClasses));
  gls_replay_settle(&kept.replay);
  for (uint32_t n = 15; n < 20; ++n) static_cast<void>(kept.add(n, n % kClasses));
  CHECK(gls_replay_forget(&kept.replay, 1) == GLS_OK && kept.replay.count == 15 && kept.replay.old == 11 &&
            kept.of_class(1) == 0 && kept.clear_from(15) && kept.unharmed(),
        "a class is gone");
  bool in_front = true;
  for (uint32_t row = 0; row < 15; ++row) in_front = in_front && (kept.number(row) < 15) == (row < 11);
  CHECK(in_front, "old samples are still in front");
  CHECK(gls_replay_forget(&kept.replay, 1) == GLS_OK && kept.replay.count == 15, "it is gone already");
  CHECK(gls_replay_wipe(&kept.replay) == GLS_OK && kept.replay.count == 0 && kept.replay.old == 0 &&
            kept.replay.added == 20 && kept.clear_from(0) && kept.unharmed(),
        "all is gone");
}

void check_errors() {
  Kept kept;
  uint32_t rows[3];
  const int8_t features[kFeatures] = {};
  unsigned char label = 0;
  CHECK(gls_replay_batch(&kept.replay, rows, 3, 1, 0) == GLS_ERROR_RANGE, "nothing to draw");
  CHECK(kept.add(0, kClasses) == GLS_ERROR_RANGE && kept.replay.count == 0, "no such class");
  CHECK(kept.add(0, 0) == GLS_OK, "");
  CHECK(gls_replay_batch(&kept.replay, rows, 3, 4, 0) == GLS_ERROR_RANGE, "more new ones than rows");
  CHECK(gls_replay_batch(&kept.replay, rows, 3, 1, UINT32_MAX / 3) == GLS_ERROR_RANGE,
        "the number is too large");
  CHECK(gls_replay_batch(&kept.replay, rows, 3, 1, UINT32_MAX / 3 - 1) == GLS_OK, "the largest number");
  CHECK(gls_replay_batch(&kept.replay, nullptr, 0, 0, 0) == GLS_OK, "no rows");
  CHECK(gls_replay_batch(&kept.replay, nullptr, 1, 0, 0) == GLS_ERROR_NULL, "rows are null");
  CHECK(gls_replay_forget(&kept.replay, kClasses) == GLS_ERROR_RANGE, "no such class to forget");
  CHECK(gls_replay_add(&kept.replay, nullptr, &label) == GLS_ERROR_NULL, "features are null");
  CHECK(gls_replay_add(&kept.replay, features, nullptr) == GLS_ERROR_NULL, "the label is null");
  gls_replay_settle(nullptr);
  const auto all = [&](const gls_replay& wrong, Status expected, const char* what) {
    gls_replay copy = wrong;
    CHECK(gls_replay_add(&copy, features, &label) == expected && gls_replay_wipe(&copy) == expected &&
              gls_replay_forget(&copy, 0) == expected && gls_replay_batch(&copy, rows, 3, 0, 0) == expected &&
              gls_replay_saved_bytes(&copy) == 0 && copy.count == wrong.count,
          what);
  };
  struct Wrong {
    uint32_t gls_replay::*field;
    uint32_t value;
    const char* what;
  };
  const Wrong wrongs[] = {
      {&gls_replay::features, 0, "no features"},       {&gls_replay::features, 65536, "too many features"},
      {&gls_replay::capacity, 0, "no capacity"},       {&gls_replay::capacity, 65537, "too large a capacity"},
      {&gls_replay::classes, 257, "too many classes"}, {&gls_replay::target_bytes, 1, "a class and a target"},
      {&gls_replay::count, kCapacity + 1, "too many"}, {&gls_replay::old, 2, "more old ones than there are"},
  };
  for (const Wrong& wrong : wrongs) {
    gls_replay copy = kept.replay;
    copy.*wrong.field = wrong.value;
    all(copy, GLS_ERROR_RANGE, wrong.what);
  }
  gls_replay copy = kept.replay;
  copy.samples = nullptr;
  all(copy, GLS_ERROR_NULL, "samples are null");
  copy = kept.replay;
  copy.labels = nullptr;
  all(copy, GLS_ERROR_NULL, "labels are null");
  CHECK(gls_replay_wipe(nullptr) == GLS_ERROR_NULL && gls_replay_saved_bytes(nullptr) == 0, "null");
}

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  using namespace glissade::test;
  check_permutations();
  check_who_stays();
  check_targets();
  check_batches();
  check_gone();
  check_errors();
  return finish();
}
