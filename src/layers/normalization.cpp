// SPDX-License-Identifier: Apache-2.0
#include "glissade/layers/normalization.h"

#include "layers/some.hpp"

using namespace glissade;

namespace {

// 2^62 / sqrt(samples) or up to half of that, a power of two: of smaller inputs every sum is a float.
float largest_input(size_t samples) {
  float bound = 0x1p62f;
  for (size_t n = samples; n > 1; n = (n - 1) / 4 + 1) bound *= 0.5f;
  return bound;
}

GLISSADE_INLINE gls_status train(bool guarded, const float* weights, const float* inputs, float* outputs,
                                 float* running, float* batch, size_t samples, size_t features,
                                 double momentum, double epsilon) {
  const Gate backend;
  const gls_status status =
      check_buffers(backend, some(elements(samples, features)), weights, inputs, outputs, running, batch);
  if (status != GLS_OK) return status;
  if (samples < 2 || !up_to_1(momentum) || !valid_epsilon(epsilon, false)) return GLS_ERROR_RANGE;
  bool finite = true;
  if (guarded) backend->all_below(inputs, largest_input(samples), &finite, samples * features);
  if (!finite) return GLS_ERROR_NOT_FINITE;
  pin(momentum);
  const BatchNormCoefficients c = {nearest(samples), nearest(samples - 1), nearest(epsilon),
                                   lerp_coefficients(momentum)};
  backend->batch_norm_train(weights, inputs, outputs, running, batch, samples, features, &c);
  return GLS_OK;
}

}  // namespace

extern "C" {

gls_status gls_batch_norm_train(const float* weights, const float* inputs, float* outputs, float* running,
                                float* batch, size_t samples, size_t features, double momentum,
                                double epsilon) {
  return train(true, weights, inputs, outputs, running, batch, samples, features, momentum, epsilon);
}

gls_status gls_batch_norm_train_unguarded(const float* weights, const float* inputs, float* outputs,
                                          float* running, float* batch, size_t samples, size_t features,
                                          double momentum, double epsilon) {
  return train(false, weights, inputs, outputs, running, batch, samples, features, momentum, epsilon);
}

gls_status gls_batch_norm_backward(const float* weights, const float* inputs, const float* batch,
                                   const float* output_gradients, float* weight_gradients,
                                   float* input_gradients, size_t samples, size_t features) {
  const Gate backend;
  const gls_status status = check_buffers(backend, some(elements(samples, features)), weights, inputs, batch,
                                          output_gradients, weight_gradients, input_gradients);
  if (status != GLS_OK) return status;
  if (samples < 2) return GLS_ERROR_RANGE;
  backend->batch_norm_backward(weights, inputs, batch, output_gradients, weight_gradients, input_gradients,
                               samples, features);
  return GLS_OK;
}

gls_status gls_batch_norm_infer(const float* weights, const float* running, const float* inputs,
                                float* outputs, size_t samples, size_t features, double epsilon) {
  const Gate backend;
  const gls_status status =
      check_buffers(backend, some(elements(samples, features)), weights, running, inputs, outputs);
  if (status != GLS_OK) return status;
  if (!valid_epsilon(epsilon, false)) return GLS_ERROR_RANGE;
  backend->batch_norm_infer(weights, running, inputs, outputs, samples, features, nearest(epsilon));
  return GLS_OK;
}

}  // extern "C"
