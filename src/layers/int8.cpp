// SPDX-License-Identifier: Apache-2.0
// An int8 layer's multipliers, and its forward pass.
#include "layers/int8.hpp"

using namespace glissade;

namespace {

bool is_byte(int32_t x) { return x == static_cast<int8_t>(x); }

bool fields_fit(const gls_int8_dense& l) {
  return counts_fit(l) && scales_fit(l) && is_scale(l.output_scale) && is_byte(l.input_zero) &&
         is_byte(l.output_zero) && static_cast<uint32_t>(l.activation) <= GLS_INT8_RELU6 &&
         static_cast<uint32_t>(l.rounding) <= GLS_INT8_SINGLE_ROUNDING;
}

// What the sums of scale c are multiplied with. With one scale the product of two is a float, as in the
// engines.
double factor(const gls_int8_dense& l, size_t c) {
  double product = static_cast<double>(l.input_scale) * static_cast<double>(l.weight_scales[c]);  // exact
  if (l.scale_count == 1) product = static_cast<double>(nearest(product));
  return product / static_cast<double>(l.output_scale);
}

// factor = q * 2^shift with q in [0.5, 1), and q as 31 bits, rounded half away from 0. A factor is 0 or a
// normal double: it cannot be below 2^-426.
bool as_multiplier(double factor, gls_int8_rounding rounding, gls_int8_multiplier* m) {
  const uint64_t bits = bit_cast<uint64_t>(factor);
  const uint32_t high = static_cast<uint32_t>(bits >> 32), low = static_cast<uint32_t>(bits);
  if (high >= 0x7ff00000u) return false;
  int32_t shift = static_cast<int32_t>(high >> 20) - 1022;
  uint32_t q = ((high & 0xfffffu) | 0x100000u) << 10 | low >> 22;
  q += (low >> 21) & 1;
  if (q == uint32_t{1} << 31) {
    q >>= 1;
    ++shift;
  }
  if (shift < -31) {
    q = 0;
    shift = 0;
  }
  if (shift > 30) {
    if (rounding == GLS_INT8_DOUBLE_ROUNDING) return false;
    shift = 30;
    q = 0x7fffffffu;
  }
  *m = {static_cast<int32_t>(q), shift};
  return true;
}

// A real value as an output, if it is an int32 number of units.
bool as_output(const gls_int8_dense& l, float real, int32_t* q) {
  const double units = static_cast<double>(real / l.output_scale);
  if (!(units >= -0x1p31 && units < 0x1p31)) return false;
  *q = wrapped_sum(l.output_zero, round_half_away(units));
  return true;
}

struct Ends {
  int32_t least, most;
};

bool find_ends(const gls_int8_dense& l, Ends* ends) {
  int32_t least = -128, most = 127;
  bool fit = true;
  switch (l.activation) {
    case GLS_INT8_NO_ACTIVATION:
      break;
    case GLS_INT8_RELU_N1_TO_1:
      fit = as_output(l, -1.0f, &least) && as_output(l, 1.0f, &most);
      break;
    case GLS_INT8_RELU6:
      fit = as_output(l, 6.0f, &most);
      [[fallthrough]];
    case GLS_INT8_RELU:
      least = l.output_zero;
      break;
  }
  *ends = {least < -128 ? -128 : least, most > 127 ? 127 : most};
  return fit;
}

// Not inlined: its arithmetic stays between the two changes of the mode.
__attribute__((noinline)) gls_status prepare(gls_int8_dense& l) {
  Ends ends;
  if (!fields_fit(l) || !find_ends(l, &ends)) return GLS_ERROR_RANGE;
  for (size_t c = 0; c < l.scale_count; ++c) {
    gls_int8_multiplier m;
    if (!as_multiplier(factor(l, c), l.rounding, &m)) return GLS_ERROR_RANGE;
  }
  const Span multipliers = {l.multipliers, l.scale_count * sizeof(gls_int8_multiplier)};
  if (!stands_apart(multipliers, scales_of(l, l.weight_scales), object_of(&l))) return GLS_ERROR_OVERLAP;
  for (size_t c = 0; c < l.scale_count; ++c) as_multiplier(factor(l, c), l.rounding, &l.multipliers[c]);
  l.least = ends.least;
  l.most = ends.most;
  l.prepared = 1;
  return GLS_OK;
}

gls_status check_int8_forward(const gls_int8_dense& l, const int8_t* inputs, const int8_t* outputs,
                              size_t samples) {
  if (l.weights == nullptr || inputs == nullptr || outputs == nullptr) return GLS_ERROR_NULL;
  gls_status status = check_pointers(1, l.multipliers);
  if (status == GLS_OK) status = check_pointers(0, l.biases);
  if (status != GLS_OK) return status;
  if (l.prepared == 0) return GLS_ERROR_ORDER;
  const Span to = {outputs, elements(samples, l.output_count)};
  const Span from = {inputs, elements(samples, l.input_count)};
  if (!counts_fit(l) || to.count > PTRDIFF_MAX || from.count > PTRDIFF_MAX) return GLS_ERROR_RANGE;
  const Span multipliers = {l.multipliers, l.scale_count * sizeof(gls_int8_multiplier)};
  const bool apart =
      stands_apart(to, from, weights_of(l, l.weights), biases_of(l, l.biases), multipliers, object_of(&l));
  return apart ? GLS_OK : GLS_ERROR_OVERLAP;
}

}  // namespace

extern "C" {

gls_status gls_int8_dense_prepare(gls_int8_dense* layer) {
  const Gate backend(Mode::kScalars);
  gls_status status = check_layer(backend, layer);
  if (status == GLS_OK) status = check_pointers(1, layer->multipliers, layer->weight_scales);
  return status == GLS_OK ? prepare(*layer) : status;
}

gls_status gls_int8_dense_forward(const gls_int8_dense* layer, const int8_t* inputs, int8_t* outputs,
                                  size_t samples) {
  const Gate backend;
  gls_status status = check_layer(backend, layer);
  if (status == GLS_OK) status = check_int8_forward(*layer, inputs, outputs, samples);
  if (status == GLS_OK) backend->int8_forward(layer, inputs, outputs, samples);
  return status;
}

}  // extern "C"
