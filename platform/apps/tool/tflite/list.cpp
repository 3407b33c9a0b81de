// SPDX-License-Identifier: Apache-2.0
// `glissade tflite FILE`: what is in a model.
#include <cstdio>

#include "apps/tool/text.hpp"
#include "apps/tool/tflite/rewrite.hpp"

namespace glissade {
namespace {

std::string joined(const std::vector<int>& numbers, const char* between) {
  std::string text;
  for (const int number : numbers) text += (text.empty() ? "" : between) + std::to_string(number);
  return text.empty() ? "-" : text;
}

std::string padded(std::string text, size_t width) {
  if (text.size() < width) text.resize(width, ' ');
  return text;
}

std::string right(const std::string& text, size_t width) {
  return text.size() < width ? std::string(width - text.size(), ' ') + text : text;
}

// Converters join the names of all that they fused.
std::string short_name(const ModelFile& model, int tensor) {
  constexpr size_t kMost = 48;
  std::string name = text_of(model.tensor(tensor).name());
  if (name.size() <= kMost) return visible(name);
  size_t length = kMost - 3;
  while (length > 0 && (static_cast<unsigned char>(name[length]) & 0xc0u) == 0x80u)
    --length;  // no half of a character
  return visible(name.substr(0, length)) + "...";
}

std::string number(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.9g", value);
  return text;
}

std::string scales(const tflite::Tensor& tensor) {
  const auto* const q = tensor.quantization();
  const size_t count = q == nullptr ? 0 : size_of(q->scale());
  if (count == 0) return "-";
  if (count > 1) return std::to_string(count) + " scales";
  const std::string zero =
      size_of(q->zero_point()) == 1 ? " zero " + std::to_string(q->zero_point()->Get(0)) : "";
  return number(static_cast<double>(q->scale()->Get(0))) + zero;
}

std::string list_tensors(const ModelFile& model) {
  std::string text = "\n  tensor type     shape            bytes  scale                     name\n";
  for (int i = 0; i < static_cast<int>(model.tensor_count()); ++i) {
    const tflite::Tensor& tensor = model.tensor(i);
    const auto* const constant = model.constant(i);
    text += right(std::to_string(i), 8) + " " + padded(tflite::EnumNameTensorType(tensor.type()), 8) + " " +
            padded(joined(model.shape(i), " x "), 16) + " " +
            right(constant == nullptr ? "-" : std::to_string(constant->size()), 5) + "  " +
            padded(scales(tensor), 25) + " " + short_name(model, i) + "\n";
  }
  return text;
}

std::string list_operators(const ModelFile& model) {
  std::string text = "\noperator                       inputs      outputs\n";
  for (size_t i = 0; i < model.operator_count(); ++i) {
    const std::string name = model.name(i).substr(sizeof "operator " - 1);
    const size_t space = name.find(' ');
    text += right(name.substr(0, space), 8) + " " + padded(name.substr(space + 1), 21) + " " +
            padded(joined(model.inputs(i), " "), 11) + " " + joined(model.outputs(i), " ") + "\n";
  }
  return text;
}

std::string describe(const ModelFile& model, const Head& head) {
  const size_t count = weight_scales(model, head).size();
  std::string text = model.name(head.index) + ": can be a head, " + std::to_string(head.input_count) +
                     " -> " + std::to_string(head.output_count) + ", " +
                     (count == 1 ? "one scale" : std::to_string(count) + " scales") + ", activation " +
                     tflite::EnumNameActivationFunctionType(head.activation) + "\n";
  const std::string why = why_not_patched(model, head);
  if (!why.empty()) text += "  it cannot be patched: " + why + "\n";
  return text;
}

}  // namespace

std::string list_model(const ModelFile& model, const std::string& file) {
  const auto outputs = elements(model.graph().outputs());
  std::string text = visible(file) + ": " + std::to_string(model.bytes().size()) + " bytes, " +
                     std::to_string(model.operator_count()) + " operators, " +
                     std::to_string(model.tensor_count()) + " tensors; inputs " +
                     joined(elements(model.graph().inputs()), " ") + ", outputs " + joined(outputs, " ") +
                     "\n" + list_tensors(model) + list_operators(model) + "\n";
  const Heads heads(model);
  size_t layers = 0;
  for (size_t i = 0; i < model.operator_count(); ++i) {
    if (!heads.is_layer(i)) continue;
    ++layers;
    try {
      text += describe(model, heads.at(i));
    } catch (const Refused& refused) {
      text += std::string(refused.what()) + "\n";
    }
  }
  return layers == 0 ? text + "no layer\n" : text;
}

}  // namespace glissade
