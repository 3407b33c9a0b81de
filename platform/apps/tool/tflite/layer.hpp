// SPDX-License-Identifier: Apache-2.0
// An int8 dense layer in a model: fully connected, or a 1x1 convolution of one position, whose bytes are the
// same.
#ifndef GLISSADE_PLATFORM_TFLITE_LAYER_HPP
#define GLISSADE_PLATFORM_TFLITE_LAYER_HPP

#include <vector>

#include "apps/tool/tflite/model_file.hpp"

namespace glissade {

// By its tensors.
struct Head {
  size_t index;                        // of its operator
  int input, weights, biases, output;  // tensors; biases: -1 where it has none
  size_t input_count, output_count;
  tflite::ActivationFunctionType activation;
};

float input_scale(const ModelFile& model, const Head& head);
float output_scale(const ModelFile& model, const Head& head);
int input_zero(const ModelFile& model, const Head& head);
int output_zero(const ModelFile& model, const Head& head);
std::vector<float> weight_scales(const ModelFile& model, const Head& head);  // one, or one for each output

// Is this tensor quantized with one scale and one zero point?
bool has_one_scale(const ModelFile& model, int tensor);

// Is it an operator of these two kinds?
bool may_be_head(tflite::BuiltinOperator code);

// Refused: Refusal::kKind to kTimeStep.
Head layer_at(const ModelFile& model, size_t index);

}  // namespace glissade

#endif
