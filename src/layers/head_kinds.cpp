// SPDX-License-Identifier: Apache-2.0
// The kinds of heads. Each stands alone, so that a firmware has the losses that it uses.
#include "backend/gate.hpp"
#include "glissade/layers/losses.h"
#include "layers/head.hpp"

namespace glissade {
namespace {

double curvature_of_classes(uint32_t) { return 0.5; }
double curvature_of_answers(uint32_t outputs) { return 0.25 / outputs; }
double curvature_of_values(uint32_t outputs) { return 2.0 / outputs; }

gls_status learn_class(const gls_head& head, float* outputs, const void* label) {
  float loss;
  const uint8_t number = *static_cast<const uint8_t*>(label);
  return gls_softmax_cross_entropy(outputs, number, &loss, outputs, head.outputs);
}
gls_status learn_answers(const gls_head& head, float* outputs, const void* label) {
  float loss;
  const float* const targets = static_cast<const float*>(label);
  return gls_sigmoid_cross_entropy(outputs, targets, nullptr, &loss, outputs, head.outputs);
}
gls_status learn_values(const gls_head& head, float* outputs, const void* label) {
  float loss;
  return gls_mean_squared_error(outputs, static_cast<const float*>(label), &loss, outputs, head.outputs);
}

// The bits of gls_mean_squared_error() of decoded features. Not inlined: its arithmetic stays between the two
// changes of the mode.
__attribute__((noinline)) void subtract(const gls_head& head, float* outputs, const int8_t* features) {
  const float twice = 2.0f / static_cast<float>(head.outputs);
  for (uint32_t k = 0; k < head.outputs; ++k) {
    const float target = head.input_scale * static_cast<float>(features[k] - head.input_zero);
    outputs[k] = (outputs[k] - target) * twice;
  }
}
gls_status learn_features(const gls_head& head, float* outputs, const void* features) {
  const ScalarMode mode;
  subtract(head, outputs, static_cast<const int8_t*>(features));
  return GLS_OK;
}

double wrong_class(const gls_int8_dense& layer, const int8_t* outputs, const void* label) {
  size_t largest = 0;
  for (size_t k = 1; k < layer.output_count; ++k) largest = outputs[k] > outputs[largest] ? k : largest;
  return largest == *static_cast<const uint8_t*>(label) ? 0.0 : 1.0;
}
double wrong_answers(const gls_int8_dense& layer, const int8_t* outputs, const void* label) {
  const float* const targets = static_cast<const float*>(label);
  uint32_t wrong = 0;
  for (size_t k = 0; k < layer.output_count; ++k)
    wrong += (outputs[k] > layer.output_zero) != (targets[k] > 0.5f) ? 1u : 0u;
  return wrong;
}
double real(float scale, int32_t q, int32_t zero) { return static_cast<double>(scale) * (q - zero); }
double wrong_values(const gls_int8_dense& layer, const int8_t* outputs, const void* label) {
  const float* const targets = static_cast<const float*>(label);
  double sum = 0.0;
  for (size_t k = 0; k < layer.output_count; ++k) {
    const double error =
        real(layer.output_scale, outputs[k], layer.output_zero) - static_cast<double>(targets[k]);
    sum += error * error;
  }
  return sum;
}
double wrong_features(const gls_int8_dense& layer, const int8_t* outputs, const void* label) {
  const int8_t* const features = static_cast<const int8_t*>(label);
  double sum = 0.0;
  for (size_t k = 0; k < layer.output_count; ++k) {
    const double error = real(layer.output_scale, outputs[k], layer.output_zero) -
                         real(layer.input_scale, features[k], layer.input_zero);
    sum += error * error;
  }
  return sum;
}

}  // namespace
}  // namespace glissade

extern "C" {
const gls_head_kind gls_head_classes = {
    0, 256, true, false, false, glissade::curvature_of_classes, glissade::learn_class, glissade::wrong_class};
const gls_head_kind gls_head_answers = {1,
                                        16383,
                                        false,
                                        true,
                                        true,
                                        glissade::curvature_of_answers,
                                        glissade::learn_answers,
                                        glissade::wrong_answers};
const gls_head_kind gls_head_values = {2,
                                       16383,
                                       false,
                                       true,
                                       false,
                                       glissade::curvature_of_values,
                                       glissade::learn_values,
                                       glissade::wrong_values};
const gls_head_kind gls_head_autoencoder = {3,
                                            65535,
                                            false,
                                            false,
                                            false,
                                            glissade::curvature_of_values,
                                            glissade::learn_features,
                                            glissade::wrong_features};
}
