// SPDX-License-Identifier: Apache-2.0
// Which layers of a model can be a head: what this library can learn in the model's place.
#ifndef GLISSADE_PLATFORM_TFLITE_HEADS_HPP
#define GLISSADE_PLATFORM_TFLITE_HEADS_HPP

#include <vector>

#include "apps/tool/tflite/layer.hpp"

namespace glissade {

// The layers of a model that can be a head: everything behind one of them is of a head too.
class Heads {
 public:
  explicit Heads(const ModelFile& model);

  // Is this operator a layer: has it weights?
  bool is_layer(size_t index) const;

  // Refused: why this operator cannot be a head.
  Head at(size_t index) const;

  // The last that can be one. Refused: Refusal::kNoHead, and why the last layer is none.
  Head last() const;

 private:
  static constexpr size_t kNone = SIZE_MAX;

  const ModelFile& model_;
  std::vector<size_t> stops_;  // for each operator, one behind it that is no part of a head, or kNone
};

// The tensors that hold the head's output: its own, and those to which operators behind it only move bytes.
// stops: the first operator that reads one of them and needs the scale as it is; operator_count() if none
// does.
struct Reach {
  std::vector<int> tensors;
  size_t stops;
};
Reach reach_of(const ModelFile& model, const Head& head);

}  // namespace glissade

#endif
