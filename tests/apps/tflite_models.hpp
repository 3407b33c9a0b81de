// SPDX-License-Identifier: Apache-2.0
// Small models as converters write them, a layer after another.
#ifndef GLISSADE_TESTS_TFLITE_MODELS_HPP
#define GLISSADE_TESTS_TFLITE_MODELS_HPP

#include <string>
#include <utility>
#include <vector>

#include "apps/tool/tflite/writer.hpp"

namespace models {

using glissade::ModelSpec;
using glissade::tflite::ActivationFunctionType;
using glissade::tflite::BuiltinOperator;
using glissade::tflite::TensorType;

// Bytes that look like weights, biases like a layer's, and scales like a converter's.
inline std::string bytes_of(size_t count, uint32_t seed) {
  std::string bytes;
  for (uint32_t i = 0; i < count; ++i) bytes += static_cast<char>(((i + seed) * 2654435761u) >> 24);
  return bytes;
}
inline std::string biases_of(size_t count, int step) {
  std::string bytes;
  for (size_t i = 0; i < count; ++i) {
    const int32_t bias = static_cast<int32_t>(i) * step - 7;
    bytes.append(reinterpret_cast<const char*>(&bias), sizeof bias);
  }
  return bytes;
}
inline std::vector<float> scales_of(size_t count, float first) {
  std::vector<float> scales;
  for (size_t i = 0; i < count; ++i) scales.push_back(first + 0.001f * static_cast<float>(i));
  return scales;
}

// A model under construction; `at` is the tensor that the next layer reads.
struct Net {
  ModelSpec spec;
  int at = 0;
  size_t width;

