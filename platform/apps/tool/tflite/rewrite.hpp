// SPDX-License-Identifier: Apache-2.0
// What `glissade tflite` writes of a model.
#ifndef GLISSADE_PLATFORM_TFLITE_REWRITE_HPP
#define GLISSADE_PLATFORM_TFLITE_REWRITE_HPP

#include <string>
#include <vector>

#include "apps/tool/tflite/heads.hpp"
#include "apps/tool/tflite/state.hpp"

namespace glissade {

struct Rewritten {
  std::string bytes, report;  // report: lines for the user
};

// Tensors, operators, scales, and which layers can be a head.
std::string list_model(const ModelFile& model, const std::string& file);

// The model that ends where the head begins. Refused: Refusal::kCutAtStart to kSharedVector.
Rewritten cut_model(const ModelFile& model, const Head& head);

// What firmware needs of the head, in C99 and C++. Names begin with the file's.
std::string header_of(const ModelFile& model, const Head& head, const std::string& file);

// The model with a learned head. rows[i]: the file's row for the state's output i; empty: i itself.
// Refused: Refusal::kSharedVector to kMoreClasses.
Rewritten patch_model(const ModelFile& model, const Head& head, const HeadState& state,
                      std::vector<size_t> rows);

// Whether a learned head can be put back, for header_of and list_model; empty: it can.
std::string why_not_patched(const ModelFile& model, const Head& head);

}  // namespace glissade

#endif
