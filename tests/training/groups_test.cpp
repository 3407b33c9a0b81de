// SPDX-License-Identifier: Apache-2.0
// Parameter groups: each steps as if it were alone, and nothing is written where one of them is refused.
#include "glissade/training/groups.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

namespace {

using namespace glissade;

using Group = ParameterGroup<Adam>;
constexpr size_t kCount = 10;

struct Buffers {
  float weights[kCount], gradients[kCount], m[kCount] = {}, v[kCount] = {};
  float* const slots[2] = {m, v};
  Buffers() {
    for (size_t i = 0; i < kCount; ++i) weights[i] = 1.0f, gradients[i] = 0.1f * static_cast<float>(i) - 0.3f;
  }
};

TEST(Groups, HaveTheirOwnRateDecayAndStepCount) {
  Group groups[] = {{0, 3}, {3, 4}, {8, 2}};
  groups[0].params.learning_rate = 0.5;
  groups[1].params.weight_decay = 0.25;
  groups[1].params.decoupled_weight_decay = true;
  groups[2].frozen = true;
  Buffers all;
  for (int step = 0; step < 3; ++step) {
    ASSERT_EQ(step_groups(groups, 3, all.weights, all.gradients, all.slots, kCount, 0.5f), GLS_OK);
  }
  EXPECT_EQ(groups[0].state.step, 3u);
  EXPECT_EQ(groups[2].state.step, 0u);
  for (const size_t still : {7u, 8u, 9u}) {
    EXPECT_EQ(all.weights[still], 1.0f);
    EXPECT_EQ(all.m[still], 0.0f);
  }
  for (const size_t k : {0u, 1u}) {
    Buffers alone;
    Adam::State state = {};
    for (int step = 0; step < 3; ++step) {
      const size_t first = groups[k].first;
      const gls_optimizer optimizer = gls_adam(&groups[k].params, &state, alone.weights + first,
                                               alone.m + first, alone.v + first, groups[k].count);
      ASSERT_EQ(gls_step(&optimizer, gls_gradient_buffer(alone.gradients + first), 0.5f), GLS_OK);
    }
    for (size_t i = groups[k].first; i < groups[k].first + groups[k].count; ++i) {
      EXPECT_EQ(all.weights[i], alone.weights[i]) << i;
    }
  }
}

TEST(Groups, AreAllCheckedBeforeAnythingIsWritten) {
  Buffers all;
  const auto refused = [&](Group* groups, size_t count, Status expected) {
    const Status status = step_groups(groups, count, all.weights, all.gradients, all.slots, kCount);
    EXPECT_EQ(status, expected);
    EXPECT_EQ(all.weights[0], 1.0f);
    for (size_t k = 0; k < count; ++k) EXPECT_EQ(groups[k].state.step, 0u);
  };
  Group bad_params[] = {{0, 3}, {3, 4}};
  bad_params[1].params.learning_rate = NAN;
  refused(bad_params, 2, GLS_ERROR_RANGE);
  Group beyond[] = {{0, 3}, {3, 8}};
  refused(beyond, 2, GLS_ERROR_RANGE);
  Group wraps[] = {{0, 3}, {3, SIZE_MAX}};
  refused(wraps, 2, GLS_ERROR_RANGE);
  Group overlap[] = {{0, 3}, {2, 4}};
  refused(overlap, 2, GLS_ERROR_RANGE);
  Group good[] = {{0, 3}};
  float* const missing[] = {all.m, nullptr};
  EXPECT_EQ(step_groups(good, 1, all.weights, all.gradients, missing, kCount), GLS_ERROR_NULL);
  EXPECT_EQ(step_groups<Adam>(nullptr, 1, all.weights, all.gradients, all.slots, kCount), GLS_ERROR_NULL);
  float* const odd = reinterpret_cast<float*>(reinterpret_cast<uintptr_t>(all.weights) + 1);
  EXPECT_EQ(step_groups(good, 1, odd, all.gradients, all.slots, kCount), GLS_ERROR_ALIGNMENT);
  EXPECT_EQ(step_groups(good, 1, all.weights, all.gradients, all.slots, kCount, NAN), GLS_ERROR_RANGE);
  EXPECT_EQ(good[0].state.step, 0u);
}

// Clipping looks at what the step takes: not at the frozen ones, nor at weights in no group.
TEST(Groups, AreReportedWithoutTheFrozenOnes) {
  Buffers all;
  float gradients[kCount] = {3, 4, 100, NAN, 0, 12};
  Group groups[] = {{0, 2}, {2, 2}, {5, 1}};
  groups[1].frozen = true;
  gls_gradient_report report = {};
  ASSERT_EQ(report_groups(groups, 3, gradients, kCount, &report), GLS_OK);
  EXPECT_EQ(gls_gradient_norm(&report), 13.0);
  EXPECT_EQ(report.not_finite, 0u);
  EXPECT_EQ(report_groups(groups, 3, gradients, 5, &report), GLS_ERROR_RANGE);
  EXPECT_EQ(report_groups(groups, 3, gradients, kCount, nullptr), GLS_ERROR_NULL);
  EXPECT_EQ(report_groups<Adam>(nullptr, 1, gradients, kCount, &report), GLS_ERROR_NULL);
  EXPECT_EQ(report_groups(groups, 3, nullptr, kCount, &report), GLS_ERROR_NULL);
  const float* const odd = reinterpret_cast<float*>(reinterpret_cast<uintptr_t>(gradients) + 1);
  EXPECT_EQ(report_groups(groups, 3, odd, kCount, &report), GLS_ERROR_ALIGNMENT);
  EXPECT_EQ(gls_gradient_norm(&report), 13.0) << "an error writes nothing";
}

// Slots in fewer bytes: each group steps as an optimizer of its own, with the blocks' numbers of the whole.
template <class Slots>
void check_slots(gls_optimizer (*with)(gls_optimizer, typename Slots::Code*)) {
  constexpr size_t kMany = 300;
  Group groups[] = {{0, 70}, {200, 100}, {71, 3}, {74, 120}};
  groups[1].params.learning_rate = 0.25;
  float weights[kMany], expected[kMany], gradients[kMany];
  for (size_t i = 0; i < kMany; ++i) {
    weights[i] = expected[i] = 1.0f;
    gradients[i] = 0.1f * static_cast<float>(i % 37) - 0.7f;
  }
  typename Slots::Code m[Slots::codes(kMany) + 4 * 4] = {}, v[Slots::codes(kMany) + 4 * 4] = {};
  typename Slots::Code* const slots[] = {m, v};
  typename Slots::Code alone[4][2 * Slots::codes(120)] = {};
  Adam::State states[4] = {};
  for (int t = 0; t < 4; ++t) {
    groups[2].frozen = t == 1;
    gradients[299] = NAN;
    EXPECT_EQ((step_groups<Adam, Slots>(groups, 4, weights, gradients, slots, kMany)), GLS_ERROR_GRADIENT);
    gradients[299] = 0.5f;
    ASSERT_EQ((step_groups<Adam, Slots>(groups, 4, weights, gradients, slots, kMany)), GLS_OK);
    for (size_t k = 0; k < 4; ++k) {
      if (groups[k].frozen) continue;
      const size_t first = groups[k].first;
      gls_optimizer optimizer =
          with(gls_adam(&groups[k].params, &states[k], expected + first, nullptr, nullptr, groups[k].count),
               alone[k]);
      optimizer.first = first - first % 64;
      ASSERT_EQ(gls_step(&optimizer, gls_gradient_buffer(gradients + first), 1.0f), GLS_OK);
    }
  }
  EXPECT_EQ(std::memcmp(weights, expected, sizeof weights), 0);
  size_t before = 0;
  for (size_t k = 0; k < 4; ++k) {
    const size_t codes = Slots::codes(groups[k].count), bytes = codes * sizeof m[0];
    EXPECT_EQ(groups[k].state.step, states[k].step);
    EXPECT_EQ(std::memcmp(m + before, alone[k], bytes), 0) << k;
    EXPECT_EQ(std::memcmp(v + before, alone[k] + codes, bytes), 0) << k;
    EXPECT_NE(v[before], 0);
    before += codes;
  }
  groups[1].count = 101;
  EXPECT_EQ((step_groups<Adam, Slots>(groups, 4, weights, gradients, slots, kMany)), GLS_ERROR_RANGE);
  typename Slots::Code* const missing[] = {m, nullptr};
  groups[1].count = 100;
  EXPECT_EQ((step_groups<Adam, Slots>(groups, 4, weights, gradients, missing, kMany)), GLS_ERROR_NULL);
}

TEST(Groups, WithSlotsInFewerBytes) {
  check_slots<SlotsIn8Bits>(gls_slots_8bit);
  check_slots<SlotsInBfloat16>(gls_slots_bfloat16);
}

TEST(Groups, WithAPresetsParameters) {
  Buffers all;
  ParameterGroup<AdamW> groups[] = {{0, kCount}};
  EXPECT_TRUE(groups[0].params.decoupled_weight_decay);
  ASSERT_EQ(step_groups(groups, 1, all.weights, all.gradients, all.slots, kCount), GLS_OK);
  Buffers alone;
  Optimizer<AdamW, kCount> optimizer{};
  ASSERT_EQ(optimizer.step(alone.weights, alone.gradients), GLS_OK);
  for (size_t i = 0; i < kCount; ++i) EXPECT_EQ(all.weights[i], alone.weights[i]);
}

}  // namespace
