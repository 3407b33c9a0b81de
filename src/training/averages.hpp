// SPDX-License-Identifier: Apache-2.0
#ifndef GLISSADE_SRC_AVERAGES_HPP
#define GLISSADE_SRC_AVERAGES_HPP

#include "backend/backend.hpp"

namespace glissade {

// How a mean moves: towards the number-th value, counted from 1, or, where number is 0, keeping `rest` of
// itself.
void lerp_towards(double rest, uint32_t number, LerpCoefficients* coefficients);

}  // namespace glissade

#endif
