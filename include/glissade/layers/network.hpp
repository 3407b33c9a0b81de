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
 * Everything that dense.h, activations.h and losses.h say about buffers, ranges, errors and bits holds
 * here. */
#ifndef GLISSADE_LAYERS_NETWORK_HPP
#define GLISSADE_LAYERS_NETWORK_HPP

#include "glissade/glissade.hpp"
#include "glissade/layers/activations.h"
#include "glissade/layers/dense.h"
#include "glissade/layers/losses.h"

namespace glissade {

/** A dense layer of a Network: outputs = inputs * W + bias. Its weights are one row of kOut per input, then
 * kOut biases. */
template <size_t kIn, size_t kOut>
struct Dense {
  static constexpr size_t kInputs = kIn;                /**< Inputs of one sample. */
  static constexpr size_t kOutputs = kOut;              /**< Outputs of one sample. */
  static constexpr size_t kWeights = kIn * kOut + kOut; /**< Weights, biases among them. */
  static constexpr size_t kBiases = kOut;               /**< How many of the weights, the last, are biases. */
  static constexpr bool kInPlace = false;               /**< Outputs need a buffer of their own. */

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

/** An activation's forward pass, such as gls_relu_forward. */
using ActivationForward = Status (*)(const float* inputs, float* outputs, size_t count);

/** An activation's backward pass, such as gls_relu_backward. */
using ActivationBackward = Status (*)(const float* outputs, const float* output_gradients,
                                      float* input_gradients, size_t count);

/** An activation of a Network: outputs = f(inputs), one by one, for N values per sample. They are computed in
 * the buffer of the layer before. */
template <size_t N, ActivationForward kForward, ActivationBackward kBackward>
struct Activation {
  static constexpr size_t kInputs = N;   /**< Inputs of one sample. */
  static constexpr size_t kOutputs = N;  /**< Outputs of one sample. */
  static constexpr size_t kWeights = 0;  /**< It has no weights. */
  static constexpr size_t kBiases = 0;   /**< It has no biases. */
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

/** @cond INTERNAL */
// How the networks below are put together; users do not meet it.

// A layer and those behind it, with the outputs of up to kSamples samples and their gradients. kFirst: the
// inputs are the caller's, which nothing may be written over.
template <size_t kSamples, bool kFirst, class... Layers>
class LayerChain;

template <size_t kSamples, bool kFirst>
class LayerChain<kSamples, kFirst> {
 public:
  static constexpr size_t kWeights = 0, kDenseLayers = 0;
};

template <size_t kSamples, bool kFirst, class First, class... Rest>
class LayerChain<kSamples, kFirst, First, Rest...> {
  using Next = LayerChain<kSamples, false, Rest...>;
  static constexpr bool kIsLast = sizeof...(Rest) == 0;
  static constexpr bool kOwns = kFirst || !First::kInPlace;
  // The loss replaces the last outputs by their gradients, unless an activation there needs both.
  static constexpr size_t kOutputMemory = kOwns ? kSamples * First::kOutputs : 0;
  static constexpr size_t kGradientMemory = kIsLast && !First::kInPlace ? 0 : kOutputMemory;

 public:
  static constexpr size_t kInputs = First::kInputs;
  static constexpr size_t kWeights = First::kWeights + Next::kWeights;
  static constexpr size_t kDenseLayers = (First::kWeights > 0 ? 1 : 0) + Next::kDenseLayers;

  // before, gradients_before: the buffers of the layer in front.
  [[nodiscard]] Status forward(const float* weights, const float* inputs, float* before, size_t samples) {
    float* const outputs = outputs_in(before);
    const Status status = First::forward(weights, inputs, outputs, samples);
    if constexpr (!kIsLast) {
      static_assert(First::kOutputs == Next::kInputs, "a layer's inputs are the outputs before it");
      return status == GLS_OK ? next_.forward(weights + First::kWeights, outputs, outputs, samples) : status;
    }
    return status;
  }

  float* last_outputs(float* before) {
    if constexpr (kIsLast)
      return outputs_in(before);
    else
      return next_.last_outputs(outputs_in(before));
  }

