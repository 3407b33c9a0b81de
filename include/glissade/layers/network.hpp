// SPDX-License-Identifier: Apache-2.0
/** @file
 * Fixed-size networks over one flat weight array, ready for an Optimizer.
 *
 *     using Net = glissade::Network<glissade::Dense<9, 32>, glissade::Relu<32>, glissade::Dense<32, 11>>;
 *     static Net net;                                   // activations of one sample
 *     static float weights[Net::kWeights], gradients[Net::kWeights];
 *     float loss;
 *     Status status = net.learn(weights, inputs, label, gradients, &loss);  // adds the sample's gradient
 *     gls_factors layers[Net::kDenseLayers];                         // or, without a gradient buffer,
 *     status = net.learn(weights, inputs, label, layers, &loss);            // its factors
 *     status = optimizer.step(weights, layers, params);
 *
 * The layer types are Dense, Relu, Sigmoid, Tanh and BatchNorm, in any order. Everything that dense.h,
 * activations.h, normalization.h and losses.h say about buffers, ranges, errors and bits holds here. Weights
 * and gradients may be null where a network has no weights. */
#ifndef GLISSADE_LAYERS_NETWORK_HPP
#define GLISSADE_LAYERS_NETWORK_HPP

#include "glissade/layers/activations.hpp"
#include "glissade/layers/chain.hpp"
#include "glissade/layers/dense.hpp"
#include "glissade/layers/normalization.hpp"

namespace glissade {

/** A network: layers one behind the other, for up to kSamples samples at a time. Weights, float[kWeights],
 * are in the order of the layers. inputs is float[samples * kInputs], a sample after another. samples >
 * kSamples is GLS_ERROR_RANGE. The bits do not depend on how samples are put together in calls, unless the
 * network learns with BatchNorm.
 *
 * Each call that learns adds gradients to a buffer, float[kWeights], or writes their factors: `gradients` is
 * a float pointer or gls_factors[kDenseLayers]. Factors are for the optimizer's next step: they point into
 * inputs and this network, and hold until it runs again. They cannot say the gradients of BatchNorm. `loss`
 * is written: the sum over this call's samples, which are added in double and rounded once. Who wants the
 * mean of an epoch adds the losses of its calls in a double.
 *
 * All zeros is the start of a network: static memory needs no more, on the stack it is `Net net = {};`. */
template <size_t kSamples, class... Layers>
class BatchNetwork {
  static_assert(kSamples > 0 && sizeof...(Layers) > 0,
                "a network has at least 1 layer, for at least 1 sample");
  using Chain = LayerChain<kSamples, CallersInputs, Layers...>;

 public:
  static constexpr size_t kInputs = Chain::kInputs;           /**< Inputs of one sample. */
  static constexpr size_t kWeights = Chain::kWeights;         /**< Weights of all layers. */
  static constexpr size_t kDenseLayers = Chain::kDenseLayers; /**< Dense layers. */
  static constexpr size_t kRunning = Chain::kRunning;         /**< Floats in running(). */
  static constexpr size_t kOutputs = (Layers::kOutputs, ...); /**< Outputs of one sample. */

  /** Runs samples forward, as in use; outputs() then points to what comes out. */
  [[nodiscard]] Status forward(const float* weights, const float* inputs, size_t samples) {
    if (samples > kSamples) return GLS_ERROR_RANGE;
    const Status status = check_present(kWeights == 0 ? inputs : weights, inputs);
    if (status != GLS_OK) return status;
    return chain_.template forward<false>(weights, running_.values(), inputs, nullptr, samples);
  }

  /** The outputs of the last forward, float[samples * kOutputs]. Learning writes over them. */
  const float* outputs() { return chain_.last_outputs(nullptr); }

  /** The running means and variances of the BatchNorm layers, float[kRunning], in the order of the layers;
   * null where there are none. Learning moves them, forward reads them. They belong to the trained network as
   * its weights do: save both, and copy them to another network that shall use the weights. All zeros is the
   * start. */
  float* running() { return running_.values(); }

