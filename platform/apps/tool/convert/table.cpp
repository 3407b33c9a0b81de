// SPDX-License-Identifier: Apache-2.0
// `glissade convert FROM TO.csv`.
#include <cstdio>

#include "apps/tool/convert/outputs.hpp"
#include "apps/tool/convert/torch_state.hpp"
#include "apps/tool/text.hpp"

namespace glissade {
namespace {

std::string field_text(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

std::string index_text(size_t number, const std::vector<size_t>& shape) {
  std::string text;
  for (size_t k = shape.size(); k > 0; --k) {
    text.insert(0, std::to_string(number % shape[k - 1]) + (text.empty() ? "" : " "));
    number /= shape[k - 1];
  }
  return text;
}

void append(std::string& text, float value) {
  char digits[40];
  std::snprintf(digits, sizeof digits, ",%.9g", static_cast<double>(value));
  text += digits;
}

}  // namespace

std::string write_table(const SavedOptimizer& saved, const LayerMap& layers) {
  const size_t slots = saved.rule == nullptr ? 0 : saved.rule->slot_count;
  std::string text = "tensor,index,weight";
  for (size_t k = 0; k < slots; ++k) text += std::string(",") + name_of(saved.rule->slots[k]);
  text += "\n";
  std::vector<PlacedTensor> parts = layers.parts();
  if (parts.empty()) parts.push_back({"weights", {saved.weights.size()}, 0, false});
  for (const PlacedTensor& part : parts) {
    std::vector<std::vector<float>> columns = {taken(part, saved.weights)};
    for (size_t k = 0; k < slots; ++k) columns.push_back(taken(part, saved.slots[k]));
    for (size_t i = 0; i < columns[0].size(); ++i) {
      text += field_text(part.name) + "," + index_text(i, part.shape);
      for (const std::vector<float>& column : columns) append(text, column[i]);
      text += "\n";
    }
  }
  return text;
}

}  // namespace glissade
