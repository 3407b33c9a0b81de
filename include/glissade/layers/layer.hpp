// SPDX-License-Identifier: Apache-2.0
/** @file
 * What the layer types of a Network have in common. */
#ifndef GLISSADE_LAYERS_LAYER_HPP
#define GLISSADE_LAYERS_LAYER_HPP

#include "glissade/base.h"
#include "glissade/cpp17.hpp"

namespace glissade {

/** What every layer type begins with. A type hides those of these constants that are different for it. */
template <size_t kIn, size_t kOut>
struct Layer {
  static_assert(kIn > 0 && kOut > 0, "a layer has at least 1 input and 1 output");

  static constexpr size_t kInputs = kIn;   /**< Inputs of one sample. */
  static constexpr size_t kOutputs = kOut; /**< Outputs of one sample. */
  static constexpr size_t kWeights = 0;    /**< Weights, biases among them. */
  static constexpr size_t kBiases = 0;     /**< How many of the weights, the last, are never to be decayed. */
  static constexpr size_t kFactors = 0;    /**< 1 if a gls_factors can say the gradients of the weights. */
  static constexpr size_t kRunning = 0;    /**< Floats that training moves and inference needs. */
  static constexpr size_t kKept = 0;       /**< Floats that forward leaves for backward. */
  /** Outputs may be written over the inputs; backward needs no inputs. */
  static constexpr bool kInPlace = false;
  /** Backward needs the outputs: nothing may be written over them. */
  static constexpr bool kReadsOutputs = true;
};

}  // namespace glissade

#endif
