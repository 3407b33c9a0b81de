// SPDX-License-Identifier: Apache-2.0
// What gls_save wrote, of any rule, and bytes that gls_restore takes.
#ifndef GLISSADE_PLATFORM_CONVERT_SAVED_OPTIMIZER_HPP
#define GLISSADE_PLATFORM_CONVERT_SAVED_OPTIMIZER_HPP

#include <string>
#include <vector>

#include "apps/tool/slot_forms.hpp"
#include "glissade/rules/list.h"

namespace glissade {

struct SavedOptimizer {
  const gls_rule_info* rule = nullptr;  // null: weights alone
  std::vector<uint64_t> params;         // the rule's struct
  std::vector<uint32_t> state;          // likewise
  std::vector<float> weights;
  std::vector<std::vector<float>> slots;  // as floats, whatever their form
  SlotForm form = SlotForm::kFloat;
  uint32_t seed = 0;

  // A start: usual parameters, and zeros.
  void start(const gls_rule_info* which, size_t count);
  double param(const gls_param_info& info) const;
  void set_param(const gls_param_info& info, double value);
};

// The bytes begin as saved ones do, of an optimizer or of something else.
bool looks_saved(const std::string& bytes);

// std::runtime_error: "path: what".
SavedOptimizer parse_saved(const std::string& path, const std::string& bytes);
std::string write_saved(const SavedOptimizer& saved);

}  // namespace glissade

#endif
