// SPDX-License-Identifier: Apache-2.0
#include "apps/demo/shipped_model.hpp"

namespace glissade {
namespace demo {
namespace {

template <class Number>
Number read(const unsigned char* bytes, uint32_t at) {
  Number number;
  __builtin_memcpy(&number, bytes + at, sizeof number);
  return number;
}
template <class Number>
void write(unsigned char* bytes, uint32_t at, Number number) {
  __builtin_memcpy(bytes + at, &number, sizeof number);
}

gls_int8_dense layer_at(const unsigned char* bytes, const LayerAt& at, size_t inputs,
                        gls_int8_activation activation, gls_int8_multiplier* multiplier) {
  gls_int8_dense layer = {};
  layer.weights = reinterpret_cast<const int8_t*>(bytes + at.weights);
  layer.biases = reinterpret_cast<const int32_t*>(bytes + at.biases);
  layer.weight_scales = reinterpret_cast<const float*>(bytes + at.weight_scale);
  layer.multipliers = multiplier;
  layer.scale_count = 1;
  layer.input_count = inputs;
  layer.output_count = at.outputs;
  layer.input_scale = read<float>(bytes, at.input_scale);
  layer.input_zero = static_cast<int32_t>(read<int64_t>(bytes, at.input_zero));
  layer.output_scale = read<float>(bytes, at.output_scale);
  layer.output_zero = static_cast<int32_t>(read<int64_t>(bytes, at.output_zero));
  layer.activation = activation;
  return layer;
}

}  // namespace

Status ShippedModel::open(const ShippedFile& file, const unsigned char* bytes) {
  hidden_ = layer_at(bytes, file.hidden, kFeatures, GLS_INT8_RELU, &multipliers_[0]);
  head_ = layer_at(bytes, file.head, kHidden, GLS_INT8_NO_ACTIVATION, &multipliers_[1]);
  const Status status = gls_int8_dense_prepare(&hidden_);
  return status == GLS_OK ? gls_int8_dense_prepare(&head_) : status;
}

void ShippedModel::quantize(const float* recording, int8_t* inputs) const {
  for (size_t k = 0; k < kFeatures; ++k) {
    const float steps = recording[k] / hidden_.input_scale;
    // NOLINTNEXTLINE(bugprone-incorrect-roundings): there is no lround
    const int32_t q = static_cast<int32_t>(steps + (steps < 0.0f ? -0.5f : 0.5f)) + hidden_.input_zero;
    inputs[k] = static_cast<int8_t>(q < -128 ? -128 : q > 127 ? 127 : q);
  }
}

Status ShippedModel::features(const int8_t* inputs, int8_t* features) const {
  return gls_int8_dense_forward(&hidden_, inputs, features, 1);
}

Status ShippedModel::classify(const float* recording, uint32_t& vowel) const {
  int8_t inputs[kFeatures], hidden[kHidden], outputs[kVowels];
  quantize(recording, inputs);
  Status status = features(inputs, hidden);
  if (status == GLS_OK) status = gls_int8_dense_forward(&head_, hidden, outputs, 1);
  if (status == GLS_OK) vowel = largest(outputs, static_cast<uint32_t>(head_.output_count));
  return status;
}

void patch(unsigned char* bytes, const LayerAt& at, const gls_int8_dense& learned) {
  __builtin_memcpy(bytes + at.weights, learned.weights, learned.output_count * learned.input_count);
  __builtin_memcpy(bytes + at.biases, learned.biases, sizeof(int32_t) * learned.output_count);
  write(bytes, at.weight_scale, learned.weight_scales[0]);
  write(bytes, at.bias_scale, learned.input_scale * learned.weight_scales[0]);
  write(bytes, at.output_scale, learned.output_scale);
  write(bytes, at.output_zero, int64_t{learned.output_zero});
}

uint32_t largest(const int8_t* outputs, uint32_t count) {
  uint32_t best = 0;
  for (uint32_t k = 1; k < count; ++k) best = outputs[k] > outputs[best] ? k : best;
  return best;
}

}  // namespace demo
}  // namespace glissade
