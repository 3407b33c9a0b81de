// SPDX-License-Identifier: Apache-2.0
#include "fine_tune.hpp"

#include "console.hpp"
#include "crc32.hpp"

namespace glissade {
namespace demo {
namespace {

// All the memory of the job: 4 * 683 bytes each for weights and gradients, 8 * 683 for the optimizer.
float weights[kWeights];
float gradients[kWeights];
Optimizer<Adam, kWeights> optimizer;
Net net;

Status count_correct(const Recordings& recordings, uint32_t& correct) {
  correct = 0;
  for (size_t row = kRows - kTests; row < kRows; ++row) {
    const Status status = net.forward(weights, recordings[row]);
    if (status != GLS_OK) return status;
    const float* const logits = net.outputs();
    size_t best = 0;
    for (size_t vowel = 1; vowel < kVowels; ++vowel) best = logits[vowel] > logits[best] ? vowel : best;
    if (best == row % kVowels) ++correct;
  }
  return GLS_OK;
}

// One step on one repetition of all vowels; adds the losses.
Status train_batch(const float (*rows)[kFeatures], float& loss_sum) {
  Adam::Params params;
  params.learning_rate = 3e-3;
  for (float& gradient : gradients) gradient = 0.0f;
  for (size_t vowel = 0; vowel < kVowels; ++vowel) {
    float loss;
    const Status status = net.learn(weights, rows[vowel], vowel, gradients, &loss);
    if (status != GLS_OK) return status;
    loss_sum += loss;
  }
  return optimizer.step(weights, gradients, params, 1.0f / kVowels);
}

}  // namespace

Status fine_tune(const float* pretrained, const Recordings& recordings, uint32_t repetitions,
                 Report& report) {
  if (repetitions < 1 || repetitions > kMostTrained) return GLS_ERROR_RANGE;
  for (size_t i = 0; i < kWeights; ++i) weights[i] = pretrained[i];
  optimizer = {};
  report.repetitions = repetitions;
  Status status = count_correct(recordings, report.correct_before);
  for (float& loss : report.losses) {
    loss = 0.0f;
    for (uint32_t batch = 0; batch < repetitions; ++batch) {
      if (status == GLS_OK) status = train_batch(recordings + batch * kVowels, loss);
    }
    loss /= static_cast<float>(repetitions * kVowels);
  }
  if (status == GLS_OK) status = count_correct(recordings, report.correct_after);
  report.steps = optimizer.state.step;
  report.crc = crc32(weights, sizeof(float) * kWeights);
  report.crc = crc32(optimizer.slots[0], sizeof(float) * kWeights, report.crc);
  report.crc = crc32(optimizer.slots[1], sizeof(float) * kWeights, report.crc);
  report.crc = crc32(&optimizer.state.step, sizeof optimizer.state.step, report.crc);
  return status;
}

void print_report(const Report& report) {
  for (uint32_t epoch = 0; epoch < kEpochs; ++epoch) {
    const uint32_t thousandths = static_cast<uint32_t>(report.losses[epoch] * 1000.0f + 0.5f);
    const char* const zeros = thousandths % 1000 < 10 ? "00" : thousandths % 1000 < 100 ? "0" : "";
    print("epoch ", epoch + 1, " loss ", thousandths / 1000, ".", zeros, thousandths % 1000, "\n");
  }
  print("repetitions ", report.repetitions, "\n");
  print("steps ", report.steps, "\n");
  print("before ", report.correct_before, "/", kTests, "\n");
  print("after ", report.correct_after, "/", kTests, "\n");
  print("crc ", Hex{report.crc}, "\n");
}

}  // namespace demo
}  // namespace glissade
