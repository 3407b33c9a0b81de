// SPDX-License-Identifier: Apache-2.0
// Dense layers whose inputs are int8: a few inputs at a time are decoded, and enter the tiles of the others.
#ifndef GLISSADE_SRC_KERNELS_INT8_INPUTS_INL_HPP
#define GLISSADE_SRC_KERNELS_INT8_INPUTS_INL_HPP

#include "kernels/dense_kernels-inl.hpp"

namespace glissade {
namespace GLISSADE_BACKEND {
namespace {

// The inputs of one sample, from one on. A difference of two int8 is exact, so that a product is rounded
// once; where the scale is normal it is not subnormal, and flushing it is no question.
struct Int8Inputs {
  const int8_t* values;
  float scale;
  int32_t zero_point;

  GLISSADE_INLINE Int8Inputs(const gls_int8_inputs& inputs, size_t sample, size_t input_count, size_t i)
      : values(inputs.values + (inputs.rows == nullptr ? sample : inputs.rows[sample]) * input_count + i),
        scale(inputs.scale),
        zero_point(inputs.zero_point) {}
  GLISSADE_INLINE float operator[](size_t i) const {
    return scale * static_cast<float>(values[i] - zero_point);
  }
};

// How many are decoded at a time, and enter the tiles as floats. Compilers make vectors of a loop whose
// length they know: so where there are 16 inputs, 16 are decoded, whichever of them are asked for.
constexpr size_t kDecoded = 16;

struct Window {
  size_t first, count, skipped;

  // Of input_count inputs, `wanted` from number i on.
  GLISSADE_INLINE Window(size_t input_count, size_t i, size_t wanted) : first(i), count(wanted), skipped(0) {
    if (!kTiles || input_count < kDecoded) return;
    if (first > input_count - kDecoded) first = input_count - kDecoded;
    count = kDecoded;
    skipped = i - first;
  }
  GLISSADE_INLINE void decode(const Int8Inputs& inputs, float* x) const {
    if (kTiles && count == kDecoded) {
      for (size_t i = 0; i < kDecoded; ++i) x[i] = inputs[i];
    } else {
      for (size_t i = 0; i < count; ++i) x[i] = inputs[i];
    }
  }
};

// kRows rows of what `part` is the factors of, added to what is at `to`, or written.
template <size_t kRows, bool kAdd>
GLISSADE_INLINE void take_rows(const gls_factors& part, size_t columns, float* to) {
  for_columns<kRows == 1 ? at_once(4) : 2, !kAdd>(
      columns, [=](auto lanes, size_t j) { gradient_tile<kRows, kAdd>(part, 0, j, lanes, to + j); });
}

// The same, where `first`: adds nothing, but writes.
template <size_t kRows, bool kAdd>
GLISSADE_INLINE void take_rows(bool first, const gls_factors& part, size_t columns, float* to) {
  if (!kAdd && first)
    take_rows<kRows, false>(part, columns, to);
  else
    take_rows<kRows, true>(part, columns, to);
}

// Adds some rows of a layer's gradient from row i on, at most kDecoded, in some columns from j on, or writes
// them. The last row is of the biases, whose input is always 1: it is taken by itself.
template <bool kAdd>
GLISSADE_SHARED void take_gradient(const gls_int8_factors& layer, size_t i, size_t j, size_t rows,
                                   size_t columns, float* to) {
  static constexpr int8_t kOne = 1;
  constexpr size_t kApart = kTiles ? kDecoded : 1;
  const size_t stride = layer.output_count;
  const bool of_biases = i == layer.input_count;
  const gls_int8_inputs inputs = of_biases ? gls_int8_inputs{&kOne, 1, nullptr, 1.0f, 0} : layer.inputs;
  const size_t input_count = of_biases ? 0 : layer.input_count;
  const Window window(input_count, of_biases ? 0 : i, rows);
  float x[kDecoded * kApart];
  for (size_t s = 0; s < layer.samples; s += kDecoded) {
    const size_t some = layer.samples - s < kDecoded ? layer.samples - s : kDecoded;
    for (size_t k = 0; k < some; ++k)
      window.decode(Int8Inputs(inputs, s + k, input_count, window.first), x + k * kApart);
    gls_factors part = {x + window.skipped, layer.output_gradients + s * stride + j, some, kApart, stride};
    size_t r = 0;
    if constexpr (kTiles) {
      for (; rows - r >= 4; r += 4, part.inputs += 4)
        take_rows<4, kAdd>(s == 0, part, columns, to + r * stride);
    }
    for (; r < rows; ++r, ++part.inputs) take_rows<1, kAdd>(s == 0, part, columns, to + r * stride);
  }
}

template <>
struct GradientRows<gls_int8_factors> {
  GLISSADE_INLINE static size_t of(size_t left, size_t columns, size_t room) {
    if (!kTiles || left == 0) return 1;
    const size_t most = left < kDecoded ? left : kDecoded;
    return most * columns <= room ? most : room / columns;
  }
  GLISSADE_INLINE static void write(const gls_int8_factors& layer, size_t i, size_t j, size_t rows,
                                    size_t columns, float* to) {
    if (kTiles && layer.samples > 0) {
      take_gradient<false>(layer, i, j, rows, columns, to);
    } else {
      for (size_t k = 0; k < rows * columns; ++k) to[k] = 0.0f;
      take_gradient<true>(layer, i, j, rows, columns, to);
    }
  }
};

}  // namespace

void dense_forward_int8(const float* weights, const gls_int8_inputs* inputs, float* outputs, size_t samples,
                        size_t input_count, size_t output_count) {
  const gls_int8_inputs from = *inputs;
  for_samples(samples, output_count, [&](auto number, size_t first) GLISSADE_FLAT {
    constexpr size_t kSamples = decltype(number)::kCount;
    float* const to = outputs + first * output_count;
    for (size_t s = 0; s < kSamples; ++s) {
      for (size_t j = 0; j < output_count; ++j)
        to[s * output_count + j] = weights[input_count * output_count + j];
    }
    float x[kSamples * kDecoded];
    for (size_t i = 0; i < input_count; i += kDecoded) {
      const size_t some = input_count - i < kDecoded ? input_count - i : kDecoded;
      const Window window(input_count, i, some);
      for (size_t s = 0; s < kSamples; ++s)
        window.decode(Int8Inputs(from, first + s, input_count, window.first), x + s * kDecoded);
      const gls_factors part = {x + window.skipped, weights + i * output_count, some, 1, output_count};
      for_columns<at_once(8 / kSamples), false>(output_count, [&](auto lanes, size_t j) {
        gradient_tile<kSamples, true, kDecoded>(part, 0, j, lanes, to + j);
      });
    }
  });
}

void dense_weight_gradients_int8(const gls_int8_factors* of, float* weight_gradients) {
  const gls_int8_factors& layer = *of;
  for (size_t i = 0, rows; i <= layer.input_count; i += rows) {
    rows = GradientRows<gls_int8_factors>::of(layer.input_count - i, 1, kDecoded);
    take_gradient<true>(layer, i, 0, rows, layer.output_count, weight_gradients + i * layer.output_count);
  }
}

void int8_factors_all_below(const gls_int8_factors* layer, float bound, bool* below) {
  gradient_all_below(*layer, bound, below);
}

void sweep_int8_blocks(Sweep* rule, size_t slot_count, const void* c, float* w, const gls_int8_factors* layer,
                       float** slots, size_t first, size_t count) {
  sweep_by_blocks(rule, slot_count, c, w, *layer, slots, first, count);
}

}  // namespace GLISSADE_BACKEND
}  // namespace glissade

#endif
