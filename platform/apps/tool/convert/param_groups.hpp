// SPDX-License-Identifier: Apache-2.0
// A rule and its hyper-parameters as an entry of PyTorch's param_groups.
#ifndef GLISSADE_PLATFORM_CONVERT_PARAM_GROUPS_HPP
#define GLISSADE_PLATFORM_CONVERT_PARAM_GROUPS_HPP

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "apps/tool/convert/saved_optimizer.hpp"

namespace glissade {

// The class in torch.optim that does what this does; empty: there is none.
std::string torch_class(const SavedOptimizer& saved);

nlohmann::json write_group(const SavedOptimizer& saved, const std::vector<std::string>& parameters);

// The rule of a class in torch.optim with such options; slots: the keys of the state's tensors that there
// are.
const gls_rule_info* rule_of(const std::string& torch_class, const nlohmann::json& group,
                             const std::set<std::string>& slots);

// Sets the parameters of saved.rule from a group of such a class (empty: not one of PyTorch's). All that
// PyTorch writes must be there, and nothing that is unknown.
void read_group(const nlohmann::json& group, const std::string& torch_class, SavedOptimizer& saved);

}  // namespace glissade

#endif
