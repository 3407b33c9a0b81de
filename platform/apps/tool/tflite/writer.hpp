// SPDX-License-Identifier: Apache-2.0
// A TensorFlow Lite model from its parts: one subgraph, as converters write it.
#ifndef GLISSADE_PLATFORM_TFLITE_WRITER_HPP
#define GLISSADE_PLATFORM_TFLITE_WRITER_HPP

#include <string>
#include <utility>
#include <vector>

#include "tflite_generated.h"

namespace glissade {

struct TensorSpec {
  std::string name;
  std::vector<int> shape;
  tflite::TensorType type = tflite::TensorType::INT8;
  std::vector<float> scales;   // empty: not quantized
  std::vector<int64_t> zeros;  // empty: 0 for each scale
  int dimension = 0;           // of several scales
  uint32_t buffer = 0;         // of ModelSpec::buffers; 0: computed
  bool variable = false, sparse = false;
};

struct OperatorSpec {
  tflite::BuiltinOperator code = tflite::BuiltinOperator::FULLY_CONNECTED;
  std::vector<int> inputs, outputs;
  tflite::ActivationFunctionType activation = tflite::ActivationFunctionType::NONE;
  bool shuffled = false;
};

struct SignatureSpec {
  std::string key;
  std::vector<std::pair<std::string, int>> inputs, outputs;  // names and tensors
};

struct ModelSpec {
  std::vector<std::string> buffers = {""};  // the first is empty
  std::vector<TensorSpec> tensors;
  std::vector<OperatorSpec> operators;
  std::vector<int> inputs, outputs;
  std::vector<SignatureSpec> signatures;
  std::vector<std::string> metadata;  // names
  size_t subgraphs = 1;               // the same one again
  uint64_t external = 0;              // where bytes behind the tables begin, for the last buffer; 0: nowhere
  bool deduplicated = false;          // equal vectors of numbers are written once
};

std::string write_model(const ModelSpec& spec);

}  // namespace glissade

#endif
