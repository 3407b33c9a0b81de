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

gls_status learn_class(float* outputs, const void* label, uint32_t count) {
  float loss;
  return gls_softmax_cross_entropy(outputs, *static_cast<const uint8_t*>(label), &loss, outputs, count);
}
gls_status learn_answers(float* outputs, const void* label, uint32_t count) {
  float loss;
  return gls_sigmoid_cross_entropy(outputs, static_cast<const float*>(label), nullptr, &loss, outputs, count);
}
gls_status learn_values(float* outputs, const void* label, uint32_t count) {
  float loss;
  return gls_mean_squared_error(outputs, static_cast<const float*>(label), &loss, outputs, count);
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
double wrong_values(const gls_int8_dense& layer, const int8_t* outputs, const void* label) {
  const float* const targets = static_cast<const float*>(label);
  double sum = 0.0;
  for (size_t k = 0; k < layer.output_count; ++k) {
    const double error = static_cast<double>(layer.output_scale) * (outputs[k] - layer.output_zero) -
                         static_cast<double>(targets[k]);
    sum += error * error;
  }
  return sum;
}

}  // namespace
}  // namespace glissade

extern "C" {
const gls_head_kind gls_head_classes = {
    0, 256, true, glissade::curvature_of_classes, glissade::learn_class, glissade::wrong_class};
const gls_head_kind gls_head_answers = {
    1, 65535, false, glissade::curvature_of_answers, glissade::learn_answers, glissade::wrong_answers};
const gls_head_kind gls_head_values = {
    2, 65535, false, glissade::curvature_of_values, glissade::learn_values, glissade::wrong_values};
}
