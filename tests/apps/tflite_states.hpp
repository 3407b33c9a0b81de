// SPDX-License-Identifier: Apache-2.0
// Learned heads, as firmware saves them.
#ifndef GLISSADE_TESTS_TFLITE_STATES_HPP
#define GLISSADE_TESTS_TFLITE_STATES_HPP

#include <string>

#include "apps/tool/tflite/rewrite.hpp"
#include "glissade/storage/saved.h"

// What FlatBuffers' verifier alone says.
inline bool verifies(const std::string& bytes) {
  flatbuffers::Verifier verifier(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  return glissade::tflite::VerifyModelBuffer(verifier);
}

// The model's own head, row by row.
inline glissade::HeadState state_of(const glissade::ModelFile& model, const glissade::Head& head) {
  using namespace glissade;
  HeadState state = {head.input_count,
                     head.output_count,
                     input_scale(model, head),
                     output_scale(model, head),
                     input_zero(model, head),
                     output_zero(model, head),
                     weight_scales(model, head),
                     std::vector<int32_t>(head.output_count),
                     ""};
  const auto* const weights = model.constant(head.weights);
  state.weights.assign(weights->begin(), weights->end());
  for (size_t c = 0; head.biases >= 0 && c < head.output_count; ++c) {
    state.biases[c] = flatbuffers::ReadScalar<int32_t>(model.constant(head.biases)->data() + 4 * c);
  }
  return state;
}

// Other weights, biases, scales and output.
inline glissade::HeadState learned(glissade::HeadState state) {
  for (char& weight : state.weights) weight = static_cast<char>(~weight);
  for (int32_t& bias : state.biases) bias = bias / 2 + 1;
  for (float& scale : state.weight_scales) scale *= 1.25f;
  state.output_scale *= 0.75f;
  state.output_zero += state.output_zero > 0 ? -2 : 2;
  return state;
}

inline std::string saved(const glissade::HeadState& state) {
  std::string bytes = "GLH1";
  const auto add = [&bytes](auto number) {
    bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
  };
  for (const size_t count : {state.input_count, state.output_count, state.weight_scales.size()})
    add(static_cast<uint32_t>(count));
  add(state.input_scale);
  add(state.output_scale);
  add(state.input_zero);
  add(state.output_zero);
  for (const float scale : state.weight_scales) add(scale);
  for (const int32_t bias : state.biases) add(bias);
  bytes += state.weights;
  add(gls_crc32(0, bytes.data(), bytes.size()));
  return bytes;
}

#endif