  // gradients is the weights' buffer, which is added to, or a gls_factors for each layer with weights.
  template <class Loss, class Gradients>
  [[nodiscard]] Status backward(const float* weights, const float* inputs, float* before,
                                float* gradients_before, size_t samples, Loss loss, Gradients* gradients) {
    float* const outputs = outputs_in(before);
    float* output_gradients = gradients_before;
    if constexpr (kOwns) output_gradients = kGradientMemory > 0 ? gradients_.values() : outputs;
    Status status;
    if constexpr (kIsLast) {
      status = loss(outputs, output_gradients);
    } else {
      status = next_.backward(weights + First::kWeights, outputs, outputs, output_gradients, samples, loss,
                              behind_first(gradients));
    }
    if (status != GLS_OK) return status;
    return First::backward(weights, inputs, outputs, output_gradients, gradients, gradients_before, samples);
  }

  [[nodiscard]] static Status l2_penalty(const float* weights, double strength, float* weight_gradients,
                                         double* penalty) {
    if constexpr (!kIsLast) {
      const Status status =
          Next::l2_penalty(weights + First::kWeights, strength, weight_gradients + First::kWeights, penalty);
      if (status != GLS_OK) return status;
    }
    return gls_l2_penalty(weights, strength, weight_gradients, penalty, First::kWeights - First::kBiases);
  }

 private:
  template <size_t N, class = void>
  struct Memory {
    float floats[N];
    float* values() { return floats; }
  };
  template <class Unused>
  struct Memory<0, Unused> {
    float* values() { return nullptr; }
  };

  static float* behind_first(float* gradients) { return gradients + First::kWeights; }
  static gls_factors* behind_first(gls_factors* layers) {
    return layers + (First::kWeights > 0 ? 1 : 0);
  }

  float* outputs_in(float* before) {
    if constexpr (kOwns)
      return outputs_.values();
    else
      return before;
  }

  Memory<kOutputMemory> outputs_;
  Memory<kGradientMemory> gradients_;
  Next next_;
};

/** @endcond */

/** A network: layers one behind the other, for up to kSamples samples at a time. Weights, float[kWeights],
 * are in the order of the layers. inputs is float[samples * kInputs], a sample after another. The bits do not
 * depend on how samples are put together in calls. samples > kSamples is GLS_ERROR_RANGE. */
template <size_t kSamples, class... Layers>
class BatchNetwork {
  using Chain = LayerChain<kSamples, true, Layers...>;

 public:
  static constexpr size_t kInputs = Chain::kInputs;           /**< Inputs of one sample. */
  static constexpr size_t kWeights = Chain::kWeights;         /**< Weights of all layers. */
  static constexpr size_t kDenseLayers = Chain::kDenseLayers; /**< Layers with weights. */
  static constexpr size_t kOutputs = (Layers::kOutputs, ...); /**< Outputs of one sample. */

  /** Runs samples forward; outputs() then points to what comes out. */
  [[nodiscard]] Status forward(const float* weights, const float* inputs, size_t samples) {
    return samples <= kSamples ? chain_.forward(weights, inputs, nullptr, samples) : GLS_ERROR_RANGE;
  }

  /** The outputs of the last forward, float[samples * kOutputs]. Learning writes over them. */
  const float* outputs() { return chain_.last_outputs(nullptr); }

  /** Runs samples of a classifier, with softmax and cross-entropy. Adds the sum of their losses, in order, to
   * loss, and their gradients to weight_gradients, float[kWeights]. labels is size_t[samples], each below
   * kOutputs, or the call is GLS_ERROR_RANGE. */
  [[nodiscard]] Status learn(const float* weights, const float* inputs, const size_t* labels, size_t samples,
                             float* weight_gradients, float* loss) {
    return learn_by(weights, inputs, samples, classifier(labels), weight_gradients, loss);
  }

  /** As the other learn, without a gradient buffer: writes the factors of the gradients to layers, for the
   * optimizer's next step. They point into inputs and this network, and hold until it runs again. */
  [[nodiscard]] Status learn(const float* weights, const float* inputs, const size_t* labels, size_t samples,
                             gls_factors (&layers)[kDenseLayers], float* loss) {
    return learn_by(weights, inputs, samples, classifier(labels), layers, loss);
  }

