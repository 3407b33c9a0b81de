// SPDX-License-Identifier: Apache-2.0
// What is better is committed, what is not comes back, and nothing is decided where the store fails.
#include "glissade/glissade.hpp"
#include "support/check.hpp"
#include "support/reference.hpp"

namespace glissade {
namespace test {
namespace {

constexpr size_t kWeights = 3;
unsigned char memory[2048], unit[16];
gls_memory_flash chip = {memory, nullptr};
int failing;  // what the driver's sync returns
int sync(const gls_flash*) { return failing; }
bool write_protected;
int erase(const gls_flash* flash, uint32_t block) {
  return write_protected ? -5 : gls_memory_flash_erase(flash, block);
}
const gls_flash flash = {
    gls_memory_flash_read, gls_memory_flash_prog, erase, sync, &chip, 1, 16, 256, 8, unit, nullptr};
const gls_flash small_flash = {
    gls_memory_flash_read, gls_memory_flash_prog, erase, sync, &chip, 1, 16, 160, 2, unit, nullptr};

// A training: a step makes the weights smaller, and counts itself.
template <class Slots>
struct TrainingWith {
  float weights[kWeights] = {1, 2, 3}, shadow[kWeights] = {};
  Optimizer<Momentum, kWeights, Slots> optimizer{};
  Momentum::Params params;
  gls_store store = {};
  gls_checkpoint checkpoint = {&store, save, restore, this, weights, shadow, kWeights, {}};
  gls_verdict verdict = GLS_GO_ON;

