// SPDX-License-Identifier: Apache-2.0
// Where a step's gradients are, and what that changes: what is checked, what the guard looks at, and which
// kernel sweeps. Included by rules.cpp only.
#ifndef GLISSADE_SRC_GRADIENT_SOURCES_HPP
#define GLISSADE_SRC_GRADIENT_SOURCES_HPP

#include "backend.hpp"
#include "exact_math.hpp"

namespace glissade {
namespace {

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

GLISSADE_INLINE Buffer source_of(const float* gradients) { return {gradients}; }
GLISSADE_INLINE Layers source_of(const DenseGradients& gradients) { return {gradients}; }

}  // namespace
}  // namespace glissade

#endif
