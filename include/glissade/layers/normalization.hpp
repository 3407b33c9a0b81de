// SPDX-License-Identifier: Apache-2.0
/** @file
 * Batch normalization as a layer of a Network. */
#ifndef GLISSADE_LAYERS_NORMALIZATION_HPP
#define GLISSADE_LAYERS_NORMALIZATION_HPP

#include "glissade/glissade.hpp"
#include "glissade/layers/layer.hpp"
#include "glissade/layers/normalization.h"

namespace glissade {

/** PyTorch's momentum and epsilon. For others, hand BatchNorm a struct of your own with these two. */
struct BatchNormOptions {
  static constexpr double kMomentum = 0.1; /**< How far a batch moves the running values, in [0, 1]. */
  static constexpr double kEpsilon = 1e-5; /**< Added to the variance; >= 2^-126. */
};

/** Batch normalization of N values per sample: gls_batch_norm_train where the network learns, which takes
 * batches of 2 samples or more (BatchNetwork), gls_batch_norm_infer in forward. Its weights are N gammas, 1
 * at the start, then N betas, 0. Its running means and variances are in the network (BatchNetwork::running).
 */
template <size_t N, class Options = BatchNormOptions>
struct BatchNorm : Layer<N, N> {
  static constexpr size_t kWeights = 2 * N;    /**< All gammas, then all betas. */
  static constexpr size_t kBiases = 2 * N;     /**< None of them is for decay. */
  static constexpr size_t kRunning = 2 * N;    /**< All running means, then all running variances. */
  static constexpr size_t kKept = 2 * N;       /**< The batch's means and inverse deviations. */
  static constexpr bool kReadsOutputs = false; /**< Backward needs its inputs, and what training kept. */

  /** Runs gls_batch_norm_infer. */
  [[nodiscard]] static Status forward(const float* weights, const float* running, const float* inputs,
                                      float* outputs, size_t samples) {
    return gls_batch_norm_infer(weights, running, inputs, outputs, samples, N, Options::kEpsilon);
  }

  /** Runs gls_batch_norm_train; kept is its `batch`. */
  [[nodiscard]] static Status train(const float* weights, float* running, float* kept, const float* inputs,
                                    float* outputs, size_t samples) {
    return gls_batch_norm_train(weights, inputs, outputs, running, kept, samples, N, Options::kMomentum,
                                Options::kEpsilon);
  }

  /** Runs gls_batch_norm_backward. Where input_gradients is null, output_gradients are written over instead.
   */
  [[nodiscard]] static Status backward(const float* weights, const float* kept, const float* inputs,
                                       float* output_gradients, float* weight_gradients,
                                       float* input_gradients, size_t samples) {
    return gls_batch_norm_backward(weights, inputs, kept, output_gradients, weight_gradients,
                                   input_gradients == nullptr ? output_gradients : input_gradients, samples,
                                   N);
  }
};

}  // namespace glissade

#endif
