// SPDX-License-Identifier: Apache-2.0
// A kind of gradients as the calls see it.
#ifndef GLISSADE_SRC_GRADIENTS_SOURCE_HPP
#define GLISSADE_SRC_GRADIENTS_SOURCE_HPP

#include "optimizer/rule.hpp"

// No rule is named here.
struct gls_gradient_source {
  // The optimizer's buffers and these: null, alignment, shared memory; and whether they are those of its
  // weights.
  glissade::Status (*check)(const gls_gradients& gradients, const gls_optimizer& o) noexcept;
  // Does every |scale g| stay below 2^exponent?
  bool (*fit)(const gls_gradients& gradients, size_t count, uint32_t exponent, float scale,
              glissade::Backend backend) noexcept;
  glissade::SweepGradients* sweep;
};

namespace glissade {

// 2^exponent divided by |scale|, rounded down to a power of two; infinite, which every number is below, for
// 0.
float unscaled(uint32_t exponent, float scale);

// Does every |scale x| stay below 2^exponent?
bool floats_fit(const float* values, size_t count, uint32_t exponent, float scale, Backend backend);

}  // namespace glissade

#endif
