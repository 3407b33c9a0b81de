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
  std::printf("%-28s %5s %5s  %23s  %s\n", "rule", "slots", "state", "bytes for each weight",
              "parameters, beside those that all have:");
  std::printf("%-28s %5s %5s", "", "", "bytes");
  for (const char* const form : kSlotFormNames) std::printf("%*s", form == kSlotFormNames[0] ? 7 : 9, form);
  std::printf("  weight_decay=0 decoupled_weight_decay=0 maximize=0\n");
  for (const RuleFacts& rule : all_rules()) {
    std::printf("%-28s %5d %5zu", rule.name.c_str(), rule.slots, rule.state_bytes);
    for (const SlotForm form : kSlotForms) {
      const int width = form == SlotForm::kFloat ? 7 : 9;
      constexpr size_t kMany = 4096;
      const double bytes = static_cast<double>(slot_bytes(form, kMany)) / kMany * rule.slots;
      if (form == SlotForm::kFloat || rule.has_forms)
        std::printf("%*.3g", width, bytes);
      else
        std::printf("%*s", width, "-");
    }
    std::printf("  %s\n", rule.parameters.c_str());
  }
}

}  // namespace glissade
