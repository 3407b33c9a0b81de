// SPDX-License-Identifier: Apache-2.0
// Between int8 and float: a layer's weights, and the scale of its outputs.
#include "layers/int8.hpp"

using namespace glissade;

namespace {

// Where weight d of output c is in each layout.
size_t in_rows(const gls_int8_dense& l, size_t d, size_t c) { return c * l.input_count + d; }
size_t in_columns(const gls_int8_dense& l, size_t d, size_t c) { return d * l.output_count + c; }

double bias_unit(const gls_int8_dense& l, float weight_scale) {
  return static_cast<double>(l.input_scale) * static_cast<double>(weight_scale);
}

double real_bias(const gls_int8_dense& l, size_t c) {
  const int32_t bias = l.biases == nullptr ? 0 : l.biases[c];
  return bias_unit(l, l.weight_scales[scale_index(l, c)]) * static_cast<double>(bias);
}

// Of -128 with a larger scale there is no float.
bool floats_fit(const gls_int8_dense& l) {
  bool fit = true;
  for (size_t c = 0; c < l.scale_count; ++c) fit = fit && l.weight_scales[c] < 0x1p121f;
  for (size_t c = 0; c < l.output_count; ++c) {
    const double bias = real_bias(l, c);
    fit = fit && -kFloatMax <= bias && bias <= kFloatMax;
  }
  return fit;
}

// Not inlined, as those below: arithmetic stays between the two changes of the mode.
__attribute__((noinline)) gls_status dequantize(const gls_int8_dense& l, float* weights) {
  if (!counts_fit(l) || !scales_fit(l) || !floats_fit(l)) return GLS_ERROR_RANGE;
  if (!stands_apart(floats_of(l, weights), weights_of(l, l.weights), biases_of(l, l.biases),
                    scales_of(l, l.weight_scales), object_of(&l)))
    return GLS_ERROR_OVERLAP;
  for (size_t c = 0; c < l.output_count; ++c) {
    const float scale = l.weight_scales[scale_index(l, c)];
    for (size_t d = 0; d < l.input_count; ++d)
      weights[in_columns(l, d, c)] = scale * static_cast<float>(l.weights[in_rows(l, d, c)]);
    weights[in_columns(l, l.input_count, c)] = static_cast<float>(real_bias(l, c));
  }
  return GLS_OK;
}

// The bits of the largest magnitude of weight or bias of outputs [first .. last): those of a number that is
// not finite are larger than all others'.
constexpr uint32_t kLeastNormalBits = 0x00800000u, kInfinityBits = 0x7f800000u;
struct LargestBits {
  uint32_t weight, bias;
};

LargestBits largest_bits(const gls_int8_dense& l, const float* weights, size_t first, size_t last) {
  LargestBits largest = {0, 0};
  for (size_t d = 0; d <= l.input_count; ++d) {
    uint32_t& most = d == l.input_count ? largest.bias : largest.weight;
    for (size_t c = first; c < last; ++c) {
      const uint32_t bits = float_bits(weights[in_columns(l, d, c)]) & 0x7fffffffu;
      if (bits > most) most = bits;
    }
  }
  return largest;
}

bool all_finite(const gls_int8_dense& l, const float* weights) {
  const LargestBits largest = largest_bits(l, weights, 0, l.output_count);
  return largest.weight < kInfinityBits && largest.bias < kInfinityBits;
}

// The scale of outputs [first .. last), which are finite: the least with which weights and biases fit.
float least_scale(const gls_int8_dense& l, const float* weights, size_t first, size_t last) {
  const LargestBits largest = largest_bits(l, weights, first, last);
  const double of_weights = static_cast<double>(bits_float(largest.weight)) / 127.0;
  const double of_biases =
      static_cast<double>(bits_float(largest.bias)) / (static_cast<double>(l.input_scale) * 0x1p30);
  const float scale = static_cast<float>(of_weights > of_biases ? of_weights : of_biases);
  if (float_bits(scale) >= kLeastNormalBits) return scale;
  const float before = l.weight_scales == nullptr ? 0.0f : l.weight_scales[scale_index(l, first)];
  return is_normal_scale(before) ? before : 1.0f;
}

// Rounded half away from 0, into +-most.
int32_t rounded_into(double x, int32_t most, size_t* clamped) {
  const double end = static_cast<double>(most) + 0.5;
  if (-end < x && x < end) return round_half_away(x);
  ++*clamped;
  return x < 0.0 ? -most : most;
}

// Weights [first .. last) of output c, with this scale; number input_count is the bias.
__attribute__((noinline)) void requantize(const gls_int8_dense& l, const float* weights, float scale,
                                          size_t c, size_t first, size_t last, Written to,
                                          gls_int8_clamped* clamped) {
  for (size_t d = first; d < last && d < l.input_count; ++d) {
    const double x = static_cast<double>(weights[in_columns(l, d, c)]) / static_cast<double>(scale);
    to.weights[in_rows(l, d, c)] = static_cast<int8_t>(rounded_into(x, 127, &clamped->weights));
  }
  if (last <= l.input_count) return;
  const double x = static_cast<double>(weights[in_columns(l, l.input_count, c)]) / bias_unit(l, scale);
  const int32_t most = INT32_MAX - 32640 * static_cast<int32_t>(l.input_count);
  to.biases[c] = rounded_into(x, most, &clamped->biases);
}

// Whether the numbers are as the header wants them, the new scales too.
__attribute__((noinline)) gls_status check_numbers(const gls_int8_dense& l, const float* weights, bool kept) {
  if (!counts_fit(l) || !is_scale(l.input_scale) || (kept && !scales_fit(l))) return GLS_ERROR_RANGE;
  bool finite = all_finite(l, weights);
  const size_t step = l.scale_count == 1 ? l.output_count : 1;
  for (size_t c = 0; finite && !kept && c < l.output_count; c += step)
    finite = is_scale(least_scale(l, weights, c, c + step));
  return finite ? GLS_OK : GLS_ERROR_NOT_FINITE;
}

// Not inlined: its spans are stack.
__attribute__((noinline)) bool all_apart(const gls_int8_dense& l, const float* weights, bool kept, Written to,
                                         const gls_int8_clamped* clamped) {
  const Span int8 = weights_of(l, to.weights), biases = biases_of(l, to.biases);
  const Span from = floats_of(l, weights), counts = object_of(clamped), layer = object_of(&l);
  const Span scales = scales_of(l, kept ? nullptr : to.scales), old = scales_of(l, l.weight_scales);
  return stands_apart(int8, from, biases, scales, old, counts, layer) &&
         stands_apart(biases, from, scales, old, counts, layer) &&
         stands_apart(scales, from, counts, layer) && stands_apart(counts, from, old, layer) &&
         (scales.begin == old.begin || stands_apart(scales, old));
}

__attribute__((noinline)) void make_scales(const gls_int8_dense& l, const float* weights, float* scales) {
  const size_t step = l.scale_count == 1 ? l.output_count : 1;
  for (size_t c = 0; c < l.output_count; c += step)
    scales[scale_index(l, c)] = least_scale(l, weights, c, c + step);
}

void requantize(const gls_int8_dense& l, const float* weights, bool kept, Written to,
                gls_int8_clamped* clamped) {
  gls_int8_clamped found = {0, 0, 0};
  if (!kept) make_scales(l, weights, to.scales);
  const float* const scales = kept ? l.weight_scales : to.scales;
  for (size_t c = 0; c < l.output_count; ++c) {
    const size_t before = found.weights + found.biases;
    requantize(l, weights, scales[scale_index(l, c)], c, 0, l.input_count + 1, to, &found);
    found.rows += found.weights + found.biases != before ? 1 : 0;
  }
  if (clamped != nullptr) *clamped = found;
}

// Both in the range's own floats: comparisons that flush would lose small ones.
__attribute__((noinline)) void widen(gls_int8_range& range, const float* values, size_t count) {
  float least = range.least, most = range.most;
  for (size_t i = 0; i < count; ++i) {
    if (values[i] < least) least = values[i];
    if (values[i] > most) most = values[i];
  }
  range = {least, most};
}

struct OutputScale {
  float scale;
  int32_t zero;
};

// In float, as GetAsymmetricQuantizationParams.
__attribute__((noinline)) bool find_scale(const gls_int8_range& range, OutputScale* found) {
  if (!(range.least <= 0.0f && range.most >= 0.0f)) return false;
  const float scale = (range.most - range.least) / 255.0f;
  if (!is_normal_scale(scale)) return false;
  const float zero = -128.0f - range.least / scale;
  *found = {scale, zero > 127.0f ? 127 : round_half_away(static_cast<double>(zero))};
  return true;
}

}  // namespace

