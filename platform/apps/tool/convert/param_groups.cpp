// SPDX-License-Identifier: Apache-2.0
#include "apps/tool/convert/param_groups.hpp"

#include <algorithm>
#include <stdexcept>

#include "apps/tool/text.hpp"

namespace glissade {
namespace {

using Json = nlohmann::json;

constexpr const char* kAdam = "Adam";
constexpr const char* kAdamW = "AdamW";  // a class there, a parameter's value here

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error("param_groups: " + what); }

bool same(const char* a, const std::string& b) { return a != nullptr && a == b; }

// Options of a class in torch.optim that say which slots there are, and so, here, which rule it is.
struct Switch {
  const char *option, *slot;
  bool is_bool;
};
constexpr Switch kSwitches[] = {{"amsgrad", "max_exp_avg_sq", true},
                                {"centered", "grad_avg", true},
                                {"momentum", "momentum_buffer", false}};

bool has_slot(const gls_rule_info& rule, const char* key) {
  return std::any_of(rule.slots, rule.slots + rule.slot_count,
                     [key](const gls_slot_info& slot) { return same(slot.torch_name, key); });
}

// work(rule) for each rule of a class.
template <class Work>
void for_each_of_class(const char* torch_name, Work work) {
  for (size_t i = 0; gls_rule_at(i) != nullptr; ++i) {
    if (torch_name != nullptr && same(gls_rule_at(i)->torch_name, torch_name)) work(*gls_rule_at(i));
  }
}

bool is_switch(const gls_rule_info& rule, const Switch& one) {
  bool found = false;
  for_each_of_class(rule.torch_name,
                    [&](const gls_rule_info& other) { found = found || has_slot(other, one.slot); });
  return found;
}

// A parameter's key, and its place where that has two numbers: "betas[1]".
struct Key {
  std::string name;
  int index;  // -1: it is the number
};
Key key_of(const gls_param_info& param) {
  const std::string name = param.torch_name != nullptr ? param.torch_name : param.name;
  const size_t bracket = name.find('[');
  return bracket == std::string::npos ? Key{name, -1} : Key{name.substr(0, bracket), name[bracket + 1] - '0'};
}

Json number(const gls_param_info& param, double value) {
  return param.kind == GLS_PARAM_BOOL ? Json(value > 0.0) : Json(value);
}

void put(Json& group, const gls_param_info& param, double value) {
  const Key key = key_of(param);
  if (key.index < 0)
    group[key.name] = number(param, value);
  else
    group[key.name][static_cast<size_t>(key.index)] = number(param, value);
}

const gls_param_info* param_named(const gls_rule_info& rule, const std::string& name) {
  const auto* const end = rule.params + rule.param_count;
  const auto* const found =
      std::find_if(rule.params, end, [&](const gls_param_info& param) { return key_of(param).name == name; });
  return found == end ? nullptr : found;
}

// Has the class in torch.optim such an option? It has all that is here but three.
bool has_option(const std::string& torch_class, const gls_param_info& param) {
  if (same(param.torch_name, "decoupled_weight_decay"))
    return torch_class == "NAdam" || torch_class == "RAdam";
  if (same(param.torch_name, "weight_decay")) return torch_class != "Rprop";
  return param.torch_name != nullptr;
}

bool is_on(const Json& value) {
  return value.is_boolean() ? value.get<bool>() : value.is_number() && value != 0;
}

// Options that change no bit, or are only of the run in PyTorch.
bool means_nothing(const std::string& name) {
  const char* const names[] = {"params",     "param_names",    "foreach",   "fused",
                               "capturable", "differentiable", "initial_lr"};
  return std::any_of(std::begin(names), std::end(names), [&](const char* other) { return name == other; });
}

// Is this an option of a class that this rule, one of that class, has not because it is off?
bool is_off_here(const gls_rule_info& rule, const std::string& name, const Json& value) {
  for (const Switch& one : kSwitches) {
    if (name == one.option && is_switch(rule, one)) {
      if (is_on(value) != has_slot(rule, one.slot) && (one.is_bool || is_on(value)))
        fail(quoted(name) + " is not what " + rule.name + " is");
      return true;
    }
  }
  bool found = false;
  for_each_of_class(rule.torch_name, [&](const gls_rule_info& other) {
    found = found || param_named(other, name) != nullptr;
  });
  return found;
}

double read_number(const gls_param_info& param, const Json& value) {
  const std::string name = quoted(key_of(param).name);
  if (param.kind == GLS_PARAM_BOOL) {
    if (!value.is_boolean()) fail(name + " is neither true nor false");
  } else if (!value.is_number()) {
    fail(name + " is no number");
  }
  const double read = param.kind == GLS_PARAM_BOOL ? (value.get<bool>() ? 1.0 : 0.0) : value.get<double>();
  if (!(read >= param.least && read <= param.most))
    fail(name + ": " + value.dump() + " is not in the range of " + param.name);
  return read;
}

void read_param(const Json& group, const std::string& torch_class, const gls_param_info& param,
                SavedOptimizer& saved) {
  const Key key = key_of(param);
  const char* const rule_class = saved.rule->torch_name;
  if (!group.contains(key.name)) {
    if (param.kind != GLS_PARAM_BOOL && (rule_class == nullptr || has_option(rule_class, param)))
      fail(quoted(key.name) + " is missing");
    if (key.name == "decoupled_weight_decay") saved.set_param(param, torch_class == kAdamW ? 1.0 : 0.0);
    return;
  }
  const Json& value = group[key.name];
  if (key.index >= 0 && (!value.is_array() || value.size() != 2))
    fail(quoted(key.name) + " are not two numbers");
  saved.set_param(param, read_number(param, key.index < 0 ? value : value[static_cast<size_t>(key.index)]));
}

}  // namespace

