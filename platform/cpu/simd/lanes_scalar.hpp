// SPDX-License-Identifier: Apache-2.0
// Lanes for any processor: one float.
#include "cpu/simd/scalar.hpp"

namespace glissade {
namespace GLISSADE_BACKEND {
namespace {
using Vector = Scalar;
}
}  // namespace GLISSADE_BACKEND
}  // namespace glissade