namespace glissade {

Status requantize_scales(const gls_int8_dense& l, const float* weights, float* scales) {
  const Gate backend(Mode::kScalars);
  Status status = check_layer(backend, &l);
  if (status == GLS_OK) status = check_numbers(l, weights, false);
  if (status == GLS_OK) make_scales(l, weights, scales);
  return status;
}

void requantize_some(const gls_int8_dense& l, const float* weights, size_t output, size_t first, size_t last,
                     Written to) {
  const ScalarMode mode;
  gls_int8_clamped none = {0, 0, 0};  // new scales clamp nothing
  requantize(l, weights, to.scales[scale_index(l, output)], output, first, last, to, &none);
}

}  // namespace glissade

extern "C" {

gls_status gls_int8_dense_dequantize(const gls_int8_dense* layer, float* weights) {
  const Gate backend(Mode::kScalars);
  gls_status status = check_layer(backend, layer);
  if (status == GLS_OK && layer->weights == nullptr) status = GLS_ERROR_NULL;
  if (status == GLS_OK) status = check_pointers(1, layer->weight_scales, weights);
  if (status == GLS_OK) status = check_pointers(0, layer->biases);
  return status == GLS_OK ? dequantize(*layer, weights) : status;
}

gls_status gls_int8_dense_requantize(const gls_int8_dense* layer, const float* weights, gls_int8_scales which,
                                     int8_t* int8_weights, int32_t* biases, float* scales,
                                     gls_int8_clamped* clamped) {
  const Gate backend(Mode::kScalars);
  const bool kept = which == GLS_INT8_KEPT_SCALES;
  const Written to = {int8_weights, biases, scales};
  gls_status status = check_layer(backend, layer);
  if (status == GLS_OK && int8_weights == nullptr) status = GLS_ERROR_NULL;
  if (status == GLS_OK) status = check_pointers(1, weights, biases, kept ? layer->weight_scales : scales);
  if (status == GLS_OK) status = check_pointers(0, layer->weight_scales, clamped);
  if (status != GLS_OK) return status;
  if (!kept && which != GLS_INT8_NEW_SCALES) return GLS_ERROR_RANGE;
  status = check_numbers(*layer, weights, kept);
  if (status != GLS_OK) return status;
  if (!all_apart(*layer, weights, kept, to, clamped)) return GLS_ERROR_OVERLAP;
  requantize(*layer, weights, kept, to, clamped);
  return GLS_OK;
}

gls_status gls_int8_range_update(gls_int8_range* range, const float* values, size_t count) {
  const Gate backend(Mode::kScalars);
  gls_status status = check_buffers(backend, count, values);
  if (status == GLS_OK) status = check_pointers(1, range);
  if (status != GLS_OK) return status;
  for (size_t i = 0; i < count; ++i) {
    if (!is_finite(values[i])) return GLS_ERROR_NOT_FINITE;
  }
  if (!stands_apart(object_of(range), Span{values, count * sizeof(float)})) return GLS_ERROR_OVERLAP;
  widen(*range, values, count);
  return GLS_OK;
}

gls_status gls_int8_range_scale(const gls_int8_range* range, float* scale, int32_t* zero) {
  const Gate backend(Mode::kScalars);
  const gls_status status = check_buffers(backend, 1, range, scale, zero);
  if (status != GLS_OK) return status;
  OutputScale found;
  if (!find_scale(*range, &found)) return GLS_ERROR_RANGE;
  *scale = found.scale;
  *zero = found.zero;
  return GLS_OK;
}

}  // extern "C"
