// SPDX-License-Identifier: Apache-2.0
#include "apps/tool/convert/torch_state.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>

#include "apps/tool/convert/param_groups.hpp"
#include "apps/tool/safetensors/strict_json.hpp"
#include "apps/tool/text.hpp"

namespace glissade {
namespace {

using Json = nlohmann::json;

constexpr const char* kState = "state.";
constexpr const char* kGroups = "param_groups";
constexpr const char* kClass = "optimizer";
constexpr const char* kRule = "glissade.rule";
constexpr const char* kLayers = "glissade.layers";
constexpr const char* kSlots = "glissade.slots";
constexpr const char* kSeed = "glissade.seed";
constexpr const char* kOwnState = "glissade.state.";  // what PyTorch does not keep
constexpr float kMostSteps = 0x1p24f;                 // where a float32 stops counting

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what); }

std::string metadata(const SafeTensors& content, const char* name) {
  const auto found = content.metadata.find(name);
  return found == content.metadata.end() ? "" : found->second;
}

std::string state_name(const std::string& parameter, const char* key) {
  return kState + parameter + "." + key;
}

// Whose state it is: the parameter's name; empty: no such name.
std::string owner_of(const std::string& name) {
  const size_t first = std::strlen(kState), dot = name.rfind('.');
  return name.compare(0, first, kState) == 0 && dot >= first ? name.substr(first, dot - first) : "";
}

const char* key_of(const gls_state_info& field, const gls_rule_info& rule) {
  return rule.torch_name == nullptr ? field.name : field.torch_name;
}

// The numbers of a tensor there, which must have this shape.
std::vector<float> numbers(const SafeTensors& content, const std::string& name,
                           const std::vector<size_t>& shape) {
  const auto found = content.tensors.find(name);
  if (found == content.tensors.end()) fail(quoted(name) + " is missing");
  const Tensor& tensor = found->second;
  if (tensor.shape != shape)
    fail(quoted(name) + " is " + shape_text(tensor.shape) + ", where " + shape_text(shape) + " is needed");
  if (tensor.dtype == Dtype::kInt8)
    fail(quoted(name) +
         " is int8: integers whose scale the file does not say; `glissade tflite` reads int8 models");
  return floats_of(tensor);
}

