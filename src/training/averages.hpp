// SPDX-License-Identifier: Apache-2.0
#ifndef GLISSADE_SRC_AVERAGES_HPP
#define GLISSADE_SRC_AVERAGES_HPP

#include "backend/backend.hpp"

namespace glissade {

// How a mean moves: towards the number-th value, counted from 1, or, where number is 0, keeping `rest` of
// itself.
void lerp_towards(double rest, uint32_t number, LerpCoefficients* coefficients);

// Whether a call looks at what it takes in before it writes.
enum class Look { kGuarded, kUnguarded };

// sum = from + scale * values; GLS_ERROR_NOT_FINITE where one of the sums would not be. Buffers and scale are
// already checked.
Status checked_axpy(Backend backend, Look look, const float* from, const float* values, float scale, float* sum,
                  size_t count);

}  // namespace glissade

#endif
