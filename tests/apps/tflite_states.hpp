// SPDX-License-Identifier: Apache-2.0
// Learned heads, as firmware saves them.
#ifndef GLISSADE_TESTS_TFLITE_STATES_HPP
#define GLISSADE_TESTS_TFLITE_STATES_HPP

#include <string>

#include "../support/memory_flash.hpp"
#include "apps/tool/tflite/rewrite.hpp"
#include "glissade/glissade.h"

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
                     gls_crc32(0, model.bytes().data(), model.bytes().size()),
                     static_cast<uint32_t>(head.activation),
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

// As firmware saves it: a head that was started with this layer, of which all is put into a store.
inline std::string saved(const glissade::HeadState& state) {
  using namespace glissade;
  const auto must = [](gls_status status) {
    if (status != GLS_OK) throw Refused(Refusal::kState, "", gls_status_text(status));
  };
  std::vector<gls_int8_multiplier> multipliers(state.weight_scales.size());
  gls_int8_dense shipped = {};
  shipped.weights = reinterpret_cast<const int8_t*>(state.weights.data());
  shipped.biases = state.biases.data();
  shipped.weight_scales = state.weight_scales.data();
  shipped.multipliers = multipliers.data();
  shipped.scale_count = state.weight_scales.size();
  shipped.input_count = state.input_count;
  shipped.output_count = state.output_count;
  shipped.input_scale = state.input_scale;
  shipped.input_zero = state.input_zero;
  shipped.output_scale = state.output_scale;
  shipped.output_zero = state.output_zero;
  shipped.activation = static_cast<gls_int8_activation>(state.activation);
  must(gls_int8_dense_prepare(&shipped));
  gls_sgd_params params;
  gls_sgd_defaults(&params);
  gls_sgd_state rule_state = {};
  gls_head head = {};
  head.kind = &gls_head_values;
  head.inputs = static_cast<uint32_t>(state.input_count);
  head.outputs = static_cast<uint32_t>(state.output_count);
  head.samples = 1;
  head.input_scale = state.input_scale;
  head.input_zero = state.input_zero;
  head.model = state.model;
  head.optimizer = gls_sgd(&params, &rule_state, nullptr, 0);
  std::vector<float> memory(
      GLS_HEAD_BYTES(state.input_count, state.output_count, 0, 1, 4 * state.output_count) / sizeof(float) +
      1);
  must(gls_head_start(&head, memory.data(), memory.size() * sizeof(float), &shipped));

  constexpr uint32_t kBlock = 4096, kUnit = 256;
  const uint32_t blocks = (gls_head_saved_bytes(&head) / kBlock + 2) * 2;
  std::vector<unsigned char> image(size_t{blocks} * kBlock, 0xff), unit(kUnit);
  gls_memory_flash chip = {image.data(), nullptr};
  const gls_flash flash = flash_in(chip, unit.data(), kUnit, kBlock, blocks);
  gls_store store;
  if (gls_store_open(&store, &flash) != GLS_ERROR_EMPTY) throw std::logic_error("the store is not empty");
  must(gls_head_commit(&head, &store, GLS_HEAD_ALWAYS));
  std::string bytes(store.size, '\0');
  must(gls_store_get(&store, &bytes[0], bytes.size()));
  return bytes;
}

#endif
