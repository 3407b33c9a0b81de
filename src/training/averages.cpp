// SPDX-License-Identifier: Apache-2.0
#include "glissade/training/averages.h"

#include "backend/gate.hpp"
#include "training/averages.hpp"

using namespace glissade;

// Not inlined: its arithmetic stays between the two changes of the floating-point mode.
__attribute__((noinline)) void glissade::lerp_towards(double rest, uint32_t number, LerpCoefficients* c) {
  const ScalarMode mode;
  *c = lerp_coefficients(number == 0 ? 1.0 - rest : 1.0 / number);
}

namespace {

gls_status move_mean(float* mean, const float* values, double rest, uint32_t number, size_t count) {
  const Gate backend;
  const gls_status status = check_buffers(backend, count, mean, values);
  if (status != GLS_OK) return status;
  LerpCoefficients c;
  lerp_towards(rest, number, &c);
  backend->average(mean, values, 1.0f, &c, count);
  return GLS_OK;
}

float correction_of(double decay, uint32_t updates) {
  return static_cast<float>(bias_correction(decay, updates));
}

double move_running_mean(gls_running_mean* state, double beta, double value) {
  const double mean = beta * state->mean + (1.0 - beta) * value;
  state->mean = mean;
  return mean / bias_correction(beta, count_step(state->updates));
}

}  // namespace

extern "C" {

gls_status gls_accumulate(float* sum, const float* values, float scale, size_t count) {
  const Gate backend;
  const gls_status status = check_buffers(backend, count, sum, values);
  if (status != GLS_OK) return status;
  if (!is_finite(scale)) return GLS_ERROR_RANGE;
  backend->axpy(sum, values, scale, sum, count);
  return GLS_OK;
}

gls_status gls_mean_update(float* mean, const float* values, uint32_t number, size_t count) {
  return number == 0 ? GLS_ERROR_RANGE : move_mean(mean, values, 0.0, number, count);
}

gls_status gls_ema_update(float* mean, const float* values, double decay, size_t count) {
  return in_unit(decay) ? move_mean(mean, values, decay, 0, count) : GLS_ERROR_RANGE;
}

gls_status gls_ema_corrected(const float* mean, double decay, uint32_t updates, float* corrected,
                             size_t count) {
  const Gate backend;
  const gls_status status = check_buffers(backend, count, mean, corrected);
  if (status != GLS_OK) return status;
  if (!in_unit(decay) || updates == 0) return GLS_ERROR_RANGE;
  backend->divide(mean, in_scalar_mode(correction_of, decay, updates), corrected, count);
  return GLS_OK;
}

double gls_running_mean_update(gls_running_mean* state, double beta, double value) {
  if (state == nullptr || !in_unit(beta)) return __builtin_nan("");
  return in_scalar_mode(move_running_mean, state, beta, value);
}

}  // extern "C"
