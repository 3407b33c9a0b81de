// SPDX-License-Identifier: Apache-2.0
// The C calls for a rule that is a type, with its slots in an array: what tests vary.
#ifndef GLISSADE_TESTS_CALLS_HPP
#define GLISSADE_TESTS_CALLS_HPP

#include "glissade/glissade.hpp"

namespace glissade {
namespace test {

// Null slots are slots that are all null.
template <class Rule>
gls_optimizer any_slots(const typename Rule::Params* params, typename Rule::State* state, float* weights,
                        float* const* slots, size_t count) {
  float* const no_slots[GLS_SLOTS_MOST] = {};
  return optimizer_of<Rule>(params, state, weights, slots == nullptr ? no_slots : slots, count);
}

template <class Rule, class Gradients>
Status step(const typename Rule::Params* params, typename Rule::State* state, float* weights,
            Gradients gradients, float gradient_scale, float* const* slots, size_t count) {
  const gls_optimizer optimizer = any_slots<Rule>(params, state, weights, slots, count);
  return gls_step(&optimizer, gradients_of(gradients), gradient_scale);
}

template <class Rule, class Gradients>
Status step_unguarded(const typename Rule::Params* params, typename Rule::State* state, float* weights,
                      Gradients gradients, float gradient_scale, float* const* slots, size_t count) {
  const gls_optimizer optimizer = any_slots<Rule>(params, state, weights, slots, count);
  return gls_step_unguarded(&optimizer, gradients_of(gradients), gradient_scale);
}

template <class Rule>
Status begin(const typename Rule::Params* params, typename Rule::State* state, float gradient_scale,
             gls_coefficients* coefficients) {
  const gls_optimizer optimizer = any_slots<Rule>(params, state, nullptr, nullptr, 0);
  return gls_begin(&optimizer, gradient_scale, coefficients);
}

template <class Rule, class Gradients>
Status sweep(const gls_coefficients* coefficients, float* weights, Gradients gradients, float* const* slots,
             size_t count) {
  const gls_optimizer optimizer = any_slots<Rule>(nullptr, nullptr, weights, slots, count);
  return gls_sweep(&optimizer, coefficients, gradients_of(gradients), 0, count);
}

// Slots that are nowhere, and apart: the guard reads none.
template <class Rule, class Gradients>
Status guard(const typename Rule::Params* params, const float* weights, Gradients gradients,
             float gradient_scale, size_t count) {
  typename Rule::State state = {};
  float* slots[GLS_SLOTS_MOST];
  uintptr_t nowhere = 0x80000000u;
  for (float*& slot : slots) slot = reinterpret_cast<float*>(nowhere += 0x10000000u);
  const gls_optimizer optimizer = any_slots<Rule>(params, &state, const_cast<float*>(weights), slots, count);
  return gls_guard(&optimizer, gradients_of(gradients), gradient_scale);
}

template <class Rule>
size_t saved_bytes(size_t count) {
  const gls_optimizer optimizer = any_slots<Rule>(nullptr, nullptr, nullptr, nullptr, count);
  return gls_saved_bytes(&optimizer);
}

template <class Rule>
Status save(const typename Rule::Params* params, const typename Rule::State* state, const float* weights,
            float* const* slots, size_t count, void* bytes, size_t size) {
  const gls_optimizer optimizer = any_slots<Rule>(params, const_cast<typename Rule::State*>(state),
                                                  const_cast<float*>(weights), slots, count);
  return gls_save(&optimizer, bytes, size);
}

template <class Rule>
Status restore(typename Rule::Params* params, typename Rule::State* state, float* weights,
               float* const* slots, size_t count, const void* bytes, size_t size) {
  const gls_optimizer optimizer = any_slots<Rule>(params, state, weights, slots, count);
  return gls_restore(&optimizer, bytes, size);
}

template <class Rule>
Status save_to(const typename Rule::Params* params, const typename Rule::State* state, const float* weights,
               float* const* slots, size_t count, gls_store* store) {
  const gls_optimizer optimizer = any_slots<Rule>(params, const_cast<typename Rule::State*>(state),
                                                  const_cast<float*>(weights), slots, count);
  return gls_save_to(&optimizer, store);
}

template <class Rule>
Status restore_from(typename Rule::Params* params, typename Rule::State* state, float* weights,
                    float* const* slots, size_t count, gls_store* store) {
  const gls_optimizer optimizer = any_slots<Rule>(params, state, weights, slots, count);
  return gls_restore_from(&optimizer, store);
}

}  // namespace test
}  // namespace glissade

#endif
