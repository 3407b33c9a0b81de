// SPDX-License-Identifier: Apache-2.0
#include "plain.hpp"

#include "scalar_unit.hpp"  // a square root without a C library; the instruction where there is one

void plain_sgd(float* w, const float* g, size_t count, float scale, float rate) {
  for (size_t i = 0; i < count; ++i) w[i] -= rate * (scale * g[i]);
}

void plain_momentum(float* w, const float* g, float* buffer, size_t count, float scale, float rate,
                    float momentum) {
  for (size_t i = 0; i < count; ++i) {
    buffer[i] = momentum * buffer[i] + scale * g[i];
    w[i] -= rate * buffer[i];
  }
}

void plain_adam(float* w, const float* g, float* m, float* v, size_t count, float scale, float rate,
                float beta1, float beta2, float root_divisor, float epsilon) {
  for (size_t i = 0; i < count; ++i) {
    const float gradient = scale * g[i];
    m[i] = beta1 * m[i] + (1.0f - beta1) * gradient;
    v[i] = beta2 * v[i] + (1.0f - beta2) * gradient * gradient;
    w[i] -= rate * m[i] / (glissade::scalar_sqrt(v[i]) / root_divisor + epsilon);
  }
}
