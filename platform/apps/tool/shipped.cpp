// SPDX-License-Identifier: Apache-2.0
#include "apps/tool/shipped.hpp"

#include <algorithm>

#include "apps/tool/tflite/layer.hpp"
#include "apps/tool/tflite/writer.hpp"

namespace glissade {
namespace demo {
namespace {

using tflite::BuiltinOperator;
using tflite::TensorType;

// A scale and a zero point.
struct Quantized {
  float scale = 1.0f;
  int32_t zero = 0;
};

Quantized quantization_of(const std::vector<float>& values) {
  gls_int8_range range = {0.0f, 0.0f};
  Quantized result;
  check(gls_int8_range_update(&range, values.data(), values.size()));
  check(gls_int8_range_scale(&range, &result.scale, &result.zero));
  return result;
}

// A layer in float: its weights as gls_dense_forward() has them, the values that it reads and those that it
// writes.
struct FloatLayer {
  std::vector<float> weights;
  size_t inputs, outputs;

  std::vector<float> forward(const std::vector<float>& values) const {
    std::vector<float> result(values.size() / inputs * outputs);
    check(gls_dense_forward(weights.data(), values.data(), result.data(), values.size() / inputs, inputs,
                            outputs));
    return result;
  }
};

// The first outputs of a layer inside the whole network's weights.
FloatLayer layer_of(const float* weights, size_t inputs, size_t all_outputs, size_t outputs) {
  FloatLayer layer = {{}, inputs, outputs};
  for (size_t row = 0; row <= inputs; ++row) {
    layer.weights.insert(layer.weights.end(), weights + row * all_outputs,
                         weights + row * all_outputs + outputs);
  }
  return layer;
}

template <class Number>
std::string bytes_of(const std::vector<Number>& numbers) {
  return std::string(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(Number));
}

// The file, a layer after another.
class Builder {
 public:
  explicit Builder(size_t inputs, Quantized in) : at_(in) {
    tensor("input", {1, static_cast<int>(inputs)}, at_);
  }

  void dense(const std::string& name, const FloatLayer& layer, tflite::ActivationFunctionType activation,
             Quantized out) {
    gls_int8_dense shape = {};
    shape.scale_count = 1;
    shape.input_count = layer.inputs;
    shape.output_count = layer.outputs;
    shape.input_scale = at_.scale;
    std::vector<int8_t> weights(layer.inputs * layer.outputs);
    std::vector<int32_t> biases(layer.outputs);
    float scale = 0.0f;
    check(gls_int8_dense_requantize(&shape, layer.weights.data(), GLS_INT8_NEW_SCALES, weights.data(),
                                    biases.data(), &scale, nullptr));
    const int rows = static_cast<int>(layer.outputs), from = last();
    tensor(name + "/weights", {rows, static_cast<int>(layer.inputs)}, {scale, 0}, bytes_of(weights));
    tensor(name + "/biases", {rows}, {at_.scale * scale, 0}, bytes_of(biases), TensorType::INT32);
    at_ = out;
    tensor(name, {1, rows}, at_);
    spec_.operators.push_back(
        {BuiltinOperator::FULLY_CONNECTED, {from, from + 1, from + 2}, {last()}, activation});
  }

  std::string done(size_t outputs) {
    const int from = last();
    tensor("probabilities", {1, static_cast<int>(outputs)}, {1.0f / 256, -128});
    spec_.operators.push_back({BuiltinOperator::SOFTMAX, {from}, {last()}});
    spec_.inputs = {0};
    spec_.outputs = {last()};
    return write_model(spec_);
  }

 private:
  int last() const { return static_cast<int>(spec_.tensors.size()) - 1; }
  void tensor(const std::string& name, const std::vector<int>& shape, Quantized q,
              const std::string& bytes = "", TensorType type = TensorType::INT8) {
    spec_.tensors.push_back({name, shape, type, {q.scale}, {q.zero}});
    if (bytes.empty()) return;
    spec_.tensors.back().buffer = static_cast<uint32_t>(spec_.buffers.size());
    spec_.buffers.push_back(bytes);
  }

