// SPDX-License-Identifier: Apache-2.0
#include "apps/demo/fine_tune.hpp"

#include "boards/console.hpp"
#include "glissade/storage/checkpoint.h"

namespace glissade {
namespace demo {
namespace {

// All the memory of the job: 4 * 683 bytes for the weights, 8 * 683 for the optimizer (2.03 * 683 in 8 bits),
// and activations.
float weights[kWeights];
template <class Slots>
Optimizer<Adam, kWeights, Slots> optimizer;
Net::InBatches<kVowels> net;
constexpr size_t kLabels[kVowels] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

Status count_correct(const Recordings& recordings, uint32_t& correct) {
  correct = 0;
  for (size_t row = kRows - kTests; row < kRows; row += kVowels) {
    const Status status = net.forward(weights, recordings[row], kVowels);
    if (status != GLS_OK) return status;
    const float* logits = net.outputs();
    for (size_t spoken = 0; spoken < kVowels; ++spoken, logits += kVowels) {
      size_t best = 0;
      for (size_t vowel = 1; vowel < kVowels; ++vowel) best = logits[vowel] > logits[best] ? vowel : best;
      if (best == spoken) ++correct;
    }
  }
  return GLS_OK;
}

Adam::Params chosen_params() {
  Adam::Params params;
  params.learning_rate = 3e-3;
  return params;
}

// One step on one repetition of all vowels; adds the losses. There is no gradient buffer: the step takes the
// gradients from their factors.
template <class Slots>
Status train_batch(const float (*rows)[kFeatures], double& loss_sum) {
  gls_factors layers[Net::kDenseLayers];
  float loss = 0.0f;
  const Status status = net.learn(weights, *rows, kLabels, kVowels, layers, &loss);
  loss_sum += static_cast<double>(loss);
  if (status != GLS_OK) return status;
  return optimizer<Slots>.step(weights, layers, chosen_params(), 1.0f / kVowels);
}

template <class Slots>
void start(const float* pretrained) {
  for (size_t i = 0; i < kWeights; ++i) weights[i] = pretrained[i];
  optimizer<Slots> = {};
}

// Of the whole state: weights, then the optimizer.
template <class Slots>
uint32_t state_crc() {
  const auto& o = optimizer<Slots>;
  const uint32_t crc = gls_crc32(gls_crc32(0, weights, sizeof weights), o.slots, sizeof o.slots);
  return gls_crc32(crc, &o.state.step, sizeof o.state.step);
}

// The mean loss of one repetition.
Status validate(const float (*rows)[kFeatures], double& loss) {
  gls_factors unused[Net::kDenseLayers];
  float sum = 0.0f;
  const Status status = net.learn(weights, *rows, kLabels, kVowels, unused, &sum);
  loss = static_cast<double>(sum) / kVowels;
  return status;
}

using Floats = SlotsInFloats;

Status save(void*, gls_store* store) { return optimizer<Floats>.save_to(weights, chosen_params(), *store); }
Status restore(void*, gls_store* store) {
  Adam::Params params;
  return optimizer<Floats>.restore_from(weights, params, *store);
}

}  // namespace

Status fine_tune_checkpointed(const float* pretrained, const Recordings& recordings, gls_store& store,
                              CheckpointedReport& report) {
  constexpr uint32_t kPatience = 12;
  const uint32_t& step = optimizer<Floats>.state.step;
  start<Floats>(pretrained);
  gls_checkpoint checkpoint = {&store, save, restore, nullptr, nullptr, nullptr, 0, {}};
  Status status = gls_checkpoint_start(&checkpoint);
  gls_verdict verdict = GLS_GO_ON;
  while (status == GLS_OK && verdict != GLS_ROLLED_BACK && step < kEpochs * kMostTrained) {
    double ignored = 0.0;
    for (uint32_t batch = 0; batch < kMostTrained && status == GLS_OK; ++batch) {
      status = train_batch<Floats>(recordings + batch * kVowels, ignored);
    }
    double loss = 0.0;
    if (status == GLS_OK) status = validate(recordings + kMostTrained * kVowels, loss);
    if (status == GLS_OK) status = gls_checkpoint_decide(&checkpoint, loss, 0.0, kPatience, &verdict);
  }
  if (status == GLS_OK) status = gls_checkpoint_roll_back(&checkpoint);
  report = {store.sequence, step, checkpoint.stopping.best, state_crc<Floats>()};
  return status;
}

template <class Slots>
Status fine_tune(const float* pretrained, const Recordings& recordings, uint32_t repetitions,
                 Report& report) {
  if (repetitions < 1 || repetitions > kMostTrained) return GLS_ERROR_RANGE;
  start<Slots>(pretrained);
  report.repetitions = repetitions;
  Status status = count_correct(recordings, report.correct_before);
  for (float& loss : report.losses) {
    double sum = 0.0;
    for (uint32_t batch = 0; batch < repetitions; ++batch) {
      if (status == GLS_OK) status = train_batch<Slots>(recordings + batch * kVowels, sum);
    }
    loss = static_cast<float>(sum / static_cast<double>(repetitions * kVowels));
  }
  if (status == GLS_OK) status = count_correct(recordings, report.correct_after);
  report.steps = optimizer<Slots>.state.step;
  report.crc = state_crc<Slots>();
  return status;
}
template Status fine_tune<SlotsInFloats>(const float*, const Recordings&, uint32_t, Report&);
template Status fine_tune<SlotsInBfloat16>(const float*, const Recordings&, uint32_t, Report&);
template Status fine_tune<SlotsIn8Bits>(const float*, const Recordings&, uint32_t, Report&);

namespace {
void print_loss(float loss) {
  // NOLINTNEXTLINE(bugprone-incorrect-roundings): there is no lround
  const uint32_t thousandths = static_cast<uint32_t>(loss * 1000.0f + 0.5f);
  const char* const zeros = thousandths % 1000 < 10 ? "00" : thousandths % 1000 < 100 ? "0" : "";
  print("loss ", thousandths / 1000, ".", zeros, thousandths % 1000, "\n");
}
}  // namespace

void print_report(const CheckpointedReport& report) {
  print("commits ", report.commits, "\n");
  print("best_step ", report.best_step, "\n");
  print_loss(static_cast<float>(report.loss));
  print("crc ", Hex{report.crc}, "\n");
}

void print_report(const Report& report) {
  for (uint32_t epoch = 0; epoch < kEpochs; ++epoch) {
    print("epoch ", epoch + 1, " ");
    print_loss(report.losses[epoch]);
  }
  print("repetitions ", report.repetitions, "\n");
  print("steps ", report.steps, "\n");
  print("before ", report.correct_before, "/", kTests, "\n");
  print("after ", report.correct_after, "/", kTests, "\n");
  print("crc ", Hex{report.crc}, "\n");
}

}  // namespace demo
}  // namespace glissade
