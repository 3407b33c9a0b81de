// SPDX-License-Identifier: Apache-2.0
// begin, sweep and step for every rule, in C++ and in C: what is checked, and in which order.
#include "backend.hpp"
#include "float_mode.hpp"
#include "gradient_sources.hpp"
#include "named_slots.hpp"

namespace glissade {
namespace {

Status check_slots(float* const* slots, int slot_count, size_t count) {
  if (slots == nullptr) return GLS_ERROR_NULL;
  Status status = GLS_OK;
  for (int k = 0; k < slot_count && status == GLS_OK; ++k) status = check_pointers(count, slots[k]);
  return status;
}

template <class Source>
GLISSADE_INLINE Status check(const Kernels* kernels, const float* weights, const Source& gradients,
                             float* const* slots, int slot_count, size_t count) {
  const Status status = gradients.check(kernels, weights, count);
  return status == GLS_OK ? check_slots(slots, slot_count, count) : status;
}

template <class Rule, class Source>
GLISSADE_INLINE Status guard_here(const typename Rule::Params& p, const float* weights,
                                  const Source& gradients, float gradient_scale, size_t count) {
  if (!Rule::valid(p) || !is_finite(gradient_scale)) return GLS_ERROR_RANGE;
  const double decay = p.decoupled_weight_decay ? 0.0 : p.weight_decay;
  return gradients.fit(Rule::kGradientBits, gradient_scale, decay, weights, count) ? GLS_OK
                                                                                   : GLS_ERROR_GRADIENT;
}

template <class Rule>
GLISSADE_INLINE void tick(const typename Rule::Params& params, typename Rule::State& state,
                          float gradient_scale, typename Rule::Coefficients& coefficients, bool mode_is_set) {
  const FloatMode mode(false, mode_is_set);
  Rule::tick(params, state, coefficients);
  coefficients.gradient = gradient_coefficients(params, gradient_scale);
  if (mode_is_set) coefficients.gradient.flags |= kModeIsSet;
}

// A guarded begin. Not inlined: its arithmetic stays between the two changes of the floating-point mode.
template <class Rule, class Source>
__attribute__((noinline)) Status guard_and_begin(const typename Rule::Params* params,
                                                 typename Rule::State* state, float gradient_scale,
                                                 typename Rule::Coefficients& coefficients,
                                                 const float* weights, Source gradients, size_t count) {
  if (params == nullptr || state == nullptr) return GLS_ERROR_NULL;
  const Status status = guard_here<Rule>(*params, weights, gradients, gradient_scale, count);
  if (status == GLS_OK) tick<Rule>(*params, *state, gradient_scale, coefficients, kModeIsDear);
  return status;
}

// Not inlined: its arithmetic stays between the two changes of the floating-point mode.
template <class Rule, bool kInStep>
__attribute__((noinline)) Status begin_here(const typename Rule::Params* params, typename Rule::State* state,
                                            float gradient_scale, typename Rule::Coefficients* coefficients) {
  if (params == nullptr || state == nullptr || coefficients == nullptr) return GLS_ERROR_NULL;
  if (!Rule::valid(*params) || !is_finite(gradient_scale)) return GLS_ERROR_RANGE;
  tick<Rule>(*params, *state, gradient_scale, *coefficients, kInStep);
  return GLS_OK;
}

template <class Rule, class Source>
GLISSADE_INLINE Status sweep_here(const typename Rule::Coefficients* coefficients, float* weights,
                                  Source gradients, float* const* slots, size_t count) {
  if (coefficients == nullptr) return GLS_ERROR_NULL;
  const Kernels* const kernels = active_kernels();
  const Status status = check(kernels, weights, gradients, slots, Rule::kSlots, count);
  if (status == GLS_OK) gradients.template sweep<Rule>(kernels, *coefficients, weights, slots, count);
  return status;
}

// Begin comes last of the checks, because it counts the step.
template <class Rule, bool kGuarded, class Source>
GLISSADE_INLINE Status step_here(const typename Rule::Params* params, typename Rule::State* state,
                                 float* weights, Source gradients, float gradient_scale, float* const* slots,
                                 size_t count) {
  const Kernels* const kernels = active_kernels();
  typename Rule::Coefficients coefficients;
  Status status = check(kernels, weights, gradients, slots, Rule::kSlots, count);
  if (status != GLS_OK) return status;
  const FloatMode mode(false, !kModeIsDear);  // of the whole step
  if constexpr (kGuarded) {
    status = guard_and_begin<Rule>(params, state, gradient_scale, coefficients, weights, gradients, count);
  } else {
    status = begin_here<Rule, kModeIsDear>(params, state, gradient_scale, &coefficients);
  }
  if (status == GLS_OK) gradients.template sweep<Rule>(kernels, coefficients, weights, slots, count);
  return status;
}

template <class Rule, class Source>
GLISSADE_INLINE Status guard_alone(const typename Rule::Params* params, const float* weights,
                                   Source gradients, float gradient_scale, size_t count) {
  const Status status = gradients.check(active_kernels(), weights, count);
  if (status == GLS_OK && params == nullptr) return GLS_ERROR_NULL;
  return status == GLS_OK ? guard_here<Rule>(*params, weights, gradients, gradient_scale, count) : status;
}

}  // namespace

template <class Rule>
Status begin(const typename Rule::Params* params, typename Rule::State* state, float gradient_scale,
             typename Rule::Coefficients* coefficients) {
  return begin_here<Rule, false>(params, state, gradient_scale, coefficients);
}

// Every face holds the code itself: a call between them would take stack.
#define GLISSADE_FACES(Source)                                                                               \
  template <class Rule>                                                                                      \
  Status sweep(const typename Rule::Coefficients* coefficients, float* weights, Source::Gradients gradients, \
               float* const* slots, size_t count) {                                                          \
    return sweep_here<Rule>(coefficients, weights, source_of(gradients), slots, count);                      \
  }                                                                                                          \
  template <class Rule>                                                                                      \
  Status guard(const typename Rule::Params* params, const float* weights, Source::Gradients gradients,       \
               float gradient_scale, size_t count) {                                                         \
    return guard_alone<Rule>(params, weights, source_of(gradients), gradient_scale, count);                  \
  }                                                                                                          \
  template <class Rule>                                                                                      \
  Status step(const typename Rule::Params* params, typename Rule::State* state, float* weights,              \
              Source::Gradients gradients, float gradient_scale, float* const* slots, size_t count) {        \
    return step_here<Rule, true>(params, state, weights, source_of(gradients), gradient_scale, slots,        \
                                 count);                                                                     \
  }                                                                                                          \
  template <class Rule>                                                                                      \
  Status step_unguarded(const typename Rule::Params* params, typename Rule::State* state, float* weights,    \
                        Source::Gradients gradients, float gradient_scale, float* const* slots,              \
                        size_t count) {                                                                      \
    return step_here<Rule, false>(params, state, weights, source_of(gradients), gradient_scale, slots,       \
                                  count);                                                                    \
  }
GLISSADE_FACES(Buffer)
GLISSADE_FACES(Layers)

#define GLISSADE_OF_GRADIENTS(Rule, Gradients)                                                           \
  template Status sweep<Rule>(const Rule::Coefficients*, float*, Gradients, float* const*, size_t);      \
  template Status guard<Rule>(const Rule::Params*, const float*, Gradients, float, size_t);              \
  template Status step<Rule>(const Rule::Params*, Rule::State*, float*, Gradients, float, float* const*, \
                             size_t);                                                                    \
  template Status step_unguarded<Rule>(const Rule::Params*, Rule::State*, float*, Gradients, float,      \
                                       float* const*, size_t);
#define GLISSADE_RULE(name, Rule, slot_count)                                                 \
  template Status begin<Rule>(const Rule::Params*, Rule::State*, float, Rule::Coefficients*); \
  GLISSADE_OF_GRADIENTS(Rule, const float*)                                                   \
  GLISSADE_OF_GRADIENTS(Rule, DenseGradients)
#include "rules.inc"
#undef GLISSADE_RULE

}  // namespace glissade

