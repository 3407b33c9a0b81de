// SPDX-License-Identifier: Apache-2.0
#include "apps/demo/int8_jobs.hpp"
#include "boards/console.hpp"
#include "glissade/storage/saved.h"

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

Status observe(const ShippedModel& model, const Recordings& recordings, uint32_t row) {
  int8_t inputs[kFeatures], features[kHidden];
  model.quantize(recordings[row], inputs);
  const Status status = model.features(inputs, features);
  return status == GLS_OK ? learner.observe(features, static_cast<uint8_t>(row % kVowels)) : status;
}

// Opens a copy of the file, and starts a head from its head.
Status start(const ShippedFile& file, bool log, ShippedModel& model) {
  if (file.size > sizeof copy) return GLS_ERROR_SIZE;
  __builtin_memcpy(copy, file.bytes, file.size);
  learner = {};
  learner.log = log;
  learner.head.kind = &gls_head_classes;
  learner.head.samples = kSamples;
  learner.head.model = gls_crc32(0, file.bytes, file.size);
  const Status status = model.open(file, copy);
  return status == GLS_OK ? learner.start(model.head(), memory, sizeof memory) : status;
}

// The head that learned, into the copy.
Status put_back(const ShippedFile& file, ShippedModel& model) {
  patch(copy, file.head, learner.in_use());
  return model.open(file, copy);
}

// What comes next is in the head: how many samples it has seen, and whether it was trained since a whole
// repetition.
Status observe_or_train(const ShippedModel& model, const Recordings& recordings) {
  constexpr uint32_t kEpochsEach = kEpochs / kMostTrained;
  const gls_replay& seen = learner.head.train;
  const bool train = seen.count % kVowels == 0 && seen.old < seen.count;
  return train ? learner.train(kEpochsEach) : observe(model, recordings, seen.count);
}

}  // namespace

Status learn_owner_checkpointed(const ShippedFile& file, const Recordings& recordings, gls_store& store,
                                CheckpointedOwnerReport& report) {
  ShippedModel model;
  Status status = start(file, false, model);
  if (status == GLS_OK && store.sequence != 0) status = gls_head_restore_from(&learner.head, &store);
  const gls_replay& seen = learner.head.train;
  while (status == GLS_OK && (seen.count < kSamples || seen.old < kSamples)) {
    status = observe_or_train(model, recordings);
    if (status == GLS_OK) status = learner.commit(store, GLS_HEAD_IF_NOT_WORSE);
  }
  if (status == GLS_OK) status = put_back(file, model);
  if (status == GLS_OK) status = count_correct(model, recordings, report.correct);
  report.commits = store.sequence;
  report.crc = learner.float_crc(int8_crc(model.head()));
  return status;
}

Status learn_owner(const ShippedFile& file, const Recordings& recordings, uint32_t repetitions, bool log,
                   OwnerReport& report) {
  if (repetitions < 1 || repetitions > kMostTrained) return GLS_ERROR_RANGE;
  ShippedModel model;
  Status status = start(file, log, model);
  if (status == GLS_OK) status = count_correct(model, recordings, report.correct_before);
  for (uint32_t row = 0; row < repetitions * kVowels && status == GLS_OK; ++row)
    status = observe(model, recordings, row);
  if (status == GLS_OK) status = learner.train(kEpochs);
  // With three recordings of a vowel none is held back: nobody knows whether it is better.
  if (status == GLS_OK) status = learner.accept(GLS_HEAD_IF_NOT_WORSE);
  if (status != GLS_OK) return status;
  learner.end();
  status = put_back(file, model);
  if (status == GLS_OK) status = count_correct(model, recordings, report.correct_after);
  report.patched = copy;
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

void print_report(const CheckpointedOwnerReport& report) {
  print("commits ", report.commits, "\n");
  print("correct ", report.correct, "/", kTests, "\n");
  print("crc ", Hex{report.crc}, "\n");
}

}  // namespace demo
}  // namespace glissade
