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

// A rule's kernels in the active backend's table.
template <class Rule>
struct SweepOf;
#define GLISSADE_RULE(name, Rule, slot_count)                      \
  template <>                                                      \
  struct SweepOf<Rule> {                                           \
    static constexpr auto kOfBuffer = &Kernels::sweep_##name;      \
    static constexpr auto kOfLayer = &Kernels::sweep_dense_##name; \
  };
#include "rules.inc"
#undef GLISSADE_RULE

// 2^exponent divided by |scale|, rounded down to a power of two; infinite, which every number is below, for
// 0.
float unscaled(uint32_t exponent, float scale) {
  const uint32_t scale_exponent = ((float_bits(scale) & 0x7fffffffu) + 0x7fffffu) >> 23;
  const uint32_t biased = 2 * 127 + exponent - scale_exponent;
  return bits_float((biased < 255 ? biased : 255) << 23);
}

// Does every |decay w| stay below 2^exponent?
bool decay_fits(uint32_t exponent, double decay, const float* weights, size_t count) {
  bool below = true;
  if (!equals_zero(decay)) {
    active_kernels()->all_below(weights, unscaled(exponent, static_cast<float>(decay)), &below, count);
  }
  return below;
}

// Where a step's gradients are: in a buffer,
struct Buffer {
  using Gradients = const float*;
  const float* gradients;

  GLISSADE_INLINE Status check(const Kernels* kernels, const float* weights, size_t count) const {
    return check_buffers(kernels, count, weights, gradients);
  }

  // Does every |scale g|, and |decay w|, stay below 2^exponent?
  __attribute__((noinline)) bool fit(uint32_t exponent, float scale, double decay, const float* weights,
                                     size_t count) const {
    bool below;
    active_kernels()->all_below(gradients, unscaled(exponent, scale), &below, count);
    return below && decay_fits(exponent, decay, weights, count);
  }

  template <class Rule>
  GLISSADE_INLINE void sweep(const Kernels* kernels, const typename Rule::Coefficients& c, float* weights,
                             float* const* slots, size_t count) const {
    (kernels->*SweepOf<Rule>::kOfBuffer)(c, weights, gradients, slots, count);
  }
};

// or the factors of dense layers, one behind the other.
struct Layers {
  using Gradients = DenseGradients;
  DenseGradients gradients;

  // Inlined, for what is not gets the table by itself: handed over, it would keep all kernels in a firmware.
  GLISSADE_INLINE Status check(const Kernels*, const float* weights, size_t count) const {
    return check_layers(weights, count);
  }
  template <class Rule>
  GLISSADE_INLINE void sweep(const Kernels*, const typename Rule::Coefficients& c, float* weights,
                             float* const* slots, size_t) const {
    sweep_layers<Rule>(c, weights, slots);
  }

  __attribute__((noinline)) Status check_layers(const float* weights, size_t count) const {
    const Kernels* const kernels = active_kernels();
    Status status = check_buffers(kernels, count, weights);
    if (status == GLS_OK && gradients.layers == nullptr && gradients.layer_count != 0) return GLS_ERROR_NULL;
    for (size_t k = 0; k < gradients.layer_count && status == GLS_OK; ++k) {
      const gls_dense_gradient& layer = gradients.layers[k];
      const size_t weight_count = elements(layer.input_count, layer.output_count);
      status = check_buffers(kernels, elements(layer.samples, layer.input_count), layer.inputs);
      if (status == GLS_OK) {
        status = check_buffers(kernels, elements(layer.samples, layer.output_count), layer.output_gradients);
      }
      if (weight_count > count || layer.output_count > count - weight_count) return GLS_ERROR_RANGE;
      count -= weight_count + layer.output_count;
    }
    return status == GLS_OK && count != 0 ? GLS_ERROR_RANGE : status;
  }

  // As Buffer's. No sum is larger than that of the largest factors would be, each rounded up; where those
  // factors are below two powers of two whose product, times the samples, is below the bound, nothing needs
  // to be multiplied out.
  __attribute__((noinline)) bool fit(uint32_t exponent, float scale, double decay, const float* weights,
                                     size_t count) const {
    const Kernels* const kernels = active_kernels();
    const float bound = unscaled(exponent, scale);
    const int bound_exponent = static_cast<int>(float_bits(bound) >> 23) - 127;
    bool below = decay_fits(exponent, decay, weights, count);
    for (size_t k = 0; k < gradients.layer_count && below; ++k) {
      const gls_dense_gradient& layer = gradients.layers[k];
      int half = (bound_exponent < 126 ? bound_exponent : 126) - 1;
      for (size_t samples = layer.samples; samples > 1; samples -= samples / 2) --half;
      if (half >= 0) {
        const float factor = bits_float(static_cast<uint32_t>(127 + half / 2) << 23);
        kernels->all_below(layer.inputs, factor, &below, layer.samples * layer.input_count);
        if (below) {
          kernels->all_below(layer.output_gradients, factor, &below, layer.samples * layer.output_count);
        }
      }
      if (half < 0 || !below) kernels->dense_all_below(&layer, bound, &below);
    }
    return below;
  }

  // Not inlined, to keep the caller's stack small.
  template <class Rule>
  __attribute__((noinline)) void sweep_layers(const typename Rule::Coefficients& c, float* weights,
                                              float* const* slots) const {
    const Kernels* const kernels = active_kernels();
    float* at[Rule::kSlots + 1];
    for (int k = 0; k < Rule::kSlots; ++k) at[k] = slots[k];
    for (size_t k = 0; k < gradients.layer_count; ++k) {
      const gls_dense_gradient& layer = gradients.layers[k];
      (kernels->*SweepOf<Rule>::kOfLayer)(c, weights, layer, at);
      const size_t swept = (layer.input_count + 1) * layer.output_count;
      weights += swept;
      for (int slot = 0; slot < Rule::kSlots; ++slot) at[slot] += swept;
    }
  }
};

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

}  // namespace

namespace {

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

namespace {
GLISSADE_INLINE Buffer source_of(const float* gradients) { return {gradients}; }
GLISSADE_INLINE Layers source_of(const DenseGradients& gradients) { return {gradients}; }
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