// In C the named slots of each rule become an array. `source` makes what the rest, its parameters, says.
#define GLISSADE_C_STEP(name, Rule, slot_count, suffix, guarded, source, ...)                        \
  gls_status gls_##name##_step##suffix(const gls_##name##_params* params, gls_##name##_state* state, \
                                       float* weights, __VA_ARGS__, float gradient_scale,            \
                                       GLISSADE_NAMED_SLOTS_##slot_count(float) size_t count) {      \
    float* const slots[] = {GLISSADE_SLOTS_##slot_count nullptr};                                    \
    return glissade::step_here<glissade::Rule, guarded>(params, state, weights, glissade::source,    \
                                                        gradient_scale, slots, count);               \
  }
#define GLISSADE_C_FACES(name, Rule, slot_count, suffix, source, ...)                                       \
  GLISSADE_C_STEP(name, Rule, slot_count, suffix, true, source, __VA_ARGS__)                                \
  GLISSADE_C_STEP(name, Rule, slot_count, suffix##_unguarded, false, source, __VA_ARGS__)                   \
  gls_status gls_##name##_guard##suffix(const gls_##name##_params* params, const float* weights,            \
                                        __VA_ARGS__, float gradient_scale, size_t count) {                  \
    return glissade::guard_alone<glissade::Rule>(params, weights, glissade::source, gradient_scale, count); \
  }                                                                                                         \
  gls_status gls_##name##_sweep##suffix(const gls_##name##_coefficients* coefficients, float* weights,      \
                                        __VA_ARGS__,                                                        \
                                        GLISSADE_NAMED_SLOTS_##slot_count(float) size_t count) {            \
    float* const slots[] = {GLISSADE_SLOTS_##slot_count nullptr};                                           \
    return glissade::sweep_here<glissade::Rule>(coefficients, weights, glissade::source, slots, count);     \
  }
#define GLISSADE_RULE(name, Rule, slot_count)                                                    \
  void gls_##name##_defaults(gls_##name##_params* params) { *params = {}; }                      \
  gls_status gls_##name##_begin(const gls_##name##_params* params, gls_##name##_state* state,    \
                                float gradient_scale, gls_##name##_coefficients* coefficients) { \
    return glissade::begin<glissade::Rule>(params, state, gradient_scale, coefficients);         \
  }                                                                                              \
  GLISSADE_C_FACES(name, Rule, slot_count, , source_of(gradients), const float* gradients)       \
  GLISSADE_C_FACES(name, Rule, slot_count, _dense, source_of({layers, layer_count}),             \
                   const gls_dense_gradient* layers, size_t layer_count)

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
