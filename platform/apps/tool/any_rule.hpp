// SPDX-License-Identifier: Apache-2.0
// Any rule by its name, for programs that let their user choose.
#ifndef GLISSADE_PLATFORM_LINUX_ANY_RULE_HPP
#define GLISSADE_PLATFORM_LINUX_ANY_RULE_HPP

#include <memory>
#include <string>
#include <vector>

#include "apps/tool/slot_forms.hpp"

namespace glissade {

class AnyRule {
 public:
  virtual ~AnyRule() = default;
  virtual void step(float* weights, const float* gradients, float gradient_scale) = 0;
  virtual double learning_rate() const = 0;
  virtual void set_learning_rate(double rate) = 0;
  // A hyper-parameter by its name. Throws std::runtime_error that says what is wrong.
  virtual void set(const std::string& name, double value) = 0;
  // The rule, with these hyper-parameters and this state, for weights and slots elsewhere.
  virtual gls_optimizer optimizer() = 0;
  virtual size_t slots() const = 0;
  virtual size_t state_bytes() const = 0;
};

// A rule for n weights, from "name" or "name:parameter=value,parameter=value": a name of
// src/optimizer/rules.inc and parameters of platform/apps/tool/options.inc. seed: of the random bits that
// round its slots, where they are not floats. Throws std::runtime_error that says what is wrong.
std::unique_ptr<AnyRule> make_rule(const std::string& description, size_t n, SlotForm form = SlotForm::kFloat,
                                   uint32_t seed = 0);

struct RuleFacts {
  std::string name;
  int slots;
  size_t state_bytes;
  bool has_forms;          // may its slots be other than floats?
  std::string parameters;  // with their defaults, but for those that every rule has
};
std::vector<RuleFacts> all_rules();

}  // namespace glissade

#endif
