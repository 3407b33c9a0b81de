// SPDX-License-Identifier: Apache-2.0
// Dense layers. Tiles of samples, rows and columns share loads and keep several sums under way; no tile
// changes the order of a sum.
#ifndef GLISSADE_SRC_KERNELS_DENSE_KERNELS_INL_HPP
#define GLISSADE_SRC_KERNELS_DENSE_KERNELS_INL_HPP

#include "kernels/buffer_kernels-inl.hpp"
#include "kernels/factors-inl.hpp"

namespace glissade {
namespace GLISSADE_BACKEND {

namespace {

// Outputs in lanes, inputs in order: y = fma(x, w, y) from the bias.
template <size_t kSamples, size_t kVectors>
GLISSADE_INLINE void forward_samples(const float* weights, const float* inputs, float* outputs,
                                     size_t input_count, size_t output_count) {
  for_columns<kVectors, true>(output_count, [=](auto columns, size_t j) {
    using V = typename decltype(columns)::Type;
    using Row = Tile<V, decltype(columns)::kCount>;
    const auto load = [=](Row& row, size_t i) GLISSADE_FLAT {
      const float* const from = weights + i * output_count + j;
      row.each([=](V& v, size_t k) GLISSADE_FLAT { v = columns.load(from + k * V::kWidth); });
    };
    Row w(V(0.0f));
    load(w, input_count);
    Tile<Row, kSamples> y(w);
    for (size_t i = 0; i < input_count; ++i) {
      load(w, i);
      y.each([&](Row& sums, size_t s) GLISSADE_FLAT {
        const float x = inputs[s * input_count + i];
        sums.each([&](V& sum, size_t k) GLISSADE_FLAT { sum = fma(w.at(k), x, sum); });
      });
    }
    y.each([&](Row& sums, size_t s) GLISSADE_FLAT {
      float* const to = outputs + s * output_count + j;
      sums.each([&](V& sum, size_t k) GLISSADE_FLAT { columns.store(sum, to + k * V::kWidth); });
    });
  });
}

// The gradients of kRows inputs at a time, which meet all samples while their weights are in the nearest
// cache.
template <size_t kRows>
GLISSADE_INLINE void backward_rows(const float* weights, const float* output_gradients,
                                   float* input_gradients, size_t samples, size_t input_count,
                                   size_t output_count, size_t i = 0) {
  for (; input_count - i >= kRows; i += kRows) {
    const float* const rows = weights + i * output_count;
    for (size_t s = 0; s < samples; ++s) {
      const float* const dy = output_gradients + s * output_count;
      float* const dx = input_gradients + s * input_count + i;
      canonical_folds<kRows>(
          output_count,
          [=](auto sum, size_t j, size_t row) GLISSADE_FLAT {
            using V = decltype(sum);
            return fma(V::load(rows + row * output_count + j), V::load(dy + j), sum);
          },
          Plus(), [=](float sum, size_t row) { dx[row] = sum; });
    }
  }
  if constexpr (kRows > 1) {
    backward_rows<1>(weights, output_gradients, input_gradients, samples, input_count, output_count, i);
  }
}

// The same of short rows, whose sums are in order: inputs in lanes, for which weights change places (with it
// and with several rows in a block of gradients the demo's step takes 0.81 of the time on AVX2).
GLISSADE_INLINE void backward_short_rows(const float* weights, const float* output_gradients,
                                         float* input_gradients, size_t samples, size_t input_count,
                                         size_t output_count) {
  for_columns<1, true>(input_count, [=](auto columns, size_t i) {
    using V = typename decltype(columns)::Type;
    float turned[kSums * V::kWidth];
    for (size_t j = 0; j < output_count; ++j) {
      for (size_t r = 0; r < columns.count(); ++r)
        turned[j * V::kWidth + r] = weights[(i + r) * output_count + j];
    }
    for (size_t s = 0; s < samples; ++s) {
      V sum(0.0f);
      for (size_t j = 0; j < output_count; ++j) {
        sum = fma(columns.load(turned + j * V::kWidth), output_gradients[s * output_count + j], sum);
      }
      columns.store(sum, input_gradients + s * input_count + i);
    }
  });
}

// tile(AtOnce, s) for all samples from s on, some of them perhaps twice.
template <class Operation>
GLISSADE_INLINE void for_samples(size_t samples, size_t output_count, Operation tile) {
  constexpr size_t kSamples = at_once(4);
  size_t s = 0;
  if constexpr (kTiles) {
    if (output_count <= Vector::kWidth) {  // 16 outputs on AVX-512: 0.5 of the time
      for (; samples - s >= 8; s += 8) tile(AtOnce<8>{}, s);
    }
  }
  for (; samples - s >= kSamples; s += kSamples) tile(AtOnce<kSamples>{}, s);
  if constexpr (kSamples > 1) {
    if (s < samples && samples > kSamples) {  // the last ones
      tile(AtOnce<kSamples>{}, samples - kSamples);
      s = samples;
    }
    for (; s < samples; ++s) tile(AtOnce<1>{}, s);
  }
}

// Whether every |g| of the gradient is below the bound; NaN is not.
template <class Layer>
GLISSADE_INLINE void gradient_all_below(const Layer& layer, float bound, bool* below) {
  GradientBlocks<Layer> blocks(layer, 0, (layer.input_count + 1) * layer.output_count);
  float gradients[blocks.kMost];
  *below = true;
  while (const size_t count = *below ? blocks.next(gradients) : 0) all_below(gradients, bound, below, count);
}

// Any rule over some weights of a layer, by blocks of gradients that stay in the nearest cache. Moves the
// slots' pointers on.
template <class Layer>
GLISSADE_INLINE void sweep_by_blocks(Sweep* rule, size_t slot_count, const void* c, float* w,
                                     const Layer& layer, float** slots, size_t first, size_t count) {
  GradientBlocks<Layer> blocks(layer, first, count);
  float gradients[blocks.kMost];
  while (const size_t some = blocks.next(gradients)) {
    rule(c, w, gradients, slots, some);
    w += some;
    for (size_t k = 0; k < slot_count; ++k) slots[k] += some;
  }
}

}  // namespace

void dense_forward(const float* weights, const float* inputs, float* outputs, size_t samples,
                   size_t input_count, size_t output_count) {
  for_samples(samples, output_count, [&](auto number, size_t first) GLISSADE_FLAT {
    constexpr size_t kCount = decltype(number)::kCount;
    forward_samples<kCount, at_once(8 / kCount)>(weights, inputs + first * input_count,
                                                 outputs + first * output_count, input_count, output_count);
  });
}

void dense_input_gradients(const float* weights, const float* output_gradients, float* input_gradients,
                           size_t samples, size_t input_count, size_t output_count) {
  if (kTiles && output_count < kSums)
    backward_short_rows(weights, output_gradients, input_gradients, samples, input_count, output_count);
  else
    backward_rows<at_once(4)>(weights, output_gradients, input_gradients, samples, input_count, output_count);
}

void dense_weight_gradients(const gls_factors* of, float* weight_gradients) {
  const gls_factors layer = *of;
  for_columns<at_once(4), false>(layer.output_count, [=](auto columns, size_t j) {
    float* const to = weight_gradients + j;
    constexpr size_t kRows = at_once(8 / decltype(columns)::kCount);
    size_t i = 0;
    for (; layer.input_count - i >= kRows; i += kRows)
      gradient_tile<kRows, true>(layer, i, j, columns, to + i * layer.output_count);
    for (; i <= layer.input_count; ++i)
      gradient_tile<1, true>(layer, i, j, columns, to + i * layer.output_count);
  });
}

void factors_all_below(const gls_factors* layer, float bound, bool* below) {
  gradient_all_below(*layer, bound, below);
}

void sweep_blocks(Sweep* rule, size_t slot_count, const void* c, float* w, const gls_factors* layer,
                  float** slots, size_t first, size_t count) {
  sweep_by_blocks(rule, slot_count, c, w, *layer, slots, first, count);
}

}  // namespace GLISSADE_BACKEND
}  // namespace glissade

#endif
