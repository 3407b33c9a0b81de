// SPDX-License-Identifier: Apache-2.0
/** @file
 * Parameter groups: parts of one weight array with hyper-parameters of their own.
 *
 *     using Group = glissade::ParameterGroup<glissade::Adam>;
 *     static Group groups[] = {{0, 288}, {288, 32}, {320, 363}};  // first, count
 *
 *     groups[0].params.weight_decay = 1e-4;
 *     groups[1].frozen = true;
 *     float* const slots[] = {m, v};
 *     status = glissade::step_groups(groups, 3, weights, gradients, slots, 683);
 *
 * In C: an optimizer for each group, and gls_step_all(). */
#ifndef GLISSADE_GROUPS_HPP
#define GLISSADE_GROUPS_HPP

#include "glissade/glissade.hpp"

namespace glissade {

/** A part of the weights. */
template <class Rule>
struct ParameterGroup {
  size_t first;                      /**< number of its first weight */
  size_t count;                      /**< how many weights: [first .. first + count) */
  typename Rule::Params params = {}; /**< its hyper-parameters */
  bool frozen = false;               /**< true: neither looked at, moved nor counted */
  typename Rule::State state = {};   /**< its own step count */
};

/** GLS_ERROR_RANGE where a group reaches beyond count weights or two overlap, GLS_ERROR_NULL where there are
 * none though group_count is not 0. */
template <class Rule>
[[nodiscard]] Status check_groups(const ParameterGroup<Rule>* groups, size_t group_count, size_t count) {
  if (groups == nullptr && group_count != 0) return GLS_ERROR_NULL;
  for (size_t k = 0; k < group_count; ++k) {
    const ParameterGroup<Rule>& group = groups[k];
    if (group.first > count || group.count > count - group.first) return GLS_ERROR_RANGE;
    for (size_t other = 0; other < k; ++other) {
      const bool before = group.first + group.count <= groups[other].first;
      const bool behind = groups[other].first + groups[other].count <= group.first;
      if (!before && !behind) return GLS_ERROR_RANGE;
    }
  }
  return GLS_OK;
}

/** Adds the gradients that step_groups would take, those of the groups that are not frozen, to report: for
 * clipping, gls_gradient_scale of it is the step's gradient_scale. gradients is float[count]. Errors as in
 * check_groups and gls_gradient_report_update; on an error nothing has been written. */
template <class Rule>
[[nodiscard]] Status report_groups(const ParameterGroup<Rule>* groups, size_t group_count,
                                   const float* gradients, size_t count, gls_gradient_report* report) {
  Status status = check_groups(groups, group_count, count);
  if (status != GLS_OK) return status;
  if (report == nullptr || (gradients == nullptr && count != 0)) return GLS_ERROR_NULL;
  gls_gradient_report sum = *report;
  for (size_t k = 0; k < group_count && status == GLS_OK; ++k) {
    if (groups[k].frozen) continue;
    status = gls_gradient_report_update(&sum, gradients + groups[k].first, groups[k].count);
  }
  if (status == GLS_OK) *report = sum;
  return status;
}

/** @cond INTERNAL */
// A group's optimizer, in the whole's buffers. before: how many numbers the slots of groups before it have.
template <class Rule, class Slots>
gls_optimizer optimizer_of_group(ParameterGroup<Rule>& group, float* weights,
                                 typename Slots::Code* const* slots, size_t before) {
  static_assert(Slots::kFormat == nullptr || kHasSlotFormats<Rule>,
                "this rule's slots are floats only: rules/README.md says why");
  float* part[Rule::kSlots + 1] = {};
  for (int k = 0; k < Rule::kSlots; ++k) {
    if constexpr (Slots::kFormat == nullptr)
      part[k] = slots[k] + group.first;
    else
      part[k] = reinterpret_cast<float*>(slots[k] + before);
  }
  gls_optimizer optimizer =
      optimizer_of<Rule>(&group.params, &group.state, weights + group.first, part, group.count);
  if constexpr (Slots::kFormat != nullptr) {
    set_formats<Slots, WeightsInFloats>(optimizer);
    optimizer.first = group.first & ~size_t{63};
  }
  return optimizer;
}
/** @endcond */

/** One step of every group that is not frozen. Weights in no group stay as they are. weights, gradients and
 * each of slots (Rule::kSlots pointers): float[count]. Errors as in check_groups and gls_step. All groups are
 * checked, and their gradients looked at, before anything is written.
 *
 * step_groups<Adam, SlotsIn8Bits>(...): slots in fewer bytes (formats.h). Then each of slots has
 * Slots::codes() of each group's count, one behind the other in the order of groups, frozen or not;
 * Slots::codes(count) + 4 * group_count are enough. Their seed is 0, their first that of the group, rounded
 * down to a multiple of 64. */
template <class Rule, class Slots = SlotsInFloats>
[[nodiscard]] Status step_groups(ParameterGroup<Rule>* groups, size_t group_count, float* weights,
                                 const float* gradients, typename Slots::Code* const* slots, size_t count,
                                 float gradient_scale = 1.0f) {
  const Status checked = check_groups(groups, group_count, count);
  if (checked != GLS_OK) return checked;
  if (slots == nullptr) return GLS_ERROR_NULL;
  bool any_null = weights == nullptr || gradients == nullptr;
  for (int k = 0; k < Rule::kSlots; ++k) any_null = any_null || slots[k] == nullptr;
  if (any_null && count != 0) return GLS_ERROR_NULL;
  // First the guard of each, then the step; whose status is an error where another backend was asked for
  // meanwhile.
  constexpr decltype(&gls_guard) kCalls[] = {gls_guard, gls_step_unguarded};
  for (const auto call : kCalls) {
    size_t before = 0;
    for (size_t k = 0; k < group_count; ++k) {
      ParameterGroup<Rule>& group = groups[k];
      const gls_optimizer view = optimizer_of_group<Rule, Slots>(group, weights, slots, before);
      before += Slots::codes(group.count);
      if (group.frozen) continue;
      const Status status = call(&view, gls_gradient_buffer(gradients + group.first), gradient_scale);
      if (status != GLS_OK) return status;
    }
  }
  return GLS_OK;
}

}  // namespace glissade

#endif
