// SPDX-License-Identifier: Apache-2.0
// Firmware for counting what a step costs: every rule over 128 and over 256 weights, a line "<rule>
// <weights>" before each. The difference over 128 is the instructions per weight; the rest is per step.
#include "console.hpp"
#include "glissade/glissade.hpp"
#include "marks.hpp"

namespace {

constexpr size_t kMost = 256;
float weights[kMost], gradients[kMost], slots[3][kMost];

template <class Rule>
bool count(const char* name) {
  for (size_t n = kMost / 2; n <= kMost; n *= 2) {
    for (size_t i = 0; i < n; ++i) {
      weights[i] = static_cast<float>(i) * 0.37f - 40.0f;
      gradients[i] = static_cast<float>(i * 37 % 101) * 0.013f - 0.6f;
      slots[0][i] = gradients[i] * 0.9f;
      slots[1][i] = slots[2][i] = gradients[i] * gradients[i];
    }
    typename Rule::Params params;
    typename Rule::State state = {};
    state.step = 10;
    float* const pointers[] = {slots[0], slots[1], slots[2]};
    glissade::print(name, " ", static_cast<uint32_t>(n), "\n");
    count_begins();
    const glissade::Status status =
        glissade::step<Rule>(&params, &state, weights, gradients, 0.5f, pointers, n);
    count_ends();
    if (status != GLS_OK) return false;
  }
  return true;
}

}  // namespace

int program(int, char**) {
  using namespace glissade;
  if (gls_backend_active() == nullptr) return 1;  // chosen now, not while counting
  const bool ok =
      count<Sgd>("sgd") && count<Momentum>("momentum") && count<Adam>("adam") && count<AmsGrad>("amsgrad");
  return ok ? 0 : 1;
}
