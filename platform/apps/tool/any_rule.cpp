// SPDX-License-Identifier: Apache-2.0
#include "apps/tool/any_rule.hpp"

#include <sstream>
#include <stdexcept>

#include "apps/tool/golden.hpp"
#include "apps/tool/text.hpp"
#include "apps/tool/vowels.hpp"

namespace glissade {
namespace {

std::string number_text(double value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

// "learning_rate=0.001 ...": the fields of options.inc that the parameters have, but for common ones.
template <class Params>
std::string parameter_text(const char* separator, const std::string& common = "") {
  Params params;
  std::string text;
#define GLISSADE_OPTION(pytorch_name, field, other)                       \
  if (golden::set_##field(params, golden::get_##field(params, 0), 0) &&   \
      common.find(" " #field " ") == std::string::npos) {                 \
    text += (text.empty() ? "" : separator) + std::string(#field) + "=" + \
            number_text(golden::get_##field(params, 0));                  \
  }
#include "apps/tool/options.inc"
  return text;
}

template <class Params>
bool set_field(Params& params, const std::string& name, double value) {
#define GLISSADE_OPTION(pytorch_name, field, other) \
  if (name == #field) return golden::set_##field(params, value, 0);
#include "apps/tool/options.inc"
  return false;
}

template <class Rule>
class RuleWithMemory : public AnyRule {
 public:
  RuleWithMemory(std::string name, size_t n, SlotForm form, uint32_t seed)
      : name_(std::move(name)), n_(n), form_(form), seed_(seed), memory_(Rule::kSlots * n) {
    if (form != SlotForm::kFloat && !kHasSlotFormats<Rule>)
      throw std::runtime_error(name_ + ": its slots are floats only");
    for (size_t k = 0; k < Rule::kSlots; ++k) slots_[k] = memory_.data() + k * n;
  }
  void step(float* weights, const float* gradients, float gradient_scale) override {
    gls_optimizer optimizer = in_form(form_, optimizer_of<Rule>(&params_, &state_, weights, slots_, n_));
    optimizer.seed = seed_;
    demo::check(gls_step(&optimizer, gls_gradient_buffer(gradients), gradient_scale));
  }
  double learning_rate() const override { return params_.learning_rate; }
  void set_learning_rate(double rate) override { params_.learning_rate = rate; }
  void set(const std::string& name, double value) override {
    if (auto scratch = params_; !set_field(scratch, name, 1.0)) {
      throw std::runtime_error(name_ + " has no parameter " + quoted(name) + "; it has " +
                               parameter_text<typename Rule::Params>(", "));
    }
    if (!set_field(params_, name, value))
      throw std::runtime_error(name_ + ": " + name + ": 0 or 1, not " + number_text(value));
  }
  gls_optimizer optimizer() override {
    gls_optimizer result = {};
    result.rule = Rule::kRule;
    result.params = &params_;
    result.state = &state_;
    return result;
  }
  size_t slots() const override { return Rule::kSlots; }
  size_t state_bytes() const override { return sizeof state_; }
  bool valid() const { return Rule::valid(params_); }

 private:
  std::string name_;
  typename Rule::Params params_;
  typename Rule::State state_ = {};
  size_t n_;
  SlotForm form_;
  uint32_t seed_;
  std::vector<float> memory_;  // a slot in a smaller form takes a part of its place
  float* slots_[Rule::kSlots + 1] = {};
};

template <class Rule>
std::unique_ptr<AnyRule> make(const std::string& name, const std::vector<std::string>& settings, size_t n,
                              SlotForm form, uint32_t seed) {
  auto rule = std::make_unique<RuleWithMemory<Rule>>(name, n, form, seed);
  for (const Setting& setting : parse_settings(settings, name)) rule->set(setting.name, setting.value);
  if (!rule->valid())
    throw std::runtime_error(name + ": a parameter is out of its range, or two exclude each other");
  return rule;
}

}  // namespace

std::unique_ptr<AnyRule> make_rule(const std::string& description, size_t n, SlotForm form, uint32_t seed) {
  const size_t colon = description.find(':');
  const std::string name = description.substr(0, colon);
  std::vector<std::string> settings;
  if (colon != std::string::npos) settings = split(description.substr(colon + 1), ',');
#define GLISSADE_RULE(rule_name, Rule, slot_count) \
  if (name == #rule_name) return make<Rule>(name, settings, n, form, seed);
  GLISSADE_RULE(adamw, AdamW, 2)
#include "optimizer/rules.inc"
#undef GLISSADE_RULE
  std::string names;
  for (const RuleFacts& rule : all_rules()) names += " " + rule.name;
  throw std::runtime_error("no rule is called " + quoted(name) + "; there are" + names);
}

std::vector<RuleFacts> all_rules() {
  const std::string common = " weight_decay decoupled_weight_decay maximize ";
  return {
#define GLISSADE_RULE(name, Rule, slot_count) \
  {#name, slot_count, sizeof(Rule::State), kHasSlotFormats<Rule>, parameter_text<Rule::Params>(" ", common)},
#include "optimizer/rules.inc"
#undef GLISSADE_RULE
  };
}

}  // namespace glissade
