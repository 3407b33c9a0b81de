// SPDX-License-Identifier: Apache-2.0
// The layers' C functions: checks, then the active backend.
#include "backend.hpp"

using glissade::active_kernels;
using glissade::check_buffers;
using glissade::Kernels;

extern "C" {

gls_status gls_dense_forward(const float* weights, const float* inputs, float* outputs, size_t input_count,
                             size_t output_count) {
  const Kernels* const kernels = active_kernels();
  const gls_status status = check_buffers(kernels, 1, weights, inputs, outputs);
  if (status == GLS_OK) kernels->dense_forward(weights, inputs, outputs, input_count, output_count);
  return status;
}

gls_status gls_dense_backward(const float* weights, const float* inputs, const float* output_gradients,
                              float* weight_gradients, float* input_gradients, size_t input_count,
                              size_t output_count) {
  const Kernels* const kernels = active_kernels();
  const gls_status status = check_buffers(kernels, 1, weights, inputs, output_gradients, weight_gradients,
                                          input_gradients == nullptr ? weights : input_gradients);
  if (status == GLS_OK) {
    kernels->dense_backward(weights, inputs, output_gradients, weight_gradients, input_gradients, input_count,
                            output_count);
  }
  return status;
}

gls_status gls_relu_forward(const float* inputs, float* outputs, size_t count) {
  const Kernels* const kernels = active_kernels();
  const gls_status status = check_buffers(kernels, 1, inputs, outputs);
  if (status == GLS_OK) kernels->relu_forward(inputs, outputs, count);
  return status;
}

gls_status gls_relu_backward(const float* outputs, const float* output_gradients, float* input_gradients,
                             size_t count) {
  const Kernels* const kernels = active_kernels();
  const gls_status status = check_buffers(kernels, 1, outputs, output_gradients, input_gradients);
  if (status == GLS_OK) kernels->relu_backward(outputs, output_gradients, input_gradients, count);
  return status;
}

gls_status gls_softmax_cross_entropy(const float* logits, size_t label, float* loss, float* logit_gradients,
                                     size_t count) {
  const Kernels* const kernels = active_kernels();
  const gls_status status = check_buffers(kernels, 1, logits, loss, logit_gradients);
  if (status != GLS_OK) return status;
  if (label >= count) return GLS_ERROR_RANGE;
  kernels->softmax_cross_entropy(logits, label, loss, logit_gradients, count);
  return GLS_OK;
}

}  // extern "C"
