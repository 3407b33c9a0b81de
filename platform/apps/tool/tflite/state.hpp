// SPDX-License-Identifier: Apache-2.0
// A learned int8 head in the bytes that gls_head_save_to wrote: glissade/layers/head.h has the format.
#ifndef GLISSADE_PLATFORM_TFLITE_STATE_HPP
#define GLISSADE_PLATFORM_TFLITE_STATE_HPP

#include <stdint.h>

#include <string>
#include <vector>

namespace glissade {

struct HeadState {
  size_t input_count, output_count;
  uint32_t model;  // the CRC-32 of what is frozen, as the firmware gave it
  uint32_t activation;
  float input_scale, output_scale;
  int32_t input_zero, output_zero;
  std::vector<float> weight_scales;
  std::vector<int32_t> biases;
  std::string weights;
};

// Refused: Refusal::kState.
HeadState parse_state(const std::string& bytes);

}  // namespace glissade

#endif
