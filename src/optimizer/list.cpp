// SPDX-License-Identifier: Apache-2.0
// The rules' descriptions, for programs that choose by name: nothing else links them.
#include "glissade/rules/list.h"

#include "optimizer/rule.hpp"

using namespace glissade;

namespace {

// Copies: a class's own constant that is looked at by address would be one symbol for all of a program's
// libraries.
template <class T, size_t kCount>
struct Array {
  T values[kCount];
};
template <class T, size_t kCount>
constexpr Array<T, kCount> copy(const T (&from)[kCount]) {
  Array<T, kCount> to = {};
  for (size_t i = 0; i < kCount; ++i) to.values[i] = from[i];
  return to;
}
template <class Rule>
constexpr auto kParams = copy(Rule::kParams);

template <class Rule>
constexpr auto slots_of() {
  if constexpr (Rule::kSlots > 0) {
    static_assert(sizeof(Rule::kSlotInfo) == Rule::kSlots * sizeof(gls_slot_info), "each slot has its line");
    return copy(Rule::kSlotInfo);
  } else {
    return Array<gls_slot_info, 1>{};
  }
}
template <class Rule>
constexpr auto kSlots = slots_of<Rule>();

// The state of nearly all rules; one that PyTorch does not count, or that has more, has a line of its own.
constexpr gls_state_info kStep[] = {{"step", "step", 0, GLS_STATE_COUNT}};
template <class Rule, class = void>
constexpr auto kStateOf = copy(kStep);
template <class Rule>
constexpr auto kStateOf<Rule, decltype(void(Rule::kStateInfo))> = copy(Rule::kStateInfo);
template <class Rule>
constexpr auto states_of() {
  static_assert(
      sizeof(kStateOf<Rule>) / sizeof(gls_state_info) * sizeof(uint32_t) == sizeof(typename Rule::State),
      "each field of the state has its line");
  return kStateOf<Rule>;
}
template <class Rule>
constexpr auto kState = states_of<Rule>();

constexpr gls_rule_info kRules[] = {
#define GLISSADE_RULE(name, Rule, slot_count)      \
  {&name##_rule,                                   \
   #name,                                          \
   Rule::kTorchName,                               \
   kSlots<Rule>.values,                            \
   slot_count,                                     \
   kParams<Rule>.values,                           \
   sizeof(Rule::kParams) / sizeof(gls_param_info), \
   sizeof(Rule::Params),                           \
   sizeof(Rule::State),                            \
   kState<Rule>.values,                            \
   sizeof(kState<Rule>) / sizeof(gls_state_info)},
#include "optimizer/rules.inc"
#undef GLISSADE_RULE
};
constexpr size_t kRuleCount = sizeof(kRules) / sizeof(kRules[0]);

}  // namespace

const gls_rule_info* gls_rule_at(size_t index) { return index < kRuleCount ? &kRules[index] : nullptr; }

const gls_rule_info* gls_rule_named(const char* name) {
  for (const gls_rule_info& rule : kRules) {
    if (name != nullptr && same_text(rule.name, name)) return &rule;
  }
  return nullptr;
}

gls_optimizer gls_optimizer_of(const gls_rule_info* info, void* params, void* state, float* weights,
                               float* const* slots, size_t count) {
  gls_optimizer o = {};
  if (info == nullptr || (slots == nullptr && info->slot_count != 0)) return o;
  o.rule = info->rule;
  o.params = params;
  o.state = state;
  o.weights = weights;
  for (size_t k = 0; k < info->slot_count; ++k) o.slots[k] = slots[k];
  o.count = count;
  return o;
}
