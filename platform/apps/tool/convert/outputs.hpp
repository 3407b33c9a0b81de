// SPDX-License-Identifier: Apache-2.0
// What `glissade convert` writes for people and for firmware.
#ifndef GLISSADE_PLATFORM_CONVERT_OUTPUTS_HPP
#define GLISSADE_PLATFORM_CONVERT_OUTPUTS_HPP

#include <string>

#include "apps/tool/convert/layers.hpp"
#include "apps/tool/convert/saved_optimizer.hpp"

namespace glissade {

// What a file holds, a line for each tensor.
std::string list_safetensors(const SafeTensors& content);

// An optimizer and its layers, in some lines.
std::string list_optimizer(const SavedOptimizer& saved, const LayerMap& layers);

// A row for each weight. layers: without any, one tensor called "weights".
std::string write_table(const SavedOptimizer& saved, const LayerMap& layers);

// A C header: weights, and what gls_restore takes, where there is an optimizer. from: the file that this
// comes from; name: of the header.
std::string write_header(const SavedOptimizer& saved, const LayerMap& layers, const std::string& from,
                         const std::string& name);

}  // namespace glissade

#endif