uint32_t bits_of(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

// One number, of all parameters the same.
float common_number(const SafeTensors& content, const LayerMap& layers, const char* key) {
  std::vector<float> all;
  for (const PlacedTensor& part : layers.parts()) {
    const std::string name = state_name(part.name, key);
    const auto found = content.tensors.find(name);
    const bool in_list = found != content.tensors.end() && found->second.shape == std::vector<size_t>{1};
    all.push_back(numbers(content, name, in_list ? std::vector<size_t>{1} : std::vector<size_t>())[0]);
    if (bits_of(all.back()) != bits_of(all.front()))
      fail(quoted(name) + " is not that of " + quoted(layers.parts()[0].name) +
           ": an optimizer here has one");
  }
  return all.at(0);
}

// The keys of the tensors that torch.optim keeps of these parameters.
std::set<std::string> state_keys(const SafeTensors& content, const LayerMap& layers) {
  std::set<std::string> keys;
  for (const auto& [name, tensor] : content.tensors) {
    const std::string owner = owner_of(name);
    if (!owner.empty() && layers.has(owner)) keys.insert(name.substr(name.rfind('.') + 1));
  }
  return keys;
}

void add(SafeTensors& content, const std::string& name, Tensor tensor) {
  if (!content.tensors.emplace(name, std::move(tensor)).second)
    fail(quoted(name) + " is a parameter's name and a state's");
}

uint32_t own_state(const SafeTensors& content, const gls_state_info& field) {
  const std::string name = std::string(kOwnState) + field.name, text = metadata(content, name.c_str());
  return text.empty() ? 0 : parse_number<uint32_t>(text, name);
}

// The state's fields; a run has a state of its own where PyTorch has none.
void read_state(const SafeTensors& content, const LayerMap& layers, bool has_slots, SavedOptimizer& saved) {
  for (size_t i = 0; i < saved.rule->state_count; ++i) {
    const gls_state_info& field = saved.rule->state[i];
    const char* const key = key_of(field, *saved.rule);
    uint32_t& word = saved.state[field.offset / sizeof(uint32_t)];
    if (key == nullptr) {
      word = own_state(content, field);
      if (saved.rule->slot_count != 0 && has_slots) word = std::max(word, 1u);  // the first step is over
      if (saved.rule->slot_count != 0 && !has_slots && word != 0)
        fail(std::string(kOwnState) + field.name + " is " + std::to_string(word) +
             ", and the slots are missing");
      continue;
    }
    const float value = common_number(content, layers, key);
    if (field.kind == GLS_STATE_FLOAT) {
      word = bits_of(value);
      continue;
    }
    if (!(value >= 0.0f && value <= kMostSteps) || std::floor(value) != value)
      fail("state: " + quoted(key) + " is no whole number from 0 to 16777216, which a float32 counts to");
    word = static_cast<uint32_t>(value);
  }
}

bool all_are(const std::vector<float>& numbers, float value) {
  return std::all_of(numbers.begin(), numbers.end(), [value](float number) {
    return !(number < value || number > value) && !std::isnan(number);
  });
}

// The parameter that slots begin with in torch.optim, where there is one; here they begin with 0.
const gls_param_info* initial_accumulator(const gls_rule_info& rule) {
  for (size_t i = 0; i < rule.param_count; ++i) {
    if (std::string(rule.params[i].name) == "initial_accumulator") return &rule.params[i];
  }
  return nullptr;
}

// A state of step 0, as torch.optim makes it before the first step: here everything starts at 0.
void start_again(SavedOptimizer& saved) {
  std::fill(saved.state.begin(), saved.state.end(), 0u);
  const gls_param_info* const initial = initial_accumulator(*saved.rule);
  if (initial != nullptr && all_are(saved.slots[0], static_cast<float>(saved.param(*initial))))
    std::fill(saved.slots[0].begin(), saved.slots[0].end(), 0.0f);
  for (const std::vector<float>& slot : saved.slots) {
    if (!all_are(slot, 0.0f)) fail("state: its step is 0, and its slots are not those of a start");
  }
}

void read_form(const SafeTensors& content, SavedOptimizer& saved) {
  const std::string form = metadata(content, kSlots), seed = metadata(content, kSeed);
  if (form.empty()) return;
  const auto* const found = std::find(std::begin(kSlotFormNames), std::end(kSlotFormNames), form);
  if (found == std::end(kSlotFormNames))
    fail(std::string(kSlots) + ": " + quoted(form) + " is no form of slots");
  saved.form = kSlotForms[found - std::begin(kSlotFormNames)];
  if (!seed.empty()) saved.seed = parse_number<uint32_t>(seed, kSeed);
}

Json parsed_groups(const SafeTensors& content) {
  const std::string text = metadata(content, kGroups);
  if (text.empty()) return Json::array();
  Json groups = parse_strictly(text, 4, kGroups);
  if (!groups.is_array() || groups.empty()) fail("param_groups are not a list of groups");
  return groups;
}

const gls_rule_info* find_rule(const SafeTensors& content, const Json& group,
                               const std::set<std::string>& keys) {
  const std::string rule = metadata(content, kRule), torch_class = metadata(content, kClass);
  if (rule.empty() && torch_class.empty())
    fail(
        "there are param_groups, and neither \"optimizer\", their class in torch.optim, nor "
        "\"glissade.rule\"");
  if (rule.empty()) return rule_of(torch_class, group, keys);
  const gls_rule_info* const found = gls_rule_named(rule.c_str());
  if (found == nullptr) fail("no rule here is called " + quoted(rule));
  const std::string expected = found->torch_name == nullptr ? "" : found->torch_name;
  if (!torch_class.empty() && torch_class != expected && torch_class != expected + "W")
    fail(quoted(rule) + " is not PyTorch's " + quoted(torch_class));
  return found;
}

void read_optimizer(const SafeTensors& content, const LayerMap& layers, const Json& group,
                    SavedOptimizer& saved) {
  const std::set<std::string> keys = state_keys(content, layers);
  std::vector<float> weights = std::move(saved.weights);
  saved.start(find_rule(content, group, keys), layers.count());
  saved.weights = std::move(weights);
  read_group(group, metadata(content, kClass), saved);
  read_form(content, saved);
  std::set<std::string> known;
  for (size_t k = 0; k < saved.rule->slot_count; ++k) known.insert(name_of(saved.rule->slots[k]));
  const bool has_slots =
      std::any_of(known.begin(), known.end(), [&](const std::string& key) { return keys.count(key) != 0; });
  for (size_t i = 0; i < saved.rule->state_count; ++i) {
    if (const char* const key = key_of(saved.rule->state[i], *saved.rule); key != nullptr) known.insert(key);
  }
  for (const std::string& key : keys) {
    if (known.count(key) == 0) fail("state: " + std::string(saved.rule->name) + " has no " + quoted(key));
  }
  const bool keeps_step = key_of(saved.rule->state[0], *saved.rule) != nullptr;
  if (keys.empty() && keeps_step) return;  // no step yet
  read_state(content, layers, has_slots, saved);
  for (size_t k = 0; k < saved.rule->slot_count && has_slots; ++k) {
    for (const PlacedTensor& part : layers.parts())
      put(part, numbers(content, state_name(part.name, name_of(saved.rule->slots[k])), part.shape),
          saved.slots[k]);
  }
  if (saved.state[0] == 0) start_again(saved);
}

bool is_fresh(const SavedOptimizer& saved) {
  const bool no_state =
      std::all_of(saved.state.begin(), saved.state.end(), [](uint32_t word) { return word == 0; });
  return no_state && std::all_of(saved.slots.begin(), saved.slots.end(),
                                 [](const std::vector<float>& slot) { return all_are(slot, 0.0f); });
}

void write_state(const SavedOptimizer& saved, const LayerMap& layers, SafeTensors& content) {
  for (size_t i = 0; i < saved.rule->state_count; ++i) {
    const gls_state_info& field = saved.rule->state[i];
    const uint32_t word = saved.state[field.offset / sizeof(uint32_t)];
    const char* const key = key_of(field, *saved.rule);
    if (key == nullptr) {
      content.metadata[std::string(kOwnState) + field.name] = std::to_string(word);
      continue;
    }
    auto value = static_cast<float>(word);
    if (field.kind == GLS_STATE_FLOAT)
      std::memcpy(&value, &word, sizeof value);
    else if (word > static_cast<uint32_t>(kMostSteps))
      fail("step " + std::to_string(word) +
           ": PyTorch keeps it in a float32, which counts to 16777216 (2^24)");
    for (const PlacedTensor& part : layers.parts())
      add(content, state_name(part.name, key), tensor_of({}, {value}));
  }
  for (size_t k = 0; k < saved.rule->slot_count; ++k) {
    for (const PlacedTensor& part : layers.parts())
      add(content, state_name(part.name, name_of(saved.rule->slots[k])),
          tensor_of(part.shape, taken(part, saved.slots[k])));
  }
}

// Before the first step torch.optim has no state, but Adagrad's, which it makes at once.
void write_start(SavedOptimizer saved, const LayerMap& layers, SafeTensors& content) {
  if (const gls_param_info* const initial = initial_accumulator(*saved.rule); initial != nullptr) {
    std::fill(saved.slots[0].begin(), saved.slots[0].end(), static_cast<float>(saved.param(*initial)));
    write_state(saved, layers, content);
  }
}

}  // namespace

