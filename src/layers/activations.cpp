// SPDX-License-Identifier: Apache-2.0
#include "glissade/layers/activations.h"

#include "layers/some.hpp"

using namespace glissade;

namespace {

// Inline, so that with a single backend the kernel is a constant, and the linker drops those that nobody
// uses.
GLISSADE_INLINE gls_status activation_forward(void (*Kernels::*kernel)(const float*, float*, size_t),
                                              const float* inputs, float* outputs, size_t count) {
  const Gate backend;
  const gls_status status = check_buffers(backend, some(count), inputs, outputs);
  if (status == GLS_OK) (backend.operator->()->*kernel)(inputs, outputs, count);
  return status;
}

GLISSADE_INLINE gls_status activation_backward(void (*Kernels::*kernel)(const float*, const float*, float*,
                                                                        size_t),
                                               const float* outputs, const float* output_gradients,
                                               float* input_gradients, size_t count) {
  const Gate backend;
  const gls_status status = check_buffers(backend, some(count), outputs, output_gradients, input_gradients);
  if (status == GLS_OK) (backend.operator->()->*kernel)(outputs, output_gradients, input_gradients, count);
  return status;
}

}  // namespace

extern "C" {

gls_status gls_relu_forward(const float* inputs, float* outputs, size_t count) {
  return activation_forward(&Kernels::relu_forward, inputs, outputs, count);
}

gls_status gls_relu_backward(const float* outputs, const float* output_gradients, float* input_gradients,
                             size_t count) {
  return activation_backward(&Kernels::relu_backward, outputs, output_gradients, input_gradients, count);
}

gls_status gls_sigmoid_forward(const float* inputs, float* outputs, size_t count) {
  return activation_forward(&Kernels::sigmoid_forward, inputs, outputs, count);
}

gls_status gls_sigmoid_backward(const float* outputs, const float* output_gradients, float* input_gradients,
                                size_t count) {
  return activation_backward(&Kernels::sigmoid_backward, outputs, output_gradients, input_gradients, count);
}

gls_status gls_tanh_forward(const float* inputs, float* outputs, size_t count) {
  return activation_forward(&Kernels::tanh_forward, inputs, outputs, count);
}

gls_status gls_tanh_backward(const float* outputs, const float* output_gradients, float* input_gradients,
                             size_t count) {
  return activation_backward(&Kernels::tanh_backward, outputs, output_gradients, input_gradients, count);
}

}  // extern "C"
