// SPDX-License-Identifier: Apache-2.0
// Layers that cannot be a head: a model for each reason.
#ifndef GLISSADE_TESTS_TFLITE_REFUSED_LAYERS_HPP
#define GLISSADE_TESTS_TFLITE_REFUSED_LAYERS_HPP

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "apps/tool/tflite/rewrite.hpp"
#include "tflite_models.hpp"

namespace {

using namespace glissade;
using models::ActivationFunctionType;
using models::BuiltinOperator;
using models::TensorType;

// The classifier's tensors: 0 input; 1, 2, 3 the first layer's weights, biases and output; 4, 5, 6 the
// head's; 7.
constexpr size_t kFeatures = 3, kWeights = 4, kBiases = 5, kLogits = 6;

// Opens a model, and looks at the head.
void list(const std::string& bytes) { Heads(ModelFile(bytes)).at(1); }

std::string with(const std::function<void(ModelSpec&)>& change, ModelSpec spec = models::classifier()) {
  change(spec);
  return write_model(spec);
}

struct Case {
  Refusal expected;
  const char* name;  // what a user sees
  std::function<void()> run;
};

Case of_layer(Refusal expected, const char* name, const std::function<void(ModelSpec&)>& change) {
  return {expected, name, [=] { list(with(change)); }};
}

std::vector<Case> of_layers() {
  return {
      of_layer(Refusal::kKind, "operator 1 SVDF: neither fully connected nor a 1x1 convolution",
               [](ModelSpec& m) { m.operators[1].code = BuiltinOperator::SVDF; }),
      of_layer(Refusal::kWeightsType, "weights that are not int8: INT4",
               [](ModelSpec& m) { m.tensors[kWeights].type = TensorType::INT4; }),
      of_layer(Refusal::kWeightsType, "weights that are not int8: FLOAT32",
               [](ModelSpec& m) { m.tensors[kWeights].type = TensorType::FLOAT32; }),
      of_layer(Refusal::kWeightsType, "weights that are not int8: UINT8",
               [](ModelSpec& m) { m.tensors[kWeights].type = TensorType::UINT8; }),
      of_layer(
          Refusal::kHybrid, "hybrid",
          [](ModelSpec& m) { m.tensors[kFeatures].type = m.tensors[kLogits].type = TensorType::FLOAT32; }),
      of_layer(Refusal::kInt16, "int16 activations",
               [](ModelSpec& m) { m.tensors[kFeatures].type = m.tensors[kLogits].type = TensorType::INT16; }),
      of_layer(Refusal::kActivationsType, "activations that are not int8",
               [](ModelSpec& m) { m.tensors[kLogits].type = TensorType::INT32; }),
      of_layer(Refusal::kBiasType, "biases that are not int32: INT64",
               [](ModelSpec& m) { m.tensors[kBiases].type = TensorType::INT64; }),
      of_layer(Refusal::kSparse, "sparse weights: tensor 4 \"weights1\"",
               [](ModelSpec& m) { m.tensors[kWeights].sparse = true; }),
      of_layer(Refusal::kShuffled, "weights in SHUFFLED format",
               [](ModelSpec& m) { m.operators[1].shuffled = true; }),
      of_layer(Refusal::kNotConstant, "not constant: tensor 4",
               [](ModelSpec& m) { m.tensors[kWeights].buffer = 0; }),
      of_layer(Refusal::kNotConstant, "not constant: tensor 5",
               [](ModelSpec& m) { m.tensors[kBiases].variable = true; }),
      of_layer(Refusal::kSizes, "sizes that do not fit each other",
               [](ModelSpec& m) { m.buffers[3].pop_back(); }),
      of_layer(Refusal::kSizes, "sizes that do not fit each other",
               [](ModelSpec& m) { m.buffers[4].pop_back(); }),
      of_layer(Refusal::kSizes, "sizes that do not fit each other",
               [](ModelSpec& m) {
                 m.tensors[kWeights].shape = {4, 6};
               }),
      of_layer(Refusal::kSizes, "sizes that do not fit each other",
               [](ModelSpec& m) { m.operators[1].inputs = {3}; }),
      of_layer(Refusal::kScale, "a scale or zero point",
               [](ModelSpec& m) { m.tensors[kFeatures].scales = {}; }),
      of_layer(Refusal::kScale, "a scale or zero point",
               [](ModelSpec& m) {
                 m.tensors[kWeights].scales = {1, 1, 1};
               }),
      of_layer(Refusal::kScale, "a scale or zero point",
               [](ModelSpec& m) { m.tensors[kLogits].scales = {0}; }),
      of_layer(Refusal::kScale, "a scale or zero point",
               [](ModelSpec& m) { m.tensors[kLogits].scales = {INFINITY}; }),
      of_layer(Refusal::kScale, "a scale or zero point",
               [](ModelSpec& m) { m.tensors[kFeatures].zeros = {128}; }),
      of_layer(Refusal::kScale,
               "operator 1 FULLY_CONNECTED: a scale or zero point that is missing or out of range: no engine "
               "can prepare",
               [](ModelSpec& m) {
                 m.tensors[kWeights].scales = {3e38f};
                 m.tensors[kFeatures].scales = {3e38f};
               }),
      of_layer(Refusal::kFilterZero, "weights with a zero point other than 0",
               [](ModelSpec& m) { m.tensors[kWeights].zeros = {1}; }),
      of_layer(Refusal::kDimension, "weights quantized along dimension 1",
               [](ModelSpec& m) {
                 m.tensors[kWeights].scales = {1, 1, 1, 1, 1};
                 m.tensors[kWeights].dimension = 1;
               }),
      of_layer(Refusal::kFused, "a fused activation that int8 layers do not have: TANH",
               [](ModelSpec& m) { m.operators[1].activation = ActivationFunctionType::TANH; }),
      of_layer(Refusal::kFused, "SIGN_BIT",
               [](ModelSpec& m) { m.operators[1].activation = ActivationFunctionType::SIGN_BIT; }),
      of_layer(Refusal::kRows, "more than one row: 2",
               [](ModelSpec& m) {
                 m.tensors[kFeatures].shape = {2, 5};
                 m.tensors[kLogits].shape = {2, 4};
               }),
      of_layer(Refusal::kTimeStep, "a head per time step: 3",
               [](ModelSpec& m) {
                 m.tensors[kFeatures].shape = {1, 3, 5};
                 m.tensors[kLogits].shape = {1, 3, 4};
               }),
      of_layer(Refusal::kBehind, "no part of a head: operator 2 MUL",
               [](ModelSpec& m) { m.operators[2].code = BuiltinOperator::MUL; }),
      of_layer(Refusal::kBehind, "no part of a head: operator 3 MUL",
               [](ModelSpec& m) {
                 m.operators.push_back({BuiltinOperator::MUL, {static_cast<int>(kLogits), 0}, {0}});
               }),
      {Refusal::kInputs, "more inputs than an int8 layer may have: 65794",
       [] {
         Heads(ModelFile(write_model(models::Net({1, 65794}).dense(1).done()))).at(0);
       }},
      {Refusal::kWindow, "a convolution that is not 1x1: its filter is 1 x 3",
       [] {
         list(with([](ModelSpec& m) { m.tensors[2].shape = {4, 1, 3, 2}; }, models::pooled()));
       }},
      {Refusal::kPositions, "more than one position: there is no pooling in front of it: 3 x 3",
       [] {
         list(with(
             [](ModelSpec& m) {
               m.tensors[1].shape = {1, 3, 3, 6};
               m.tensors[4].shape = {1, 3, 3, 4};
             },
             models::pooled()));
       }},
  };
}

}  // namespace

#endif
