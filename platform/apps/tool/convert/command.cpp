// SPDX-License-Identifier: Apache-2.0
// `glissade convert`: models and optimizers between PyTorch's names and the library's bytes.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <stdexcept>

#include "apps/tool/any_rule.hpp"
#include "apps/tool/commands.hpp"
#include "apps/tool/convert/outputs.hpp"
#include "apps/tool/convert/torch_state.hpp"
#include "apps/tool/files.hpp"
#include "apps/tool/text.hpp"

namespace glissade {
namespace {

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what); }

// What is converted.
struct Content {
  SavedOptimizer saved;
  LayerMap layers;  // none: saved bytes do not say
};

// The tensors that an optimizer has, or all of them.
std::vector<std::string> chosen_parameters(const SafeTensors& content, const ConvertOptions& options) {
  const std::vector<std::vector<std::string>> groups = groups_of(content);
  if (groups.empty() || !options.rule.empty() || options.weights_only) return parameters_of(content);
  if (options.group < 0 && groups.size() > 1)
    fail(std::to_string(groups.size()) +
         " parameter groups, and an optimizer here has one: --group says which");
  const size_t group = options.group < 0 ? 0 : static_cast<size_t>(options.group);
  if (group >= groups.size()) fail("--group: there are " + std::to_string(groups.size()));
  return groups[group];
}

LayerMap guess(const SafeTensors& content, const std::vector<std::string>& parameters, bool leave_out) {
  std::vector<std::string> others;
  const LayerMap layers = guess_layers(content, parameters, others);
  if (!others.empty() && !leave_out) {
    const std::string& name = others[0];
    fail(quoted(name) + " " + shape_text(content.tensors.at(name).shape) +
         " is part of no layer that names and shapes tell; --layers says what is where, or --leave-out");
  }
  return layers;
}

LayerMap given_layers(const ConvertOptions& options) {
  if (!options.layers.empty()) return {options.layers, "--layers"};
  if (options.like.empty()) return {};
  try {
    const SafeTensors like = parse_safetensors(options.like, read_file(options.like));
    const std::string noted = noted_layers(like);
    return noted.empty() ? guess(like, parameters_of(like), options.leave_out)
                         : LayerMap(noted, "glissade.layers");
  } catch (const std::runtime_error& error) {
    fail("--like: " + std::string(error.what()));
  }
}

LayerMap layers_of(const SafeTensors& content, const std::vector<std::string>& parameters,
                   const ConvertOptions& options) {
  LayerMap layers = given_layers(options);
  if (layers.parts().empty()) {
    const std::string noted = noted_layers(content);
    if (noted.empty()) return guess(content, parameters, options.leave_out);
    layers = LayerMap(noted, "glissade.layers");
  }
  for (const std::string& name : parameters) {
    if (!layers.has(name) && !options.leave_out)
      fail(quoted(name) + " " + shape_text(content.tensors.at(name).shape) +
           " is in no layer; --leave-out leaves it out");
  }
  return layers;
}

Content read_tensors(const std::string& bytes, const ConvertOptions& options) {
  const SafeTensors content = parse_safetensors(options.from, bytes);
  try {
    const LayerMap layers = layers_of(content, chosen_parameters(content, options), options);
    if (layers.parts().empty()) fail("no tensors");
    const bool weights_only = options.weights_only || !options.rule.empty();
    const size_t group = options.group < 0 ? 0 : static_cast<size_t>(options.group);
    return {from_torch(content, layers, weights_only, group), layers};
  } catch (const std::runtime_error& error) {
    fail(options.from + ": " + error.what());
  }
}

Content read_saved(const std::string& bytes, const ConvertOptions& options) {
  Content content = {parse_saved(options.from, bytes), given_layers(options)};
  const size_t count = content.layers.count(), weights = content.saved.weights.size();
  if (!content.layers.parts().empty() && count != weights)
    fail(options.from + ": " + std::to_string(weights) + " weights, and the layers have " +
         std::to_string(count));
  return content;
}