  ModelSpec spec_;
  Quantized at_;
};

LayerAt find_layer(const ModelFile& model, size_t index) {
  const Head layer = layer_at(model, index);
  const auto at = [&model](const void* place) { return static_cast<uint32_t>(model.offset_of(place)); };
  const auto scale = [&](int tensor) { return at(model.tensor(tensor).quantization()->scale()->data()); };
  const auto zero = [&](int tensor) { return at(model.tensor(tensor).quantization()->zero_point()->data()); };
  return {static_cast<uint32_t>(layer.output_count),
          at(model.constant(layer.weights)->data()),
          at(model.constant(layer.biases)->data()),
          scale(layer.weights),
          scale(layer.biases),
          scale(layer.input),
          zero(layer.input),
          scale(layer.output),
          zero(layer.output)};
}

std::string list(const unsigned char* bytes, size_t size) {
  std::string text, line = "   ";
  for (size_t i = 0; i < size; ++i) {
    const std::string number = " " + std::to_string(int{bytes[i]}) + ",";
    if (line.size() + number.size() > 118) {
      text += line + "\n";
      line = "   ";
    }
    line += number;
  }
  return text + line + "\n";
}

std::string text_of(const LayerAt& at) {
  std::string text;
  for (const uint32_t offset : {at.outputs, at.weights, at.biases, at.weight_scale, at.bias_scale,
                                at.input_scale, at.input_zero, at.output_scale, at.output_zero}) {
    text += (text.empty() ? "{" : ", ") + std::to_string(offset);
  }
  return text + "}";
}

std::string text_of(const std::string& name, const ShippedFile& file) {
  return "\nalignas(16) constexpr unsigned char " + name + "Bytes[] = {\n" + list(file.bytes, file.size) +
         "};\nconstexpr ShippedFile " + name + " = {" + name + "Bytes, sizeof " + name + "Bytes, " +
         text_of(file.hidden) + ",\n    " + text_of(file.head) + "};\n";
}

}  // namespace

MadeModel::MadeModel(const std::vector<Speaker>& speakers, int owner, size_t vowels) {
  const Weights weights = pretrain(speakers, owner, vowels).weights;
  const FloatLayer hidden = layer_of(weights.data(), kFeatures, kHidden, kHidden),
                   head = layer_of(weights.data() + Dense<kFeatures, kHidden>::kWeights, kHidden, kVowels,
                                   vowels);
  std::vector<float> inputs;  // what the ranges are taken from: everything that was trained on
  for (int speaker = 0; speaker < kSpeakers; ++speaker) {
    for (size_t row = 0; speaker != owner && row < kRows; ++row) {
      const auto& recording = speakers[static_cast<size_t>(speaker)].recordings[row];
      if (row % kVowels < vowels) inputs.insert(inputs.end(), recording, recording + kFeatures);
    }
  }
  std::vector<float> values = hidden.forward(inputs);
  for (float& value : values) value = std::max(value, 0.0f);
  Builder builder(kFeatures, quantization_of(inputs));
  builder.dense("hidden", hidden, tflite::ActivationFunctionType::RELU, quantization_of(values));
  builder.dense("logits", head, tflite::ActivationFunctionType::NONE, quantization_of(head.forward(values)));
  const std::string bytes = builder.done(vowels);
  size_ = bytes.size();
  bytes_.resize(size_ / sizeof(uint64_t) + 1);
  std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(bytes_.data()));
  const ModelFile model(bytes);
  hidden_ = find_layer(model, 0);
  head_ = find_layer(model, 1);
}

ShippedFile MadeModel::file() const {
  return {reinterpret_cast<const unsigned char*>(bytes_.data()), static_cast<uint32_t>(size_), hidden_,
          head_};
}

std::string write_shipped(const MadeModel& all, const MadeModel& some, int owner_number) {
  return "// SPDX-License-Identifier: Apache-2.0\n"
         "// Generated by `./dev pretrain`; a test regenerates it and compares. Networks of 9 inputs, 32 "
         "hidden units (ReLU) and\n"
         "// 11 or 9 vowels, trained on all speakers but " +
         std::to_string(owner_number) +
         ", made int8 with the ranges of what they were trained on, as .tflite\n"
         "// files; from tests/data/vowel.csv (CC BY 4.0, see the README.md there).\n"
         "// clang-format off\n"
         "#ifndef GLISSADE_PLATFORM_DEMO_SHIPPED_HPP\n#define GLISSADE_PLATFORM_DEMO_SHIPPED_HPP\n\n"
         "#include \"apps/demo/int8_jobs.hpp\"\n\nnamespace glissade {\nnamespace demo {\n" +
         text_of("kAllVowels", all.file()) + text_of("kSomeVowels", some.file()) +
         "\n}  // namespace demo\n}  // namespace glissade\n\n#endif\n";
}

}  // namespace demo
}  // namespace glissade
