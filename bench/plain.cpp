// SPDX-License-Identifier: Apache-2.0
#include "plain.hpp"

#include "cpu/scalar_unit.hpp"  // a square root without a C library; the instruction where there is one

namespace GLISSADE_PLAIN {

using glissade::scalar_sqrt;

void sgd(float* w, const float* g, size_t count, float scale, float rate) {
  for (size_t i = 0; i < count; ++i) w[i] -= rate * (scale * g[i]);
}

void momentum(float* w, const float* g, float* buffer, size_t count, float scale, float rate,
              float momentum) {
  for (size_t i = 0; i < count; ++i) {
    buffer[i] = momentum * buffer[i] + scale * g[i];
    w[i] -= rate * buffer[i];
  }
}

void lion(float* w, const float* g, float* m, size_t count, float scale, float rate, float beta1,
          float beta2) {
  for (size_t i = 0; i < count; ++i) {
    const float gradient = scale * g[i], direction = beta1 * m[i] + (1.0f - beta1) * gradient;
    m[i] = beta2 * m[i] + (1.0f - beta2) * gradient;
    w[i] -= direction > 0.0f ? rate : direction < 0.0f ? -rate : 0.0f;
  }
}

void signum(float* w, const float* g, float* m, size_t count, float scale, float rate, float beta) {
  for (size_t i = 0; i < count; ++i) {
    m[i] = beta * m[i] + (1.0f - beta) * (scale * g[i]);
    w[i] -= m[i] > 0.0f ? rate : m[i] < 0.0f ? -rate : 0.0f;
  }
}

void adagrad(float* w, const float* g, float* sum, size_t count, float scale, float rate, float epsilon) {
  for (size_t i = 0; i < count; ++i) {
    const float gradient = scale * g[i];
    sum[i] += gradient * gradient;
    w[i] -= rate * gradient / (scalar_sqrt(sum[i]) + epsilon);
  }
}

void rmsprop(float* w, const float* g, float* v, size_t count, float scale, float rate, float alpha,
             float epsilon) {
  for (size_t i = 0; i < count; ++i) {
    const float gradient = scale * g[i];
    v[i] = alpha * v[i] + (1.0f - alpha) * gradient * gradient;
    w[i] -= rate * gradient / (scalar_sqrt(v[i]) + epsilon);
  }
}

void adadelta(float* w, const float* g, float* v, float* u, size_t count, float scale, float rate, float rho,
              float epsilon) {
  for (size_t i = 0; i < count; ++i) {
    const float gradient = scale * g[i];
    v[i] = rho * v[i] + (1.0f - rho) * gradient * gradient;
    const float step = scalar_sqrt(u[i] + epsilon) / scalar_sqrt(v[i] + epsilon) * gradient;
    u[i] = rho * u[i] + (1.0f - rho) * step * step;
    w[i] -= rate * step;
  }
}

void adam(float* w, const float* g, float* m, float* v, size_t count, float scale, float rate, float beta1,
          float beta2, float root_divisor, float epsilon) {
  for (size_t i = 0; i < count; ++i) {
    const float gradient = scale * g[i];
    m[i] = beta1 * m[i] + (1.0f - beta1) * gradient;
    v[i] = beta2 * v[i] + (1.0f - beta2) * gradient * gradient;
    w[i] -= rate * m[i] / (scalar_sqrt(v[i]) / root_divisor + epsilon);
  }
}

void adam_folded(float* w, const float* g, float* m, float* v, size_t count, float scale, float rate,
                 float beta1, float beta2, float epsilon, float decay) {
  for (size_t i = 0; i < count; ++i) {
    const float gradient = scale * g[i];
    m[i] = beta1 * m[i] + (1.0f - beta1) * gradient;
    v[i] = beta2 * v[i] + (1.0f - beta2) * gradient * gradient;
    w[i] = decay * w[i] - rate * m[i] / (scalar_sqrt(v[i]) + epsilon);
  }
}

void adam_passes(float* w, const float* g, float* m, float* v, float* temporary, size_t count, float scale,
                 float rate, float beta1, float beta2, float root_divisor, float epsilon) {
  for (size_t i = 0; i < count; ++i) m[i] = beta1 * m[i];
  for (size_t i = 0; i < count; ++i) temporary[i] = scale * (1.0f - beta1) * g[i];
  for (size_t i = 0; i < count; ++i) m[i] = m[i] + temporary[i];
  for (size_t i = 0; i < count; ++i) v[i] = beta2 * v[i];
  for (size_t i = 0; i < count; ++i) temporary[i] = g[i] * g[i];
  for (size_t i = 0; i < count; ++i) temporary[i] = scale * scale * (1.0f - beta2) * temporary[i];
  for (size_t i = 0; i < count; ++i) v[i] = v[i] + temporary[i];
  for (size_t i = 0; i < count; ++i)
    temporary[i] = static_cast<float>(scalar_sqrt(static_cast<double>(v[i])));
  for (size_t i = 0; i < count; ++i) temporary[i] = temporary[i] + epsilon * root_divisor;
  for (size_t i = 0; i < count; ++i) temporary[i] = m[i] / temporary[i];
  for (size_t i = 0; i < count; ++i) temporary[i] = rate * root_divisor * temporary[i];
  for (size_t i = 0; i < count; ++i) w[i] = w[i] - temporary[i];
}

void int8_dense(const int8_t* weights, const int32_t* biases, const int8_t* inputs, int8_t* outputs,
                size_t input_count, size_t output_count, Int8Scale scale) {
  for (size_t c = 0; c < output_count; ++c) {
    int32_t acc = biases[c];
    for (size_t d = 0; d < input_count; ++d)
      acc += weights[c * input_count + d] * (inputs[d] - scale.input_zero);
    const int64_t product = int64_t{acc} * scale.multiplier;
    const int32_t high = static_cast<int32_t>((product + (int64_t{1} << 30)) >> 31);
    const int32_t mask = (1 << scale.right_shift) - 1, threshold = (mask >> 1) + (high < 0 ? 1 : 0);
    int32_t y = (high >> scale.right_shift) + ((high & mask) > threshold ? 1 : 0) + scale.output_zero;
    y = y < -128 ? -128 : y;
    outputs[c] = static_cast<int8_t>(y > 127 ? 127 : y);
  }
}

}  // namespace GLISSADE_PLAIN
