// SPDX-License-Identifier: Apache-2.0
// The gradient of a dense layer's weights, from its factors: tiles of columns share an input and keep several
// sums under way; each sum has its samples in order.
#ifndef GLISSADE_SRC_KERNELS_FACTORS_INL_HPP
#define GLISSADE_SRC_KERNELS_FACTORS_INL_HPP

#include "kernels/sweep-inl.hpp"

namespace glissade {
namespace GLISSADE_BACKEND {
namespace {

// The lanes that a function works in, several vectors' of them side by side.
template <class L, size_t kVectors>
struct Columns : L {
  static constexpr size_t kCount = kVectors;
};

// operation(Columns, j) for all columns from j on: kVectors vectors at a time, half as many, one. What is
// left goes into one more vector that begins earlier, where the operation may be done twice (kTwice) and
// there are as many columns.
template <size_t kVectors, bool kTwice, class Operation>
GLISSADE_INLINE void for_columns(size_t count, Operation operation, size_t j = 0) {
  constexpr size_t kWidth = kVectors * Vector::kWidth;
  for (; count - j >= kWidth; j += kWidth) operation(Columns<Whole<Vector>, kVectors>{}, j);
  if constexpr (kVectors > 1) {
    for_columns<kVectors / 2, kTwice>(count, operation, j);
  } else if constexpr (kWidth > 1) {
    if (kTwice && kTiles && j < count && count >= kWidth) {
      operation(Columns<Whole<Vector>, 1>{}, count - kWidth);
      j = count;
    }
    for_tail(count - j, [&](auto lanes, size_t k)
                            GLISSADE_FLAT { operation(Columns<decltype(lanes), 1>{lanes}, j + k); });
  }
}

// The inputs of one row of a layer's gradient. The last row is of the biases, whose input is always 1.
// (Without samples a layer's pointers may be null.)
struct GradientInputs {
  static constexpr float kOne = 1.0f;
  const float* first;
  size_t stride;

  GLISSADE_INLINE GradientInputs(const gls_factors& layer, size_t i)
      : first(i == layer.input_count || layer.samples == 0 ? &kOne : layer.inputs + i),
        stride(i == layer.input_count ? 0 : layer.input_count) {}
};

// kRows rows of a layer's gradient from row i on, in some columns from j on: the samples' products in order,
// behind what is at `to` (kAdd) or from 0 on. Rows are output_count apart, their inputs kApart. The row of
// the biases is taken by itself.
template <size_t kRows, bool kAdd, size_t kApart = 1, class L, size_t kVectors>
GLISSADE_INLINE void gradient_tile(const gls_factors& layer, size_t i, size_t j, Columns<L, kVectors> lanes,
                                   float* to) {
  using V = typename L::Type;
  using Row = Tile<V, kVectors>;
  const size_t columns = layer.output_count;
  Tile<Row, kRows> g(Row(V(0.0f)));
  if constexpr (kAdd) {
    g.each([=](Row& row, size_t r) GLISSADE_FLAT {
      row.each([=](V& sum, size_t n) GLISSADE_FLAT { sum = lanes.load(to + r * columns + n * V::kWidth); });
    });
  }
  const GradientInputs inputs(layer, i);
  const float* x = inputs.first;
  const float* dy = layer.samples == 0 ? x : layer.output_gradients + j;
  for (size_t s = layer.samples; s > 0; --s) {
    g.each([=](Row& row, size_t r) GLISSADE_FLAT {
      const float input = x[r * kApart];
      row.each([=](V& sum, size_t n)
                   GLISSADE_FLAT { sum = fma(lanes.template load<1>(dy + n * V::kWidth), input, sum); });
    });
    x += inputs.stride;
    dy += columns;
  }
  g.each([=](Row& row, size_t r) GLISSADE_FLAT {
    row.each([=](V& sum, size_t n) GLISSADE_FLAT { lanes.store(sum, to + r * columns + n * V::kWidth); });
  });
}

// Rows of a layer's gradient: how many are written at once, of so many that are left, where there is room for
// so many floats, and more than for a row; and that, from row i on, in some columns from j on.
template <class Layer>
struct GradientRows;
template <>
struct GradientRows<gls_factors> {
  static constexpr size_t kRows = at_once(4);
  GLISSADE_INLINE static size_t of(size_t left, size_t columns, size_t room) {
    return left >= kRows && kRows * columns <= room ? kRows : 1;
  }
  GLISSADE_INLINE static void write(const gls_factors& layer, size_t i, size_t j, size_t rows, size_t columns,
                                    float* to) {
    if (kRows > 1 && rows > 1) {
      for_columns<2, true>(
          columns, [&](auto lanes, size_t k) { gradient_tile<kRows, false>(layer, i, k, lanes, to + k); });
    } else {
      for_columns<kRows, true>(
          columns, [&](auto lanes, size_t k) { gradient_tile<1, false>(layer, i, j + k, lanes, to + k); });
    }
  }
};

// A layer's gradient in blocks: `left` of its weights, from that in row i and column j on.
template <class Layer>
class GradientBlocks {
  using Rows = GradientRows<Layer>;

