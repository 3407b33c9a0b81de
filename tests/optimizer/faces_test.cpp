// SPDX-License-Identifier: Apache-2.0
// The C++ classes and the C functions: sizes, equality with each other, and the list of backends.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <new>
#include <string>
#include <type_traits>

#include "glissade/glissade.hpp"

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

void set(unsigned char* params, const gls_param_info& param, double value) {
  if (param.kind == GLS_PARAM_BOOL)
    params[param.offset] = value != 0.0;
  else
    std::memcpy(params + param.offset, &value, sizeof value);
}

// What a description says of the parameters: usual values are those of defaults; least and most are taken,
// and what lies beyond them is not.
template <class Params, class Valid>
void check_params(const gls_rule_info& info, Params usual, Valid valid) {
  unsigned char params[sizeof usual];
  for (size_t i = 0; i < info.param_count; ++i) {
    const gls_param_info& param = info.params[i];
    SCOPED_TRACE(param.name);
    std::memcpy(params, &usual, sizeof params);
    set(params, param, param.usual);
    EXPECT_EQ(std::memcmp(params, &usual, sizeof params), 0);
    // Where one parameter bounds another, the other is out of the way.
    for (size_t k = 0; k < info.param_count; ++k) {
      if (std::string(info.params[k].name) == "largest_step")
        set(params, info.params[k], info.params[k].most);
      if (std::string(info.params[k].name) == "allow_zero_epsilon") set(params, info.params[k], 1.0);
      if (std::string(param.name) == "largest_step" && std::string(info.params[k].name) == "smallest_step")
        set(params, info.params[k], 0.0);
    }
    for (const double value : {param.least, param.most}) {
      set(params, param, value);
      EXPECT_TRUE(valid(params)) << value;
    }
    if (param.kind == GLS_PARAM_BOOL) {
      if (param.most < 1.0) {
        set(params, param, 1.0);
        EXPECT_FALSE(valid(params));
      }
      continue;
    }
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    for (const double beyond :
         {std::nextafter(param.least, -kInfinity), std::nextafter(param.most, kInfinity),
          std::numeric_limits<double>::quiet_NaN()}) {
      set(params, param, beyond);
      EXPECT_FALSE(valid(params)) << beyond;
    }
  }
}

TEST(Faces, AnOptimizerStartsAtZeroWhereverItIs) {
  using Small = Optimizer<Adam, 3>;
  static_assert(std::is_trivially_copyable_v<Small>, "it is written to flash as it lies");
  constexpr Small kConstant;  // no start-up code
  alignas(Small) unsigned char memory[sizeof(Small)];
  std::memset(memory, 0xff, sizeof memory);
  new (memory) Small;
  EXPECT_EQ(std::memcmp(memory, &kConstant, sizeof memory), 0);
  for (const unsigned char byte : memory) EXPECT_EQ(byte, 0);
}

TEST(Faces, AdamIsTheSameInCAndCpp) {
  Buffers c, cpp;
  static Optimizer<Adam, kCount> optimizer;
  gls_adam_params params;
  gls_adam_defaults(&params);
  gls_adam_state state = {0};
  float m[kCount] = {}, v[kCount] = {};
  const gls_optimizer adam = gls_adam(&params, &state, c.weights, m, v, kCount);
  for (int step = 0; step < 5; ++step) {
    ASSERT_EQ(optimizer.step(cpp.weights, cpp.gradients), GLS_OK);
    ASSERT_EQ(gls_step(&adam, gls_gradient_buffer(c.gradients), 1.0f), GLS_OK);
  }
  EXPECT_TRUE(same(c.weights, cpp.weights));
  EXPECT_TRUE(same(m, optimizer.slots[0]));
  EXPECT_TRUE(same(v, optimizer.slots[1]));
  EXPECT_EQ(state.step, optimizer.state.step);
}

