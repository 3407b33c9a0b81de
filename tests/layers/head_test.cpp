// SPDX-License-Identifier: Apache-2.0
// A head that learns on the device: its life from the first sample to a committed int8 layer, of each kind.
#include "glissade/layers/head.h"

#include "glissade/glissade.h"
#include "support/check.hpp"
#include "support/flash_simulator.hpp"

namespace glissade {
namespace test {
namespace {

constexpr uint32_t kInputs = 12, kOutputs = 3, kSamples = 45, kHeldBack = 5;
constexpr size_t kBytes = GLS_HEAD_BYTES(kInputs, kOutputs, 2, kSamples, 4 * kOutputs);
// Of the learned head's int8 weights and float weights: the same on every target.
constexpr uint32_t kLearned = 0xd0468546;

struct Job {
  alignas(8) unsigned char memory[kBytes + 8];
  gls_momentum_params params = {};
  gls_momentum_state state = {};
  gls_head head = {};

  explicit Job(const gls_head_kind& kind = gls_head_classes, uint32_t held_back = kHeldBack,
               uint32_t scales = 1) {
    __builtin_memset(memory, 0x5a, sizeof memory);
    gls_momentum_defaults(&params);
    head.kind = &kind;
    head.inputs = kInputs;
    head.outputs = kOutputs;
    head.samples = kSamples;
    head.held_back = held_back;
    head.scales = scales;
    head.input_scale = 0.0625f;
    head.input_zero = -20;
    head.model = 0x1234;
    head.seed = 7;
    head.optimizer = gls_momentum(&params, &state, nullptr, nullptr, 0);
  }
  static size_t bytes(const gls_head_kind* kind) {
    return kind == &gls_head_classes ? GLS_HEAD_BYTES(kInputs, kOutputs, 1, kSamples, 1)
                                     : GLS_HEAD_BYTES(kInputs, kOutputs, 1, kSamples, 4 * kOutputs);
  }
  Status start(const gls_int8_dense* shipped = nullptr) {
    return gls_head_start(&head, memory, bytes(head.kind), shipped);
  }
  bool unharmed() const { return memory[bytes(head.kind)] == 0x5a; }
  Status train(uint32_t epochs, uint32_t* calls = nullptr) {
    params.learning_rate = gls_head_rate(&head);
    Status status = gls_head_train_begin(&head, epochs);
    while (status == GLS_OK && head.phase == GLS_HEAD_TRAINING) {
      status = gls_head_train(&head);
      if (calls != nullptr) ++*calls;
    }
    return status;
  }
  const gls_int8_dense& layer() const { return head.layers[head.in_use]; }
  // Of the int8 head in use, and of the float one.
  uint32_t crc() const {
    uint32_t value = gls_crc32(0, layer().weights, kInputs * kOutputs);
    value = gls_crc32(value, layer().biases, sizeof(int32_t) * kOutputs);
    value = gls_crc32(value, layer().weight_scales, sizeof(float) * head.scales);
    value = gls_crc32(value, &layer().output_scale, sizeof(float));
    return gls_crc32(value, head.optimizer.weights, sizeof(float) * head.optimizer.count);
  }
};

// Samples of three classes: each has features of its own that are large, among noise.
struct Sample {
  int8_t features[kInputs];
  uint8_t label;
  float answers[kOutputs], values[kOutputs];

