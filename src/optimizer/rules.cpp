// SPDX-License-Identifier: Apache-2.0
// Each rule as a table of its own, which its C constructor alone names; usual values.
#include "backend/gate.hpp"
#include "numbers/crc32.hpp"
#include "optimizer/rule.hpp"

namespace glissade {
namespace {

template <class Rule>
bool valid(const void* params) noexcept {
  return Rule::valid(*static_cast<const typename Rule::Params*>(params));
}

template <class Rule>
void tick(const void* params, void* state, void* coefficients) noexcept {
  Rule::tick(*static_cast<const typename Rule::Params*>(params), *static_cast<typename Rule::State*>(state),
             *static_cast<typename Rule::Coefficients*>(coefficients));
}

template <class Rule>
constexpr uint8_t signed_slots() {
  static_assert(Rule::kSlots <= 3, "a bit for each slot");
  if constexpr (Rule::kSlots == 0) {
    return 0;
  } else {
    unsigned slots = 0;
    for (int k = 0; k < Rule::kSlots; ++k) slots |= (Rule::kSlotInfo[k].is_signed ? 1u : 0u) << k;
    return slots & 7u;
  }
}

template <class Rule>
constexpr gls_rule rule_of(const char* name, RuleKernels kernels) {
  using Params = typename Rule::Params;
  using State = typename Rule::State;
  using Coefficients = typename Rule::Coefficients;
  static_assert(
      offsetof(Params, learning_rate) == offsetof(CommonParams, learning_rate) &&
          offsetof(Params, weight_decay) == offsetof(CommonParams, weight_decay) &&
          offsetof(Params, decoupled_weight_decay) == offsetof(CommonParams, decoupled_weight_decay) &&
          offsetof(Params, maximize) == offsetof(CommonParams, maximize),
      "parameters begin with the common ones");
  static_assert(sizeof(Coefficients) <= kMostCoefficients && alignof(Coefficients) == 4 &&
                    offsetof(Coefficients, gradient) == 0,
                "coefficients fit, and begin with the gradient's");
  static_assert(sizeof(State) % 4 == 0, "a state is words of 4 bytes, without padding");
  static_assert(offsetof(State, step) == 0 && sizeof(State::step) == 4, "a state begins with its step count");
  static_assert(Rule::kSlots <= GLS_SLOTS_MOST, "an optimizer has room for all slots");
  constexpr size_t kCount = saved_params<Rule>();
  constexpr gls_param_info kLast = Rule::kParams[sizeof(Rule::kParams) / sizeof(gls_param_info) - 1];
  static_assert(kLast.saved || kLast.offset == offsetof(CommonParams, allow_zero_epsilon),
                "what is not saved is where restore looks for it");
  static_assert(kCount <= kMostParams && sizeof(Params) <= kMostParamsBytes, "parameters fit into the table");
  gls_rule rule = {valid<Rule>,
                   tick<Rule>,
                   kernels,
                   crc32_of(name),
                   Rule::kSlots,
                   Rule::kGradientBits,
                   sizeof(State) / 4,
                   !kLast.saved,
                   kCount,
                   signed_slots<Rule>(),
                   kHasSlotFormats<Rule>,
                   {}};
  for (size_t i = 0; i < kCount; ++i) {
    rule.params[i].offset = Rule::kParams[i].offset & 127;
    rule.params[i].is_bool = Rule::kParams[i].kind == GLS_PARAM_BOOL ? 1 : 0;
  }
  return rule;
}

}  // namespace

#define GLISSADE_RULE(name, Rule, slot_count) \
  const gls_rule name##_rule = rule_of<Rule>(#name, GLISSADE_RULE_KERNELS(name));
#include "optimizer/rules.inc"
#undef GLISSADE_RULE

}  // namespace glissade

using namespace glissade;

#define GLISSADE_NAMED_SLOTS_0
#define GLISSADE_NAMED_SLOTS_1 float *slot0,
#define GLISSADE_NAMED_SLOTS_2 GLISSADE_NAMED_SLOTS_1 float *slot1,
#define GLISSADE_NAMED_SLOTS_3 GLISSADE_NAMED_SLOTS_2 float *slot2,
#define GLISSADE_SLOTS_0
#define GLISSADE_SLOTS_1 slot0,
#define GLISSADE_SLOTS_2 GLISSADE_SLOTS_1 slot1,
#define GLISSADE_SLOTS_3 GLISSADE_SLOTS_2 slot2,
#define GLISSADE_RULE(name, Rule, slot_count)                                                      \
  void gls_##name##_defaults(gls_##name##_params* params) { *params = {}; }                        \
  gls_optimizer gls_##name(gls_##name##_params* params, gls_##name##_state* state, float* weights, \
                           GLISSADE_NAMED_SLOTS_##slot_count size_t count) {                       \
    float* const slots[] = {GLISSADE_SLOTS_##slot_count nullptr};                                  \
    return optimizer_of<Rule>(params, state, weights, slots, count);                               \
  }
#include "optimizer/rules.inc"
#undef GLISSADE_RULE

void gls_adamw_defaults(gls_adam_params* params) { *params = AdamW::Params(); }
void gls_adam_short_memory_defaults(gls_adam_params* params) { *params = ShortMemoryAdam::Params(); }
void gls_adagrad_textbook_defaults(gls_adagrad_params* params) { *params = TextbookAdagrad::Params(); }
void gls_rmsprop_textbook_defaults(gls_rmsprop_params* params) { *params = TextbookRmsProp::Params(); }

gls_status gls_classical_momentum_look_ahead(const gls_classical_momentum_params* params,
                                             const float* weights, const float* velocity, float* ahead,
                                             size_t count) {
  const Gate backend;
  if (params == nullptr) return GLS_ERROR_NULL;
  const Status status = check_buffers(backend, count, weights, velocity, ahead);
  if (status != GLS_OK) return status;
  if (!ClassicalMomentum::valid(*params)) return GLS_ERROR_RANGE;
  backend->axpy(weights, velocity, -nearest(params->momentum), ahead, count);
  return GLS_OK;
}
