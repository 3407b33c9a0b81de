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
 * In C, and for slots in fewer bytes (formats.h), of which each group has its own: an optimizer for each
 * group, and gls_step_all(). */
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
// A group's optimizer, in the whole's buffers.
template <class Rule>
gls_optimizer optimizer_of_group(ParameterGroup<Rule>& group, float* weights, float* const* slots) {
  float* part[Rule::kSlots + 1] = {};
  for (int k = 0; k < Rule::kSlots; ++k) part[k] = slots[k] + group.first;
  return optimizer_of<Rule>(&group.params, &group.state, weights + group.first, part, group.count);
}
/** @endcond */

/** One step of every group that is not frozen. Weights in no group stay as they are. weights, gradients and
 * each of slots (Rule::kSlots pointers): float[count]. Errors as in check_groups and gls_step. All groups are
 * checked, and their gradients looked at, before anything is written. */
template <class Rule>
[[nodiscard]] Status step_groups(ParameterGroup<Rule>* groups, size_t group_count, float* weights,
                                 const float* gradients, float* const* slots, size_t count,
                                 float gradient_scale = 1.0f) {
  const Status checked = check_groups(groups, group_count, count);
  if (checked != GLS_OK) return checked;
  if (slots == nullptr) return GLS_ERROR_NULL;
  bool any_null = weights == nullptr || gradients == nullptr;
  for (int k = 0; k < Rule::kSlots; ++k) any_null = any_null || slots[k] == nullptr;
  if (any_null && count != 0) return GLS_ERROR_NULL;
  for (size_t k = 0; k < group_count; ++k) {
    ParameterGroup<Rule>& group = groups[k];
    if (group.frozen) continue;
    const gls_optimizer view = optimizer_of_group(group, weights, slots);
    const Status status = gls_guard(&view, gls_gradient_buffer(gradients + group.first), gradient_scale);
    if (status != GLS_OK) return status;
  }
  for (size_t k = 0; k < group_count; ++k) {
    if (groups[k].frozen) continue;
    const gls_optimizer view = optimizer_of_group(groups[k], weights, slots);
    const Status status =
        gls_step_unguarded(&view, gls_gradient_buffer(gradients + groups[k].first), gradient_scale);
    if (status != GLS_OK) return status;  // another backend was asked for meanwhile
  }
  return GLS_OK;
}

}  // namespace glissade

#endif
