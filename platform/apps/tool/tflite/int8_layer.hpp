// SPDX-License-Identifier: Apache-2.0
// A model's layer as the library takes it.
#ifndef GLISSADE_PLATFORM_TFLITE_INT8_LAYER_HPP
#define GLISSADE_PLATFORM_TFLITE_INT8_LAYER_HPP

#include <vector>

#include "apps/tool/tflite/layer.hpp"
#include "glissade/layers/int8.h"

namespace glissade {

// It looks into the model, which must live as long.
class Int8Layer {
 public:
  Int8Layer(const ModelFile& model, const Head& head);
  ~Int8Layer() = default;
  Int8Layer(const Int8Layer&) = delete;
  Int8Layer& operator=(const Int8Layer&) = delete;

  // With other scales, as many, and another output. Refused: Refusal::kScale, where no engine can prepare
  // that.
  void prepare(const std::vector<float>& weight_scales, float output_scale, int output_zero);

  // By how many bits a row's sum is shifted to the left; 0: none.
  int left_shift(size_t row) const;

  // As gls_dense_forward() takes it: [input][output], then the biases. Refused: Refusal::kScale.
  std::vector<float> in_float() const;

 private:
  std::string where_;
  std::vector<float> scales_;
  std::vector<int32_t> biases_;
  std::vector<gls_int8_multiplier> multipliers_;
  gls_int8_dense layer_ = {};
};

}  // namespace glissade

#endif
