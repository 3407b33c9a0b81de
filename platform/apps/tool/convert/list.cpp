// SPDX-License-Identifier: Apache-2.0
// `glissade convert FILE`: what is in it.
#include <cstdio>
#include <cstring>

#include "apps/tool/convert/outputs.hpp"
#include "apps/tool/text.hpp"

namespace glissade {
namespace {

std::string number_text(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.17g", value);
  return text;
}
std::string number_text(float value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.9g", static_cast<double>(value));
  return text;
}

}  // namespace

std::string list_safetensors(const SafeTensors& content) {
  std::string text;
  for (const auto& [name, tensor] : content.tensors)
    text += visible(name) + " " + name_of(tensor.dtype) + " " + shape_text(tensor.shape) + "\n";
  for (const auto& [name, value] : content.metadata) text += visible(name) + ": " + visible(value) + "\n";
  return text.empty() ? "no tensors\n" : text;
}

std::string list_optimizer(const SavedOptimizer& saved, const LayerMap& layers) {
  std::string text;
  if (saved.rule != nullptr) {
    text = std::string("rule ") + saved.rule->name + ":";
    for (size_t i = 0; i < saved.rule->param_count; ++i) {
      const gls_param_info& param = saved.rule->params[i];
      if (param.saved)
        text += std::string(i == 0 ? "" : ",") + param.name + "=" + number_text(saved.param(param));
    }
    text += "\nstate";
    for (size_t i = 0; i < saved.rule->state_count; ++i) {
      const gls_state_info& field = saved.rule->state[i];
      const uint32_t word = saved.state[field.offset / sizeof(uint32_t)];
      float value;
      std::memcpy(&value, &word, sizeof value);
      text += std::string(" ") + field.name + "=" +
              (field.kind == GLS_STATE_FLOAT ? number_text(value) : std::to_string(word));
    }
    text +=
        std::string("\nslots ") + std::to_string(saved.rule->slot_count) + ", " + name_of(saved.form) + "\n";
  }
  text += "weights " + std::to_string(saved.weights.size()) + "\n";
  return layers.parts().empty() ? text : text + "layers " + visible(layers.text()) + "\n";
}

}  // namespace glissade
