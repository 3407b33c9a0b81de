// SPDX-License-Identifier: Apache-2.0
// The gradient of a dense layer's weights, from its factors: tiles of columns share an input and keep several
// sums under way; each sum has its samples in order. Included by kernels.cpp only, inside its backend's
// namespace.

// Tells a lambda the lanes type to work in, and how many side by side.
template <class V, size_t kVectors>
struct Columns {
  using Type = V;
  static constexpr size_t kCount = kVectors;
};

// operation(Columns, j) for all columns from j on: kVectors vectors at a time, half as many, one, one lane.
template <size_t kVectors, class Operation>
GLISSADE_INLINE void for_columns(size_t count, Operation operation, size_t j = 0) {
  constexpr size_t kWidth = kVectors * Vector::kWidth;
  for (; count - j >= kWidth; j += kWidth) operation(Columns<Vector, kVectors>{}, j);
  if constexpr (kVectors > 1) {
    for_columns<kVectors / 2>(count, operation, j);
  } else if constexpr (kWidth > 1) {
    for (; j < count; ++j) operation(Columns<Single, 1>{}, j);
  }
}

// Where the factors of one row of a layer's gradient are. The last row is of the biases, whose input is
// always 1.
struct GradientRow {
  static constexpr float kOne = 1.0f;
  const float* inputs;
  size_t stride;
  const gls_dense_gradient& layer;

  GLISSADE_INLINE GradientRow(const gls_dense_gradient& of, size_t i)
      : inputs(i == of.input_count ? &kOne : of.inputs + i),
        stride(i == of.input_count ? 0 : of.input_count),
        layer(of) {}

  // g + the samples' products, in order, in the columns from j on.
  template <class V, size_t kVectors>
  GLISSADE_INLINE void add(size_t j, Tile<V, kVectors>& g) const {
    const float *x = inputs, *dy = layer.output_gradients + j;
    for (size_t s = layer.samples; s > 0; --s) {
      const float input = *x;
      g.each([&](V& sum, size_t n)
                 GLISSADE_FLAT { sum = fma(V::template load<1>(dy + n * V::kWidth), input, sum); });
      x += stride;
      dy += layer.output_count;
    }
  }
};

// The place of the next gradient in a layer.
struct GradientPosition {
  size_t i, j;

  GLISSADE_INLINE void move(size_t columns, const gls_dense_gradient& layer) {
    j += columns;
    if (j == layer.output_count) ++i, j = 0;
  }
};

// The next `most` gradients, or what is left; how many. Where a vector would cross the end of a row, they are
// computed one by one.
GLISSADE_INLINE size_t next_gradients(const gls_dense_gradient& layer, GradientPosition& at, float* gradients,
                                      size_t most) {
  constexpr size_t kWidth = Vector::kWidth;
  size_t count = 0;
  while (count < most && at.i <= layer.input_count) {
    const bool whole = most - count >= kWidth && layer.output_count - at.j >= kWidth;
    if (whole) {
      Tile<Vector, 1> g(Vector(0.0f));
      GradientRow(layer, at.i).add(at.j, g);
      g.first.store(gradients + count);
    } else {
      Tile<Single, 1> g(Single(0.0f));
      GradientRow(layer, at.i).add(at.j, g);
      g.first.store(gradients + count);
    }
    count += whole ? kWidth : 1;
    at.move(whole ? kWidth : 1, layer);
  }
  return count;
}

// Where code must be small: some at a time, for a rule's sweep over a buffer.
constexpr size_t kGradientBlock = 16;
__attribute__((noinline)) size_t next_block(const gls_dense_gradient& layer, GradientPosition& at,
                                            float* gradients) {
  return layer.output_count == 0 ? 0 : next_gradients(layer, at, gradients, kGradientBlock);
}

// The rule over what there is of row `place.i`, kVectors at a time, then half as many.
template <class Rule, size_t kVectors>
GLISSADE_INLINE void advance_row(const typename Rule::Coefficients& c, Position<Rule::kSlots>& at,
                                 const GradientRow& row, size_t columns, size_t& j) {
  constexpr size_t kTile = kVectors * Vector::kWidth;
  for (; columns - j >= kTile; j += kTile) {
    Tile<Vector, kVectors> g(Vector(0.0f));
    row.add(j, g);
    g.each([&](Vector& gradient, size_t) GLISSADE_FLAT { advance<Rule>(c, at, gradient); });
  }
  if constexpr (kVectors > 1) advance_row<Rule, kVectors / 2>(c, at, row, columns, j);
}

// The rule over a layer, straight from the factors of its gradient. sweep_buffer: its sweep over a buffer.
template <class Rule, class Sweep>
GLISSADE_INLINE void sweep_dense(const typename Rule::Coefficients& coefficients, float* w,
                                 const gls_dense_gradient& layer, float* const* slots, Sweep sweep_buffer) {
  const SweepMode mode(coefficients.gradient);
  GradientPosition place{0, 0};
  Position<Rule::kSlots> at = start_at<Rule::kSlots>(w, slots);
  if constexpr (kTileRegisters == 1) {
    float gradients[kGradientBlock];
    while (const size_t count = next_block(layer, place, gradients)) {
      sweep_buffer(coefficients, at.w, gradients, at.slots, count);
      at.w += count;
      for (int k = 0; k < Rule::kSlots; ++k) at.slots[k] += count;
    }
  } else {
    const typename Rule::Coefficients c = coefficients;
    while (layer.output_count > 0 && place.i <= layer.input_count) {
      const GradientRow row(layer, place.i);
      advance_row<Rule, share_of_registers(8)>(c, at, row, layer.output_count, place.j);
      if (place.j == layer.output_count) {
        place = {place.i + 1, 0};
        continue;
      }
      float gradients[Vector::kWidth];
      const float* g = gradients;
      const size_t count = next_gradients(layer, place, gradients, Vector::kWidth);
      advance<Rule, Vector>(c, at, g, count / Vector::kWidth);
      advance<Rule, Single>(c, at, g, count % Vector::kWidth);
    }
  }
}
