// SPDX-License-Identifier: Apache-2.0
#include "apps/demo/int8_jobs.hpp"
#include "boards/console.hpp"

namespace glissade {
namespace demo {
namespace {

constexpr uint32_t kSamples = kMostTrained * kVowels;

// All the memory of the job.
alignas(16) unsigned char copy[kMostFileBytes];
float memory[GLS_HEAD_BYTES(kHidden, kVowels, 1, kSamples, 1) / sizeof(float) + 1];
LoggedHead learner;

Status count_correct(const ShippedModel& model, const Recordings& recordings, uint32_t& correct) {
  correct = 0;
  Status status = GLS_OK;
  for (size_t row = kRows - kTests; row < kRows && status == GLS_OK; ++row) {
    uint32_t vowel = 0;
    status = model.classify(recordings[row], vowel);
    if (vowel == row % kVowels) ++correct;
  }
  return status;
}

Status observe(const ShippedModel& model, const Recordings& recordings, uint32_t rows) {
  Status status = GLS_OK;
  for (uint32_t row = 0; row < rows && status == GLS_OK; ++row) {
    int8_t inputs[kFeatures], features[kHidden];
    model.quantize(recordings[row], inputs);
    status = model.features(inputs, features);
    if (status == GLS_OK) status = learner.observe(features, static_cast<uint8_t>(row % kVowels));
  }
  return status;
}

}  // namespace

Status learn_owner(const ShippedFile& file, const Recordings& recordings, uint32_t repetitions, bool log,
                   OwnerReport& report) {
  if (repetitions < 1 || repetitions > kMostTrained) return GLS_ERROR_RANGE;
  if (file.size > sizeof copy) return GLS_ERROR_SIZE;
  __builtin_memcpy(copy, file.bytes, file.size);
  ShippedModel model;
  Status status = model.open(file, copy);
  if (status == GLS_OK) status = count_correct(model, recordings, report.correct_before);
  learner = {};
  learner.log = log;
  learner.head.kind = &gls_head_classes;
  learner.head.samples = kSamples;
  if (status == GLS_OK) status = learner.start(model.head(), memory, sizeof memory);
  if (status == GLS_OK) status = observe(model, recordings, repetitions * kVowels);
  if (status == GLS_OK) status = learner.train(kEpochs);
  // With three recordings of a vowel none is held back: nobody knows whether it is better.
  if (status == GLS_OK) status = learner.accept(GLS_HEAD_IF_NOT_WORSE);
  if (status != GLS_OK) return status;
  learner.end();
  patch(copy, file.head, learner.head.layers[learner.head.in_use]);
  status = model.open(file, copy);
  if (status == GLS_OK) status = count_correct(model, recordings, report.correct_after);
  report.repetitions = repetitions;
  report.steps = learner.state.step;
  report.crc = learner.float_crc(int8_crc(model.head()));
  return status;
}

void print_report(const OwnerReport& report) {
  print("# repetitions ", report.repetitions, "\n");
  print("# steps ", report.steps, "\n");
  print("# before ", report.correct_before, "/", kTests, "\n");
  print("# after ", report.correct_after, "/", kTests, "\n");
  print("# crc ", Hex{report.crc}, "\n");
}

}  // namespace demo
}  // namespace glissade
