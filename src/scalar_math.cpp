// SPDX-License-Identifier: Apache-2.0
// The once-per-step arithmetic in double that rules need beyond + - * /.
#include "glissade/rules/common.hpp"
#include "scalar_unit.hpp"

namespace glissade {

double power(double base, uint32_t exponent) {
  double result = 1.0;
  for (; exponent != 0; exponent >>= 1) {
    if (exponent & 1) result *= base;
    base *= base;
  }
  return result;
}

double square_root(double x) { return scalar_sqrt(x); }

}  // namespace glissade