const char* name_of(const gls_slot_info& slot) {
  return slot.torch_name != nullptr ? slot.torch_name : slot.name;
}

std::vector<std::vector<std::string>> groups_of(const SafeTensors& content) {
  std::vector<std::vector<std::string>> result;
  for (const Json& group : parsed_groups(content)) {
    if (!group.is_object() || !group.contains("params") || !group["params"].is_array())
      fail("param_groups: a group without \"params\", the names of its parameters");
    result.emplace_back();
    for (const Json& name : group["params"]) {
      if (!name.is_string() || content.tensors.count(name.get<std::string>()) == 0)
        fail("param_groups: " + (name.is_string() ? quoted(name.get<std::string>()) : name.dump()) +
             " is no tensor of the file");
      result.back().push_back(name.get<std::string>());
    }
  }
  return result;
}

std::vector<std::string> parameters_of(const SafeTensors& content) {
  std::vector<std::string> names;
  std::set<std::string> found;
  for (const std::vector<std::string>& group : groups_of(content)) {
    for (const std::string& name : group) {
      if (found.insert(name).second) names.push_back(name);
    }
  }
  const auto in_groups = static_cast<std::ptrdiff_t>(names.size());
  for (const auto& [name, tensor] : content.tensors) {
    const std::string owner = owner_of(name);
    const bool is_state = !owner.empty() && content.tensors.count(owner) != 0;
    if (!is_state && found.count(name) == 0) names.push_back(name);
  }
  std::sort(names.begin() + in_groups, names.end(), before);
  return names;
}

SavedOptimizer from_torch(const SafeTensors& content, const LayerMap& layers, bool weights_only,
                          size_t group) {
  SavedOptimizer saved;
  for (const PlacedTensor& part : layers.parts()) {  // its room, once the file has as many numbers
    const std::vector<float> tensor = numbers(content, part.name, part.shape);
    saved.weights.resize(part.first + tensor.size());
    put(part, tensor, saved.weights);
  }
  saved.weights.reserve(1);
  const Json groups = weights_only ? Json::array() : parsed_groups(content);
  if (!groups.empty()) read_optimizer(content, layers, groups.at(group), saved);
  return saved;
}

SafeTensors to_torch(const SavedOptimizer& saved, const LayerMap& layers) {
  SafeTensors content;
  content.metadata["format"] = "pt";
  content.metadata[kLayers] = layers.text();
  for (const PlacedTensor& part : layers.parts())
    add(content, part.name, tensor_of(part.shape, taken(part, saved.weights)));
  if (saved.rule == nullptr) return content;
  content.metadata[kRule] = saved.rule->name;
  if (const std::string name = torch_class(saved); !name.empty()) content.metadata[kClass] = name;
  content.metadata[kGroups] = Json::array({write_group(saved, layers.names())}).dump();
  if (saved.form != SlotForm::kFloat) {
    content.metadata[kSlots] = name_of(saved.form);
    content.metadata[kSeed] = std::to_string(saved.seed);
  }
  if (is_fresh(saved)) {
    write_start(saved, layers, content);
    return content;
  }
  if (saved.rule->slot_count != 0 && saved.state[0] == 0)
    fail("its step is 0, and its slots are not those of a start");
  write_state(saved, layers, content);
  return content;
}

std::string noted_layers(const SafeTensors& content) { return metadata(content, kLayers); }

}  // namespace glissade
