// SPDX-License-Identifier: Apache-2.0
// Any number of threads: the bits of one, and nothing written on an error.
#include "glissade/training/threads.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <limits>
#include <vector>

namespace {

using namespace glissade;

constexpr size_t kCount = 5 * 4096 + 77;

// What a test runs: a rule, and how its slots are kept.
template <class R, class S = SlotsInFloats>
struct Kept {
  using Rule = R;
  using Slots = S;
};

template <class K>
struct Run {
  using Rule = typename K::Rule;
  using Slots = typename K::Slots;
  std::vector<float> weights, gradients;
  std::vector<typename Slots::Code> slot_memory;
  typename Rule::State state = {};
  OptimizerView<Rule, Slots> view;

  Run()
      : weights(kCount), gradients(kCount), slot_memory(3 * Slots::codes(kCount)), view{&state, {}, kCount} {
    for (size_t i = 0; i < kCount; ++i) {
      weights[i] = std::sin(static_cast<float>(i));
      gradients[i] = std::cos(static_cast<float>(i) * 0.7f);
    }
    if constexpr (Slots::kFormat != nullptr) view.seed = 5, view.first = 640;
    for (int k = 0; k < Rule::kSlots; ++k)
      view.slots[k] = slot_memory.data() + static_cast<size_t>(k) * Slots::codes(kCount);
  }
  bool operator==(const Run& other) const {
    return weights == other.weights && slot_memory == other.slot_memory && state.step == other.state.step;
  }
};

template <class K>
class Threads : public testing::Test {};
using All =
    testing::Types<Kept<Sgd>, Kept<Momentum>, Kept<AdamW>, Kept<AmsGrad>, Kept<RmsPropCenteredMomentum>,
                   Kept<Momentum, SlotsIn8Bits>, Kept<AdamW, SlotsIn8Bits>, Kept<AmsGrad, SlotsIn8Bits>,
                   Kept<Momentum, SlotsInBfloat16>, Kept<AdamW, SlotsInBfloat16>,
                   Kept<AmsGrad, SlotsInBfloat16>>;
TYPED_TEST_SUITE(Threads, All, );

TYPED_TEST(Threads, GiveTheBitsOfOne) {
  Run<TypeParam> one;
  for (int step = 0; step < 3; ++step)
    ASSERT_EQ(one.view.step(one.weights.data(), one.gradients.data()), GLS_OK);
  for (unsigned threads = 0; threads < 9; ++threads) {
    Run<TypeParam> run;
    for (int step = 0; step < 3; ++step) {
      ASSERT_EQ(step_on_threads(threads, run.view, run.weights.data(), run.gradients.data()), GLS_OK);
    }
    EXPECT_TRUE(run == one) << threads;
  }
}

// One sweeps past all caches, each of two does not.
TEST(Threads, GiveTheBitsOfOneFarFromCaches) {
  constexpr size_t kMany = (size_t{1} << 23) + 37;  // some go first, for alignment
  std::vector<float> weights(kMany), gradients(kMany), v(kMany, 0.25f);
  for (size_t i = 0; i < kMany; ++i) {
    weights[i] = static_cast<float>(i % 1021) - 500.0f;
    gradients[i] = static_cast<float>(i % 509) * 0.01f - 2.0f;
  }
  const std::vector<float> start = weights, start_v = v;
  RmsProp::State state = {};
  const OptimizerView<RmsProp> view{&state, {v.data()}, kMany};
  ASSERT_EQ(view.step(weights.data(), gradients.data()), GLS_OK);
  const std::vector<float> one = weights, one_v = v;
  weights = start, v = start_v;
  ASSERT_EQ(step_on_threads(2, view, weights.data(), gradients.data()), GLS_OK);
  EXPECT_TRUE(weights == one && v == one_v);
}

TYPED_TEST(Threads, WriteNothingOnAnError) {
  Run<TypeParam> run, before;
  const auto step = [&](float* weights, const float* gradients, typename TypeParam::Rule::Params params = {},
                        float scale = 1.0f) {
    return step_on_threads(3, run.view, weights, gradients, params, scale);
  };
  float* const w = run.weights.data();
  for (const size_t place : {size_t{0}, size_t{9000}, kCount - 1}) {
    const float kept = run.gradients[place];
    run.gradients[place] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_EQ(step(w, run.gradients.data()), GLS_ERROR_GRADIENT);
    run.gradients[place] = kept;
  }
  const float* const g = run.gradients.data();
  EXPECT_EQ(step(nullptr, g), GLS_ERROR_NULL);
  EXPECT_EQ(step(w, nullptr), GLS_ERROR_NULL);
  EXPECT_EQ(step(w, g, {}, std::numeric_limits<float>::infinity()), GLS_ERROR_RANGE);
  typename TypeParam::Rule::Params bad;
  bad.learning_rate = -1.0;
  EXPECT_EQ(step(w, g, bad), GLS_ERROR_RANGE);
  for (int k = 0; k < TypeParam::Rule::kSlots; ++k) {
    auto* const slot = run.view.slots[k];
    using Code = typename TypeParam::Slots::Code;
    run.view.slots[k] = nullptr;
    EXPECT_EQ(step(w, g), GLS_ERROR_NULL);
    run.view.slots[k] = reinterpret_cast<Code*>(reinterpret_cast<uintptr_t>(slot) + sizeof(Code) / 2);
    if (sizeof(Code) > 1) {
      EXPECT_EQ(step(w, g), GLS_ERROR_ALIGNMENT);
    }
    run.view.slots[k] = slot;
  }
  run.view.state = nullptr;
  EXPECT_EQ(step(w, g), GLS_ERROR_NULL);
  EXPECT_TRUE(run == before);
}

// A child that fork made has none of its parent's threads, though the runtime that kept them has the memory
// of them.
TYPED_TEST(Threads, GiveTheBitsOfOneInAChildProcess) {
  Run<TypeParam> one, parent;
  for (int step = 0; step < 2; ++step)
    ASSERT_EQ(one.view.step(one.weights.data(), one.gradients.data()), GLS_OK);
  ASSERT_EQ(step_on_threads(3, parent.view, parent.weights.data(), parent.gradients.data()), GLS_OK);
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    const Status status = step_on_threads(3, parent.view, parent.weights.data(), parent.gradients.data());
    _exit(status == GLS_OK && parent == one ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status) << ", which is " << SIGALRM
                                 << " where it hangs";
  EXPECT_EQ(WEXITSTATUS(status), 0);
  ASSERT_EQ(step_on_threads(3, parent.view, parent.weights.data(), parent.gradients.data()), GLS_OK);
}

}  // namespace