// Each rule's C constructor, its description, and its C++ type are one.
TEST(Faces, EveryRuleIsTheSameInAllFaces) {
  float slot_memory[3][kCount], other_memory[4][kCount];
  float *const slot0 = slot_memory[0], *const slot1 = slot_memory[1], *const slot2 = slot_memory[2];
  float* const other_slots[] = {other_memory[1], other_memory[2], other_memory[3]};
  unsigned char bytes[GLS_SAVED_BYTES_MAX(3, kCount)];
  size_t index = 0;
  (void)slot1, (void)slot2;
#define SLOTS_0
#define SLOTS_1 slot0,
#define SLOTS_2 SLOTS_1 slot1,
#define SLOTS_3 SLOTS_2 slot2,
#define GLISSADE_RULE(name, Rule, slots_)                                                                 \
  {                                                                                                       \
    SCOPED_TRACE(#name);                                                                                  \
    Buffers b;                                                                                            \
    std::memset(slot_memory, 0, sizeof slot_memory);                                                      \
    gls_##name##_params params, restored;                                                                 \
    gls_##name##_state state = {};                                                                        \
    Rule::State other_state = {};                                                                         \
    gls_##name##_defaults(&params);                                                                       \
    const gls_optimizer c = gls_##name(&params, &state, b.weights, SLOTS_##slots_ kCount);                \
    EXPECT_EQ(gls_guard(&c, gls_gradient_buffer(b.gradients), 1.0f), GLS_OK);                             \
    EXPECT_EQ(gls_step(&c, gls_gradient_buffer(b.gradients), 1.0f), GLS_OK);                              \
    const gls_optimizer cpp =                                                                             \
        optimizer_of<Rule>(&restored, &other_state, other_memory[0], other_slots, kCount);                \
    EXPECT_EQ(cpp.rule, c.rule);                                                                          \
    EXPECT_EQ(gls_saved_bytes(&cpp), gls_saved_bytes(&c));                                                \
    EXPECT_EQ(gls_save(&c, bytes, sizeof bytes), GLS_OK);                                                 \
    EXPECT_EQ(gls_restore(&cpp, bytes, sizeof bytes), GLS_OK);                                            \
    EXPECT_TRUE(same(b.weights, other_memory[0]));                                                        \
    for (int k = 0; k < slots_; ++k) EXPECT_TRUE(same(slot_memory[k], other_memory[k + 1]));              \
    const gls_rule_info* const info = gls_rule_at(index++);                                               \
    ASSERT_EQ(info, gls_rule_named(#name));                                                               \
    EXPECT_EQ(info->rule, c.rule);                                                                        \
    EXPECT_EQ(info->slot_count, size_t{slots_});                                                          \
    EXPECT_EQ(info->params_bytes, sizeof params);                                                         \
    EXPECT_EQ(info->state_bytes, sizeof state);                                                           \
    EXPECT_EQ(info->state_count * sizeof(uint32_t), sizeof state);                                        \
    const gls_optimizer named = gls_optimizer_of(info, &params, &state, b.weights, c.slots, kCount);      \
    EXPECT_EQ(std::memcmp(&named, &c, sizeof c), 0);                                                      \
    check_params(*info, params,                                                                           \
                 [](const void* p) { return Rule::valid(*static_cast<const gls_##name##_params*>(p)); }); \
  }
#include "optimizer/rules.inc"
#undef GLISSADE_RULE
  EXPECT_EQ(gls_rule_at(index), nullptr);
  while (index-- > 0) {
    const gls_rule_info& info = *gls_rule_at(index);
    for (size_t i = 0; i < info.state_count; ++i) EXPECT_EQ(info.state[i].offset, i * sizeof(uint32_t));
    EXPECT_STREQ(info.state[0].name, "step");
  }
  EXPECT_EQ(gls_rule_named("adams"), nullptr);
  EXPECT_EQ(gls_rule_named(nullptr), nullptr);
  EXPECT_EQ(gls_optimizer_of(nullptr, nullptr, nullptr, nullptr, nullptr, 0).rule, nullptr);
  EXPECT_EQ(gls_optimizer_of(gls_rule_named("adam"), nullptr, nullptr, nullptr, nullptr, 0).rule, nullptr);
  EXPECT_NE(gls_optimizer_of(gls_rule_named("sgd"), nullptr, nullptr, nullptr, nullptr, 0).rule, nullptr);
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
  const gls_optimizer adamw = gls_adam(&params, &state, c.weights, m, v, kCount);
  ASSERT_EQ(gls_step(&adamw, gls_gradient_buffer(c.gradients), 1.0f), GLS_OK);
  EXPECT_TRUE(same(c.weights, cpp.weights));
  Buffers adam;
  Optimizer<Adam, kCount> plain{};
  ASSERT_EQ(plain.step(adam.weights, adam.gradients), GLS_OK);
  EXPECT_FALSE(same(c.weights, adam.weights));
}

TEST(Faces, SlicesInC) {
  Buffers c, cpp;
  float slot[kCount] = {};
  gls_momentum_params params;
  gls_momentum_defaults(&params);
  gls_momentum_state state = {0};
  gls_coefficients coefficients;
  Optimizer<Momentum, kCount> cpp_momentum{};
  const gls_optimizer momentum = gls_momentum(&params, &state, c.weights, slot, kCount);
  const gls_gradients gradients = gls_gradient_buffer(c.gradients);
  ASSERT_EQ(gls_begin(&momentum, 1.0f, &coefficients), GLS_OK);
  ASSERT_EQ(gls_sweep(&momentum, &coefficients, gradients, 5, kCount - 5), GLS_OK);
  ASSERT_EQ(gls_sweep(&momentum, &coefficients, gradients, 0, 5), GLS_OK);
  ASSERT_EQ(cpp_momentum.step(cpp.weights, cpp.gradients), GLS_OK);
  EXPECT_TRUE(same(c.weights, cpp.weights));
}

// All or nothing: one bad gradient of two tensors, and neither moves.
TEST(Faces, SeveralOptimizersInOneStep) {
  Buffers a, b, alone_a, alone_b;
  float m[kCount] = {}, v[kCount] = {};
  gls_adam_params params;
  gls_adam_defaults(&params);
  gls_adam_state state = {0};
  gls_sgd_params sgd;
  gls_sgd_defaults(&sgd);
  gls_sgd_state sgd_state = {0};
  const gls_optimizer both[] = {gls_adam(&params, &state, a.weights, m, v, kCount),
                                gls_sgd(&sgd, &sgd_state, b.weights, kCount)};
  const gls_gradients gradients[] = {gls_gradient_buffer(a.gradients), gls_gradient_buffer(b.gradients)};
  ASSERT_EQ(gls_step_all(both, gradients, 2, 0.5f), GLS_OK);
  Optimizer<Adam, kCount> adam{};
  Optimizer<Sgd, kCount> plain{};
  ASSERT_EQ(adam.step(alone_a.weights, alone_a.gradients, {}, 0.5f), GLS_OK);
  ASSERT_EQ(plain.step(alone_b.weights, alone_b.gradients, {}, 0.5f), GLS_OK);
  EXPECT_TRUE(same(a.weights, alone_a.weights));
  EXPECT_TRUE(same(b.weights, alone_b.weights));
  b.gradients[kCount - 1] = std::numeric_limits<float>::infinity();
  EXPECT_EQ(gls_step_all(both, gradients, 2, 0.5f), GLS_ERROR_GRADIENT);
  EXPECT_TRUE(same(a.weights, alone_a.weights));
  EXPECT_EQ(state.step, 1u);
  EXPECT_EQ(gls_step_all(nullptr, nullptr, 0, 0.5f), GLS_OK);
  EXPECT_EQ(gls_step_all(nullptr, gradients, 1, 0.5f), GLS_ERROR_NULL);
  EXPECT_EQ(gls_step_all(both, nullptr, 1, 0.5f), GLS_ERROR_NULL);
}

TEST(Version, IsThatOfTheHeaders) {
  EXPECT_EQ(gls_version(), GLS_VERSION_MAJOR * 65536u + GLS_VERSION_MINOR * 256u + GLS_VERSION_PATCH);
}

TEST(Faces, ArraysAndSlices) {
  std::array<float, kCount> weights, gradients;
  Buffers plain;
  std::memcpy(weights.data(), plain.weights, sizeof plain.weights);
  std::memcpy(gradients.data(), plain.gradients, sizeof plain.gradients);
  Optimizer<Adam, kCount> whole{}, sliced{};
  ASSERT_EQ(whole.step(plain.weights, plain.gradients), GLS_OK);
  gls_coefficients c;
  ASSERT_EQ(sliced.begin(c), GLS_OK);
  ASSERT_EQ(sliced.sweep(c, weights, gradients, 7, kCount - 7), GLS_OK);
  ASSERT_EQ(sliced.sweep(c, weights, gradients, 0, 7), GLS_OK);
  EXPECT_TRUE(same(weights.data(), plain.weights));
  EXPECT_EQ(sliced.sweep(c, weights, gradients, 7, kCount), GLS_ERROR_RANGE);
  const Optimizer<Adam, kCount>& constant = sliced;
  EXPECT_EQ(constant.guard(weights, gradients), GLS_OK);
  unsigned char bytes[GLS_SAVED_BYTES_MAX(2, kCount)];
  EXPECT_EQ(constant.save(weights, {}, bytes, sizeof bytes), GLS_OK);
  unsigned char through[decltype(sliced)::saved_bytes()];
  const auto write = [](void* end, const void* from, size_t size) {
    unsigned char*& to = *static_cast<unsigned char**>(end);
    std::memcpy(to, from, size);
    to += size;
    return 0;
  };
  const auto read = [](void* from, size_t offset, void* to, size_t size) {
    std::memcpy(to, static_cast<unsigned char*>(from) + offset, size);
    return 0;
  };
  unsigned char* end = through;
  EXPECT_EQ(constant.save_by(weights, {}, write, &end), GLS_OK);
  EXPECT_EQ(end, through + sizeof through);
  EXPECT_EQ(std::memcmp(bytes, through, sizeof through), 0);
  Adam::Params params;
  Optimizer<Adam, kCount> back{};
  std::array<float, kCount> weights_back = {};
  EXPECT_EQ(back.restore_by(weights_back, params, read, through), GLS_OK);
  EXPECT_EQ(weights_back, weights);
  gradients[3] = std::numeric_limits<float>::infinity();
  EXPECT_EQ(constant.guard(weights, gradients), GLS_ERROR_GRADIENT);
}

// Slots in fewer bytes: of known size, and the C face's bits.
static_assert(sizeof(Optimizer<Adam, 640, SlotsIn8Bits>) == 12 + 2 * 652, "2.03 bytes for each weight");
static_assert(sizeof(Optimizer<Adam, 640, SlotsInBfloat16>) == 12 + 2 * 1280, "4 bytes for each weight");
static_assert(kHasSlotFormats<Adam> && kHasSlotFormats<AdamW> && !kHasSlotFormats<Rprop> &&
                  !kHasSlotFormats<Asgd> && kHasSlotFormats<RmsPropMomentum> &&
                  !kHasSlotFormats<RmsPropCentered> && !kHasSlotFormats<RmsPropCenteredMomentum>,
              "which rules have formats");

template <class Slots>
void check_slots(gls_optimizer (*with)(gls_optimizer, typename Slots::Code*)) {
  constexpr size_t kSome = 200;
  float weights[kSome] = {}, c_weights[kSome] = {}, gradients[kSome];
  for (size_t i = 0; i < kSome; ++i) gradients[i] = static_cast<float>(i) - 77.0f;
  Optimizer<Adam, kSome, Slots> optimizer{};
  Adam::State state = {};
  Adam::Params params;
  typename Slots::Code memory[2 * Slots::codes(kSome)] = {};
  gls_optimizer c = with(gls_adam(&params, &state, c_weights, nullptr, nullptr, kSome), memory);
  c.seed = optimizer.seed = 7;
  c.first = optimizer.first = 640;
  gls_coefficients coefficients;
  ASSERT_EQ(optimizer.step(weights, gradients), GLS_OK);
  ASSERT_EQ(optimizer.begin(coefficients), GLS_OK);
  ASSERT_EQ(optimizer.sweep(coefficients, weights, gradients, 64, kSome - 64), GLS_OK);
  ASSERT_EQ(optimizer.sweep(coefficients, weights, gradients, 0, 64), GLS_OK);
  EXPECT_EQ(optimizer.sweep(coefficients, weights, gradients, 7, 64), GLS_ERROR_RANGE);
  for (int t = 0; t < 2; ++t) ASSERT_EQ(gls_step(&c, gls_gradient_buffer(gradients), 1.0f), GLS_OK);
  EXPECT_EQ(std::memcmp(weights, c_weights, sizeof weights), 0);
  EXPECT_EQ(std::memcmp(optimizer.slots, memory, sizeof memory), 0);
  static_assert(sizeof optimizer.slots == sizeof memory, "the same bytes");

  unsigned char bytes[optimizer.saved_bytes()], c_bytes[sizeof bytes];
  EXPECT_EQ(gls_saved_bytes(&c), sizeof bytes);
  EXPECT_EQ(optimizer.view().saved_bytes(), sizeof bytes);
  ASSERT_EQ(optimizer.save(weights, params, bytes, sizeof bytes), GLS_OK);
  ASSERT_EQ(gls_save(&c, c_bytes, sizeof bytes), GLS_OK);
  EXPECT_EQ(std::memcmp(bytes, c_bytes, sizeof bytes), 0);
  Optimizer<Adam, kSome, Slots> back{};
  float weights_back[kSome] = {};
  EXPECT_EQ(back.restore(weights_back, params, bytes, sizeof bytes), GLS_ERROR_MISMATCH) << "another seed";
  back.seed = 7;
  ASSERT_EQ(back.restore(weights_back, params, bytes, sizeof bytes), GLS_OK);
  back.first = 640;
  EXPECT_EQ(std::memcmp(&back, &optimizer, sizeof back), 0);
  EXPECT_EQ(std::memcmp(weights_back, weights, sizeof weights), 0);
  auto view = back.view();
  view.seed = 8;
  ASSERT_EQ(view.step(weights_back, gradients), GLS_OK);
  ASSERT_EQ(optimizer.step(weights, gradients), GLS_OK);
  EXPECT_NE(std::memcmp(back.slots, memory, sizeof memory), 0);
  EXPECT_NE(std::memcmp(back.slots, optimizer.slots, sizeof memory), 0) << "other random bits";

  Optimizer<Adam, kSome> floats{};
  Optimizer<Adam, kSome, Slots> again{};
  ASSERT_EQ(floats.continue_from(optimizer), GLS_OK);
  ASSERT_EQ(again.continue_from(floats), GLS_OK);
  EXPECT_EQ(floats.state.step, 3u);
  EXPECT_EQ(again.state.step, 3u);
  EXPECT_EQ(std::memcmp(again.slots, optimizer.slots, sizeof memory), 0);
  EXPECT_NE(floats.slots[0][7], 0.0f);
  again.first = 7;
  again.state = {};
  EXPECT_EQ(again.continue_from(floats), GLS_ERROR_RANGE);
  EXPECT_EQ(again.state.step, 0u);
}

TEST(Faces, SlotsInFewerBytes) {
  check_slots<SlotsIn8Bits>(gls_slots_8bit);
  check_slots<SlotsInBfloat16>(gls_slots_bfloat16);
}

TEST(Faces, FactorsAsAnArrayOrAsAValue) {
  const float inputs[] = {0.5f, -1.0f}, output_gradients[] = {1.0f, 2.0f, 3.0f};
  const gls_factors layers[] = {{inputs, output_gradients, 1, 2, 3}};
  float a[9] = {}, b[9] = {};
  Optimizer<Momentum, 9> array{}, value{};
  ASSERT_EQ(array.step(a, layers), GLS_OK);
  ASSERT_EQ(value.step(b, Factors{layers, 1}), GLS_OK);
  EXPECT_EQ(std::memcmp(a, b, sizeof a), 0);
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
