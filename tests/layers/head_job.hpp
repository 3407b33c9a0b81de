// SPDX-License-Identifier: Apache-2.0
// A head and its samples, for the tests of heads.
#ifndef GLISSADE_TESTS_HEAD_JOB_HPP
#define GLISSADE_TESTS_HEAD_JOB_HPP

#include "glissade/glissade.h"
#include "support/check.hpp"
#include "support/reference.hpp"

namespace glissade {
namespace test {

constexpr uint32_t kInputs = 12, kOutputs = 3, kSamples = 45, kHeldBack = 5;
constexpr size_t kBytes = GLS_HEAD_BYTES(kInputs, kOutputs, 2, kSamples, 4 * kOutputs);

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
inline bool observe(Job& job, uint32_t first, uint32_t last) {
  bool ok = true;
  for (uint32_t n = first; n < last; ++n) {
    const Sample sample(n);
    ok = gls_head_observe(&job.head, sample.features, sample.label_for(job)) == GLS_OK && ok;
  }
  return ok;
}
inline uint32_t correct(const Job& job, uint32_t first, uint32_t last) {
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

}  // namespace test
}  // namespace glissade

#endif
