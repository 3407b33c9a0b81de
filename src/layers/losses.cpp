// SPDX-License-Identifier: Apache-2.0
#include "glissade/layers/losses.h"

#include "layers/some.hpp"

using namespace glissade;

namespace {

// Not inlined: its arithmetic stays between the two changes of the floating-point mode.
__attribute__((noinline)) void add_penalty(double strength, double squares, double* penalty) {
  const ScalarMode mode;
  *penalty += 0.5 * strength * squares;
}

}  // namespace

extern "C" {

gls_status gls_softmax_cross_entropy(const float* logits, size_t label, float* loss, float* logit_gradients,
                                     size_t count) {
  const Gate backend;
  const gls_status status = check_buffers(backend, some(count), logits, loss, logit_gradients);
  if (status != GLS_OK) return status;
  if (label >= count) return GLS_ERROR_RANGE;
  backend->softmax_cross_entropy(logits, label, loss, logit_gradients, count);
  return GLS_OK;
}

gls_status gls_weighted_cross_entropy(const float* logits, size_t label, const float* class_weights,
                                      float* loss, float* logit_gradients, size_t count) {
  const Gate backend;
  const gls_status status = check_buffers(backend, some(count), logits, loss, logit_gradients,
                                          class_weights == nullptr ? logits : class_weights);
  if (status != GLS_OK) return status;
  const bool ignored = label == GLS_IGNORED_LABEL;
  if (label >= count && !ignored) return GLS_ERROR_RANGE;
  const float weight = ignored ? 0.0f : class_weights == nullptr ? 1.0f : class_weights[label];
  if (!not_negative(weight)) return GLS_ERROR_RANGE;
  if (!ignored) backend->softmax_cross_entropy(logits, label, loss, logit_gradients, count);
  backend->scale_values(loss, weight, 1);
  backend->scale_values(logit_gradients, weight, count);
  return GLS_OK;
}

gls_status gls_sigmoid_cross_entropy(const float* logits, const float* targets, const float* positive_weights,
                                     float* loss, float* logit_gradients, size_t count) {
  const Gate backend;
  const gls_status status = check_buffers(backend, some(count), logits, targets, loss, logit_gradients,
                                          positive_weights == nullptr ? targets : positive_weights);
  if (status != GLS_OK) return status;
  if (count == 0) return GLS_ERROR_RANGE;
  backend->sigmoid_cross_entropy(logits, targets, positive_weights, loss, logit_gradients, count);
  return GLS_OK;
}

gls_status gls_mean_squared_error(const float* outputs, const float* targets, float* loss,
                                  float* output_gradients, size_t count) {
  const Gate backend;
  const gls_status status = check_buffers(backend, some(count), outputs, targets, loss, output_gradients);
  if (status != GLS_OK) return status;
  if (count == 0) return GLS_ERROR_RANGE;
  backend->mean_squared_error(outputs, targets, loss, output_gradients, count);
  return GLS_OK;
}

gls_status gls_l2_penalty(const float* weights, double strength, float* gradients, double* penalty,
                          size_t count) {
  const Gate backend;
  const gls_status status = check_buffers(backend, count, weights, gradients);
  if (status != GLS_OK) return status;
  if (penalty == nullptr) return GLS_ERROR_NULL;
  if (!not_negative(strength)) return GLS_ERROR_RANGE;
  double squares;
  dot(backend->dot, weights, weights, &squares, count);
  add_penalty(strength, squares, penalty);
  backend->axpy(gradients, weights, nearest(strength), gradients, count);
  return GLS_OK;
}

}  // extern "C"
