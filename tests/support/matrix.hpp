// SPDX-License-Identifier: Apache-2.0
// One step of any rule, with any option changed, compared with the reference: what several tests vary.
#ifndef GLISSADE_TESTS_MATRIX_HPP
#define GLISSADE_TESTS_MATRIX_HPP

#include "apps/tool/golden.hpp"
#include "cpu/float_mode.hpp"
#include "support/reference.hpp"

namespace glissade {
namespace test {

constexpr size_t kLongest = 67;  // 4 * 16 + 3
#ifdef __linux__
constexpr size_t kMostWeights = 65 * 16 + 15;  // two blocks of kRootsAtOnce vectors, and more
#else
constexpr size_t kMostWeights = kLongest;
#endif
constexpr size_t kBuffers = 5;  // weights, gradients, up to three slots

template <class Rule>
struct Tested {
  const char* name;
  Sweep* Kernels::*sweep;
};

template <class Rule>
Rule rule_of(const Tested<Rule>&);

// work(Tested<Rule>) for every rule; the rule is decltype(rule_of(tested)).
template <class Work>
void for_each_rule(Work work) {
#define GLISSADE_RULE(name, Rule, slot_count) work(Tested<Rule>{#name, &Kernels::sweep_##name});
#include "optimizer/rules.inc"
#undef GLISSADE_RULE
}

// A rule's own parameters, with some weight decay, and an epsilon that matters.
template <class Rule>
typename Rule::Params usual_params() {
  typename Rule::Params usual;
  usual.weight_decay = 0.375;
  golden::set_epsilon(usual, 0.01, 0);
  return usual;
}

// work(params, name of what was changed) with the usual parameters, then with each option changed in turn
// where that is allowed.
template <class Rule, class Work>
void for_each_option(Work work) {
  const typename Rule::Params usual = usual_params<Rule>();
  work(usual, "nothing");
#define GLISSADE_OPTION(pytorch_name, field, other)                     \
  {                                                                     \
    auto params = usual;                                                \
    if (golden::set_##field(params, other, 0) && Rule::valid(params)) { \
      work(params, #field);                                             \
    }                                                                   \
  }
#include "apps/tool/options.inc"
}

inline void fill(float* const (&buffers)[kBuffers], size_t count, uint32_t seed) {
  Random random(seed);
  for (float* const buffer : buffers) {
    for (size_t i = 0; i < count; ++i) buffer[i] = random.extreme();
  }
}

inline float expected_memory[kBuffers][kMostWeights];

// Fills the buffers, steps, and returns the first buffer that is not as the reference leaves it, or kBuffers.
template <class Rule>
size_t step_and_compare(const Tested<Rule>& tested, const typename Rule::Params& params,
                        float* const (&buffers)[kBuffers], size_t count, uint32_t seed) {
  float(*const memory)[kMostWeights] = expected_memory;
  float* const expected[kBuffers] = {memory[0], memory[1], memory[2], memory[3], memory[4]};
  fill(expected, count, seed);
  fill(buffers, count, seed);
  typename Rule::State state = {}, expected_state = {};
  state.step = expected_state.step = seed % 3;
  gls_coefficients c;
  Status status = begin<Rule>(&params, &expected_state, 0.75f, &c);
  {
    const FloatMode mode(false);  // kernels run in the mode that the library sets
    (expected_kernels().*tested.sweep)(inside(c).of_rule, expected[0], expected[1], expected + 2, count);
  }
  if (status == GLS_OK)
    status = step_unguarded<Rule>(&params, &state, buffers[0], buffers[1], 0.75f, buffers + 2, count);
  size_t k = 0;
  while (status == GLS_OK && k < kBuffers && first_difference(buffers[k], expected[k], count) == count) ++k;
  return k;
}

// A whole set of buffers with ordinary values and slots at zero; two of them at a time, numbers 0 and 1.
constexpr size_t kCount = kLongest;

struct Set {
  float* buffers[kBuffers];
  explicit Set(int which) {
    static float memory[2][kBuffers][kCount];
    for (size_t k = 0; k < kBuffers; ++k) buffers[k] = memory[which][k];
  }
  void fill(uint32_t seed) {
    Random random(seed);
    for (size_t i = 0; i < kCount; ++i) {
      buffers[0][i] = random.ordinary();
      buffers[1][i] = random.ordinary();
      for (size_t k = 2; k < kBuffers; ++k) buffers[k][i] = 0.0f;
    }
  }
  bool operator==(const Set& other) const {
    size_t k = 0;
    while (k < kBuffers && first_difference(buffers[k], other.buffers[k], kCount) == kCount) ++k;
    return k == kBuffers;
  }
};

}  // namespace test
}  // namespace glissade

#endif