// The start of another rule with these weights.
void start(SavedOptimizer& saved, const std::string& description) {
  std::vector<float> weights = std::move(saved.weights);
  const std::unique_ptr<AnyRule> rule = make_rule(description, 0);
  const gls_optimizer made = rule->optimizer();
  size_t i = 0;
  while (gls_rule_at(i)->rule != made.rule) ++i;
  saved.start(gls_rule_at(i), weights.size());
  std::memcpy(saved.params.data(), made.params, saved.rule->params_bytes);
  saved.weights = std::move(weights);
  saved.form = SlotForm::kFloat;
}

Content read_content(const ConvertOptions& options) {
  const std::string bytes = read_file(options.from);
  Content content = looks_saved(bytes) ? read_saved(bytes, options) : read_tensors(bytes, options);
  if (options.weights_only) content.saved.rule = nullptr;
  if (!options.rule.empty()) start(content.saved, options.rule);
  if (options.has_slots) content.saved.form = options.slots;
  return content;
}

ConvertTo kind_of(const ConvertOptions& options) {
  if (options.to != ConvertTo::kByName) return options.to;
  const std::string ending = std::filesystem::path(options.output).extension().string();
  if (ending == ".safetensors") return ConvertTo::kSafetensors;
  if (ending == ".h" || ending == ".hpp") return ConvertTo::kHeader;
  if (ending == ".csv") return ConvertTo::kTable;
  if (ending == ".gls") return ConvertTo::kSaved;
  fail(options.output + ": .safetensors, .gls, .h and .csv say what is written, or --to");
}

// Saved bytes and firmware hold finite numbers.
void check_finite(const std::string& from, const SavedOptimizer& saved) {
  const auto check = [&from](const std::vector<float>& numbers, const std::string& what) {
    const auto bad = std::find_if(numbers.begin(), numbers.end(), [](float x) { return !std::isfinite(x); });
    if (bad != numbers.end())
      fail(from + ": " + what + ": number " + std::to_string(bad - numbers.begin()) + " is not finite");
  };
  check(saved.weights, "weights");
  for (size_t k = 0; saved.rule != nullptr && k < saved.slots.size(); ++k)
    check(saved.slots[k], name_of(saved.rule->slots[k]));
}

std::string written(const Content& content, ConvertTo kind, const ConvertOptions& options) {
  if (kind == ConvertTo::kTable) return write_table(content.saved, content.layers);
  if (kind == ConvertTo::kSafetensors) {
    if (content.layers.parts().empty())
      fail(options.from +
           ": saved bytes do not say which tensors they are: --layers, or --like another file");
    return write_safetensors(to_torch(content.saved, content.layers));
  }
  check_finite(options.from, content.saved);
  if (kind == ConvertTo::kHeader) {
    const bool named = !options.output.empty() && options.output != "-";
    return write_header(content.saved, content.layers, options.from, named ? options.output : options.from);
  }
  if (content.saved.rule == nullptr)
    fail(options.from + ": weights alone are no optimizer: --rule makes one of them");
  return write_saved(content.saved);
}

std::string listed(const ConvertOptions& options) {
  const std::string bytes = read_file(options.from);
  if (!looks_saved(bytes)) return list_safetensors(parse_safetensors(options.from, bytes));
  const Content content = read_saved(bytes, options);
  return list_optimizer(content.saved, content.layers);
}

}  // namespace

void convert(const ConvertOptions& options) {
  if (options.output.empty() && options.to == ConvertTo::kByName) {
    std::cout << listed(options);
    return;
  }
  const ConvertTo kind = kind_of(options);
  const std::string bytes = written(read_content(options), kind, options);
  if (options.output.empty())
    std::cout << bytes;
  else
    write_file(options.output, bytes);
}

}  // namespace glissade
