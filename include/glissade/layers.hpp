// SPDX-License-Identifier: Apache-2.0
// Fixed-size networks over one flat weight array and one flat gradient array, ready for an Optimizer.
//
//   using Net = glissade::Network<glissade::Dense<9, 32>, glissade::Relu<32>, glissade::Dense<32, 11>>;
//   static Net net;                                   // activations of one sample
//   static float weights[Net::kWeights], gradients[Net::kWeights];
//   float loss;
//   Status status = net.learn(weights, inputs, label, gradients, &loss);  // adds the sample's gradient
#ifndef GLISSADE_LAYERS_HPP
#define GLISSADE_LAYERS_HPP

#include "glissade/glissade.hpp"

namespace glissade {

// outputs = inputs * W + bias. Weights: one row of kOut per input, then kOut biases.
template <size_t kIn, size_t kOut>
struct Dense {
  static constexpr size_t kInputs = kIn, kOutputs = kOut, kWeights = kIn * kOut + kOut, kBiases = kOut;

  [[nodiscard]] static Status forward(const float* weights, const float* inputs, float* outputs) {
    return gls_dense_forward(weights, inputs, outputs, kIn, kOut);
  }
  [[nodiscard]] static Status backward(const float* weights, const float* inputs, const float* /*outputs*/,
                                       const float* output_gradients, float* weight_gradients,
                                       float* input_gradients) {
    return gls_dense_backward(weights, inputs, output_gradients, weight_gradients, input_gradients, kIn,
                              kOut);
  }
};

using ActivationForward = Status (*)(const float* inputs, float* outputs, size_t count);
using ActivationBackward = Status (*)(const float* outputs, const float* output_gradients,
                                      float* input_gradients, size_t count);

// outputs = f(inputs), one by one.
template <size_t N, ActivationForward kForward, ActivationBackward kBackward>
struct Activation {
  static constexpr size_t kInputs = N, kOutputs = N, kWeights = 0, kBiases = 0;

  [[nodiscard]] static Status forward(const float* /*weights*/, const float* inputs, float* outputs) {
    return kForward(inputs, outputs, N);
  }
  [[nodiscard]] static Status backward(const float* /*weights*/, const float* /*inputs*/,
                                       const float* outputs, const float* output_gradients,
                                       float* /*weight_gradients*/, float* input_gradients) {
    if (input_gradients == nullptr) return GLS_OK;  // a first layer: nobody asks
    return kBackward(outputs, output_gradients, input_gradients, N);
  }
};

template <size_t N>
using Relu = Activation<N, gls_relu_forward, gls_relu_backward>;
template <size_t N>
using Sigmoid = Activation<N, gls_sigmoid_forward, gls_sigmoid_backward>;
template <size_t N>
using Tanh = Activation<N, gls_tanh_forward, gls_tanh_backward>;

template <class... Layers>
class Network;

template <>
class Network<> {
 public:
  static constexpr size_t kWeights = 0;
};

// A layer and the network behind it. Holds the outputs, and their gradients, of one sample. Weights are in
// the order of the layers.
template <class First, class... Rest>
class Network<First, Rest...> {
  static constexpr bool kIsLast = sizeof...(Rest) == 0;

 public:
  static constexpr size_t kInputs = First::kInputs;
  static constexpr size_t kWeights = First::kWeights + Network<Rest...>::kWeights;

  // Runs one sample: inputs is float[kInputs], weights float[kWeights].
  [[nodiscard]] Status forward(const float* weights, const float* inputs) {
    const Status status = First::forward(weights, inputs, outputs_);
    if constexpr (!kIsLast) {
      static_assert(First::kOutputs == decltype(rest_)::kInputs,
                    "a layer's inputs are the outputs before it");
      return status == GLS_OK ? rest_.forward(weights + First::kWeights, outputs_) : status;
    }
    return status;
  }

  // Of the sample that ran last: float[the last layer's kOutputs].
  const float* outputs() const {
    if constexpr (kIsLast)
      return outputs_;
    else
      return rest_.outputs();
  }

  // Runs one sample of a classifier, with softmax and cross-entropy: writes its loss and adds its gradient to
  // weight_gradients, float[kWeights]. label is below the number of outputs.
  [[nodiscard]] Status learn(const float* weights, const float* inputs, size_t label, float* weight_gradients,
                             float* loss) {
    return learn_by(weights, inputs, weight_gradients, [=](const float* y, float* gradients, size_t count) {
      return gls_softmax_cross_entropy(y, label, loss, gradients, count);
    });
  }

  // The same for a network that predicts numbers, with the mean squared error. targets: one per output.
  [[nodiscard]] Status learn_regression(const float* weights, const float* inputs, const float* targets,
                                        float* weight_gradients, float* loss) {
    return learn_by(weights, inputs, weight_gradients, [=](const float* y, float* gradients, size_t count) {
      return gls_mean_squared_error(y, targets, loss, gradients, count);
    });
  }

  // Adds strength / 2 times the squares of the weights, without biases, to *penalty, and its gradient to
  // weight_gradients. For the textbooks' lambda / (2 m) over m samples strength is lambda / m.
  [[nodiscard]] static Status l2_penalty(const float* weights, double strength, float* weight_gradients,
                                         double* penalty) {
    if constexpr (!kIsLast) {
      const Status status = Network<Rest...>::l2_penalty(weights + First::kWeights, strength,
                                                         weight_gradients + First::kWeights, penalty);
      if (status != GLS_OK) return status;
    }
    return gls_l2_penalty(weights, strength, weight_gradients, penalty, First::kWeights - First::kBiases);
  }

 private:
  template <class...>
  friend class Network;

  template <class Loss>
  [[nodiscard]] Status learn_by(const float* weights, const float* inputs, float* weight_gradients,
                                Loss loss) {
    Status status = forward(weights, inputs);
    if (status == GLS_OK) status = start_backward(loss);
    return status == GLS_OK ? backward(weights, inputs, weight_gradients, nullptr) : status;
  }

  template <class Loss>
  [[nodiscard]] Status start_backward(Loss loss) {
    if constexpr (kIsLast)
      return loss(outputs_, gradients_, First::kOutputs);
    else
      return rest_.start_backward(loss);
  }

  [[nodiscard]] Status backward(const float* weights, const float* inputs, float* weight_gradients,
                                float* input_gradients) {
    Status status = GLS_OK;
    if constexpr (!kIsLast) {
      status =
          rest_.backward(weights + First::kWeights, outputs_, weight_gradients + First::kWeights, gradients_);
    }
    return status == GLS_OK
               ? First::backward(weights, inputs, outputs_, gradients_, weight_gradients, input_gradients)
               : status;
  }

  float outputs_[First::kOutputs];
  float gradients_[First::kOutputs];
  Network<Rest...> rest_;
};

}  // namespace glissade

#endif
