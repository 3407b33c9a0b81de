// SPDX-License-Identifier: Apache-2.0
/** @file
 * The dense layer of a Network. */
#ifndef GLISSADE_LAYERS_DENSE_HPP
#define GLISSADE_LAYERS_DENSE_HPP

#include "glissade/glissade.hpp"
#include "glissade/layers/dense.h"
#include "glissade/layers/layer.hpp"

namespace glissade {

/** A dense layer of a Network: outputs = inputs * W + bias. Its weights are one row of kOut per input, then
 * kOut biases. */
template <size_t kIn, size_t kOut>
struct Dense : Layer<kIn, kOut> {
  static constexpr size_t kWeights = kIn * kOut + kOut; /**< Weights, biases among them. */
  static constexpr size_t kBiases = kOut;               /**< How many of the weights, the last, are biases. */
  static constexpr size_t kFactors = 1;                 /**< Gradients may be factors. */
  static constexpr bool kReadsOutputs = false;          /**< Backward needs its inputs only. */

  /** Runs gls_dense_forward. */
  [[nodiscard]] static Status forward(const float* weights, const float* inputs, float* outputs,
                                      size_t samples) {
    return gls_dense_forward(weights, inputs, outputs, samples, kIn, kOut);
  }

  /** Runs gls_dense_backward. It does not need the third argument, the outputs. */
  [[nodiscard]] static Status backward(const float* weights, const float* inputs, const float* /*outputs*/,
                                       const float* output_gradients, float* weight_gradients,
                                       float* input_gradients, size_t samples) {
    return gls_dense_backward(weights, inputs, output_gradients, weight_gradients, input_gradients, samples,
                              kIn, kOut);
  }

  /** As the other backward, but without computing the gradients of the weights: writes what they are the
   * product of, inputs and output_gradients, to factors. */
  [[nodiscard]] static Status backward(const float* weights, const float* inputs, const float* /*outputs*/,
                                       const float* output_gradients, gls_factors* factors,
                                       float* input_gradients, size_t samples) {
    *factors = {inputs, output_gradients, samples, kIn, kOut};
    if (input_gradients == nullptr) return GLS_OK;
    return gls_dense_input_gradients(weights, output_gradients, input_gradients, samples, kIn, kOut);
  }
};

}  // namespace glissade

#endif
