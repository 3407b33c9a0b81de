// SPDX-License-Identifier: Apache-2.0
// A learned int8 head as saved bytes. All numbers are little-endian:
//
//   byte 0   "GLH1"
//        4   uint32  input_count, output_count, scale_count (1 or output_count)
//       16   float   input_scale, output_scale
//       24   int32   input_zero, output_zero
//       32   float   weight_scales[scale_count]
//            int32   biases[output_count]
//            int8    weights[output_count * input_count]
//            uint32  CRC-32 of all bytes before (gls_crc32)
//
// These are the fields of gls_int8_dense with the same names.
#ifndef GLISSADE_PLATFORM_TFLITE_STATE_HPP
#define GLISSADE_PLATFORM_TFLITE_STATE_HPP

#include <stdint.h>

#include <string>
#include <vector>

namespace glissade {

struct HeadState {
  size_t input_count, output_count;
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
