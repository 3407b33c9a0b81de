// SPDX-License-Identifier: Apache-2.0
// What is better is committed, what is not comes back, and nothing is decided where the store fails.
#include "support/check.hpp"
#include "glissade/glissade.hpp"
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
    gls_memory_flash_read, gls_memory_flash_prog, erase, sync, &chip, 1, 16, 80, 2, unit, nullptr};

// A training: a step makes the weights smaller, and counts itself.
struct Training {
  float weights[kWeights] = {1, 2, 3}, shadow[kWeights] = {};
  Optimizer<Momentum, kWeights> optimizer{};
  Momentum::Params params;
  gls_store store = {};
  gls_checkpoint checkpoint = {&store, save, restore, this, weights, shadow, kWeights, {}};
  gls_verdict verdict = GLS_GO_ON;

  static Status save(void* context, gls_store* store) {
    Training& t = *static_cast<Training*>(context);
    return t.optimizer.save_to(t.weights, t.params, *store);
  }
  static Status restore(void* context, gls_store* store) {
    Training& t = *static_cast<Training*>(context);
    return t.optimizer.restore_from(t.weights, t.params, *store);
  }
  Training() { params.learning_rate = 0.125; }
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
  bool is(const Training& other) const {
    return first_difference(weights, other.weights, kWeights) == kWeights &&
           first_difference(optimizer.slots[0], other.optimizer.slots[0], kWeights) == kWeights &&
           optimizer.state.step == other.optimizer.state.step;
  }
  bool shows(const Training& other) const {
    return first_difference(shadow, other.weights, kWeights) == kWeights;
  }
};

void erase_all() {
  for (unsigned char& byte : memory) byte = 0xff;
  failing = 0;
  write_protected = false;
}

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

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  using namespace glissade::test;
  check_verdicts();
  check_spoiled();
  check_failures();
  return finish();
}
