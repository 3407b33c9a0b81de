// SPDX-License-Identifier: Apache-2.0
#include "apps/tool/tflite/writer.hpp"

#include <map>

namespace glissade {
namespace {

using flatbuffers::Offset;
using flatbuffers::Vector;

class Writer {
 public:
  explicit Writer(const ModelSpec& spec) : spec_(spec) {}
  std::string run();

 private:
  template <class T>
  Offset<Vector<T>> numbers(const std::vector<T>& values) {
    const auto* const begin = reinterpret_cast<const char*>(values.data());
    const std::string key =
        std::to_string(sizeof(T)) + ":" + std::string(begin, begin + values.size() * sizeof(T));
    const auto known = written_.find(key);
    if (spec_.deduplicated && known != written_.end()) return {known->second};
    const Offset<Vector<T>> written = builder_.CreateVector(values);
    written_[key] = written.o;
    return written;
  }

  Offset<tflite::Buffer> buffer(const std::string& bytes, bool external);
  Offset<tflite::Tensor> tensor(const TensorSpec& spec);
  Offset<tflite::Operator> operation(const OperatorSpec& spec, uint32_t code);
  Offset<Vector<Offset<tflite::TensorMap>>> maps(const std::vector<std::pair<std::string, int>>& named);
  Offset<tflite::SubGraph> graph();