  static Status save(void* context, gls_store* store) {
    TrainingWith& t = *static_cast<TrainingWith*>(context);
    return t.optimizer.save_to(t.weights, t.params, *store);
  }
  static Status restore(void* context, gls_store* store) {
    TrainingWith& t = *static_cast<TrainingWith*>(context);
    return t.optimizer.restore_from(t.weights, t.params, *store);
  }
  TrainingWith() { params.learning_rate = 0.125; }
  Status open() { return gls_store_open(&store, &flash); }
  Status start() { return gls_checkpoint_start(&checkpoint); }
  bool step() {
    const float gradients[kWeights] = {1, 1, 1};
    return optimizer.step(weights, gradients, params) == GLS_OK;
  }
  Status decide(double loss, double min_delta = 0.0, uint32_t patience = 2) {
    verdict = GLS_GO_ON;
    return gls_checkpoint_decide(&checkpoint, loss, min_delta, patience, &verdict);
  }
  bool is(const TrainingWith& other) const {
    return first_difference(weights, other.weights, kWeights) == kWeights &&
           __builtin_memcmp(optimizer.slots, other.optimizer.slots, sizeof optimizer.slots) == 0 &&
           optimizer.state.step == other.optimizer.state.step;
  }
  bool shows(const TrainingWith& other) const {
    return first_difference(shadow, other.weights, kWeights) == kWeights;
  }
};

using Training = TrainingWith<glissade::SlotsInFloats>;

void erase_all() {
  for (unsigned char& byte : memory) byte = 0xff;
  failing = 0;
  write_protected = false;
}

template <class Training>
void check_verdicts() {
  erase_all();
  Training t;
  CHECK(t.start() == GLS_ERROR_ORDER && t.open() == GLS_ERROR_EMPTY && t.start() == GLS_OK &&
            t.store.sequence == 1 && t.shows(t),
        "the first state is committed");
  const Training first = t;
  CHECK(t.step() && t.shows(first) && t.decide(5.0) == GLS_OK && t.verdict == GLS_COMMITTED && t.shows(t),
        "the first loss");
  const Training better = t;
  CHECK(t.step() && t.decide(5.0) == GLS_OK && t.verdict == GLS_GO_ON && !t.is(better) && t.shows(better),
        "no better");
  CHECK(t.step() && t.decide(4.75, 0.5) == GLS_OK && t.verdict == GLS_ROLLED_BACK && t.is(better) &&
            t.shows(better) && t.checkpoint.stopping.waiting == 0 && t.checkpoint.stopping.updates == 1,
        "no better by min_delta, twice: back");
  CHECK(t.step() && t.decide(4.0) == GLS_OK && t.verdict == GLS_COMMITTED && t.store.sequence == 3 &&
            t.checkpoint.stopping.best == 4.0,
        "better");
  Training again;
  again.params.learning_rate = 9.0;
  CHECK(again.open() == GLS_OK && again.start() == GLS_OK && again.is(t) && again.shows(t) &&
            again.params.learning_rate == 0.125 && again.checkpoint.stopping.best == 4.0 &&
            again.checkpoint.stopping.updates == 2 && again.checkpoint.stopping.best_update == 2,
        "started again");
  CHECK(again.step() && !again.is(t) && gls_checkpoint_roll_back(&again.checkpoint) == GLS_OK && again.is(t),
        "back without a loss");
}

void check_spoiled() {
  erase_all();
  Training t;
  bool ok = t.open() == GLS_ERROR_EMPTY && t.start() == GLS_OK && t.step() && t.decide(5.0) == GLS_OK;
  const Training good = t;
  const uint32_t not_finite[] = {0x7f800000u, 0xff800000u, 0x7fc00000u};
  for (const uint32_t bits : not_finite) {
    const double loss = static_cast<double>(bits_to_float(bits));
    ok = ok && t.step() && t.decide(loss) == GLS_OK && t.verdict == GLS_ROLLED_BACK && t.is(good) &&
         t.shows(good);
    ok = ok && t.step();
    t.weights[1] = bits_to_float(bits);
    ok = ok && t.decide(1.0) == GLS_OK && t.verdict == GLS_ROLLED_BACK && t.is(good) && t.shows(good);
  }
  CHECK(ok && t.checkpoint.stopping.best == 5.0, "a loss or a weight that is not finite");
}

void check_failures() {
  erase_all();
  Training t;
  CHECK(gls_checkpoint_start(nullptr) == GLS_ERROR_NULL &&
            gls_checkpoint_roll_back(nullptr) == GLS_ERROR_NULL &&
            gls_checkpoint_decide(nullptr, 1.0, 0.0, 1, &t.verdict) == GLS_ERROR_NULL &&
            gls_checkpoint_decide(&t.checkpoint, 1.0, 0.0, 1, nullptr) == GLS_ERROR_NULL &&
            t.decide(1.0, -1.0) == GLS_ERROR_RANGE,
        "null, range");
  for (int missing = 0; missing < 5; ++missing) {
    Training incomplete;
    if (missing == 0) incomplete.checkpoint.store = nullptr;
    if (missing == 1) incomplete.checkpoint.save = nullptr;
    if (missing == 2) incomplete.checkpoint.restore = nullptr;
    if (missing == 3) incomplete.checkpoint.weights = nullptr;
    if (missing == 4) incomplete.checkpoint.shadow = nullptr;
    CHECK(incomplete.start() == GLS_ERROR_NULL, "without part ", static_cast<uint32_t>(missing));
  }
  bool ok =
      t.open() == GLS_ERROR_EMPTY && t.start() == GLS_OK && t.step() && t.decide(5.0) == GLS_OK && t.step();
  const Training before = t;
  failing = -5;
  CHECK(ok && t.decide(4.0) == GLS_ERROR_DEVICE && t.verdict == GLS_GO_ON && t.is(before) &&
            t.shadow[0] == before.shadow[0] && t.checkpoint.stopping.best == 5.0,
        "the store fails: nothing is decided");
  failing = 0;
  write_protected = true;
  CHECK(t.decide(4.0) == GLS_ERROR_DEVICE && t.verdict == GLS_GO_ON && t.is(before), "its erasing fails");
  write_protected = false;
  CHECK(t.decide(4.0) == GLS_OK && t.verdict == GLS_COMMITTED && t.shows(before), "and later it is");
  // The committed state is another model's.
  ok = gls_store_begin(&t.store) == GLS_OK && gls_store_put(&t.store, memory, 20) == GLS_OK &&
       gls_store_commit(&t.store) == GLS_OK;
  CHECK(ok && gls_checkpoint_roll_back(&t.checkpoint) == GLS_ERROR_SIZE &&
            t.decide(9.0, 0.0, 0) == GLS_ERROR_SIZE && t.is(before) && t.checkpoint.stopping.best == 4.0 &&
            t.verdict == GLS_GO_ON,
        "what is not the model's does not come back");
  Training too_small;
  CHECK(gls_store_open(&too_small.store, &small_flash) == GLS_ERROR_MISMATCH &&
            too_small.start() == GLS_ERROR_MISMATCH && gls_store_format(&small_flash) == GLS_OK,
        "another geometry: left as it is, then formatted");
  CHECK(gls_store_open(&too_small.store, &small_flash) != GLS_OK && too_small.start() == GLS_ERROR_SIZE,
        "a slot with room for less");
  ok = gls_store_begin(&t.store) == GLS_OK && gls_store_commit(&t.store) == GLS_OK;
  Training closed;
  CHECK(ok && gls_checkpoint_roll_back(&t.checkpoint) == GLS_ERROR_SIZE &&
            gls_checkpoint_roll_back(&closed.checkpoint) == GLS_ERROR_ORDER,
        "a state of no bytes; a store that is not open");
  gls_checkpoint bare = {&t.store, Training::save, Training::restore, &t, nullptr, nullptr, 0, {}};
  CHECK(gls_checkpoint_decide(&bare, 1.0, 0.0, 1, &t.verdict) == GLS_OK &&
            gls_checkpoint_start(&bare) == GLS_OK,
        "without a shadow");
}

// What a store holds is not written over unasked; asked, it is.
void check_unasked() {
  erase_all();
  Training t;
  bool ok = t.open() == GLS_ERROR_EMPTY && t.start() == GLS_OK && t.step() && t.decide(5.0) == GLS_OK;
  for (uint32_t slot = 0; slot < 2; ++slot) memory[1024 * slot + GLS_STORE_RECORD_BYTES] ^= 1;
  unsigned char before[sizeof memory];
  for (size_t i = 0; i < sizeof memory; ++i) before[i] = memory[i];
  ok = ok && t.open() == GLS_ERROR_DAMAGED && t.start() == GLS_ERROR_DAMAGED;
  for (size_t i = 0; i < sizeof memory; ++i) ok = ok && before[i] == memory[i];
  CHECK(
      ok && gls_checkpoint_new_session(&t.checkpoint) == GLS_OK && t.open() == GLS_OK && t.start() == GLS_OK,
      "a damaged store");
  CHECK(gls_checkpoint_new_session(nullptr) == GLS_ERROR_NULL, "null");
}

// The next user's samples lose more than the first one's, and are better all the same.
void check_new_session() {
  erase_all();
  Training t;
  bool ok = t.open() == GLS_ERROR_EMPTY && t.start() == GLS_OK && t.step() && t.decide(0.5) == GLS_OK;
  ok = ok && t.step();
  const Training second = t;
  ok = ok && gls_checkpoint_new_session(&t.checkpoint) == GLS_OK && t.shows(second);
  Training again;
  ok = ok && again.open() == GLS_OK && again.start() == GLS_OK && again.is(second);
  CHECK(ok && again.step() && again.decide(9.0) == GLS_OK && again.verdict == GLS_COMMITTED, "a new session");
}

// Two optimizers are one state: where the second one is of another size, the first one does not come back.
// The second one's parameters out of range are found as early.
struct Pair {
  Training first;
  float weights[4] = {5, 6, 7, 8};
  Optimizer<Momentum, 4> optimizer{};
  Momentum::Params params;
  gls_store* store = &first.store;
  bool longer = false;
  static Status save(void* context, gls_store* store) {
    Pair& p = *static_cast<Pair*>(context);
    Status status = Training::save(&p.first, store);
    if (status == GLS_OK) status = p.optimizer.save_to(p.weights, p.params, *store);
    return status;
  }
  static Status restore(void* context, gls_store* store) {
    Pair& p = *static_cast<Pair*>(context);
    Status status = Training::restore(&p.first, store);
    const gls_optimizer other =
        gls_momentum(&p.params, &p.optimizer.state, p.weights, p.optimizer.slots[0], p.longer ? 4 : 3);
    return status == GLS_OK ? gls_restore_from(&other, store) : status;
  }
};

uint32_t reads, failing_read;
int failing_reads(const gls_flash* from, uint32_t block, uint32_t offset, void* buffer, uint32_t size) {
  return ++reads == failing_read ? -5 : gls_memory_flash_read(from, block, offset, buffer, size);
}

void check_parts() {
  erase_all();
  Pair pair;
  pair.longer = true;
  gls_checkpoint& checkpoint = pair.first.checkpoint;
  checkpoint = {pair.store, Pair::save, Pair::restore, &pair, nullptr, nullptr, 0, {}};
  gls_flash reading = flash;
  reading.read = failing_reads;
  bool ok = gls_store_open(pair.store, &reading) == GLS_ERROR_EMPTY && pair.first.start() == GLS_OK;
  ok = ok && pair.first.step();
  const Training before = pair.first;
  pair.longer = false;
  ok = ok && pair.first.start() == GLS_ERROR_MISMATCH && pair.first.is(before);
  CHECK(ok && pair.first.decide(3.0) == GLS_OK && pair.first.verdict == GLS_COMMITTED, "all parts, or none");
  // A read fails in a roll-back, at any place: all is as it was and training may go on, or the store is
  // closed.
  pair.longer = true;
  bool failed = true;
  uint32_t closed = 0, kept = 0;
  for (uint32_t at = 1; failed && ok; ++at) {
    failing_read = 0;
    ok = gls_store_open(pair.store, &reading) == GLS_OK && pair.first.start() == GLS_OK && pair.first.step();
    const Training then = pair.first;
    reads = 0;
    failing_read = at;
    const Status status = gls_checkpoint_roll_back(&checkpoint);
    failed = reads >= at;
    failing_read = 0;
    if (status == GLS_OK) continue;
    if (pair.first.decide(2e9) != GLS_ERROR_ORDER) {
      ok = ok && pair.first.is(then);
      ++kept;
    } else {
      ok = ok && gls_store_rewind(pair.store) == GLS_ERROR_ORDER;
      ++closed;
    }
  }
  CHECK(ok && closed > 10 && kept > 10, "a roll-back that fails: ", closed, " closed, ", kept, " as it was");
}

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  using namespace glissade::test;
  check_verdicts<Training>();
  check_verdicts<TrainingWith<glissade::SlotsIn8Bits>>();
  check_verdicts<TrainingWith<glissade::SlotsInBfloat16>>();
  check_spoiled();
  check_failures();
  check_unasked();
  check_new_session();
  check_parts();
  return finish();
}
