// SPDX-License-Identifier: Apache-2.0
#include "apps/tool/tflite/heads.hpp"

#include <algorithm>
#include <initializer_list>

namespace glissade {
namespace {

using tflite::BuiltinOperator;

bool one_of(BuiltinOperator code, std::initializer_list<BuiltinOperator> codes) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

// What stands behind a head without being learned. Each reads the scale of its own input.
bool ends_a_head(BuiltinOperator code) {
  return one_of(code, {BuiltinOperator::SOFTMAX, BuiltinOperator::LOG_SOFTMAX, BuiltinOperator::LOGISTIC,
                       BuiltinOperator::DEQUANTIZE, BuiltinOperator::QUANTIZE, BuiltinOperator::ARG_MAX});
}
bool moves_bytes(BuiltinOperator code) {
  return one_of(code, {BuiltinOperator::RESHAPE, BuiltinOperator::SQUEEZE, BuiltinOperator::EXPAND_DIMS});
}

}  // namespace

Heads::Heads(const ModelFile& model) : model_(model), stops_(model.operator_count(), kNone) {
  // Of each tensor: the first operator that depends on it and is no part of a head.
  std::vector<size_t> stops_at(model.tensor_count(), kNone);
  for (size_t i = model.operator_count(); i-- > 0;) {
    const BuiltinOperator code = model.code(i);
    for (const int output : model.outputs(i)) {
      stops_[i] = std::min(stops_[i], stops_at[static_cast<size_t>(output)]);
    }
    const bool part = ends_a_head(code) || moves_bytes(code) || code == BuiltinOperator::FULLY_CONNECTED;
    for (const int input : model.inputs(i)) {
      if (input < 0) continue;
      size_t& first = stops_at[static_cast<size_t>(input)];
      first = std::min(first, part ? stops_[i] : i);
    }
  }
}

bool Heads::is_layer(size_t index) const {
  const std::vector<int> inputs = model_.inputs(index);
  if (may_be_head(model_.code(index))) return true;
  if (inputs.size() < 2 || inputs[1] < 0 || model_.constant(inputs[1]) == nullptr) return false;
  const auto* const quantization = model_.tensor(inputs[1]).quantization();
  return quantization != nullptr && size_of(quantization->scale()) > 0;
}

Head Heads::at(size_t index) const {
  const Head head = layer_at(model_, index);
  if (stops_[index] != kNone) throw Refused(Refusal::kBehind, model_.name(index), model_.name(stops_[index]));
  return head;
}

Head Heads::last() const {
  std::string why;
  for (size_t i = model_.operator_count(); i-- > 0;) {
    if (!is_layer(i)) continue;
    try {
      return at(i);
    } catch (const Refused& refused) {
      if (why.empty()) why = refused.what();
    }
  }
  throw Refused(Refusal::kNoHead, "", why);
}

Reach reach_of(const ModelFile& model, const Head& head) {
  Reach reach = {{head.output}, model.operator_count()};
  std::vector<bool> reached(model.tensor_count());
  reached[static_cast<size_t>(head.output)] = true;
  for (size_t i = head.index + 1; i < model.operator_count(); ++i) {
    const std::vector<int> inputs = model.inputs(i);
    const auto reads = [&](int tensor) { return tensor >= 0 && reached[static_cast<size_t>(tensor)]; };
    if (std::none_of(inputs.begin(), inputs.end(), reads)) continue;
    if (ends_a_head(model.code(i))) continue;
    const std::vector<int> outputs = model.outputs(i);
    const auto scaled = [&model](int tensor) { return has_one_scale(model, tensor); };
    if (!moves_bytes(model.code(i)) || !std::all_of(outputs.begin(), outputs.end(), scaled)) {
      reach.stops = std::min(reach.stops, i);
      continue;
    }
    for (const int output : outputs) {
      if (!reached[static_cast<size_t>(output)]) reach.tensors.push_back(output);
      reached[static_cast<size_t>(output)] = true;
    }
  }
  return reach;
}

}  // namespace glissade