  const ModelSpec& spec_;
  flatbuffers::FlatBufferBuilder builder_;
  std::map<std::string, flatbuffers::uoffset_t> written_;
};

Offset<tflite::Buffer> Writer::buffer(const std::string& bytes, bool external) {
  if (external) return tflite::CreateBuffer(builder_, 0, spec_.external, bytes.size());
  if (bytes.empty()) return tflite::CreateBuffer(builder_);
  builder_.ForceVectorAlignment(bytes.size(), 1, 16);
  return tflite::CreateBuffer(
      builder_, builder_.CreateVector(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()));
}

Offset<tflite::Tensor> Writer::tensor(const TensorSpec& spec) {
  Offset<tflite::QuantizationParameters> quantization;
  if (!spec.scales.empty()) {
    const auto scales = numbers(spec.scales);
    const auto zeros = numbers(spec.zeros.empty() ? std::vector<int64_t>(spec.scales.size()) : spec.zeros);
    quantization = tflite::CreateQuantizationParameters(builder_, 0, 0, scales, zeros,
                                                        tflite::QuantizationDetails::NONE, 0, spec.dimension);
  }
  Offset<tflite::SparsityParameters> sparsity;
  if (spec.sparse) sparsity = tflite::CreateSparsityParameters(builder_, numbers(std::vector<int>{0, 1}));
  const auto shape = numbers(spec.shape);
  const auto name = builder_.CreateString(spec.name);
  return tflite::CreateTensor(builder_, shape, spec.type, spec.buffer, name, quantization, spec.variable,
                              sparsity);
}

Offset<tflite::Operator> Writer::operation(const OperatorSpec& spec, uint32_t code) {
  auto kind = tflite::BuiltinOptions::NONE;
  Offset<void> options;
  if (spec.code == tflite::BuiltinOperator::FULLY_CONNECTED) {
    const auto format =
        spec.shuffled ? tflite::WeightsFormat::SHUFFLED4x16INT8 : tflite::WeightsFormat::DEFAULT;
    kind = tflite::BuiltinOptions::FullyConnectedOptions;
    options = tflite::CreateFullyConnectedOptions(builder_, spec.activation, format).Union();
  } else if (spec.code == tflite::BuiltinOperator::CONV_2D) {
    kind = tflite::BuiltinOptions::Conv2DOptions;
    options = tflite::CreateConv2DOptions(builder_, 0, 1, 1, spec.activation).Union();
  } else if (spec.code == tflite::BuiltinOperator::AVERAGE_POOL_2D) {  // over all that there is
    const std::vector<int>& from = spec_.tensors.at(static_cast<size_t>(spec.inputs.at(0))).shape;
    kind = tflite::BuiltinOptions::Pool2DOptions;
    options =
        tflite::CreatePool2DOptions(builder_, 1, from.at(2), from.at(1), from.at(2), from.at(1)).Union();
  } else if (spec.code == tflite::BuiltinOperator::SOFTMAX) {
    kind = tflite::BuiltinOptions::SoftmaxOptions;
    options = tflite::CreateSoftmaxOptions(builder_, 1.0f).Union();
  } else if (spec.code == tflite::BuiltinOperator::SQUEEZE) {  // a picture's height and width
    kind = tflite::BuiltinOptions::SqueezeOptions;
    options = tflite::CreateSqueezeOptions(builder_, numbers(std::vector<int>{1, 2})).Union();
  }
  const auto inputs = numbers(spec.inputs), outputs = numbers(spec.outputs);
  return tflite::CreateOperator(builder_, code, inputs, outputs, kind, options);
}

Offset<Vector<Offset<tflite::TensorMap>>> Writer::maps(
    const std::vector<std::pair<std::string, int>>& named) {
  std::vector<Offset<tflite::TensorMap>> all;
  all.reserve(named.size());
  for (const auto& [name, tensor] : named) {
    all.push_back(
        tflite::CreateTensorMap(builder_, builder_.CreateString(name), static_cast<uint32_t>(tensor)));
  }
  return builder_.CreateVector(all);
}

Offset<tflite::SubGraph> Writer::graph() {
  std::vector<Offset<tflite::Tensor>> tensors;
  tensors.reserve(spec_.tensors.size());
  for (const TensorSpec& spec : spec_.tensors) tensors.push_back(tensor(spec));
  std::vector<Offset<tflite::Operator>> operators;
  operators.reserve(spec_.operators.size());
  for (uint32_t i = 0; i < spec_.operators.size(); ++i) operators.push_back(operation(spec_.operators[i], i));
  const auto all_tensors = builder_.CreateVector(tensors);
  const auto all_operators = builder_.CreateVector(operators);
  const auto inputs = numbers(spec_.inputs), outputs = numbers(spec_.outputs);
  return tflite::CreateSubGraph(builder_, all_tensors, inputs, outputs, all_operators,
                                builder_.CreateString("main"));
}

std::string Writer::run() {
  std::vector<Offset<tflite::Buffer>> buffers;
  buffers.reserve(spec_.buffers.size());
  for (const std::string& bytes : spec_.buffers) {
    buffers.push_back(buffer(bytes, spec_.external != 0 && &bytes == &spec_.buffers.back()));
  }
  std::vector<Offset<tflite::OperatorCode>> codes;
  codes.reserve(spec_.operators.size());
  for (const OperatorSpec& spec : spec_.operators) {
    const int old = std::min(static_cast<int>(spec.code),
                             static_cast<int>(tflite::BuiltinOperator::PLACEHOLDER_FOR_GREATER_OP_CODES));
    codes.push_back(tflite::CreateOperatorCode(builder_, static_cast<int8_t>(old), 0, 1, spec.code));
  }
  std::vector<Offset<tflite::SignatureDef>> signatures;
  signatures.reserve(spec_.signatures.size());
  for (const SignatureSpec& spec : spec_.signatures) {
    const auto inputs = maps(spec.inputs), outputs = maps(spec.outputs);
    signatures.push_back(
        tflite::CreateSignatureDef(builder_, inputs, outputs, builder_.CreateString(spec.key)));
  }
  std::vector<Offset<tflite::Metadata>> metadata;
  metadata.reserve(spec_.metadata.size());
  for (const std::string& name : spec_.metadata) {
    metadata.push_back(tflite::CreateMetadata(builder_, builder_.CreateString(name), 0));
  }
  const std::vector<Offset<tflite::SubGraph>> graphs(spec_.subgraphs, graph());
  const auto all_codes = builder_.CreateVector(codes);
  const auto all_graphs = builder_.CreateVector(graphs);
  const auto all_buffers = builder_.CreateVector(buffers);
  const auto all_metadata = metadata.empty() ? 0 : builder_.CreateVector(metadata);
  const auto all_signatures = signatures.empty() ? 0 : builder_.CreateVector(signatures);
  const auto no_numbers = numbers(std::vector<int>());
  tflite::FinishModelBuffer(
      builder_, tflite::CreateModel(builder_, 3, all_codes, all_graphs, builder_.CreateString("Glissade"),
                                    all_buffers, no_numbers, all_metadata, all_signatures));
  return std::string(reinterpret_cast<const char*>(builder_.GetBufferPointer()), builder_.GetSize());
}

}  // namespace

std::string write_model(const ModelSpec& spec) { return Writer(spec).run(); }

}  // namespace glissade