  explicit Sample(uint32_t number) {
    Random random(number * 77 + 5);
    label = static_cast<uint8_t>(number % kOutputs);
    for (uint32_t i = 0; i < kInputs; ++i) {
      const int32_t signal = i % kOutputs == label ? 40 : 0;
      features[i] = static_cast<int8_t>(-20 + signal + static_cast<int32_t>(random.below(40)) - 10);
    }
    for (uint32_t k = 0; k < kOutputs; ++k) answers[k] = k == label ? 1.0f : 0.0f;
    for (uint32_t k = 0; k < kOutputs; ++k)
      values[k] = 0.25f * static_cast<float>(features[k] - features[k + 3]) * 0.0625f + 0.5f;
  }
  const void* label_for(const Job& job) const {
    if (job.head.kind == &gls_head_classes) return &label;
    return job.head.kind == &gls_head_answers ? answers : values;
  }
};
bool observe(Job& job, uint32_t first, uint32_t last) {
  bool ok = true;
  for (uint32_t n = first; n < last; ++n) {
    const Sample sample(n);
    ok = gls_head_observe(&job.head, sample.features, sample.label_for(job)) == GLS_OK && ok;
  }
  return ok;
}
uint32_t correct(const Job& job, uint32_t first, uint32_t last) {
  uint32_t right = 0;
  for (uint32_t n = first; n < last; ++n) {
    const Sample sample(n);
    int8_t outputs[kOutputs];
    uint32_t largest = 0;
    if (gls_head_predict(&job.head, sample.features, outputs) != GLS_OK) return 0;
    for (uint32_t k = 1; k < kOutputs; ++k) largest = outputs[k] > outputs[largest] ? k : largest;
    right += largest == sample.label;
  }
  return right;
}

void check_life() {
  Job job;
  CHECK(gls_head_observe(&job.head, Sample(0).features, "") == GLS_ERROR_ORDER, "not started");
  CHECK(job.start() == GLS_OK && job.head.phase == GLS_HEAD_COLLECTING && job.unharmed(), "started");
  CHECK(gls_head_train_begin(&job.head, 1) == GLS_ERROR_EMPTY && gls_head_rate(&job.head) == 0.0,
        "no sample");
  CHECK(gls_head_accept(&job.head, GLS_HEAD_ALWAYS) == GLS_ERROR_ORDER, "nothing was trained");
  CHECK(gls_head_train(&job.head) == GLS_ERROR_ORDER, "no training");
  const uint32_t before = correct(job, 1000, 1100);
  CHECK(observe(job, 0, 36) && job.head.train.count == 27 && job.head.held.count == 9,
        "samples: ", job.head.train.count);
  uint32_t calls = 0;
  const gls_int8_dense in_use = job.layer();
  CHECK(job.train(20, &calls) == GLS_OK && job.head.phase == GLS_HEAD_BETTER,
        "trained: ", static_cast<uint32_t>(job.head.phase));
  // 27 samples, 3 batches of 9, each with one piece of the 39 weights; 27 ranges, the int8 layer, 9 held
  // back.
  CHECK(calls == 20 * (27 + 3) + 27 + 1 + 9, "pieces: ", calls);
  CHECK(job.head.wrong <= 1.0 && job.head.wrong_in_use >= 5.0, "wrong of 9");
  CHECK(correct(job, 1000, 1100) == before && __builtin_memcmp(&in_use, &job.layer(), sizeof in_use) == 0,
        "the head in use has not changed");
  CHECK(!observe(job, 0, 1), "decide first");
  CHECK(gls_head_accept(&job.head, GLS_HEAD_IF_BETTER) == GLS_OK && job.head.train.old == 27, "accepted");
  CHECK(correct(job, 1000, 1100) > 90 && before < 50, "of 100: ", correct(job, 1000, 1100), ", before ",
        before);
  CHECK(job.crc() == kLearned, "the same bits everywhere: ", Hex{job.crc()});
  CHECK(job.unharmed(), "nothing is written behind the memory");
  // Once more: not worse, so it is taken; and dropped, the float weights are those of the int8 layer.
  CHECK(observe(job, 36, 60) && job.train(3) == GLS_OK && job.head.phase >= GLS_HEAD_BETTER, "trained again");
  CHECK(gls_head_discard(&job.head) == GLS_OK && job.head.phase == GLS_HEAD_COLLECTING && job.state.step == 0,
        "dropped");
  float weights[(kInputs + 1) * kOutputs];
  CHECK(gls_int8_dense_dequantize(&job.layer(), weights) == GLS_OK &&
            __builtin_memcmp(weights, job.head.optimizer.weights, sizeof weights) == 0,
        "float weights of the int8 layer");
}

// Which samples are held back: of each class the 2nd, 7th, 12th, ...
void check_held_back() {
  Job job;
  CHECK(job.start() == GLS_OK, "");
  uint32_t held = 0;
  for (uint32_t n = 0; n < 13; ++n) {
    const uint8_t label = 1;
    CHECK(gls_head_observe(&job.head, Sample(n).features, &label) == GLS_OK, "");
    const bool now = n + 1 == 2 || n + 1 == 7 || n + 1 == 12;
    held += now;
    CHECK(job.head.held.count == held, "sample ", n + 1);
  }
  Job none(gls_head_classes, 0);
  CHECK(none.start() == GLS_OK && observe(none, 0, 30) && none.head.train.count == 30 &&
            none.train(20) == GLS_OK && none.head.phase == GLS_HEAD_UNKNOWN,
        "none is held back: it is not known");
  CHECK(gls_head_accept(&none.head, GLS_HEAD_IF_BETTER) == GLS_ERROR_WORSE &&
            gls_head_accept(&none.head, GLS_HEAD_IF_NOT_WORSE) == GLS_OK,
        "the caller decides");
}

// The samples of a pass are spread over its batches: 50 in batches of 16 are 13, 13, 13, 11.
void check_batches() {
  Job job(gls_head_classes, 0);
  job.head.samples = 50;
  job.head.batch = 16;
  alignas(8) static unsigned char memory[GLS_HEAD_BYTES(kInputs, kOutputs, 1, 50, 1)];
  CHECK(gls_head_start(&job.head, memory, sizeof memory, nullptr) == GLS_OK && observe(job, 0, 50), "");
  job.params.learning_rate = 0.1;
  CHECK(gls_head_train_begin(&job.head, 1) == GLS_OK, "");
  const uint32_t lengths[] = {13, 13, 13, 11};
  for (const uint32_t length : lengths) {
    const uint32_t steps = job.state.step;
    uint32_t pieces = 0;
    for (; job.state.step == steps && pieces < 20; ++pieces) CHECK(gls_head_train(&job.head) == GLS_OK, "");
    CHECK(pieces == length + (steps == 0 ? 0 : 1), "a batch of ", pieces);
  }
}

// A head that is worse is not taken, and one that is spoiled never.
void check_worse() {
  Job job;
  CHECK(job.start() == GLS_OK && observe(job, 0, 36) && job.train(20) == GLS_OK &&
            gls_head_accept(&job.head, GLS_HEAD_IF_BETTER) == GLS_OK,
        "a good head");
  const uint32_t good = job.crc();
  // Somebody teaches it nonsense; what is held back says so.
  CHECK(gls_replay_wipe(&job.head.train) == GLS_OK, "");
  for (uint32_t n = 36; n < 72; ++n) {
    const Sample sample(n);
    const uint8_t label = static_cast<uint8_t>((sample.label + 1) % kOutputs);
    CHECK(gls_replay_add(&job.head.train, sample.features, &label) == GLS_OK, "");
  }
  CHECK(job.train(20) == GLS_OK && job.head.phase == GLS_HEAD_NOT_BETTER &&
            job.head.wrong > job.head.wrong_in_use,
        "worse: ", static_cast<uint32_t>(job.head.phase));
  CHECK(gls_head_accept(&job.head, GLS_HEAD_IF_BETTER) == GLS_ERROR_WORSE &&
            gls_head_accept(&job.head, GLS_HEAD_IF_NOT_WORSE) == GLS_ERROR_WORSE,
        "refused");
  CHECK(gls_head_discard(&job.head) == GLS_OK && good != 0, "dropped");
  job.params.learning_rate = 1e38;
  Status status = gls_head_train_begin(&job.head, 50);
  while (status == GLS_OK && job.head.phase == GLS_HEAD_TRAINING) status = gls_head_train(&job.head);
  CHECK(status != GLS_OK && job.head.phase == GLS_HEAD_NOT_BETTER, "spoiled: ", gls_status_text(status));
  CHECK(gls_head_accept(&job.head, GLS_HEAD_ALWAYS) == GLS_ERROR_WORSE, "never");
  CHECK(gls_head_discard(&job.head) == GLS_OK && correct(job, 1000, 1100) > 90,
        "the good one is still in use");
}

void check_kinds() {
  const gls_head_kind* const kinds[] = {&gls_head_answers, &gls_head_values};
  for (const gls_head_kind* kind : kinds) {
    for (uint32_t scales = 1; scales <= kOutputs; scales += kOutputs - 1) {
      Job job(*kind, kHeldBack, scales);
      CHECK(job.start() == GLS_OK && observe(job, 0, 40) && job.train(60) == GLS_OK, "trained");
      CHECK(job.head.phase == GLS_HEAD_BETTER && job.head.wrong < 0.1 * job.head.wrong_in_use, "better");
      CHECK(gls_head_accept(&job.head, GLS_HEAD_IF_BETTER) == GLS_OK && job.unharmed(), "accepted");
      if (kind == &gls_head_answers)
        CHECK(correct(job, 1000, 1100) > 90, "of 100: ", correct(job, 1000, 1100));
    }
  }
}

// From a shipped layer: it is in use at once, and training goes on from it.
void check_shipped() {
  Job first, second;
  CHECK(first.start() == GLS_OK && observe(first, 0, 36) && first.train(20) == GLS_OK &&
            gls_head_accept(&first.head, GLS_HEAD_IF_BETTER) == GLS_OK,
        "");
  const gls_int8_dense shipped = first.layer();
  CHECK(second.start(&shipped) == GLS_OK && correct(second, 1000, 1100) == correct(first, 1000, 1100),
        "in use");
  gls_int8_dense wrong = shipped;
  wrong.input_zero = 3;
  CHECK(second.start(&wrong) == GLS_ERROR_RANGE, "another zero point");
  wrong = shipped;
  wrong.output_count = 2;
  CHECK(second.start(&wrong) == GLS_ERROR_RANGE, "another count");
}

gls_store store;

#ifndef GLISSADE_SMALL  // memory for a flash of its own
FlashSimulator<8192, 1024> flash;

// Cut anywhere: the old head or the new one, and float and int8 weights of the same training.
void check_commit() {
  Job job, back;
  flash.shape(8, 1024, 4);
  CHECK(job.start() == GLS_OK && back.start() == GLS_OK && observe(job, 0, 36), "");
  CHECK(gls_store_open(&store, &flash.flash) == GLS_ERROR_EMPTY, "");
  CHECK(gls_head_commit(&job.head, &store, GLS_HEAD_IF_BETTER) == GLS_OK &&
            store.size == gls_head_saved_bytes(&job.head),
        "samples only");
  CHECK(job.train(20) == GLS_OK && gls_head_commit(&job.head, &store, GLS_HEAD_IF_BETTER) == GLS_OK,
        "committed");
  CHECK(gls_head_restore_from(&back.head, &store) == GLS_OK && back.crc() == job.crc() &&
            back.head.train.count == job.head.train.count && back.head.seen[1] == job.head.seen[1] &&
            correct(back, 1000, 1100) == correct(job, 1000, 1100),
        "all is back");
  CHECK(observe(back, 36, 60) && observe(job, 36, 60) && back.train(5) == GLS_OK && job.train(5) == GLS_OK &&
            gls_head_accept(&job.head, GLS_HEAD_ALWAYS) == GLS_OK &&
            gls_head_accept(&back.head, GLS_HEAD_ALWAYS) == GLS_OK && back.crc() == job.crc(),
        "and goes on as one that never stopped");
  const uint32_t old_crc = back.crc();
  CHECK(gls_head_commit(&back.head, &store, GLS_HEAD_ALWAYS) == GLS_OK, "");
  const auto start = flash;
  uint32_t olds = 0, news = 0;
  for (uint32_t work = 0, cut = 1; cut != 0; work += 1 + work / 16) {
    flash = start;
    Job victim, after;
    const Status started[] = {victim.start(), after.start()};
    CHECK(started[0] == GLS_OK && started[1] == GLS_OK && gls_store_open(&store, &flash.flash) == GLS_OK &&
              gls_head_restore_from(&victim.head, &store) == GLS_OK && victim.train(4) == GLS_OK,
          "");
    flash.cut_after(work, static_cast<Torn>(work % kTorn));
    static_cast<void>(gls_head_commit(&victim.head, &store, GLS_HEAD_ALWAYS));
    cut = flash.off();
    flash.power_on();
    const bool there = gls_store_open(&store, &flash.flash) == GLS_OK &&
                       gls_head_restore_from(&after.head, &store) == GLS_OK;
    olds += there && after.crc() == old_crc;
    news += there && after.crc() != old_crc;
    if (there && after.crc() != old_crc && cut == 0) CHECK(after.crc() == victim.crc(), "the new head");
    CHECK(there, "cut after ", work);
  }
  CHECK(olds > 10 && news >= 1, olds, " old heads, ", news, " new ones");
  Job other;
  other.head.model = 0x1235;
  CHECK(other.start() == GLS_OK && gls_store_rewind(&store) == GLS_OK &&
            gls_head_restore_from(&other.head, &store) == GLS_ERROR_MISMATCH,
        "another model");
}

#else
void check_commit() {}
#endif

void check_errors() {
  Job job;
  CHECK(gls_head_start(nullptr, job.memory, kBytes, nullptr) == GLS_ERROR_NULL, "no head");
  CHECK(gls_head_start(&job.head, nullptr, kBytes, nullptr) == GLS_ERROR_NULL, "no memory");
  CHECK(gls_head_start(&job.head, job.memory + 1, kBytes, nullptr) == GLS_ERROR_ALIGNMENT, "odd memory");
  CHECK(gls_head_start(&job.head, job.memory, Job::bytes(&gls_head_classes) - 1, nullptr) == GLS_ERROR_SIZE,
        "too small");
  struct Wrong {
    void (*make)(gls_head&);
    Status expected;
    const char* what;
  };
  const Wrong wrongs[] = {
      {[](gls_head& h) { h.kind = nullptr; }, GLS_ERROR_NULL, "kind"},
      {[](gls_head& h) { h.optimizer.rule = nullptr; }, GLS_ERROR_NULL, "rule"},
      {[](gls_head& h) { h.optimizer.params = nullptr; }, GLS_ERROR_NULL, "params"},
      {[](gls_head& h) { h.optimizer.state = nullptr; }, GLS_ERROR_NULL, "state"},
      {[](gls_head& h) { h.inputs = 0; }, GLS_ERROR_RANGE, "inputs"},
      {[](gls_head& h) { h.outputs = 257; }, GLS_ERROR_RANGE, "outputs"},
      {[](gls_head& h) { h.samples = 0; }, GLS_ERROR_RANGE, "samples"},
      {[](gls_head& h) { h.held_back = 1; }, GLS_ERROR_RANGE, "held_back"},
      {[](gls_head& h) { h.held_back = kSamples + 1; }, GLS_ERROR_RANGE, "held_back"},
      {[](gls_head& h) { h.held_back = h.samples = 256; }, GLS_ERROR_RANGE, "held_back"},
      {[](gls_head& h) { h.batch = 17; }, GLS_ERROR_RANGE, "batch"},
      {[](gls_head& h) { h.scales = 2; }, GLS_ERROR_RANGE, "scales"},
      {[](gls_head& h) { h.input_scale = 0.0f; }, GLS_ERROR_RANGE, "input_scale"},
      {[](gls_head& h) { h.input_zero = 128; }, GLS_ERROR_RANGE, "input_zero"},
  };
  for (const Wrong& wrong : wrongs) {
    Job spoiled;
    wrong.make(spoiled.head);
    CHECK(spoiled.start() == wrong.expected && spoiled.memory[0] == 0x5a, wrong.what);
  }
  CHECK(job.start() == GLS_OK, "");
  const uint8_t no_class = kOutputs;
  int8_t outputs[kOutputs];
  CHECK(gls_head_observe(&job.head, Sample(0).features, &no_class) == GLS_ERROR_RANGE, "no such class");
  CHECK(gls_head_observe(&job.head, nullptr, &no_class) == GLS_ERROR_NULL, "no features");
  CHECK(gls_head_predict(&job.head, nullptr, outputs) == GLS_ERROR_NULL, "no features");
  CHECK(observe(job, 0, 6) && gls_head_train_begin(&job.head, 0) == GLS_ERROR_RANGE, "no pass");
  CHECK(gls_head_train_begin(&job.head, 1) == GLS_OK && gls_head_train_begin(&job.head, 1) == GLS_ERROR_ORDER,
        "twice");
  CHECK(gls_head_commit(&job.head, &store, GLS_HEAD_ALWAYS) == GLS_ERROR_ORDER, "in the middle");
  CHECK(gls_head_discard(&job.head) == GLS_OK, "");
  Job values(gls_head_values);
  float targets[kOutputs] = {1.0f, __builtin_nanf(""), 0.0f};
  CHECK(values.start() == GLS_OK &&
            gls_head_observe(&values.head, Sample(0).features, targets) == GLS_ERROR_NOT_FINITE,
        "NaN");
}

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  using namespace glissade::test;
  check_life();
  check_held_back();
  check_batches();
  check_worse();
  check_kinds();
  check_shipped();
  check_commit();
  check_errors();
  return finish();
}
