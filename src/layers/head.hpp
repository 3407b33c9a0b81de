// SPDX-License-Identifier: Apache-2.0
// What a head learns, as the head sees it.
#ifndef GLISSADE_SRC_HEAD_HPP
#define GLISSADE_SRC_HEAD_HPP

#include "glissade/layers/head.h"
#include "glissade/rules/common.hpp"

struct gls_head_kind {
  uint32_t number;  // as it is saved
  uint32_t most_outputs;
  bool has_classes;
  bool has_targets;                       // floats; where it has neither, the features are what is learned
  bool has_answers;                       // targets from 0 to 1
  double (*curvature)(uint32_t outputs);  // of the loss, at most, for |x| = 1
  // A sample's loss and its gradients, which take the place of the outputs. The label, or the features.
  gls_status (*learn)(const gls_head& head, float* outputs, const void* label);
  // What an int8 layer's outputs get wrong.
  double (*wrong)(const gls_int8_dense& layer, const int8_t* outputs, const void* label);
};

namespace glissade {

// A label of this head, as it is kept.
inline uint32_t label_bytes(const gls_head& head) {
  if (head.kind->has_classes) return 1;
  return head.kind->has_targets ? head.outputs * static_cast<uint32_t>(sizeof(float)) : 0;
}

// gls_head::stage: which piece is next, and above it how many samples there were when the pieces began. None
// may be removed until they end.
inline uint32_t kept_samples(const gls_head& head) { return head.train.count + head.held.count; }
inline void begin_pieces(gls_head& head, uint32_t stage) { head.stage = kept_samples(head) << 8 | stage; }
inline uint32_t stage_of(const gls_head& head) { return head.stage & 0xffu; }
inline void set_stage(gls_head& head, uint32_t stage) { head.stage = (head.stage & ~0xffu) | stage; }
inline bool samples_stayed(const gls_head& head) { return head.stage >> 8 == kept_samples(head); }

inline size_t weight_count(const gls_head& head) { return (size_t{head.inputs} + 1) * head.outputs; }

// Where the parts of an int8 layer of the head lie.
struct LayerParts {
  float* scales;
  int32_t* biases;
  int8_t* weights;
};
LayerParts parts_of(const gls_head& head, uint32_t which);

// The same, of a layer that says nothing: all zero, scales of 1.
LayerParts clear_layer(const gls_head& head, uint32_t which);

// Was the head started, and are its fields still in range? Does it collect?
gls_status check_head(const gls_head* head);
gls_status check_collecting(const gls_head* head);

// Few numbers: no backend is asked.
inline bool are_finite(const float* values, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (!is_finite(values[i])) return false;
  }
  return true;
}

// May what was trained be accepted?
inline bool is_trained(const gls_head& head) {
  return head.phase >= GLS_HEAD_BETTER && head.phase <= GLS_HEAD_UNKNOWN;
}
gls_status check_condition(const gls_head& head, gls_head_condition condition);

}  // namespace glissade

#endif
