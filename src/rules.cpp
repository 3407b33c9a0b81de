// SPDX-License-Identifier: Apache-2.0
// begin, sweep and step for every rule, in C++ and in C: what is checked, and in which order.
#include "backend.hpp"
#include "exact_math.hpp"
#include "float_mode.hpp"
#include "named_slots.hpp"

namespace glissade {
namespace {

Status check_slots(float* const* slots, int slot_count, size_t count) {
  if (slots == nullptr) return GLS_ERROR_NULL;
  Status status = GLS_OK;
  for (int k = 0; k < slot_count && status == GLS_OK; ++k) status = check_pointers(count, slots[k]);
  return status;
}

GLISSADE_INLINE Status check(const Kernels* kernels, const float* weights, const float* gradients,
                             float* const* slots, int slot_count, size_t count) {
  const Status status = check_buffers(kernels, count, weights, gradients);
  return status == GLS_OK ? check_slots(slots, slot_count, count) : status;
}

template <class Rule>
using Sweep = void (*)(const typename Rule::Coefficients&, float*, const float*, float* const*, size_t);
template <class Rule>
constexpr Sweep<Rule> Kernels::*kSweep = nullptr;
#define GLISSADE_RULE(name, Rule, slot_count) \
  template <>                                 \
  constexpr Sweep<Rule> Kernels::*kSweep<Rule> = &Kernels::sweep_##name;
#include "rules.inc"
#undef GLISSADE_RULE

// 2^exponent divided by |scale|, rounded down to a power of two; infinite, which every number is below, for
// 0.
float unscaled(uint32_t exponent, float scale) {
  const uint32_t scale_exponent = ((float_bits(scale) & 0x7fffffffu) + 0x7fffffu) >> 23;
  const uint32_t biased = 2 * 127 + exponent - scale_exponent;
  return bits_float((biased < 255 ? biased : 255) << 23);
}

// Does every |scale g|, and |decay w|, stay below 2^exponent?
__attribute__((noinline)) bool gradients_fit(uint32_t exponent, float scale, double decay,
                                             const float* weights, const float* gradients, size_t count) {
  const Kernels* const kernels = active_kernels();
  bool below;
  kernels->all_below(gradients, unscaled(exponent, scale), &below, count);
  if (below && !equals_zero(decay)) {
    kernels->all_below(weights, unscaled(exponent, static_cast<float>(decay)), &below, count);
  }
  return below;
}

template <class Rule>
GLISSADE_INLINE Status guard_here(const typename Rule::Params& p, const float* weights,
                                  const float* gradients, float gradient_scale, size_t count) {
  if (!Rule::valid(p) || !is_finite(gradient_scale)) return GLS_ERROR_RANGE;
  const double decay = p.decoupled_weight_decay ? 0.0 : p.weight_decay;
  return gradients_fit(Rule::kGradientBits, gradient_scale, decay, weights, gradients, count)
             ? GLS_OK
             : GLS_ERROR_GRADIENT;
}

template <class Rule>
GLISSADE_INLINE void tick(const typename Rule::Params& params, typename Rule::State& state,
                          float gradient_scale, typename Rule::Coefficients& coefficients) {
  const FloatMode mode(false);
  Rule::tick(params, state, coefficients);
  coefficients.gradient = gradient_coefficients(params, gradient_scale);
}

// A guarded begin. Not inlined: its arithmetic stays between the two changes of the floating-point mode.
template <class Rule>
__attribute__((noinline)) Status guard_and_begin(const typename Rule::Params* params,
                                                 typename Rule::State* state, float gradient_scale,
                                                 typename Rule::Coefficients& coefficients,
                                                 const float* weights, const float* gradients, size_t count) {
  if (params == nullptr || state == nullptr) return GLS_ERROR_NULL;
  const Status status = guard_here<Rule>(*params, weights, gradients, gradient_scale, count);
  if (status == GLS_OK) tick<Rule>(*params, *state, gradient_scale, coefficients);
  return status;
}

}  // namespace

// Not inlined: its arithmetic stays between the two changes of the floating-point mode.
template <class Rule>
__attribute__((noinline)) Status begin(const typename Rule::Params* params, typename Rule::State* state,
                                       float gradient_scale, typename Rule::Coefficients* coefficients) {
  if (params == nullptr || state == nullptr || coefficients == nullptr) return GLS_ERROR_NULL;
  if (!Rule::valid(*params) || !is_finite(gradient_scale)) return GLS_ERROR_RANGE;
  tick<Rule>(*params, *state, gradient_scale, *coefficients);
  return GLS_OK;
}

namespace {

template <class Rule>
GLISSADE_INLINE Status sweep_here(const typename Rule::Coefficients* coefficients, float* weights,
                                  const float* gradients, float* const* slots, size_t count) {
  if (coefficients == nullptr) return GLS_ERROR_NULL;
  const Kernels* const kernels = active_kernels();
  const Status status = check(kernels, weights, gradients, slots, Rule::kSlots, count);
  if (status == GLS_OK) (kernels->*kSweep<Rule>)(*coefficients, weights, gradients, slots, count);
  return status;
}

// Begin comes last of the checks, because it counts the step.
template <class Rule, bool kGuarded>
GLISSADE_INLINE Status step_here(const typename Rule::Params* params, typename Rule::State* state,
                                 float* weights, const float* gradients, float gradient_scale,
                                 float* const* slots, size_t count) {
  const Kernels* const kernels = active_kernels();
  typename Rule::Coefficients coefficients;
  Status status = check(kernels, weights, gradients, slots, Rule::kSlots, count);
  if (status != GLS_OK) return status;
  if constexpr (kGuarded) {
    status = guard_and_begin<Rule>(params, state, gradient_scale, coefficients, weights, gradients, count);
  } else {
    status = begin<Rule>(params, state, gradient_scale, &coefficients);
  }
  if (status == GLS_OK) (kernels->*kSweep<Rule>)(coefficients, weights, gradients, slots, count);
  return status;
}

}  // namespace

// Both faces hold the code itself: a call between them would take stack.
template <class Rule>
Status sweep(const typename Rule::Coefficients* coefficients, float* weights, const float* gradients,
             float* const* slots, size_t count) {
  return sweep_here<Rule>(coefficients, weights, gradients, slots, count);
}
template <class Rule>
Status step(const typename Rule::Params* params, typename Rule::State* state, float* weights,
            const float* gradients, float gradient_scale, float* const* slots, size_t count) {
  return step_here<Rule, true>(params, state, weights, gradients, gradient_scale, slots, count);
}
template <class Rule>
Status step_unguarded(const typename Rule::Params* params, typename Rule::State* state, float* weights,
                      const float* gradients, float gradient_scale, float* const* slots, size_t count) {
  return step_here<Rule, false>(params, state, weights, gradients, gradient_scale, slots, count);
}
template <class Rule>
Status guard(const typename Rule::Params* params, const float* weights, const float* gradients,
             float gradient_scale, size_t count) {
  const Kernels* const kernels = active_kernels();
  const Status status = check_buffers(kernels, count, weights, gradients);
  if (status == GLS_OK && params == nullptr) return GLS_ERROR_NULL;
  return status == GLS_OK ? guard_here<Rule>(*params, weights, gradients, gradient_scale, count) : status;
}

#define GLISSADE_RULE(name, Rule, slot_count)                                                               \
  template Status begin<Rule>(const Rule::Params*, Rule::State*, float, Rule::Coefficients*);               \
  template Status sweep<Rule>(const Rule::Coefficients*, float*, const float*, float* const*, size_t);      \
  template Status guard<Rule>(const Rule::Params*, const float*, const float*, float, size_t);              \
  template Status step<Rule>(const Rule::Params*, Rule::State*, float*, const float*, float, float* const*, \
                             size_t);                                                                       \
  template Status step_unguarded<Rule>(const Rule::Params*, Rule::State*, float*, const float*, float,      \
                                       float* const*, size_t);
#include "rules.inc"
#undef GLISSADE_RULE

}  // namespace glissade