  /** Runs samples of a classifier, with gls_softmax_cross_entropy. labels is size_t[samples]. */
  template <class Gradients>
  [[nodiscard]] Status learn(const float* weights, const float* inputs, const size_t* labels, size_t samples,
                             Gradients&& gradients, float* loss) {
    const auto loss_of = [labels](const float* y, size_t sample, float* one, float* dy) {
      return gls_softmax_cross_entropy(y, labels[sample], one, dy, kOutputs);
    };
    return learn_by(loss_of, weights, inputs, labels, samples, first_of(gradients), loss);
  }

  /** Runs samples of a classifier, with gls_weighted_cross_entropy: class_weights is float[kOutputs] or null,
   * and a label may be GLS_IGNORED_LABEL. */
  template <class Gradients>
  [[nodiscard]] Status learn_weighted(const float* weights, const float* inputs, const size_t* labels,
                                      const float* class_weights, size_t samples, Gradients&& gradients,
                                      float* loss) {
    const auto loss_of = [labels, class_weights](const float* y, size_t sample, float* one, float* dy) {
      return gls_weighted_cross_entropy(y, labels[sample], class_weights, one, dy, kOutputs);
    };
    return learn_by(loss_of, weights, inputs, labels, samples, first_of(gradients), loss);
  }

  /** Runs samples of a network that answers kOutputs questions with yes or no, with
   * gls_sigmoid_cross_entropy. targets is float[samples * kOutputs], positive_weights float[kOutputs] or
   * null. */
  template <class Gradients>
  [[nodiscard]] Status learn_binary(const float* weights, const float* inputs, const float* targets,
                                    const float* positive_weights, size_t samples, Gradients&& gradients,
                                    float* loss) {
    const auto loss_of = [targets, positive_weights](const float* y, size_t sample, float* one, float* dy) {
      return gls_sigmoid_cross_entropy(y, targets + sample * kOutputs, positive_weights, one, dy, kOutputs);
    };
    return learn_by(loss_of, weights, inputs, targets, samples, first_of(gradients), loss);
  }

  /** Runs samples of a network that predicts numbers, with gls_mean_squared_error. targets is float[samples *
   * kOutputs]. */
  template <class Gradients>
  [[nodiscard]] Status learn_regression(const float* weights, const float* inputs, const float* targets,
                                        size_t samples, Gradients&& gradients, float* loss) {
    const auto loss_of = [targets](const float* y, size_t sample, float* one, float* dy) {
      return gls_mean_squared_error(y, targets + sample * kOutputs, one, dy, kOutputs);
    };
    return learn_by(loss_of, weights, inputs, targets, samples, first_of(gradients), loss);
  }

  /** Adds strength / 2 times the squares of the weights, without biases and what BatchNorm has, to penalty,
   * and its gradient to weight_gradients: gls_l2_penalty, whose text says how large strength is beside summed
   * gradients. */
  [[nodiscard]] static Status l2_penalty(const float* weights, double strength, float* weight_gradients,
                                         double* penalty) {
    Status status = check_present(penalty);
    if (status == GLS_OK && kWeights > 0) status = check_present(weights, weight_gradients);
    return status == GLS_OK ? Chain::l2_penalty(weights, strength, weight_gradients, penalty) : status;
  }

 private:
  static float* first_of(float* gradients) { return gradients; }
  template <size_t kCount>
  static gls_factors* first_of(gls_factors (&layers)[kCount]) {
    static_assert(kCount == kDenseLayers, "a gls_factors for each dense layer");
    static_assert(Chain::kFactored == kWeights, "BatchNorm has no factors: learn into a buffer of gradients");
    return layers;
  }

  static void copy_running(float* from, float* to) {
    for (size_t i = 0; i < kRunning; ++i) to[i] = from[i];
  }

