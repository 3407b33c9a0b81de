// SPDX-License-Identifier: Apache-2.0
#include "apps/tool/tflite/int8_layer.hpp"

#include <algorithm>

namespace glissade {

Int8Layer::Int8Layer(const ModelFile& model, const Head& head)
    : where_(model.name(head.index)), scales_(weight_scales(model, head)), multipliers_(scales_.size()) {
  if (head.biases >= 0) {
    const uint8_t* const bytes = model.constant(head.biases)->data();
    for (size_t c = 0; c < head.output_count; ++c)
      biases_.push_back(flatbuffers::ReadScalar<int32_t>(bytes + 4 * c));
    layer_.biases = biases_.data();
  }
  layer_.weights = reinterpret_cast<const int8_t*>(model.constant(head.weights)->data());
  layer_.multipliers = multipliers_.data();
  layer_.scale_count = scales_.size();
  layer_.input_count = head.input_count;
  layer_.output_count = head.output_count;
  layer_.input_scale = input_scale(model, head);
  layer_.input_zero = input_zero(model, head);
  layer_.activation = static_cast<gls_int8_activation>(head.activation);
  layer_.rounding = GLS_INT8_SINGLE_ROUNDING;  // it takes what double rounding takes, and more
  prepare(scales_, output_scale(model, head), output_zero(model, head));
}

void Int8Layer::prepare(const std::vector<float>& weight_scales, float output_scale, int output_zero) {
  scales_ = weight_scales;
  layer_.weight_scales = scales_.data();
  layer_.output_scale = output_scale;
  layer_.output_zero = output_zero;
  if (gls_int8_dense_prepare(&layer_) != GLS_OK) {
    throw Refused(Refusal::kScale, where_, "no engine can prepare this layer");
  }
}

int Int8Layer::left_shift(size_t row) const {
  return std::max(multipliers_[multipliers_.size() == 1 ? 0 : row].shift, int32_t{0});
}

std::vector<float> Int8Layer::in_float() const {
  std::vector<float> result((layer_.input_count + 1) * layer_.output_count);
  if (gls_int8_dense_dequantize(&layer_, result.data()) != GLS_OK) {
    throw Refused(Refusal::kScale, where_, "a weight or bias is larger than any float");
  }
  return result;
}

}  // namespace glissade
