// SPDX-License-Identifier: Apache-2.0
/** @file
 * How a Network is put together; users do not meet it. */
#ifndef GLISSADE_LAYERS_CHAIN_HPP
#define GLISSADE_LAYERS_CHAIN_HPP

#include "glissade/glissade.hpp"
#include "glissade/layers/layer.hpp"
#include "glissade/layers/losses.h"

/** @cond INTERNAL */
namespace glissade {

// The C functions look at pointers too, but what is some weights behind null is not null. Before anything is
// read or written.
template <class... Pointee>
Status check_present(const Pointee*... pointers) {
  const bool any_null = (... || (pointers == nullptr));
  if (any_null) return GLS_ERROR_NULL;
  const bool aligned = (... && (reinterpret_cast<uintptr_t>(pointers) % alignof(Pointee) == 0));
  return aligned ? GLS_OK : GLS_ERROR_ALIGNMENT;
}

template <size_t N>
struct LayerMemory {
  float floats[N];
  float* values() { return floats; }
};
template <>
struct LayerMemory<0> {
  float* values() { return nullptr; }  // NOLINT(readability-convert-member-functions-to-static): as above
};

// What stands in front of the first layer: the caller's, over which nothing may be written.
struct CallersInputs {
  static constexpr bool kReadsOutputs = true;
};

// A layer and those behind it, with the outputs of up to kSamples samples and their gradients. Before is the
// layer in front.
template <size_t kSamples, class Before, class... Layers>
class LayerChain;

template <size_t kSamples, class Before>
class LayerChain<kSamples, Before> {
 public:
  static constexpr size_t kWeights = 0, kDenseLayers = 0, kFactored = 0, kRunning = 0;
};

template <size_t kSamples, class Before, class First, class... Rest>
class LayerChain<kSamples, Before, First, Rest...> {
  using Next = LayerChain<kSamples, First, Rest...>;
  static_assert(__is_base_of(Layer<First::kInputs, First::kOutputs>, First), "a layer type is a Layer");
  static constexpr bool kIsLast = sizeof...(Rest) == 0;
  static constexpr bool kOwns = Before::kReadsOutputs || !First::kInPlace;
  // The loss replaces the last outputs by their gradients, unless backward needs both.
  static constexpr size_t kOutputMemory = kOwns ? kSamples * First::kOutputs : 0;
  static constexpr size_t kGradientMemory = kIsLast && !First::kReadsOutputs ? 0 : kOutputMemory;

 public:
  static constexpr size_t kInputs = First::kInputs;
  static constexpr size_t kWeights = First::kWeights + Next::kWeights;
  static constexpr size_t kDenseLayers = First::kFactors + Next::kDenseLayers;
  static constexpr size_t kFactored = First::kFactors * First::kWeights + Next::kFactored;
  static constexpr size_t kRunning = First::kRunning + Next::kRunning;

  // before, gradients_before: the buffers of the layer in front. running is only written where kTrains.
  template <bool kTrains>
  [[nodiscard]] Status forward(const float* weights, float* running, const float* inputs, float* before,
                               size_t samples) {
    float* const outputs = outputs_in(before);
    const Status status = run<kTrains>(weights, running, inputs, outputs, samples);
    if constexpr (!kIsLast) {
      static_assert(First::kOutputs == Next::kInputs, "a layer's inputs are the outputs before it");
      if (status == GLS_OK) {
        return next_.template forward<kTrains>(weights + First::kWeights, running + First::kRunning, outputs,
                                               outputs, samples);
      }
    }
    return status;
  }

  float* last_outputs(float* before) {
    if constexpr (kIsLast)
      return outputs_in(before);
    else
      return next_.last_outputs(outputs_in(before));
  }

  // gradients is the weights' buffer, which is added to, or a gls_factors for each layer that has them.
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
    if constexpr (First::kKept > 0) {
      return First::backward(weights, kept_.values(), inputs, output_gradients, gradients, gradients_before,
                             samples);
    } else {
      return First::backward(weights, inputs, outputs, output_gradients, gradients, gradients_before,
                             samples);
    }
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
  static float* behind_first(float* gradients) { return gradients + First::kWeights; }
  static gls_factors* behind_first(gls_factors* layers) { return layers + First::kFactors; }

  template <bool kTrains>
  [[nodiscard]] Status run(const float* weights, [[maybe_unused]] float* running, const float* inputs,
                           float* outputs, size_t samples) {
    if constexpr (First::kRunning == 0)
      return First::forward(weights, inputs, outputs, samples);
    else if constexpr (kTrains)
      return First::train(weights, running, kept_.values(), inputs, outputs, samples);
    else
      return First::forward(weights, running, inputs, outputs, samples);
  }

  float* outputs_in(float* before) {
    if constexpr (kOwns)
      return outputs_.values();
    else
      return before;
  }

  LayerMemory<kOutputMemory> outputs_;
  LayerMemory<kGradientMemory> gradients_;
  LayerMemory<First::kKept> kept_;
  Next next_;
};

}  // namespace glissade
/** @endcond */

#endif
