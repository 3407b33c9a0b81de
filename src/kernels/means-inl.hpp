// SPDX-License-Identifier: Apache-2.0
// How a mean that is kept moves.
#ifndef GLISSADE_SRC_KERNELS_MEANS_INL_HPP
#define GLISSADE_SRC_KERNELS_MEANS_INL_HPP

#include "kernels/lanes-inl.hpp"

namespace glissade {
namespace GLISSADE_BACKEND {
namespace {

// lerp, and what it cannot do: weight 1 copies x and weight 0 keeps the mean, whatever the other one is (NaN
// times 0 is NaN); and where x - mean is beyond the floats, each is weighed for itself.
template <class V>
GLISSADE_INLINE V move_mean(V mean, V x, const LerpCoefficients& c) {
  if (c.rest == 0.0f) return x;
  if (c.weight == 0.0f) return mean;
  const V moved = lerp(mean, x, c), infinity(__builtin_huge_valf());
  if constexpr (V::kWidth == 1) {
    if (infinity > abs(moved)) return moved;
    return fma(x, c.weight, mean * c.rest);
  } else {
    return select(infinity > abs(moved), moved, fma(x, c.weight, mean * c.rest));
  }
}

}  // namespace
}  // namespace GLISSADE_BACKEND
}  // namespace glissade

#endif