  /** Runs samples of a network that predicts numbers, with the mean squared error. targets is float[samples *
   * kOutputs]. Adds losses and gradients as learn does. */
  [[nodiscard]] Status learn_regression(const float* weights, const float* inputs, const float* targets,
                                        size_t samples, float* weight_gradients, float* loss) {
    return learn_by(weights, inputs, samples, regression(targets), weight_gradients, loss);
  }

  /** As the other learn_regression, without a gradient buffer: writes the factors of the gradients, as learn
   * does. */
  [[nodiscard]] Status learn_regression(const float* weights, const float* inputs, const float* targets,
                                        size_t samples, gls_factors (&layers)[kDenseLayers],
                                        float* loss) {
    return learn_by(weights, inputs, samples, regression(targets), layers, loss);
  }

  /** Adds strength / 2 times the squares of the weights, without biases, to penalty, and its gradient to
   * weight_gradients. strength >= 0. For the textbooks' lambda / (2 m) over m samples it is lambda / m. */
  [[nodiscard]] static Status l2_penalty(const float* weights, double strength, float* weight_gradients,
                                         double* penalty) {
    return Chain::l2_penalty(weights, strength, weight_gradients, penalty);
  }

 private:
  static auto classifier(const size_t* labels) {
    return [labels](const float* y, size_t sample, float* loss, float* gradients) {
      return gls_softmax_cross_entropy(y, labels[sample], loss, gradients, kOutputs);
    };
  }
  static auto regression(const float* targets) {
    return [targets](const float* y, size_t sample, float* loss, float* gradients) {
      return gls_mean_squared_error(y, targets + sample * kOutputs, loss, gradients, kOutputs);
    };
  }

  template <class Loss, class Gradients>
  [[nodiscard]] Status learn_by(const float* weights, const float* inputs, size_t samples, Loss loss_of,
                                Gradients* gradients, float* loss) {
    Status status = forward(weights, inputs, samples);
    if (status != GLS_OK) return status;
    float sum = *loss;
    status = chain_.backward(
        weights, inputs, nullptr, nullptr, samples,
        [&](const float* y, float* y_gradients) {
          Status each = GLS_OK;
          for (size_t s = 0; s < samples && each == GLS_OK; ++s) {
            float one;
            each = loss_of(y + s * kOutputs, s, &one, y_gradients + s * kOutputs);
            sum += one;
          }
          return each;
        },
        gradients);
    if (status == GLS_OK) *loss = sum;
    return status;
  }

  Chain chain_;
};

/** A network for one sample at a time: layers one behind the other. It is a BatchNetwork of one sample, whose
 * kInputs, kOutputs, kWeights, kDenseLayers, outputs and l2_penalty are here too. */
template <class... Layers>
class Network : private BatchNetwork<1, Layers...> {
  using Batch = BatchNetwork<1, Layers...>;

 public:
  using Batch::kDenseLayers;
  using Batch::kInputs;
  using Batch::kOutputs;
  using Batch::kWeights;
  using Batch::l2_penalty;
  using Batch::outputs;

  /** The same layers for up to kSamples samples at a time. */
  template <size_t kSamples>
  using InBatches = BatchNetwork<kSamples, Layers...>;

  /** Runs one sample forward. weights is float[kWeights], inputs float[kInputs]. */
  [[nodiscard]] Status forward(const float* weights, const float* inputs) {
    return Batch::forward(weights, inputs, 1);
  }

  /** Runs one sample of a classifier, with softmax and cross-entropy. Writes its loss to loss, and adds its
   * gradient to gradients, float[kWeights]; or writes the factors to gradients, where that is
   * gls_factors[kDenseLayers]. label is below kOutputs. */
  template <class Gradients>
  [[nodiscard]] Status learn(const float* weights, const float* inputs, size_t label, Gradients&& gradients,
                             float* loss) {
    *loss = 0.0f;
    return Batch::learn(weights, inputs, &label, 1, gradients, loss);
  }

  /** The same for a network that predicts numbers, with the mean squared error. targets is
   * float[kOutputs]. */
  template <class Gradients>
  [[nodiscard]] Status learn_regression(const float* weights, const float* inputs, const float* targets,
                                        Gradients&& gradients, float* loss) {
    *loss = 0.0f;
    return Batch::learn_regression(weights, inputs, targets, 1, gradients, loss);
  }
};

}  // namespace glissade

#endif
