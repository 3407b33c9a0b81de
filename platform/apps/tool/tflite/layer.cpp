// SPDX-License-Identifier: Apache-2.0
// One layer, looked at alone: is it an int8 dense layer?
#include "apps/tool/tflite/layer.hpp"

#include <algorithm>
#include <cmath>

#include "apps/tool/tflite/int8_layer.hpp"

namespace glissade {
namespace {

using tflite::ActivationFunctionType;
using tflite::BuiltinOperator;
using tflite::TensorType;

std::string type_name(TensorType type) {
  const std::string name = tflite::EnumNameTensorType(type);
  return name.empty() ? std::to_string(static_cast<int>(type)) : name;
}

// The elements of a shape; 0: one of its dimensions is not known, or there are too many.
uint64_t count_of(const std::vector<int>& shape) {
  uint64_t count = 1;
  for (const int dimension : shape) {
    count *= static_cast<uint64_t>(std::max(dimension, 0));
    if (count > UINT32_MAX) return 0;
  }
  return count;
}

// A layer being looked at: each check says why it is no head.
class Look {
 public:
  Look(const ModelFile& model, size_t index) : model_(model), where_(model.name(index)) {
    head_.index = index;
  }

  Head run() {
    tensors();
    types();
    options();
    sizes();
    constants();
    scales();
    const Int8Layer prepared(model_, head_);
    return head_;
  }

 private:
  void refuse(bool bad, Refusal why, const std::string& detail = "") const {
    if (bad) throw Refused(why, where_, detail);
  }
  void refuse(bool bad, Refusal why, int tensor) const {
    if (bad) throw Refused(why, where_, model_.tensor_name(tensor));
  }

  void tensors() {
    refuse(!may_be_head(model_.code(head_.index)), Refusal::kKind);
    const std::vector<int> inputs = model_.inputs(head_.index), outputs = model_.outputs(head_.index);
    refuse(inputs.size() < 2 || inputs.size() > 3 || outputs.size() != 1 || inputs[0] < 0 || inputs[1] < 0,
           Refusal::kSizes, "of its lists of tensors");
    head_.input = inputs[0];
    head_.weights = inputs[1];
    head_.biases = inputs.size() == 3 ? inputs[2] : -1;
    head_.output = outputs[0];
  }

  void types() const {
    const TensorType input = model_.tensor(head_.input).type(), weights = model_.tensor(head_.weights).type(),
                     output = model_.tensor(head_.output).type();
    const std::string types =
        type_name(input) + " in, weights " + type_name(weights) + ", " + type_name(output) + " out";
    refuse(weights == TensorType::INT8 && input == TensorType::FLOAT32, Refusal::kHybrid);
    refuse(input == TensorType::INT16 || output == TensorType::INT16, Refusal::kInt16);
    refuse(weights != TensorType::INT8, Refusal::kWeightsType, type_name(weights));
    refuse(input != TensorType::INT8 || output != TensorType::INT8, Refusal::kActivationsType, types);
    refuse(head_.biases >= 0 && model_.tensor(head_.biases).type() != TensorType::INT32, Refusal::kBiasType,
           head_.biases < 0 ? "" : type_name(model_.tensor(head_.biases).type()));
    for (const int tensor : {head_.weights, head_.biases}) {
      refuse(tensor >= 0 && model_.tensor(tensor).sparsity() != nullptr, Refusal::kSparse,
             std::max(tensor, 0));
    }
  }

  void options() {
    const tflite::Operator& operation = model_.operation(head_.index);
    head_.activation = ActivationFunctionType::NONE;
    if (const auto* options = operation.builtin_options_as_FullyConnectedOptions()) {
      head_.activation = options->fused_activation_function();
      refuse(options->weights_format() != tflite::WeightsFormat::DEFAULT, Refusal::kShuffled);
    } else if (const auto* convolution = operation.builtin_options_as_Conv2DOptions()) {
      head_.activation = convolution->fused_activation_function();
    }
    const int activation = static_cast<int>(head_.activation);
    const std::string name = tflite::EnumNameActivationFunctionType(head_.activation);
    refuse(activation < GLS_INT8_NO_ACTIVATION || activation > GLS_INT8_RELU6, Refusal::kFused,
           name.empty() ? std::to_string(activation) : name);
  }

