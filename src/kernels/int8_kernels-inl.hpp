// SPDX-License-Identifier: Apache-2.0
// Int8 dense layers, as layers/int8.h has them.
#ifndef GLISSADE_SRC_KERNELS_INT8_KERNELS_INL_HPP
#define GLISSADE_SRC_KERNELS_INT8_KERNELS_INL_HPP

#include "kernels/loops-inl.hpp"
#include "numbers/int8.hpp"

namespace glissade {
namespace GLISSADE_BACKEND {

namespace {

// The sums of products of kRows rows of weights with one sample. Where code must be small it is no part of
// the loops around it, or a Cortex-M0 has too few registers: 15 instead of 12 instructions per product.
template <class P, size_t kRows>
GLISSADE_SHARED void int8_sums(const int8_t* w, const int8_t* x, size_t count, int32_t zero,
                               uint32_t* totals) {
  Tile<P, kRows> sums(P{});
  size_t i = 0;
  for (; count - i >= P::kWidth; i += P::kWidth) {
    const auto inputs = P::load(x + i, zero);
    sums.each([&](P& sum, size_t r) GLISSADE_FLAT { sum.add(w + r * count + i, inputs); });
    // Or GCC moves two addresses instead, from which a Cortex-M0 cannot load signed bytes: 12 instead of 9.
    if constexpr (P::kWidth == 1 && kRows == 1) __asm__("" : "+r"(i));
  }
  if constexpr (P::kMasks) {
    if (const size_t rest = count - i) {
      const auto inputs = P::load_first(rest, x + i, zero);
      sums.each([&](P& sum, size_t r) GLISSADE_FLAT { sum.add_first(rest, w + r * count + i, inputs); });
    }
  }
  sums.each([&](const P& sum, size_t r) GLISSADE_FLAT { totals[r] = sum.total(zero); });
  if constexpr (P::kWidth > 1 && !P::kMasks) {
    for (; i < count; ++i) {
      const uint32_t input = static_cast<uint32_t>(x[i]) - static_cast<uint32_t>(zero);
      for (size_t r = 0; r < kRows; ++r) totals[r] += static_cast<uint32_t>(w[r * count + i]) * input;
    }
  }
}

// An output from its sum.
GLISSADE_SHARED int8_t int8_output(const gls_int8_dense& layer, uint32_t sum, size_t c) {
  if (layer.biases != nullptr) sum += static_cast<uint32_t>(layer.biases[c]);
  const gls_int8_multiplier m = layer.multipliers[layer.scale_count == 1 ? 0 : c];
  const int32_t acc = static_cast<int32_t>(sum);
  int32_t y = layer.rounding == GLS_INT8_SINGLE_ROUNDING ? scaled_once(acc, m) : scaled_twice(acc, m);
  y = wrapped_sum(y, layer.output_zero);
  if (y < layer.least) y = layer.least;
  return static_cast<int8_t>(y > layer.most ? layer.most : y);
}

#ifdef __OPTIMIZE_SIZE__
constexpr bool kSharesInputs = false;
#else
constexpr bool kSharesInputs = true;
#endif

}  // namespace

void int8_forward(const gls_int8_dense* of, const int8_t* inputs, int8_t* outputs, size_t samples) {
  using P = typename Products<Vector>::Type;
  const gls_int8_dense& layer = *of;
  const size_t count = layer.input_count;
  const auto rows = [&](auto number, size_t c) GLISSADE_FLAT {
    constexpr size_t kRows = decltype(number)::kCount;
    for (size_t s = 0; s < samples; ++s) {
      uint32_t sums[kRows];
      int8_sums<P, kRows>(layer.weights + c * count, inputs + s * count, count, layer.input_zero, sums);
      for (size_t r = 0; r < kRows; ++r) {
        outputs[s * layer.output_count + c + r] = int8_output(layer, sums[r], c + r);
      }
    }
  };
  size_t c = 0;
  if constexpr (kSharesInputs) {
    for (; layer.output_count - c >= P::kRows; c += P::kRows) rows(AtOnce<P::kRows>{}, c);
  }
  for (; c < layer.output_count; ++c) rows(AtOnce<1>{}, c);
}

}  // namespace GLISSADE_BACKEND
}  // namespace glissade

#endif
