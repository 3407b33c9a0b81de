// SPDX-License-Identifier: Apache-2.0
// Activations.
#ifndef GLISSADE_SRC_KERNELS_ACTIVATION_KERNELS_INL_HPP
#define GLISSADE_SRC_KERNELS_ACTIVATION_KERNELS_INL_HPP

#include "kernels/elementary-inl.hpp"
#include "kernels/loops-inl.hpp"

namespace glissade {
namespace GLISSADE_BACKEND {

namespace {

// outputs = f(inputs).
template <class Function>
GLISSADE_INLINE void activate(const float* inputs, float* outputs, size_t count, Function f) {
  for_each(count, [=](auto lanes, size_t i) { lanes.store(f(lanes.load(inputs + i)), outputs + i); });
}

// input_gradients = f(outputs, output_gradients).
template <class Function>
GLISSADE_INLINE void activate_backward(const float* outputs, const float* output_gradients,
                                       float* input_gradients, size_t count, Function f) {
  for_each(count, [=](auto lanes, size_t i) {
    lanes.store(f(lanes.load(outputs + i), lanes.load(output_gradients + i)), input_gradients + i);
  });
}

}  // namespace

void relu_forward(const float* inputs, float* outputs, size_t count) {
  activate(inputs, outputs, count, [](auto x) { return max(decltype(x)(0.0f), x); });  // so that a NaN stays
}

void relu_backward(const float* outputs, const float* output_gradients, float* input_gradients,
                   size_t count) {
  activate_backward(outputs, output_gradients, input_gradients, count, [](auto y, auto gradient) {
    using V = decltype(y);
    return select(V(kLeastPositive) > y, V(0.0f), gradient);  // of NaN the gradient, as PyTorch does
  });
}

void sigmoid_forward(const float* inputs, float* outputs, size_t count) {
  activate(inputs, outputs, count, [](auto x) {
    using V = decltype(x);
    return V(1.0f) / (exp(V(0.0f) - x) + 1.0f);
  });
}

void sigmoid_backward(const float* outputs, const float* output_gradients, float* input_gradients,
                      size_t count) {
  activate_backward(outputs, output_gradients, input_gradients, count,
                    [](auto y, auto gradient) { return gradient * (y * (decltype(y)(1.0f) - y)); });
}

void tanh_forward(const float* inputs, float* outputs, size_t count) {
  activate(inputs, outputs, count, [](auto x) { return tanh(x); });
}

void tanh_backward(const float* outputs, const float* output_gradients, float* input_gradients,
                   size_t count) {
  activate_backward(outputs, output_gradients, input_gradients, count, [](auto y, auto gradient) {
    using V = decltype(y);
    return gradient * fma(V(0.0f) - y, y, V(1.0f));
  });
}

}  // namespace GLISSADE_BACKEND
}  // namespace glissade

#endif