  void sizes() {
    const std::vector<int> weights = model_.shape(head_.weights), input = model_.shape(head_.input),
                           output = model_.shape(head_.output);
    const bool convolution = model_.code(head_.index) == BuiltinOperator::CONV_2D;
    refuse(weights.size() != (convolution ? 4u : 2u) || count_of(weights) == 0 || count_of(input) == 0 ||
               count_of(output) == 0,
           Refusal::kSizes, head_.weights);
    head_.output_count = static_cast<size_t>(weights.front());
    head_.input_count = static_cast<size_t>(weights.back());
    if (convolution) {
      refuse(weights[1] != 1 || weights[2] != 1, Refusal::kWindow,
             "its filter is " + std::to_string(weights[1]) + " x " + std::to_string(weights[2]));
      refuse(input.size() != 4, Refusal::kSizes, head_.input);
      refuse(input[1] != 1 || input[2] != 1, Refusal::kPositions,
             std::to_string(input[1]) + " x " + std::to_string(input[2]));
    }
    rows(input, output);
    refuse(head_.input_count > size_t{GLS_INT8_INPUTS_MOST}, Refusal::kInputs,
           std::to_string(head_.input_count));
  }

  void rows(const std::vector<int>& input, const std::vector<int>& output) const {
    const uint64_t rows = count_of(input) / head_.input_count;
    refuse(rows * head_.input_count != count_of(input) || rows * head_.output_count != count_of(output),
           Refusal::kSizes, head_.input);
    if (rows == 1) return;
    const bool one_sample = input.size() > 2 && input[0] == 1;
    throw Refused(one_sample ? Refusal::kTimeStep : Refusal::kRows, where_,
                  std::to_string(rows) + " of them");
  }

  void constants() const {
    const auto* const weights = model_.constant(head_.weights);
    refuse(weights == nullptr, Refusal::kNotConstant, head_.weights);
    refuse(weights->size() != head_.input_count * head_.output_count, Refusal::kSizes, head_.weights);
    if (head_.biases < 0) return;
    const auto* const biases = model_.constant(head_.biases);
    refuse(biases == nullptr, Refusal::kNotConstant, head_.biases);
    refuse(biases->size() != 4 * head_.output_count ||
               count_of(model_.shape(head_.biases)) != head_.output_count,
           Refusal::kSizes, head_.biases);
  }

  // Scales and zero points that an engine takes: as many as asked for, finite and above 0; within int8.
  void scale(int tensor, bool per_output) const {
    const auto* const q = model_.tensor(tensor).quantization();
    refuse(q == nullptr || q->details_type() != tflite::QuantizationDetails::NONE, Refusal::kScale, tensor);
    const std::vector<float> scales = elements(q->scale());
    const std::vector<int64_t> zeros = elements(q->zero_point());
    const bool count_is_right = scales.size() == 1 || (per_output && scales.size() == head_.output_count);
    refuse(!count_is_right || zeros.size() != scales.size(), Refusal::kScale, tensor);
    for (const float s : scales) refuse(!std::isfinite(s) || s <= 0.0f, Refusal::kScale, tensor);
    for (const int64_t z : zeros) refuse(z < -128 || z > 127, Refusal::kScale, tensor);
  }

  void scales() const {
    const auto* const q = model_.tensor(head_.weights).quantization();
    refuse(q == nullptr, Refusal::kScale, head_.weights);
    refuse(q->quantized_dimension() != 0, Refusal::kDimension, head_.weights);
    for (const int tensor : {head_.input, head_.weights, head_.output})
      scale(tensor, tensor == head_.weights);
    for (const int64_t zero : elements(q->zero_point()))
      refuse(zero != 0, Refusal::kFilterZero, head_.weights);
  }

  const ModelFile& model_;
  std::string where_;
  Head head_ = {};
};

}  // namespace

bool may_be_head(BuiltinOperator code) {
  return code == BuiltinOperator::FULLY_CONNECTED || code == BuiltinOperator::CONV_2D;
}

Head layer_at(const ModelFile& model, size_t index) { return Look(model, index).run(); }

bool has_one_scale(const ModelFile& model, int tensor) {
  const auto* const q = model.tensor(tensor).quantization();
  return q != nullptr && size_of(q->scale()) == 1 && size_of(q->zero_point()) == 1;
}

float input_scale(const ModelFile& model, const Head& head) {
  return model.tensor(head.input).quantization()->scale()->Get(0);
}
float output_scale(const ModelFile& model, const Head& head) {
  return model.tensor(head.output).quantization()->scale()->Get(0);
}
int input_zero(const ModelFile& model, const Head& head) {
  return static_cast<int>(model.tensor(head.input).quantization()->zero_point()->Get(0));
}
int output_zero(const ModelFile& model, const Head& head) {
  return static_cast<int>(model.tensor(head.output).quantization()->zero_point()->Get(0));
}
std::vector<float> weight_scales(const ModelFile& model, const Head& head) {
  return elements(model.tensor(head.weights).quantization()->scale());
}

}  // namespace glissade