std::string torch_class(const SavedOptimizer& saved) {
  if (saved.rule->torch_name == nullptr) return "";
  std::string name = saved.rule->torch_name;
  for (size_t i = 0; i < saved.rule->param_count; ++i) {
    const gls_param_info& param = saved.rule->params[i];
    const double value = saved.param(param);
    const bool is_off = !(value < param.usual) && !(value > param.usual);
    if (!param.saved || is_off || has_option(name, param)) continue;
    if (name != kAdam || !same(param.torch_name, "decoupled_weight_decay")) return "";
    name = kAdamW;
  }
  return name;
}

Json write_group(const SavedOptimizer& saved, const std::vector<std::string>& parameters) {
  const gls_rule_info& rule = *saved.rule;
  Json group = {{"params", parameters}};
  for_each_of_class(rule.torch_name, [&](const gls_rule_info& other) {  // of its siblings: the usual ones
    for (size_t i = 0; i < other.param_count; ++i) {
      const gls_param_info& param = other.params[i];
      if (param.torch_name != nullptr) put(group, param, param.usual);
    }
  });
  for (const Switch& one : kSwitches) {
    if (is_switch(rule, one)) group[one.option] = one.is_bool ? Json(has_slot(rule, one.slot)) : Json(0.0);
  }
  for (size_t i = 0; i < rule.param_count; ++i) {
    if (rule.params[i].saved) put(group, rule.params[i], saved.param(rule.params[i]));
  }
  return group;
}

const gls_rule_info* rule_of(const std::string& torch_class, const Json& group,
                             const std::set<std::string>& slots) {
  const std::string name = torch_class == kAdamW ? kAdam : torch_class;
  const gls_rule_info* found = nullptr;
  for_each_of_class(name.c_str(), [&](const gls_rule_info& rule) {
    const bool fits = std::all_of(std::begin(kSwitches), std::end(kSwitches), [&](const Switch& one) {
      const bool on = slots.count(one.slot) != 0 || (group.contains(one.option) && is_on(group[one.option]));
      return !is_switch(rule, one) || on == has_slot(rule, one.slot);
    });
    if (fits) found = &rule;
  });
  if (found == nullptr) throw std::runtime_error("no rule here is PyTorch's " + quoted(torch_class));
  return found;
}

void read_group(const Json& group, const std::string& torch_class, SavedOptimizer& saved) {
  const gls_rule_info& rule = *saved.rule;
  if (!group.is_object()) fail("a group is not an object");
  for (const auto& [name, value] : group.items()) {
    if (param_named(rule, name) == nullptr && !means_nothing(name) && !is_off_here(rule, name, value))
      fail(std::string(rule.name) + " has no " + quoted(name));
  }
  bool zero_epsilon = false;
  for (size_t i = 0; i < rule.param_count; ++i) {
    const gls_param_info& param = rule.params[i];
    if (param.saved)
      read_param(group, torch_class, param, saved);
    else  // allow_zero_epsilon, which is behind the epsilon: PyTorch takes one
      saved.set_param(param, zero_epsilon ? 1.0 : 0.0);
    if (key_of(param).name == "eps") zero_epsilon = !(saved.param(param) > 0.0);
  }
}

}  // namespace glissade
