// SPDX-License-Identifier: Apache-2.0
#include "glissade/layers/dense.h"

#include "backend/int8_inputs.hpp"
#include "layers/some.hpp"

using namespace glissade;

namespace {

// Of the three counts no two may make a buffer larger than memory.
template <class... Buffer>
GLISSADE_INLINE gls_status check_dense(Backend backend, size_t samples, size_t input_count,
                                       size_t output_count, const Buffer*... buffers) {
  gls_status status = check_buffers(backend, some(elements(input_count, output_count)), buffers...);
  if (status == GLS_OK) status = check_buffers(backend, some(elements(samples, input_count)), buffers...);
  return status == GLS_OK ? check_buffers(backend, some(elements(samples, output_count)), buffers...)
                          : status;
}

// The same where inputs are int8.
GLISSADE_INLINE gls_status check_dense(Backend backend, size_t samples, size_t input_count,
                                       size_t output_count, const gls_int8_inputs* inputs, const float* from,
                                       const float* to) {
  const gls_status status = check_dense(backend, samples, input_count, output_count, from, to);
  if (status != GLS_OK) return status;
  if (inputs == nullptr || inputs->values == nullptr) return GLS_ERROR_NULL;
  return check_inputs(*inputs, samples, input_count);
}

}  // namespace

extern "C" {

gls_status gls_dense_forward(const float* weights, const float* inputs, float* outputs, size_t samples,
                             size_t input_count, size_t output_count) {
  const Gate backend;
  const gls_status status =
      check_dense(backend, samples, input_count, output_count, weights, inputs, outputs);
  if (status == GLS_OK) backend->dense_forward(weights, inputs, outputs, samples, input_count, output_count);
  return status;
}

gls_status gls_dense_backward(const float* weights, const float* inputs, const float* output_gradients,
                              float* weight_gradients, float* input_gradients, size_t samples,
                              size_t input_count, size_t output_count) {
  const Gate backend;
  const gls_status status =
      check_dense(backend, samples, input_count, output_count, weights, inputs, output_gradients,
                  weight_gradients, input_gradients == nullptr ? weights : input_gradients);
  if (status != GLS_OK) return status;
  const gls_factors layer = {inputs, output_gradients, samples, input_count, output_count};
  backend->dense_weight_gradients(&layer, weight_gradients);
  if (input_gradients != nullptr) {
    backend->dense_input_gradients(weights, output_gradients, input_gradients, samples, input_count,
                                   output_count);
  }
  return GLS_OK;
}

gls_status gls_dense_input_gradients(const float* weights, const float* output_gradients,
                                     float* input_gradients, size_t samples, size_t input_count,
                                     size_t output_count) {
  const Gate backend;
  const gls_status status =
      check_dense(backend, samples, input_count, output_count, weights, output_gradients, input_gradients);
  if (status == GLS_OK) {
    backend->dense_input_gradients(weights, output_gradients, input_gradients, samples, input_count,
                                   output_count);
  }
  return status;
}

gls_status gls_dense_forward_int8(const float* weights, const gls_int8_inputs* inputs, float* outputs,
                                  size_t samples, size_t input_count, size_t output_count) {
  const Gate backend;
  const gls_status status =
      check_dense(backend, samples, input_count, output_count, inputs, weights, outputs);
  if (status == GLS_OK) {
    backend->dense_forward_int8(weights, inputs, outputs, samples, input_count, output_count);
  }
  return status;
}

gls_status gls_dense_backward_int8(const gls_int8_inputs* inputs, const float* output_gradients,
                                   float* weight_gradients, size_t samples, size_t input_count,
                                   size_t output_count) {
  const Gate backend;
  const gls_status status =
      check_dense(backend, samples, input_count, output_count, inputs, output_gradients, weight_gradients);
  if (status != GLS_OK) return status;
  const gls_int8_factors layer = {*inputs, output_gradients, samples, input_count, output_count};
  backend->dense_weight_gradients_int8(&layer, weight_gradients);
  return GLS_OK;
}

}  // extern "C"
