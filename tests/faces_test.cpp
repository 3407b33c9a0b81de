// SPDX-License-Identifier: Apache-2.0
// The C++ classes and the C functions: sizes, equality with each other, and the list of backends.
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>

#include "glissade/glissade.hpp"
#include "named_slots.hpp"

namespace {

using namespace glissade;

constexpr size_t kCount = 13;
static_assert(sizeof(Optimizer<Sgd, kCount>) == 4, "SGD has no slot to pay for");
static_assert(sizeof(Optimizer<Momentum, kCount>) == 4 + 4 * kCount, "momentum has one");
static_assert(sizeof(Optimizer<Adam, kCount>) == 4 + 8 * kCount, "Adam has two");
static_assert(sizeof(Optimizer<AdamW, kCount>) == 4 + 8 * kCount, "AdamW has two");
static_assert(sizeof(Optimizer<AmsGrad, kCount>) == 4 + 12 * kCount, "AMSGrad has three");
static_assert(std::is_trivially_copyable<Optimizer<Adam, kCount>>::value,
              "an optimizer can be written to flash");

struct Buffers {
  float weights[kCount], gradients[kCount];
  Buffers() {
    for (size_t i = 0; i < kCount; ++i) {
      weights[i] = 0.1f * static_cast<float>(i) - 0.5f;
      gradients[i] = 0.3f - 0.05f * static_cast<float>(i);
    }
  }
};

bool same(const float* a, const float* b) { return std::memcmp(a, b, kCount * sizeof(float)) == 0; }

TEST(Faces, AdamIsTheSameInCAndCpp) {
  Buffers c, cpp;
  static Optimizer<Adam, kCount> optimizer;
  gls_adam_params params;
  gls_adam_defaults(&params);
  gls_adam_state state = {0};
  float m[kCount] = {}, v[kCount] = {};
  for (int step = 0; step < 5; ++step) {
    ASSERT_EQ(optimizer.step(cpp.weights, cpp.gradients), GLS_OK);
    ASSERT_EQ(gls_adam_step(&params, &state, c.weights, c.gradients, 1.0f, m, v, kCount), GLS_OK);
  }
  EXPECT_TRUE(same(c.weights, cpp.weights));
  EXPECT_TRUE(same(m, optimizer.slots[0]));
  EXPECT_TRUE(same(v, optimizer.slots[1]));
  EXPECT_EQ(state.step, optimizer.state.step);
}

// Every C function of every rule, through a guarded step, its bytes, and back.
TEST(Faces, EveryRuleHasAllItsCFunctions) {
  float slot_memory[3][kCount], other_memory[4][kCount];
  float *const slot0 = slot_memory[0], *const slot1 = slot_memory[1], *const slot2 = slot_memory[2];
  float* const other_slots[] = {other_memory[1], other_memory[2], other_memory[3]};
  unsigned char bytes[GLS_SAVED_BYTES_MAX(3, kCount)];
  (void)slot1, (void)slot2;
#define GLISSADE_RULE(name, Rule, slot_count)                                                                \
  {                                                                                                          \
    Buffers b;                                                                                               \
    std::memset(slot_memory, 0, sizeof slot_memory);                                                         \
    gls_##name##_params params, restored;                                                                    \
    gls_##name##_state state = {};                                                                           \
    Rule::State other_state = {};                                                                            \
    gls_##name##_defaults(&params);                                                                          \
    EXPECT_EQ(gls_##name##_guard(&params, b.weights, b.gradients, 1.0f, kCount), GLS_OK);                    \
    EXPECT_EQ(gls_##name##_step(&params, &state, b.weights, b.gradients, 1.0f,                               \
                                GLISSADE_SLOTS_##slot_count kCount),                                         \
              GLS_OK);                                                                                       \
    EXPECT_EQ(gls_##name##_saved_bytes(kCount), saved_bytes<Rule>(kCount));                                  \
    EXPECT_EQ(gls_##name##_save(&params, &state, b.weights, GLISSADE_SLOTS_##slot_count kCount, bytes,       \
                                sizeof bytes),                                                               \
              GLS_OK);                                                                                       \
    EXPECT_EQ(                                                                                               \
        restore<Rule>(&restored, &other_state, other_memory[0], other_slots, kCount, bytes, sizeof bytes),   \
        GLS_OK);                                                                                             \
    EXPECT_TRUE(same(b.weights, other_memory[0])) << #name;                                                  \
    for (int k = 0; k < slot_count; ++k) EXPECT_TRUE(same(slot_memory[k], other_memory[k + 1])) << #name;    \
    EXPECT_EQ(gls_##name##_restore(&restored, &state, b.weights, GLISSADE_SLOTS_##slot_count kCount, bytes,  \
                                   sizeof bytes),                                                            \
              GLS_OK);                                                                                       \
    const float inputs[] = {b.gradients[1], 0.5f}, outputs[] = {1.0f, -0.25f};                               \
    const gls_dense_gradient layers[] = {{inputs, outputs, 1, 2, 2}};                                        \
    gls_##name##_coefficients c;                                                                             \
    EXPECT_EQ(gls_##name##_guard_dense(&params, b.weights, layers, 1, 1.0f, 6), GLS_OK);                     \
    EXPECT_EQ(                                                                                               \
        gls_##name##_step_dense(&params, &state, b.weights, layers, 1, 1.0f, GLISSADE_SLOTS_##slot_count 6), \
        GLS_OK);                                                                                             \
    EXPECT_EQ(gls_##name##_step_dense_unguarded(&params, &state, b.weights, layers, 1, 1.0f,                 \
                                                GLISSADE_SLOTS_##slot_count 6),                              \
              GLS_OK);                                                                                       \
    EXPECT_EQ(gls_##name##_begin(&params, &state, 1.0f, &c), GLS_OK);                                        \
    EXPECT_EQ(gls_##name##_sweep_dense(&c, b.weights, layers, 1, GLISSADE_SLOTS_##slot_count 6), GLS_OK);    \
    EXPECT_EQ(gls_##name##_sweep_dense(&c, b.weights, layers, 1, GLISSADE_SLOTS_##slot_count 7),             \
              GLS_ERROR_RANGE);                                                                              \
    const DenseGradients factors{layers, 1};                                                                 \
    EXPECT_EQ(step<Rule>(&restored, &other_state, other_memory[0], factors, 1.0f, other_slots, 6), GLS_OK);  \
    EXPECT_EQ(step_unguarded<Rule>(&restored, &other_state, other_memory[0], factors, 1.0f, other_slots, 6), \
              GLS_OK);                                                                                       \
    EXPECT_EQ(step<Rule>(&restored, &other_state, other_memory[0], factors, 1.0f, other_slots, 6), GLS_OK);  \
    EXPECT_TRUE(same(b.weights, other_memory[0])) << #name;                                                  \
    b.gradients[3] = std::numeric_limits<float>::quiet_NaN();                                                \
    EXPECT_EQ(gls_##name##_guard(&params, b.weights, b.gradients, 1.0f, kCount), GLS_ERROR_GRADIENT);        \
  }
#include "rules.inc"
#undef GLISSADE_RULE
}

TEST(Faces, AdamWIsTheSameInCAndCpp) {
  Buffers c, cpp;
  Optimizer<AdamW, kCount> optimizer{};
  gls_adam_params params;
  gls_adamw_defaults(&params);
  EXPECT_TRUE(params.decoupled_weight_decay);
  EXPECT_EQ(params.weight_decay, 0.01);
  gls_adam_state state = {0};
  float m[kCount] = {}, v[kCount] = {};
  ASSERT_EQ(optimizer.step(cpp.weights, cpp.gradients), GLS_OK);
  ASSERT_EQ(gls_adam_step(&params, &state, c.weights, c.gradients, 1.0f, m, v, kCount), GLS_OK);
  EXPECT_TRUE(same(c.weights, cpp.weights));
  Buffers adam;
  Optimizer<Adam, kCount> plain{};
  ASSERT_EQ(plain.step(adam.weights, adam.gradients), GLS_OK);
  EXPECT_FALSE(same(c.weights, adam.weights));
}

TEST(Faces, OtherRulesInC) {
  Buffers c, cpp;
  float slots[3][kCount] = {};
  gls_sgd_params sgd;
  gls_sgd_defaults(&sgd);
  gls_sgd_state sgd_state = {0};
  Optimizer<Sgd, kCount> cpp_sgd{};
  ASSERT_EQ(gls_sgd_step(&sgd, &sgd_state, c.weights, c.gradients, 0.5f, kCount), GLS_OK);
  ASSERT_EQ(cpp_sgd.step(cpp.weights, cpp.gradients, {}, 0.5f), GLS_OK);
  EXPECT_TRUE(same(c.weights, cpp.weights));
  gls_momentum_params momentum;
  gls_momentum_defaults(&momentum);
  gls_momentum_state momentum_state = {0};
  gls_momentum_coefficients coefficients;
  Optimizer<Momentum, kCount> cpp_momentum{};
  ASSERT_EQ(gls_momentum_begin(&momentum, &momentum_state, 1.0f, &coefficients), GLS_OK);
  ASSERT_EQ(gls_momentum_sweep(&coefficients, c.weights + 5, c.gradients + 5, slots[0] + 5, kCount - 5),
            GLS_OK);
  ASSERT_EQ(gls_momentum_sweep(&coefficients, c.weights, c.gradients, slots[0], 5), GLS_OK);
  ASSERT_EQ(cpp_momentum.step(cpp.weights, cpp.gradients), GLS_OK);
  EXPECT_TRUE(same(c.weights, cpp.weights));
  gls_amsgrad_params amsgrad;
  gls_amsgrad_defaults(&amsgrad);
  gls_amsgrad_state amsgrad_state = {0};
  float m[kCount] = {}, v[kCount] = {}, max_v[kCount] = {};
  Optimizer<AmsGrad, kCount> cpp_amsgrad{};
  ASSERT_EQ(gls_amsgrad_step(&amsgrad, &amsgrad_state, c.weights, c.gradients, 1.0f, m, v, max_v, kCount),
            GLS_OK);
  ASSERT_EQ(cpp_amsgrad.step(cpp.weights, cpp.gradients), GLS_OK);
  EXPECT_TRUE(same(c.weights, cpp.weights));
  EXPECT_TRUE(same(max_v, cpp_amsgrad.slots[2]));
}

TEST(Faces, ArraysAndSlices) {
  std::array<float, kCount> weights, gradients;
  Buffers plain;
  std::memcpy(weights.data(), plain.weights, sizeof plain.weights);
  std::memcpy(gradients.data(), plain.gradients, sizeof plain.gradients);
  Optimizer<Adam, kCount> whole{}, sliced{};
  ASSERT_EQ(whole.step(plain.weights, plain.gradients), GLS_OK);
  Adam::Coefficients c;
  ASSERT_EQ(sliced.begin(c), GLS_OK);
  ASSERT_EQ(sliced.sweep(c, weights, gradients, 7, kCount - 7), GLS_OK);
  ASSERT_EQ(sliced.sweep(c, weights, gradients, 0, 7), GLS_OK);
  EXPECT_TRUE(same(weights.data(), plain.weights));
  EXPECT_EQ(sliced.sweep(c, weights, gradients, 7, kCount), GLS_ERROR_RANGE);
}

TEST(Faces, OptionsMayChangeBetweenSteps) {
  Buffers buffers;
  Optimizer<Adam, kCount> optimizer{};
  Adam::Params params;
  ASSERT_EQ(optimizer.step(buffers.weights, buffers.gradients, params), GLS_OK);
  params.beta1 = 0.5;
  params.learning_rate = 0.0;
  const Buffers before = buffers;
  ASSERT_EQ(optimizer.step(buffers.weights, buffers.gradients, params), GLS_OK);
  EXPECT_TRUE(same(before.weights, buffers.weights)) << "a rate of 0 moves nothing";
  EXPECT_EQ(optimizer.state.step, 2u);
}

TEST(Status, HasATextForEach) {
  for (const gls_status status :
       {GLS_OK, GLS_ERROR_NULL, GLS_ERROR_RANGE, GLS_ERROR_ALIGNMENT, GLS_ERROR_BACKEND}) {
    EXPECT_STRNE(gls_status_text(status), "unknown status");
  }
  EXPECT_STREQ(gls_status_text(static_cast<gls_status>(1)), "unknown status");
}

class Backends : public testing::Test {
 protected:
  ~Backends() override {
    unsetenv("GLISSADE_BACKEND");
    (void)!gls_backend_force(nullptr);
  }
  static std::string explain(const char* name) {
    char line[300];
    gls_backend_explain(name, line, sizeof line);
    return line;
  }
};

TEST_F(Backends, CanBeListedAndForced) {
  ASSERT_GT(gls_backend_count(), 0u);
  EXPECT_EQ(gls_backend_name(gls_backend_count()), nullptr);
  EXPECT_FALSE(gls_backend_supported(gls_backend_count()));
  EXPECT_STREQ(gls_backend_name(gls_backend_count() - 1), "scalar");
  for (size_t i = 0; i < gls_backend_count(); ++i) {
    const gls_status status = gls_backend_force(gls_backend_name(i));
    EXPECT_EQ(status, gls_backend_supported(i) ? GLS_OK : GLS_ERROR_BACKEND);
    if (status == GLS_OK) {
      EXPECT_STREQ(gls_backend_active(), gls_backend_name(i));
    }
  }
  ASSERT_EQ(gls_backend_force("scalar"), GLS_OK);
  EXPECT_EQ(gls_backend_force("sse9"), GLS_ERROR_BACKEND);
  EXPECT_STREQ(gls_backend_active(), "scalar") << "an error changes nothing";
}

TEST_F(Backends, TheFirstSupportedOneWins) {
  ASSERT_EQ(gls_backend_force(nullptr), GLS_OK);
  size_t first = 0;
  while (!gls_backend_supported(first)) ++first;
  EXPECT_STREQ(gls_backend_active(), gls_backend_name(first));
}

TEST_F(Backends, TheEnvironmentChooses) {
  setenv("GLISSADE_BACKEND", "scalar", 1);
  ASSERT_EQ(gls_backend_force(nullptr), GLS_OK);
  EXPECT_STREQ(gls_backend_active(), "scalar");
}

TEST_F(Backends, AWrongEnvironmentIsAnError) {
  if (gls_backend_count() == 1) GTEST_SKIP() << "a single backend reads no environment";
  setenv("GLISSADE_BACKEND", "sse9", 1);
  ASSERT_EQ(gls_backend_force(nullptr), GLS_OK);
  EXPECT_EQ(gls_backend_active(), nullptr);
  Buffers buffers;
  const Buffers before = buffers;
  Optimizer<Adam, kCount> optimizer{};
  EXPECT_EQ(optimizer.step(buffers.weights, buffers.gradients), GLS_ERROR_BACKEND);
  EXPECT_TRUE(same(before.weights, buffers.weights));
  EXPECT_EQ(optimizer.state.step, 0u);
  EXPECT_EQ(gls_relu_forward(buffers.weights, buffers.weights, kCount), GLS_ERROR_BACKEND);
  const std::string line = explain(nullptr);
  EXPECT_EQ(line.find("backend \"sse9\" does not exist; this machine has "), 0u) << line;
  for (size_t i = 0; i < gls_backend_count(); ++i) {
    EXPECT_EQ(line.find(std::string(" ") + gls_backend_name(i)) != std::string::npos,
              gls_backend_supported(i))
        << line;
  }
}

TEST_F(Backends, AnExplanationFitsItsBuffer) {
  const std::string whole = explain("scalar");
  EXPECT_EQ(whole.find("backend \"scalar\" works here; "), 0u);
  char cut[10];
  std::memset(cut, 'x', sizeof cut);
  EXPECT_EQ(gls_backend_explain("scalar", cut, 8), whole.size());
  EXPECT_EQ(std::string(cut), whole.substr(0, 7));
  EXPECT_EQ(cut[8], 'x');
  EXPECT_EQ(gls_backend_explain("scalar", nullptr, 0), whole.size());
}

}  // namespace
