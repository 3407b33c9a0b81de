// SPDX-License-Identifier: Apache-2.0
// `glissade convert FROM TO.h`.
#include <filesystem>

#include "apps/tool/c_text.hpp"
#include "apps/tool/convert/outputs.hpp"

namespace glissade {
namespace {

std::string define(const std::string& name, size_t value, const std::string& says) {
  return "#define " + upper(name) + " " + std::to_string(value) + "u /* " + says + " */\n";
}

std::string order_of(const LayerMap& layers) {
  const std::string order = "The weights, in the order of the library";
  if (layers.parts().empty()) return order + ".";
  return order + ": " + in_comment(layers.text()) +
         ". Of a dense layer: [inputs][outputs], then the biases, as gls_dense_forward() takes them.";
}

std::string saved_array(const SavedOptimizer& saved, const std::string& name) {
  std::vector<int32_t> bytes;
  for (const char byte : write_saved(saved)) bytes.push_back(static_cast<unsigned char>(byte));
  const std::string rule = saved.rule->name;
  return "\n" + define(name + "_SAVED_BYTES", bytes.size(), "of the array below") +
         c_array("unsigned char", name + "_saved", bytes,
                 "For gls_restore() of a gls_" + rule + "() with as many weights, slots as " +
                     name_of(saved.form) + ": weights, slots, parameters and state, step " +
                     std::to_string(saved.state[0]) + ".");
}

}  // namespace

std::string write_header(const SavedOptimizer& saved, const LayerMap& layers, const std::string& from,
                         const std::string& name) {
  const std::string prefix = c_identifier(name), guard = upper(prefix) + "_H";
  std::string text = "/* " + in_comment(std::filesystem::path(from).filename().string()) +
                     ", written by `glissade convert`. */\n#ifndef " + guard + "\n#define " + guard + "\n\n" +
                     define(prefix + "_COUNT", saved.weights.size(), "weights") +
                     c_array("float", prefix + "_weights", saved.weights, order_of(layers));
  if (saved.rule != nullptr) text += saved_array(saved, prefix);
  return text + "\n#endif\n";
}

}  // namespace glissade
