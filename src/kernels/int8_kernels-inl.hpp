// SPDX-License-Identifier: Apache-2.0
// Int8 dense layers, as layers/int8.h has them.
#ifndef GLISSADE_SRC_KERNELS_INT8_KERNELS_INL_HPP
#define GLISSADE_SRC_KERNELS_INT8_KERNELS_INL_HPP

#include "kernels/loops-inl.hpp"
#include "numbers/int8.hpp"

namespace glissade {
namespace GLISSADE_BACKEND {

namespace {

// kRows outputs of one sample, from output c on.
template <class P, size_t kRows>
GLISSADE_INLINE void int8_outputs(const gls_int8_dense& layer, const int8_t* x, int8_t* y, size_t c) {
  const size_t count = layer.input_count;
  const int32_t zero = layer.input_zero;
  const int8_t* const w = layer.weights + c * count;
  Tile<P, kRows> sums(P{});
  size_t i = 0;
  for (; count - i >= P::kWidth; i += P::kWidth) {
    const auto inputs = P::load(x + i, zero);
    sums.each([&](P& sum, size_t r) GLISSADE_FLAT { sum.add(w + r * count + i, inputs); });
  }
  if constexpr (P::kMasks) {
    if (const size_t rest = count - i) {
      const auto inputs = P::load_first(rest, x + i, zero);
      sums.each([&](P& sum, size_t r) GLISSADE_FLAT { sum.add_first(rest, w + r * count + i, inputs); });
    }
    i = count;
  }
  sums.each([&](const P& sum, size_t r) GLISSADE_FLAT {
    uint32_t total = sum.total(zero);
    if constexpr (P::kWidth > 1 && !P::kMasks) {
      for (size_t k = i; k < count; ++k)
        total += static_cast<uint32_t>(w[r * count + k]) *
                 (static_cast<uint32_t>(x[k]) - static_cast<uint32_t>(zero));
    }
    y[c + r] = int8_output(layer, total, c + r);
  });
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
  const auto rows = [&](auto number, size_t c) GLISSADE_FLAT {
    for (size_t s = 0; s < samples; ++s) {
      int8_outputs<P, decltype(number)::kCount>(layer, inputs + s * layer.input_count,
                                                outputs + s * layer.output_count, c);
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