  explicit Net(std::vector<int> shape) : width(static_cast<size_t>(shape.back())) {
    spec.tensors.push_back({"input", std::move(shape), TensorType::INT8, {0.05f}, {-3}});
    spec.inputs = {0};
  }
  int tensor(const std::string& name, std::vector<int> shape, TensorType type, std::vector<float> scales,
             std::vector<int64_t> zeros = {}, const std::string& bytes = "") {
    spec.tensors.push_back({name, std::move(shape), type, std::move(scales), std::move(zeros)});
    if (!bytes.empty()) {
      spec.tensors.back().buffer = static_cast<uint32_t>(spec.buffers.size());
      spec.buffers.push_back(bytes);
    }
    return static_cast<int>(spec.tensors.size()) - 1;
  }
  // A layer of `outputs` rows; scales: 1, or as many. Its weights, biases and output are the last three
  // tensors.
  Net& layer(BuiltinOperator code, int outputs, size_t scales) {
    const bool convolution = code == BuiltinOperator::CONV_2D;
    const auto in = static_cast<int>(width), seed = static_cast<int>(spec.operators.size());
    const std::vector<float> weight_scales = scales_of(scales, 0.01f);
    std::vector<float> bias_scales;
    for (const float scale : weight_scales)
      bias_scales.push_back(spec.tensors[static_cast<size_t>(at)].scales[0] * scale);
    const auto name = [seed](const char* what) { return what + std::to_string(seed); };
    const int weights = tensor(
        name("weights"), convolution ? std::vector<int>{outputs, 1, 1, in} : std::vector<int>{outputs, in},
        TensorType::INT8, weight_scales, {},
        bytes_of(width * static_cast<size_t>(outputs), static_cast<uint32_t>(seed)));
    const int biases = tensor(name("biases"), {outputs}, TensorType::INT32, bias_scales, {},
                              biases_of(static_cast<size_t>(outputs), 11 + seed));
    const int output = tensor(name("output"),
                              convolution ? std::vector<int>{1, 1, 1, outputs} : std::vector<int>{1, outputs},
                              TensorType::INT8, {0.1f + 0.01f * static_cast<float>(seed)}, {seed - 5});
    spec.operators.push_back({code, {at, weights, biases}, {output}});
    at = output;
    width = static_cast<size_t>(outputs);
    return *this;
  }
  Net& dense(int outputs, size_t scales = 1) {
    return layer(BuiltinOperator::FULLY_CONNECTED, outputs, scales);
  }
  Net& pointwise(int outputs, size_t scales = 1) { return layer(BuiltinOperator::CONV_2D, outputs, scales); }
  // An operator without weights: what it writes has the scale of what it reads, or this one.
  Net& then(BuiltinOperator code, std::vector<int> shape, float scale = 0.0f) {
    const glissade::TensorSpec& before = spec.tensors[static_cast<size_t>(at)];
    const int output = tensor("then" + std::to_string(spec.operators.size()), std::move(shape),
                              TensorType::INT8, {scale == 0.0f ? before.scales[0] : scale},
                              scale == 0.0f ? before.zeros : std::vector<int64_t>{-128});
    spec.operators.push_back({code, {at}, {output}});
    at = output;
    return *this;
  }
  ModelSpec done() {
    spec.outputs = {at};
    return spec;
  }
};

constexpr float kProbability = 1.0f / 256;

// What the shipped models have that are tried. 6 inputs, 5 features, 4 classes where nothing else is said.
inline ModelSpec classifier(size_t scales = 1) {
  return Net({1, 6}).dense(5).dense(4, scales).then(BuiltinOperator::SOFTMAX, {1, 4}, kProbability).done();
}
inline ModelSpec autoencoder() {
  Net net({1, 8});
  for (const int width : {6, 6, 6, 6, 2, 6, 6, 6, 6, 8}) net.dense(width);
  return net.done();
}
inline ModelSpec single_sigmoid() {
  return Net({1, 6}).dense(5).dense(1).then(BuiltinOperator::LOGISTIC, {1, 1}, kProbability).done();
}
inline ModelSpec wide() {
  return Net({1, 4000})
      .then(BuiltinOperator::RESHAPE, {1, 4000})
      .dense(4)
      .then(BuiltinOperator::SOFTMAX, {1, 4}, kProbability)
      .done();
}
inline ModelSpec pooled() {
  return Net({1, 3, 3, 6})
      .then(BuiltinOperator::AVERAGE_POOL_2D, {1, 1, 1, 6})
      .pointwise(4, 4)
      .then(BuiltinOperator::SQUEEZE, {1, 4})
      .then(BuiltinOperator::RESHAPE, {1, 4, 1})
      .then(BuiltinOperator::SOFTMAX, {1, 4, 1}, kProbability)
      .done();
}
inline ModelSpec with_signature() {
  ModelSpec spec = classifier();
  spec.signatures = {
      {"serving_default", {{"sound", 0}}, {{"word", spec.outputs[0]}, {"logits", spec.outputs[0] - 1}}}};
  return spec;
}
// A second head on the same features, which is an output too.
inline ModelSpec two_outputs() {
  Net net({1, 6});
  net.dense(5);
  const int features = net.at;
  net.dense(4);
  const int first = net.at;
  net.at = features;
  net.width = 5;
  net.dense(3);
  ModelSpec spec = net.done();
  spec.outputs = {first, net.at};
  return spec;
}
// A layer in front and the head have no biases: their zeros are one buffer, as a converter joins them.
inline ModelSpec shared_zeros() {
  ModelSpec spec = Net({1, 4}).dense(4).dense(4).done();
  spec.buffers[2].assign(16, '\0');
  spec.tensors[5].buffer = 2;
  return spec;
}

// Everything that works, by name.
inline std::vector<std::pair<const char*, ModelSpec>> all() {
  return {{"classifier", classifier()},
          {"per_channel", classifier(4)},
          {"autoencoder", autoencoder()},
          {"single_sigmoid", single_sigmoid()},
          {"wide", wide()},
          {"pooled", pooled()},
          {"signature", with_signature()},
          {"two_outputs", two_outputs()},
          {"shared_zeros", shared_zeros()}};
}

}  // namespace models

#endif
