// SPDX-License-Identifier: Apache-2.0
/** @file
 * The activations of a Network. */
#ifndef GLISSADE_LAYERS_ACTIVATIONS_HPP
#define GLISSADE_LAYERS_ACTIVATIONS_HPP

#include "glissade/glissade.hpp"
#include "glissade/layers/activations.h"
#include "glissade/layers/layer.hpp"

namespace glissade {

/** An activation's forward pass, such as gls_relu_forward. */
using ActivationForward = Status (*)(const float* inputs, float* outputs, size_t count);

/** An activation's backward pass, such as gls_relu_backward. */
using ActivationBackward = Status (*)(const float* outputs, const float* output_gradients,
                                      float* input_gradients, size_t count);

/** An activation of a Network: outputs = f(inputs), one by one, for N values per sample. They are computed in
 * the buffer of the layer before, where that layer's backward does not need it. */
template <size_t N, ActivationForward kForward, ActivationBackward kBackward>
struct Activation : Layer<N, N> {
  static constexpr bool kInPlace = true; /**< Outputs may be written over the inputs. */

  /** Runs kForward for all samples. */
  [[nodiscard]] static Status forward(const float* /*weights*/, const float* inputs, float* outputs,
                                      size_t samples) {
    return kForward(inputs, outputs, samples * N);
  }

  /** Runs kBackward for all samples. Does nothing where input_gradients is null. */
  template <class Gradients>
  [[nodiscard]] static Status backward(const float* /*weights*/, const float* /*inputs*/,
                                       const float* outputs, const float* output_gradients,
                                       Gradients* /*weight_gradients*/, float* input_gradients,
                                       size_t samples) {
    if (input_gradients == nullptr) return GLS_OK;  // a first layer: nobody asks
    return kBackward(outputs, output_gradients, input_gradients, samples * N);
  }
};

/** The layer max(x, 0) of N values. */
template <size_t N>
using Relu = Activation<N, gls_relu_forward, gls_relu_backward>;

/** The layer 1 / (1 + e^-x) of N values. */
template <size_t N>
using Sigmoid = Activation<N, gls_sigmoid_forward, gls_sigmoid_backward>;

/** The layer tanh(x) of N values. */
template <size_t N>
using Tanh = Activation<N, gls_tanh_forward, gls_tanh_backward>;

}  // namespace glissade

#endif
