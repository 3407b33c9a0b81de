// SPDX-License-Identifier: Apache-2.0
// The demo's job: a vowel recognizer, trained on other people, learns the voice of its new owner. This one
// source runs on the host and as firmware.
#ifndef GLISSADE_PLATFORM_DEMO_FINE_TUNE_HPP
#define GLISSADE_PLATFORM_DEMO_FINE_TUNE_HPP

#include "glissade/layers/network.hpp"
#include "glissade/storage/store.h"

namespace glissade {
namespace demo {

constexpr size_t kFeatures = 9, kVowels = 11, kRepetitions = 6;
using Net = Network<Dense<kFeatures, 32>, Relu<32>, Dense<32, kVowels>>;
constexpr size_t kWeights = Net::kWeights;

// One person's recordings, a repetition of all vowels after another: row r is vowel r % kVowels.
constexpr size_t kRows = kRepetitions * kVowels;
using Recordings = float[kRows][kFeatures];

// The last repetitions are never trained on: they say how good the network is.
constexpr uint32_t kHeldBack = 3, kTests = kHeldBack * kVowels, kMostTrained = kRepetitions - kHeldBack;

constexpr uint32_t kEpochs = 60;

struct Report {
  uint32_t repetitions;     // trained on
  uint32_t correct_before;  // of kTests
  uint32_t correct_after;   // of kTests
  uint32_t steps;           // optimizer steps taken
  float losses[kEpochs];    // mean over the training rows, as each epoch met them
  uint32_t crc;             // of the final weights, then of the optimizer
};

// Fine-tunes pretrained weights, float[kWeights], on a person's first `repetitions` (1 to kMostTrained).
// Slots: SlotsInFloats, SlotsInBfloat16 or SlotsIn8Bits.
template <class Slots = SlotsInFloats>
Status fine_tune(const float* pretrained, const Recordings& recordings, uint32_t repetitions, Report& report);
extern template Status fine_tune<SlotsInFloats>(const float*, const Recordings&, uint32_t, Report&);
extern template Status fine_tune<SlotsInBfloat16>(const float*, const Recordings&, uint32_t, Report&);
extern template Status fine_tune<SlotsIn8Bits>(const float*, const Recordings&, uint32_t, Report&);

// The same job by somebody who cannot rely on power: after every epoch the first repetition held back says
// whether the state is better, and the best so far is in the store. Goes on from what the store holds, and
// ends with the best there was.
struct CheckpointedReport {
  uint32_t commits;    // the store's, over all runs
  uint32_t best_step;  // after which the best state was
  double loss;         // its mean loss, of the repetition held back
  uint32_t crc;        // as above
};
Status fine_tune_checkpointed(const float* pretrained, const Recordings& recordings, gls_store& store,
                              CheckpointedReport& report);

// Prints a report: a line per epoch, and lines of a name and a value.
void print_report(const Report& report);
void print_report(const CheckpointedReport& report);

}  // namespace demo
}  // namespace glissade

#endif
