// SPDX-License-Identifier: Apache-2.0
#include "plain.hpp"

#include <math.h>

void plain_adam(float* w, const float* g, float* m, float* v, size_t count, float rate, float beta1,
                float beta2, float root_divisor, float epsilon) {
  for (size_t i = 0; i < count; ++i) {
    m[i] = beta1 * m[i] + (1.0f - beta1) * g[i];
    v[i] = beta2 * v[i] + (1.0f - beta2) * g[i] * g[i];
    w[i] -= rate * m[i] / (sqrtf(v[i]) / root_divisor + epsilon);
  }
}
