// SPDX-License-Identifier: Apache-2.0
// A head that learns on the device: its life from the first sample to a committed int8 layer, of each kind.
#include "layers/head_job.hpp"

namespace glissade {
namespace test {
namespace {

// Of the learned head's int8 weights and float weights: the same on every target.
constexpr uint32_t kLearned = 0xd0468546;

void check_life() {
  Job job;
  job.head.optimizer = gls_slots_8bit(job.head.optimizer, nullptr);  // which a head does not keep
  CHECK(gls_head_observe(&job.head, Sample(0).features, "") == GLS_ERROR_ORDER, "not started");
  CHECK(job.start() == GLS_OK && job.head.phase == GLS_HEAD_COLLECTING && job.unharmed(), "started");
  CHECK(job.head.optimizer.format == nullptr && job.head.optimizer.slot_format == nullptr,
        "slots are floats");
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
  // 27 samples, 3 batches of 9, each with one piece of the 39 weights; 27 ranges, the int8 scales, 3 rows of
  // weights, 9 held back.
  CHECK(calls == 20 * (27 + 3) + 27 + 1 + 3 + 9, "pieces: ", calls);
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

// A head of as many outputs as inputs, trained. (One at a time: boards have little memory.)
struct Trained {
  uint32_t crc;  // of its float and int8 weights
  double wrong;
};
Trained train_wide(const gls_head_kind& kind, size_t size) {
  alignas(
      8) static unsigned char memory[GLS_HEAD_BYTES(kInputs, kInputs, 1, 10, sizeof(float) * kInputs) + 1];
  __builtin_memset(memory, 0x5a, sizeof memory);
  Job job(kind);
  job.head.outputs = kInputs;
  job.head.samples = 10;
  CHECK(gls_head_start(&job.head, memory, size, nullptr) == GLS_OK && memory[size] == 0x5a, "");
  for (uint32_t n = 0; n < 15; ++n) {
    const Sample sample(n);
    float targets[kInputs];
    for (uint32_t i = 0; i < kInputs; ++i) targets[i] = 0.0625f * static_cast<float>(sample.features[i] + 20);
    const void* const label = &kind == &gls_head_values ? targets : nullptr;
    CHECK(gls_head_observe(&job.head, sample.features, label) == GLS_OK, "");
  }
  CHECK(job.train(20) == GLS_OK && job.head.phase == GLS_HEAD_BETTER && memory[size] == 0x5a, "trained");
  CHECK(job.head.wrong < 0.5 * job.head.wrong_in_use, "better");
  const uint32_t crc = gls_crc32(0, job.head.optimizer.weights, sizeof(float) * job.head.optimizer.count);
  return {gls_crc32(crc, job.head.layers[1].weights, size_t{kInputs} * kInputs), job.head.wrong};
}

// An autoencoder is a head of values whose targets are its decoded features: the same bits, and no labels.
void check_autoencoder() {
  const Trained values =
      train_wide(gls_head_values, GLS_HEAD_BYTES(kInputs, kInputs, 1, 10, sizeof(float) * kInputs));
  const Trained copies = train_wide(gls_head_autoencoder, GLS_HEAD_BYTES(kInputs, kInputs, 1, 10, 0));
  const double difference = values.wrong - copies.wrong;
  CHECK(values.crc == copies.crc && difference <= 1e-9 && difference >= -1e-9, "the same bits");
  Job job(gls_head_autoencoder);
  CHECK(gls_head_start(&job.head, job.memory, sizeof job.memory, nullptr) == GLS_ERROR_RANGE,
        "as many outputs as inputs");
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
  wrong.output_count = kOutputs + 1;
  CHECK(second.start(&wrong) == GLS_ERROR_RANGE, "more outputs");
  wrong.output_count = 0;
  CHECK(second.start(&wrong) == GLS_ERROR_RANGE, "none");
  wrong = shipped;
  wrong.output_count = 2;
  const int8_t* const weights = shipped.weights;
  CHECK(second.start(&wrong) == GLS_OK &&
            __builtin_memcmp(second.layer().weights, weights, size_t{2} * kInputs) == 0 &&
            second.layer().biases[1] == shipped.biases[1] && second.layer().biases[2] == 0 &&
            second.layer().weights[2 * kInputs] == 0 &&
            second.layer().weight_scales[0] == shipped.weight_scales[0],
        "fewer: the others are new");
}

gls_store store;

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
      {[](gls_head& h) { h.kind = &gls_head_values, h.outputs = 16384; }, GLS_ERROR_RANGE, "outputs"},
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
  Job answers(gls_head_answers);
  CHECK(answers.start() == GLS_OK, "");
  const float no_answers[] = {-0.001f, 1.001f, 3e38f};
  for (const float answer : no_answers) {
    const float wrong[kOutputs] = {1.0f, 0.0f, answer};
    CHECK(gls_head_observe(&answers.head, Sample(0).features, wrong) == GLS_ERROR_RANGE, "no answer");
  }
  CHECK(answers.head.train.count == 0, "nothing is kept");
}

// Samples that are removed while it trains end the training, wherever it is.
void check_removed() {
  Job job;
  CHECK(job.start() == GLS_OK && observe(job, 0, 36), "");
  uint32_t pieces = 0;
  CHECK(job.train(2, &pieces) == GLS_OK, "");
  for (uint32_t place = 0; place < pieces; ++place) {
    Job victim;
    CHECK(victim.start() == GLS_OK && observe(victim, 0, 36), "");
    gls_head& head = victim.head;
    CHECK(gls_head_train_begin(&head, 2) == GLS_OK, "");
    for (uint32_t k = 0; k < place; ++k) CHECK(gls_head_train(&head) == GLS_OK, "");
    gls_replay& samples = place % 4 < 2 ? head.train : head.held;
    CHECK((place % 2 == 0 ? gls_replay_wipe(&samples) : gls_replay_forget(&samples, 1)) == GLS_OK, "");
    CHECK(gls_head_train(&head) == GLS_ERROR_ORDER && head.phase == GLS_HEAD_NOT_BETTER &&
              gls_head_accept(&head, GLS_HEAD_ALWAYS) == GLS_ERROR_WORSE,
          "removed before piece ", place);
    CHECK(gls_head_discard(&head) == GLS_OK && head.phase == GLS_HEAD_COLLECTING, "");
  }
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
  check_autoencoder();
  check_shipped();
  check_errors();
  check_removed();
  return finish();
}