// In C the named slots of each rule become an array.
#define GLISSADE_C_STEP(name, Rule, slot_count, suffix, guarded)                                           \
  gls_status gls_##name##_step##suffix(const gls_##name##_params* params, gls_##name##_state* state,       \
                                       float* weights, const float* gradients, float gradient_scale,       \
                                       GLISSADE_NAMED_SLOTS_##slot_count(float) size_t count) {            \
    float* const slots[] = {GLISSADE_SLOTS_##slot_count nullptr};                                          \
    return glissade::step_here<glissade::Rule, guarded>(params, state, weights, gradients, gradient_scale, \
                                                        slots, count);                                     \
  }
#define GLISSADE_RULE(name, Rule, slot_count)                                                    \
  void gls_##name##_defaults(gls_##name##_params* params) { *params = {}; }                      \
  GLISSADE_C_STEP(name, Rule, slot_count, , true)                                                \
  GLISSADE_C_STEP(name, Rule, slot_count, _unguarded, false)                                     \
  gls_status gls_##name##_guard(const gls_##name##_params* params, const float* weights,         \
                                const float* gradients, float gradient_scale, size_t count) {    \
    return glissade::guard<glissade::Rule>(params, weights, gradients, gradient_scale, count);   \
  }                                                                                              \
  gls_status gls_##name##_begin(const gls_##name##_params* params, gls_##name##_state* state,    \
                                float gradient_scale, gls_##name##_coefficients* coefficients) { \
    return glissade::begin<glissade::Rule>(params, state, gradient_scale, coefficients);         \
  }                                                                                              \
  gls_status gls_##name##_sweep(const gls_##name##_coefficients* coefficients, float* weights,   \
                                const float* gradients,                                          \
                                GLISSADE_NAMED_SLOTS_##slot_count(float) size_t count) {         \
    float* const slots[] = {GLISSADE_SLOTS_##slot_count nullptr};                                \
    return glissade::sweep_here<glissade::Rule>(coefficients, weights, gradients, slots, count); \
  }

extern "C" {
#include "rules.inc"
#undef GLISSADE_RULE

void gls_adamw_defaults(gls_adam_params* params) { *params = glissade::AdamW::Params(); }
void gls_adam_short_memory_defaults(gls_adam_params* params) {
  *params = glissade::ShortMemoryAdam::Params();
}
void gls_adagrad_textbook_defaults(gls_adagrad_params* params) {
  *params = glissade::TextbookAdagrad::Params();
}
void gls_rmsprop_textbook_defaults(gls_rmsprop_params* params) {
  *params = glissade::TextbookRmsProp::Params();
}

gls_status gls_classical_momentum_look_ahead(const gls_classical_momentum_params* params,
                                             const float* weights, const float* velocity, float* ahead,
                                             size_t count) {
  using namespace glissade;
  const Kernels* const kernels = active_kernels();
  if (params == nullptr) return GLS_ERROR_NULL;
  const Status status = check_buffers(kernels, count, weights, velocity, ahead);
  if (status != GLS_OK) return status;
  if (!ClassicalMomentum::valid(*params)) return GLS_ERROR_RANGE;
  kernels->along(weights, velocity, -static_cast<float>(params->momentum), ahead, count);
  return GLS_OK;
}
}  // extern "C"
