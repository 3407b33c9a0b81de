// SPDX-License-Identifier: Apache-2.0
// Parameter groups: parts of one weight array with hyper-parameters of their own.
//
//   using Group = glissade::ParameterGroup<glissade::Adam>;
//   static Group groups[] = {{0, 288}, {288, 32}, {320, 363}};  // first, count; weights, biases, last layer
//   groups[0].params.weight_decay = 1e-4;
//   groups[1].frozen = true;
//   float* const slots[] = {m, v};
//   Status status = glissade::step_groups(groups, 3, weights, gradients, slots, 683);
//
// (In C: gls_<rule>_begin with each group's params and state, then gls_<rule>_sweep over its range.)
#ifndef GLISSADE_GROUPS_HPP
#define GLISSADE_GROUPS_HPP

#include "glissade/glissade.hpp"

namespace glissade {

template <class Rule>
struct ParameterGroup {
  size_t first, count;  // its weights: [first .. first + count)
  typename Rule::Params params = {};
  bool frozen = false;              // true: neither moved nor counted
  typename Rule::State state = {};  // its own step count
};

// One step of every group that is not frozen. Weights in no group stay as they are. weights, gradients and
// each of slots (kSlots pointers): float[count]. GLS_ERROR_RANGE where a group reaches beyond count or two
// overlap. All groups are checked before anything is written.
template <class Rule>
[[nodiscard]] Status step_groups(ParameterGroup<Rule>* groups, size_t group_count, float* weights,
                                 const float* gradients, float* const* slots, size_t count,
                                 float gradient_scale = 1.0f) {
  using Formula = typename Rule::Formula;
  typename Rule::Coefficients coefficients = {};
  if ((groups == nullptr && group_count != 0) || slots == nullptr) return GLS_ERROR_NULL;
  bool any_null = weights == nullptr || gradients == nullptr;
  for (int k = 0; k < Rule::kSlots; ++k) any_null = any_null || slots[k] == nullptr;
  if (any_null && count != 0) return GLS_ERROR_NULL;
  Status status = sweep<Formula>(&coefficients, weights, gradients, slots, 0);  // backend, alignment
  for (size_t k = 0; k < group_count && status == GLS_OK; ++k) {
    const ParameterGroup<Rule>& group = groups[k];
    if (group.first > count || group.count > count - group.first) return GLS_ERROR_RANGE;
    for (size_t other = 0; other < k; ++other) {
      const bool before = group.first + group.count <= groups[other].first;
      const bool behind = groups[other].first + groups[other].count <= group.first;
      if (!before && !behind) return GLS_ERROR_RANGE;
    }
    typename Rule::State state = group.state;  // a copy: this only tries
    status = begin<Formula>(&group.params, &state, gradient_scale, &coefficients);
    if (status == GLS_OK && !group.frozen && group.count > 0) {
      status = guard<Formula>(&group.params, weights + group.first, gradients + group.first, gradient_scale,
                              group.count);
    }
  }
  for (size_t k = 0; k < group_count && status == GLS_OK; ++k) {
    ParameterGroup<Rule>& group = groups[k];
    const OptimizerView<Rule> view = view_of<Rule>(&group.state, slots, count);
    if (!group.frozen) status = view.begin(coefficients, group.params, gradient_scale);
    if (!group.frozen && status == GLS_OK) {
      status = view.sweep(coefficients, weights, gradients, group.first, group.count);
    }
  }
  return status;
}

}  // namespace glissade

#endif
