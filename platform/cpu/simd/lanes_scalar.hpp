// SPDX-License-Identifier: Apache-2.0
// Lanes for any processor: one float.
#include "cpu/simd/single.hpp"

namespace glissade {
namespace GLISSADE_BACKEND {
namespace {
using Vector = Single;
}
}  // namespace GLISSADE_BACKEND
}  // namespace glissade
