// SPDX-License-Identifier: Apache-2.0
// Gradients of dense layers, one behind the other, as their factors. A Kind says of which layers, and looks
// at their inputs:
//   Layer
//   check(layer, o)                        may these be inputs of a step of o?
//   inputs_below(layer, bound, backend)    are all |input| below a power of two? It may say no where they
//   are. products_below(layer, bound, backend)  are all |gradient|?
#ifndef GLISSADE_SRC_GRADIENTS_FACTORS_HPP
#define GLISSADE_SRC_GRADIENTS_FACTORS_HPP

#include "cpu/exact_math.hpp"
#include "optimizer/gradients/source.hpp"

namespace glissade {
namespace {

// The layers, for loops over them.
template <class Kind>
struct Layers {
  using Layer = typename Kind::Layer;
  const gls_gradients& gradients;

  const Layer* begin() const { return static_cast<const Layer*>(gradients.data); }
  const Layer* end() const { return begin() + gradients.count; }
};

// Memory that a step reads must not be the optimizer's.
inline Status check_apart(const gls_optimizer& o, const void* buffer, size_t bytes) {
  if (o.format != nullptr) return o.format->apart(o, buffer, bytes) ? GLS_OK : GLS_ERROR_OVERLAP;
  for (size_t k = 0; k <= o.rule->slot_count; ++k) {
    if (overlap_bytes(buffers_of(o)[k], o.count * sizeof(float), buffer, bytes)) return GLS_ERROR_OVERLAP;
  }
  return GLS_OK;
}

// As check_floats, and shares no memory with the optimizer.
inline Status check_factor(const gls_optimizer& o, const float* buffer, size_t count) {
  const Status status = check_floats(count, buffer);
  return status == GLS_OK ? check_apart(o, buffer, count * sizeof(float)) : status;
}

template <class Kind>
Status check_factors(const gls_gradients& gradients, const gls_optimizer& o) noexcept {
  if (gradients.data == nullptr && gradients.count != 0) return GLS_ERROR_NULL;
  Status status = check_buffers(o, nullptr, size_t{1} + o.rule->slot_count);
  if (status != GLS_OK) return status;
  size_t count = o.count;
  for (const auto& layer : Layers<Kind>{gradients}) {
    const size_t weight_count = elements(layer.input_count, layer.output_count);
    status = Kind::check(layer, o);
    if (status == GLS_OK) {
      status = check_factor(o, layer.output_gradients, elements(layer.samples, layer.output_count));
    }
    if (status != GLS_OK) return status;
    if (weight_count > count || layer.output_count > count - weight_count) return GLS_ERROR_RANGE;
    count -= weight_count + layer.output_count;
  }
  return count == 0 ? GLS_OK : GLS_ERROR_RANGE;
}

// No sum is larger than that of the largest factors would be, each rounded up; where those factors are below
// two powers of two whose product, times the samples, is below the bound, nothing needs to be multiplied out.
template <class Kind>
bool factors_fit(const gls_gradients& gradients, size_t, uint32_t exponent, float scale,
                 Backend backend) noexcept {
  const float bound = unscaled(exponent, scale);
  const int bound_exponent = static_cast<int>(float_bits(bound) >> 23) - 127;
  for (const auto& layer : Layers<Kind>{gradients}) {
    bool below = false;
    int half = (bound_exponent < 126 ? bound_exponent : 126) - 1;
    for (size_t samples = layer.samples; samples > 1; samples -= samples / 2) --half;
    if (half >= 0) {
      const float factor = bits_float(static_cast<uint32_t>(127 + half / 2) << 23);
      below = Kind::inputs_below(layer, factor, backend);
      if (below) {
        backend->all_below(layer.output_gradients, factor, &below, layer.samples * layer.output_count);
      }
    }
    if (!below) below = Kind::products_below(layer, bound, backend);
    if (!below) return false;
  }
  return true;
}

template <class Kind>
void sweep_factors(const StepCoefficients& c, const gls_optimizer&, const gls_gradients& gradients,
                   float* const* buffers, size_t first, size_t count, Backend backend) noexcept {
  float* w = buffers[0];
  float* at[GLS_SLOTS_MOST];
  const size_t slot_count = c.rule->slot_count;
  for (size_t k = 0; k < slot_count; ++k) at[k] = buffers[1 + k];
  for (const auto& layer : Layers<Kind>{gradients}) {
    const size_t all = (layer.input_count + 1) * layer.output_count;
    if (first >= all) {
      first -= all;
      continue;
    }
    const size_t here = all - first < count ? all - first : count;
    sweep_layer(backend, c.rule->kernels, slot_count, c.of_rule, w, layer, at, first, here);
    first = 0;
    count -= here;
    w += here;
  }
}

template <class Kind>
constexpr gls_gradient_source kFactors = {check_factors<Kind>, factors_fit<Kind>, sweep_factors<Kind>};

}  // namespace
}  // namespace glissade

#endif