 public:
  static constexpr size_t kMost = kTiles ? 32 * Vector::kWidth : 16;

  GLISSADE_INLINE GradientBlocks(const Layer& layer, size_t first, size_t count)
      : of_(&layer), left_(count), i_(0), j_(first) {
    if (first >= layer.output_count && count > 0) {
      i_ = first / layer.output_count;
      j_ = first % layer.output_count;
    }
  }

  // Writes the next kMost, or what is left; how many.
  __attribute__((noinline)) size_t next(float* gradients) {
    const Layer& layer = *of_;
    const size_t most = left_ < kMost ? left_ : kMost;
    size_t count = 0;
    while (count < most) {
      const size_t in_row = layer.output_count - j_, room = most - count;
      const size_t columns = in_row < room ? in_row : room;
      const bool is_row = j_ == 0 && columns == layer.output_count;
      const size_t rows = is_row ? Rows::of(layer.input_count - i_, columns, room) : 1;
      Rows::write(layer, i_, j_, rows, columns, gradients + count);
      count += rows * columns;
      j_ += columns;
      if (j_ == layer.output_count) {
        i_ += rows;
        j_ = 0;
      }
    }
    left_ -= count;
    return count;
  }

 private:
  const Layer* of_;
  size_t left_, i_, j_;
};

// Gradients of a layer's weights from number `first` on: straight from their factors, where they are of one
// sample, all weights, and vectors end with rows; else by blocks that stay in the nearest cache.
struct FactorGradients {
  const gls_factors& layer;
  size_t first;

  GLISSADE_INLINE bool are_vectors(size_t count) const {
    return kTiles && layer.samples == 1 && layer.output_count % Vector::kWidth == 0 &&
           count == (layer.input_count + 1) * layer.output_count;
  }
  template <class Work>
  GLISSADE_INLINE void each_vector(Work work) const {
    for (size_t i = 0; i <= layer.input_count; ++i) {
      const float x = *GradientInputs(layer, i).first;
      const float* dy = layer.output_gradients;
      for (size_t steps = layer.output_count / Vector::kWidth; steps > 0; --steps) {
        work(fma(Vector::template load<1>(dy), x, Vector(0.0f)));
        dy += Vector::kWidth;
      }
    }
  }
  template <class Work>
  GLISSADE_INLINE void each_span(size_t count, Work work) const {
    using Blocks = GradientBlocks<gls_factors>;
    Blocks blocks(layer, first, count);
    float gradients[Blocks::kMost];
    while (const size_t some = blocks.next(gradients)) work(gradients, some);
  }
};

}  // namespace
}  // namespace GLISSADE_BACKEND
}  // namespace glissade

#endif
