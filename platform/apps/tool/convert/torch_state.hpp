// SPDX-License-Identifier: Apache-2.0
// A model and its optimizer as PyTorch names them, in safetensors: weights by their parameters' names,
// state.NAME.KEY for what torch.optim keeps of each, the parameter groups as JSON in the metadata.
#ifndef GLISSADE_PLATFORM_CONVERT_TORCH_STATE_HPP
#define GLISSADE_PLATFORM_CONVERT_TORCH_STATE_HPP

#include "apps/tool/convert/layers.hpp"
#include "apps/tool/convert/saved_optimizer.hpp"

namespace glissade {

// The names of the weights, of what is no state of another tensor there: those of the parameter groups in
// their order, then the others by name.
std::vector<std::string> parameters_of(const SafeTensors& content);

// The metadata's parameter groups: the names in each; empty where there are none.
std::vector<std::vector<std::string>> groups_of(const SafeTensors& content);

// These weights, and, unless weights_only, the optimizer of a parameter group, where there is one.
// std::runtime_error says what does not fit.
SavedOptimizer from_torch(const SafeTensors& content, const LayerMap& layers, bool weights_only,
                          size_t group);

SafeTensors to_torch(const SavedOptimizer& saved, const LayerMap& layers);

// The layers that to_torch noted; empty: none.
std::string noted_layers(const SafeTensors& content);

// A slot's name for PyTorch's users, where it has one.
const char* name_of(const gls_slot_info& slot);

}  // namespace glissade

#endif
