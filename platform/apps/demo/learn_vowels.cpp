// SPDX-License-Identifier: Apache-2.0
#include "apps/demo/int8_jobs.hpp"
#include "boards/console.hpp"

namespace glissade {
namespace demo {
namespace {

constexpr uint32_t kSamples = kMostTrained * kVowels;

// All the memory of the job.
float memory[GLS_HEAD_BYTES(kHidden, kVowels, 1, kSamples, 1) / sizeof(float) + 1];
LoggedHead learner;

// The first repetitions of the vowels from `first` to before `last`.
Status observe(const ShippedModel& model, const Recordings& recordings, uint32_t repetitions, size_t first,
               size_t last) {
  for (size_t row = 0; row < repetitions * kVowels; ++row) {
    const size_t vowel = row % kVowels;
    if (vowel < first || vowel >= last) continue;
    int8_t inputs[kFeatures], features[kHidden];
    model.quantize(recordings[row], inputs);
    Status status = model.features(inputs, features);
    if (status == GLS_OK) status = learner.observe(features, static_cast<uint8_t>(vowel));
    if (status != GLS_OK) return status;
  }
  return GLS_OK;
}

// With three recordings of a vowel none is held back: nobody knows whether it is better.
Status train() {
  const Status status = learner.train(kEpochs);
  return status == GLS_OK ? learner.accept(GLS_HEAD_IF_NOT_WORSE) : status;
}

Status count_correct(const ShippedModel& model, const Recordings& recordings, Correct& correct) {
  correct = {0, 0};
  for (size_t row = kRows - kTests; row < kRows; ++row) {
    int8_t inputs[kFeatures], features[kHidden], outputs[kVowels];
    model.quantize(recordings[row], inputs);
    Status status = model.features(inputs, features);
    if (status == GLS_OK) status = gls_head_predict(&learner.head, features, outputs);
    if (status != GLS_OK) return status;
    const size_t vowel = row % kVowels;
    if (largest(outputs, kVowels) == vowel) ++(vowel < kOldVowels ? correct.old_vowels : correct.new_vowels);
  }
  return GLS_OK;
}

// The owner's old vowels, then the new ones, with the recordings of the old ones or without.
Status learn(const ShippedModel& model, const Recordings& recordings, uint32_t repetitions, bool replay,
             Correct& before, Correct& after) {
  learner = {};
  learner.head.kind = &gls_head_classes;
  learner.head.samples = kSamples;
  learner.head.outputs = kVowels;
  Status status = learner.start(model.head(), memory, sizeof memory);
  if (status == GLS_OK) status = observe(model, recordings, repetitions, 0, kOldVowels);
  if (status == GLS_OK) status = train();
  if (status == GLS_OK) status = count_correct(model, recordings, before);
  if (status == GLS_OK && !replay) status = gls_replay_wipe(&learner.head.train);
  if (status == GLS_OK) status = observe(model, recordings, repetitions, kOldVowels, kVowels);
  if (status == GLS_OK) status = train();
  return status == GLS_OK ? count_correct(model, recordings, after) : status;
}

}  // namespace

Status learn_vowels(const ShippedFile& file, const Recordings& recordings, uint32_t repetitions,
                    VowelsReport& report) {
  if (repetitions < 1 || repetitions > kMostTrained) return GLS_ERROR_RANGE;
  ShippedModel model;
  Status status = model.open(file, file.bytes);
  if (status == GLS_OK) status = learn(model, recordings, repetitions, false, report.before, report.without);
  if (status != GLS_OK) return status;
  report.crc = learner.float_crc(int8_crc(learner.in_use()));
  status = learn(model, recordings, repetitions, true, report.before, report.with);
  if (status != GLS_OK) return status;
  report.crc = learner.float_crc(int8_crc(learner.in_use(), report.crc));
  report.repetitions = repetitions;
  report.steps = learner.state.step;
  return GLS_OK;
}

void print_report(const VowelsReport& report) {
  print("# repetitions ", report.repetitions, "\n");
  print("# steps ", report.steps, "\n");
  print("# before ", report.before.old_vowels, "/", kOldTests, "\n");
  print("# old ", report.with.old_vowels, "/", kOldTests, "\n");
  print("# new ", report.with.new_vowels, "/", kNewTests, "\n");
  print("# old* ", report.without.old_vowels, "/", kOldTests, "\n");
  print("# new* ", report.without.new_vowels, "/", kNewTests, "\n");
  print("# crc ", Hex{report.crc}, "\n");
}

}  // namespace demo
}  // namespace glissade
