// SPDX-License-Identifier: Apache-2.0
#include "glissade/training/averages.h"

#include "backend/gate.hpp"
#include "numbers/doubles.hpp"
#include "training/averages.hpp"

using namespace glissade;

// Not inlined: its arithmetic stays between the two changes of the floating-point mode.
__attribute__((noinline)) void glissade::lerp_towards(double rest, uint32_t number, LerpCoefficients* c) {
  const ScalarMode mode;
  *c = lerp_coefficients(number == 0 ? 1.0 - rest : 1.0 / number);
}

namespace {

// Sums of numbers below 2^126 are floats; where there are larger ones, the sums themselves are looked at.
bool sums_fit(Backend backend, const float* from, const float* values, float scale, size_t count) {
  constexpr float kHalf = 0x1p126f;
  const float most = kHalf / (scale < 0.0f ? -scale : scale);
  if (all_below(backend, from, kHalf, count) && all_below(backend, values, most, count)) return true;
  constexpr size_t kSome = 16;
  float sums[kSome];
  bool fit = true;
  for (size_t i = 0; fit && i < count; i += kSome) {
    const size_t some = count - i < kSome ? count - i : kSome;
    backend->axpy(from + i, values + i, scale, sums, some);
    fit = all_finite(backend, sums, some);
  }
  return fit;
}

gls_status move_mean(Look look, float* mean, const float* values, double rest, uint32_t number,
                     size_t count) {
  const Gate backend;
  const gls_status status = check_buffers(backend, count, mean, values);
  if (status != GLS_OK) return status;
  if (number == 0 && !in_unit(rest)) return GLS_ERROR_RANGE;
  if (look == Look::kGuarded && !all_finite(backend, values, count)) return GLS_ERROR_NOT_FINITE;
  LerpCoefficients c;
  lerp_towards(rest, number, &c);
  backend->average(mean, values, 1.0f, &c, count);
  return GLS_OK;
}

// The mean of the first to the number-th value: no part of what it was stays for ever. 1 is no decay.
gls_status move_plain_mean(Look look, float* mean, const float* values, uint32_t number, size_t count) {
  return move_mean(look, mean, values, number == 0 ? 1.0 : 0.0, number, count);
}

gls_status accumulate(Look look, float* sum, const float* values, float scale, size_t count) {
  const Gate backend;
  const gls_status status = check_buffers(backend, count, sum, values);
  if (status != GLS_OK) return status;
  if (!is_finite(scale)) return GLS_ERROR_RANGE;
  return checked_axpy(backend, look, sum, values, scale, sum, count);
}

float correction_of(double decay, uint32_t updates) {
  return static_cast<float>(bias_correction(decay, updates));
}

// beta 0 begins anew, whatever the mean is.
double move_running_mean(gls_running_mean* state, double beta, double value) {
  const double mean = equals_zero(beta) ? value : beta * state->mean + (1.0 - beta) * value;
  state->mean = mean;
  return mean / bias_correction(beta, count_step(state->updates));
}

}  // namespace

Status glissade::checked_axpy(Backend backend, Look look, const float* from, const float* values, float scale,
                            float* sum, size_t count) {
  if (look == Look::kGuarded && !sums_fit(backend, from, values, scale, count)) return GLS_ERROR_NOT_FINITE;
  backend->axpy(from, values, scale, sum, count);
  return GLS_OK;
}

extern "C" {

gls_status gls_accumulate(float* sum, const float* values, float scale, size_t count) {
  return accumulate(Look::kGuarded, sum, values, scale, count);
}

gls_status gls_accumulate_unguarded(float* sum, const float* values, float scale, size_t count) {
  return accumulate(Look::kUnguarded, sum, values, scale, count);
}

gls_status gls_mean_update(float* mean, const float* values, uint32_t number, size_t count) {
  return move_plain_mean(Look::kGuarded, mean, values, number, count);
}

gls_status gls_mean_update_unguarded(float* mean, const float* values, uint32_t number, size_t count) {
  return move_plain_mean(Look::kUnguarded, mean, values, number, count);
}

gls_status gls_ema_update(float* mean, const float* values, double decay, size_t count) {
  return move_mean(Look::kGuarded, mean, values, decay, 0, count);
}

gls_status gls_ema_update_unguarded(float* mean, const float* values, double decay, size_t count) {
  return move_mean(Look::kUnguarded, mean, values, decay, 0, count);
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
  if (state == nullptr || !in_unit(beta) || !finite(value)) return __builtin_nan("");
  return in_scalar_mode(move_running_mean, state, beta, value);
}

}  // extern "C"
