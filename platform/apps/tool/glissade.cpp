// SPDX-License-Identifier: Apache-2.0
// Lists of what there is.
#include <cstdio>
#include <iostream>

#include "apps/tool/any_rule.hpp"
#include "apps/tool/commands.hpp"
#include "apps/tool/vowels.hpp"

namespace glissade {

void list_backends() {
  const char* const active = gls_backend_active();
  for (size_t i = 0; i < gls_backend_count(); ++i) {
    const std::string name = gls_backend_name(i);
    std::cout << name
              << (!gls_backend_supported(i)             ? ": not supported by this machine"
                  : active != nullptr && name == active ? ": active"
                                                        : "")
              << "\n";
  }
  if (active == nullptr) demo::check(GLS_ERROR_BACKEND);
}

void list_rules() {
  std::printf("%-28s %5s %5s  %s\n", "rule", "slots", "state", "parameters, beside those that all have:");
  const std::vector<RuleFacts> rules = all_rules();
  std::printf("%-28s %5s %5s  weight_decay=0 decoupled_weight_decay=0 maximize=0\n", "", "", "bytes");
  for (const RuleFacts& rule : rules) {
    std::printf("%-28s %5d %5zu  %s\n", rule.name.c_str(), rule.slots, rule.state_bytes,
                rule.parameters.c_str());
  }
}

}  // namespace glissade