  // What may be refused comes before gradients, running values and the loss are written. Not inlined, or GCC
  // tells callers that look at the status in a macro of theirs that the loss may be uninitialized.
  template <class LossOf, class Target, class Gradients>
  [[nodiscard]] __attribute__((noinline)) Status learn_by(const LossOf& loss_of, const float* weights,
                                                          const float* inputs, const Target* targets,
                                                          size_t samples, Gradients* gradients, float* loss) {
    if (samples > kSamples) return GLS_ERROR_RANGE;
    Status status = check_present(inputs, targets, loss);
    if (status == GLS_OK && kWeights > 0) status = check_present(weights, gradients);
    if (status != GLS_OK) return status;
    copy_running(running_.values(), next_running_.values());
    status = chain_.template forward<true>(weights, next_running_.values(), inputs, nullptr, samples);
    if (status != GLS_OK) return status;
    double sum = 0.0;
    const auto losses = [&](const float* y, float* dy) {
      Status each = GLS_OK;
      for (size_t s = 0; s < samples && each == GLS_OK; ++s) {
        float one = 0.0f;
        each = loss_of(y + s * kOutputs, s, &one, dy + s * kOutputs);
        sum += static_cast<double>(one);
      }
      return each;
    };
    status = chain_.backward(weights, inputs, nullptr, nullptr, samples, losses, gradients);
    if (status != GLS_OK) return status;
    copy_running(next_running_.values(), running_.values());
    *loss = static_cast<float>(sum);
    return GLS_OK;
  }

  LayerMemory<kRunning> running_, next_running_;
  Chain chain_;
};

/** A network for one sample at a time: layers one behind the other. It is a BatchNetwork of one sample, whose
 * constants, outputs, running and l2_penalty are here too, and whose text holds here. With BatchNorm it
 * cannot learn, because one sample has no variance: InBatches can. */
template <class... Layers>
class Network : private BatchNetwork<1, Layers...> {
  using Batch = BatchNetwork<1, Layers...>;

 public:
  using Batch::kDenseLayers;
  using Batch::kInputs;
  using Batch::kOutputs;
  using Batch::kRunning;
  using Batch::kWeights;
  using Batch::l2_penalty;
  using Batch::outputs;
  using Batch::running;

  /** The same layers for up to kSamples samples at a time. */
  template <size_t kSamples>
  using InBatches = BatchNetwork<kSamples, Layers...>;

  /** Runs one sample forward. weights is float[kWeights], inputs float[kInputs]. */
  [[nodiscard]] Status forward(const float* weights, const float* inputs) {
    return Batch::forward(weights, inputs, 1);
  }

  /** BatchNetwork::learn of one sample, with its label. */
  template <class Gradients>
  [[nodiscard]] Status learn(const float* weights, const float* inputs, size_t label, Gradients&& gradients,
                             float* loss) {
    static_assert(kLearns, "BatchNorm learns from 2 samples or more: use InBatches");
    return Batch::learn(weights, inputs, &label, 1, gradients, loss);
  }

  /** BatchNetwork::learn_weighted of one sample, with its label. */
  template <class Gradients>
  [[nodiscard]] Status learn_weighted(const float* weights, const float* inputs, size_t label,
                                      const float* class_weights, Gradients&& gradients, float* loss) {
    static_assert(kLearns, "BatchNorm learns from 2 samples or more: use InBatches");
    return Batch::learn_weighted(weights, inputs, &label, class_weights, 1, gradients, loss);
  }

  /** BatchNetwork::learn_binary of one sample. targets is float[kOutputs]. */
  template <class Gradients>
  [[nodiscard]] Status learn_binary(const float* weights, const float* inputs, const float* targets,
                                    const float* positive_weights, Gradients&& gradients, float* loss) {
    static_assert(kLearns, "BatchNorm learns from 2 samples or more: use InBatches");
    return Batch::learn_binary(weights, inputs, targets, positive_weights, 1, gradients, loss);
  }

  /** BatchNetwork::learn_regression of one sample. targets is float[kOutputs]. */
  template <class Gradients>
  [[nodiscard]] Status learn_regression(const float* weights, const float* inputs, const float* targets,
                                        Gradients&& gradients, float* loss) {
    static_assert(kLearns, "BatchNorm learns from 2 samples or more: use InBatches");
    return Batch::learn_regression(weights, inputs, targets, 1, gradients, loss);
  }

 private:
  static constexpr bool kLearns = kRunning == 0;
};

}  // namespace glissade

#endif
