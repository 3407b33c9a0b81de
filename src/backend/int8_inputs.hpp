// SPDX-License-Identifier: Apache-2.0
#ifndef GLISSADE_SRC_INT8_INPUTS_HPP
#define GLISSADE_SRC_INT8_INPUTS_HPP

#include "backend/backend.hpp"

namespace glissade {

// The inputs of so many samples: where they are, which, and what they stand for.
GLISSADE_SHARED Status check_inputs(const gls_int8_inputs& inputs, size_t samples, size_t input_count) {
  const size_t bytes = elements(inputs.row_count, input_count);
  if (bytes > PTRDIFF_MAX || samples > kMostFloats) return GLS_ERROR_RANGE;
  if (inputs.values == nullptr && bytes != 0) return GLS_ERROR_NULL;
  if (reinterpret_cast<uintptr_t>(inputs.rows) % alignof(uint32_t) != 0) return GLS_ERROR_ALIGNMENT;
  const bool is_scale = inputs.scale >= 0x1p-126f && is_finite(inputs.scale);
  if (!is_scale || inputs.zero_point < INT8_MIN || inputs.zero_point > INT8_MAX) return GLS_ERROR_RANGE;
  if (inputs.rows == nullptr) return samples <= inputs.row_count ? GLS_OK : GLS_ERROR_RANGE;
  for (size_t s = 0; s < samples; ++s) {
    if (inputs.rows[s] >= inputs.row_count) return GLS_ERROR_RANGE;
  }
  return GLS_OK;
}

}  // namespace glissade

#endif
