// SPDX-License-Identifier: Apache-2.0
// The layers' C functions: checks, then the active backend.
#include "training/averages.hpp"
#include "cpu/float_mode.hpp"

using namespace glissade;

namespace {

// A count for check_buffers that refuses null even where there is nothing.
size_t some(size_t count) { return count | 1; }

// Of the three counts no two may make a buffer larger than memory.
template <class... Buffer>
GLISSADE_INLINE gls_status check_dense(Backend backend, size_t samples, size_t input_count,
                                       size_t output_count, const Buffer*... buffers) {
  gls_status status = check_buffers(backend, some(elements(input_count, output_count)), buffers...);
  if (status == GLS_OK) status = check_buffers(backend, some(elements(samples, input_count)), buffers...);
  return status == GLS_OK ? check_buffers(backend, some(elements(samples, output_count)), buffers...)
                          : status;
}

bool valid_nonzero(double epsilon) { return epsilon != 0.0 && valid_epsilon(epsilon); }

// Not inlined: its arithmetic stays between the two changes of the floating-point mode.
__attribute__((noinline)) void add_penalty(double strength, double squares, double* penalty) {
  const FloatMode mode(false);
  *penalty += 0.5 * strength * squares;
}

}  // namespace

extern "C" {

gls_status gls_dense_forward(const float* weights, const float* inputs, float* outputs, size_t samples,
                             size_t input_count, size_t output_count) {
  const Backend backend = active_backend();
  const gls_status status =
      check_dense(backend, samples, input_count, output_count, weights, inputs, outputs);
  if (status == GLS_OK) backend->dense_forward(weights, inputs, outputs, samples, input_count, output_count);
  return status;
}

gls_status gls_dense_backward(const float* weights, const float* inputs, const float* output_gradients,
                              float* weight_gradients, float* input_gradients, size_t samples,
                              size_t input_count, size_t output_count) {
  const Backend backend = active_backend();
  const gls_status status =
      check_dense(backend, samples, input_count, output_count, weights, inputs, output_gradients,
                  weight_gradients, input_gradients == nullptr ? weights : input_gradients);
  if (status != GLS_OK) return status;
  const gls_factors layer = {inputs, output_gradients, samples, input_count, output_count};
  backend->dense_weight_gradients(&layer, weight_gradients);
  if (input_gradients != nullptr) {
    backend->dense_input_gradients(weights, output_gradients, input_gradients, samples, input_count,
                                   output_count);
  }
  return GLS_OK;
}

gls_status gls_dense_input_gradients(const float* weights, const float* output_gradients,
                                     float* input_gradients, size_t samples, size_t input_count,
                                     size_t output_count) {
  const Backend backend = active_backend();
  const gls_status status =
      check_dense(backend, samples, input_count, output_count, weights, output_gradients, input_gradients);
  if (status == GLS_OK) {
    backend->dense_input_gradients(weights, output_gradients, input_gradients, samples, input_count,
                                   output_count);
  }
  return status;
}

#define GLISSADE_ACTIVATION(name)                                                                      \
  gls_status gls_##name##_forward(const float* inputs, float* outputs, size_t count) {                 \
    const Backend backend = active_backend();                                                          \
    const gls_status status = check_buffers(backend, some(count), inputs, outputs);                    \
    if (status == GLS_OK) backend->name##_forward(inputs, outputs, count);                             \
    return status;                                                                                     \
  }                                                                                                    \
  gls_status gls_##name##_backward(const float* outputs, const float* output_gradients,                \
                                   float* input_gradients, size_t count) {                             \
    const Backend backend = active_backend();                                                          \
    const gls_status status =                                                                          \
        check_buffers(backend, some(count), outputs, output_gradients, input_gradients);               \
    if (status == GLS_OK) backend->name##_backward(outputs, output_gradients, input_gradients, count); \
    return status;                                                                                     \
  }
GLISSADE_ACTIVATION(relu)
GLISSADE_ACTIVATION(sigmoid)
GLISSADE_ACTIVATION(tanh)

gls_status gls_batch_norm_train(const float* weights, const float* inputs, float* outputs, float* running,
                                float* batch, size_t samples, size_t features, double momentum,
                                double epsilon) {
  const Backend backend = active_backend();
  const gls_status status =
      check_buffers(backend, some(elements(samples, features)), weights, inputs, outputs, running, batch);
  if (status != GLS_OK) return status;
  if (samples < 2 || !in_unit(momentum) || !valid_nonzero(epsilon)) return GLS_ERROR_RANGE;
  BatchNormCoefficients c = {
      static_cast<float>(samples), static_cast<float>(samples - 1), static_cast<float>(epsilon), {}};
  lerp_towards(1.0 - momentum, 0, &c.momentum);
  backend->batch_norm_train(weights, inputs, outputs, running, batch, samples, features, &c);
  return GLS_OK;
}

gls_status gls_batch_norm_backward(const float* weights, const float* inputs, const float* batch,
                                   const float* output_gradients, float* weight_gradients,
                                   float* input_gradients, size_t samples, size_t features) {
  const Backend backend = active_backend();
  const gls_status status = check_buffers(backend, some(elements(samples, features)), weights, inputs, batch,
                                          output_gradients, weight_gradients, input_gradients);
  if (status != GLS_OK) return status;
  if (samples < 2) return GLS_ERROR_RANGE;
  backend->batch_norm_backward(weights, inputs, batch, output_gradients, weight_gradients, input_gradients,
                               samples, features);
  return GLS_OK;
}

gls_status gls_batch_norm_infer(const float* weights, const float* running, const float* inputs,
                                float* outputs, size_t samples, size_t features, double epsilon) {
  const Backend backend = active_backend();
  const gls_status status =
      check_buffers(backend, some(elements(samples, features)), weights, running, inputs, outputs);
  if (status != GLS_OK) return status;
  if (!valid_nonzero(epsilon)) return GLS_ERROR_RANGE;
  backend->batch_norm_infer(weights, running, inputs, outputs, samples, features,
                            static_cast<float>(epsilon));
  return GLS_OK;
}

gls_status gls_softmax_cross_entropy(const float* logits, size_t label, float* loss, float* logit_gradients,
                                     size_t count) {
  const Backend backend = active_backend();
  const gls_status status = check_buffers(backend, some(count), logits, loss, logit_gradients);
  if (status != GLS_OK) return status;
  if (label >= count) return GLS_ERROR_RANGE;
  backend->softmax_cross_entropy(logits, label, loss, logit_gradients, count);
  return GLS_OK;
}

gls_status gls_mean_squared_error(const float* outputs, const float* targets, float* loss,
                                  float* output_gradients, size_t count) {
  const Backend backend = active_backend();
  const gls_status status = check_buffers(backend, some(count), outputs, targets, loss, output_gradients);
  if (status != GLS_OK) return status;
  if (count == 0) return GLS_ERROR_RANGE;
  backend->mean_squared_error(outputs, targets, loss, output_gradients, count);
  return GLS_OK;
}

gls_status gls_l2_penalty(const float* weights, double strength, float* gradients, double* penalty,
                          size_t count) {
  const Backend backend = active_backend();
  const gls_status status = check_buffers(backend, count, weights, gradients);
  if (status != GLS_OK) return status;
  if (penalty == nullptr) return GLS_ERROR_NULL;
  if (!not_negative(strength)) return GLS_ERROR_RANGE;
  double squares;
  dot(backend->dot, weights, weights, &squares, count);
  add_penalty(strength, squares, penalty);
  backend->axpy(gradients, weights, static_cast<float>(strength), gradients, count);
  return GLS_OK;
}

}  // extern "C"
