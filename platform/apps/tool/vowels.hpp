// SPDX-License-Identifier: Apache-2.0
// The demo's data set, and the network trained on everybody but one speaker.
#ifndef GLISSADE_PLATFORM_LINUX_VOWELS_HPP
#define GLISSADE_PLATFORM_LINUX_VOWELS_HPP

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "apps/demo/fine_tune.hpp"
#include "apps/tool/slot_forms.hpp"

namespace glissade {
namespace demo {

constexpr int kSpeakers = 15;

struct Speaker {
  Recordings recordings;
};

using Weights = std::array<float, kWeights>;

// Throws std::runtime_error, with the reason, unless status is GLS_OK.
void check(Status status);

// Reads tests/data/vowel.csv (lines.hpp says which text). Throws std::runtime_error with file, line and
// column for anything that is not as there: names, rows and their order, and the number of both.
std::vector<Speaker> read_vowels(const std::string& path);

// Trains the network from scratch on all speakers but `owner`, on the first so many vowels, with Adam's slots
// in this form. seed: another start, other batches, other roundings of the slots. The same bits every time,
// everywhere.
struct Pretrained {
  Weights weights;
  double loss;  // mean of the last epoch, as it met the rows
};
Pretrained pretrain(const std::vector<Speaker>& speakers, int owner, size_t vowels = kVowels,
                    SlotForm slots = SlotForm::kFloat, uint32_t seed = 0);
// The same, each step taken by a function, over kWeights weights.
using Step = std::function<void(float* weights, const float* gradients, float gradient_scale)>;
Pretrained pretrain_by(const Step& step, const std::vector<Speaker>& speakers, int owner, size_t vowels,
                       uint32_t seed);

// The C++ header that firmware includes: the owner's recordings and the weights, as exact hexadecimal floats.
std::string write_header(const Recordings& owner, const Weights& weights, int owner_number);

}  // namespace demo
}  // namespace glissade

#endif
