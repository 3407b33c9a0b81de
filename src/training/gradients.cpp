// SPDX-License-Identifier: Apache-2.0
#include "glissade/training/gradients.h"

#include "backend/gate.hpp"
#include "numbers/philox.hpp"

using namespace glissade;

namespace {

// Not inlined: its arithmetic stays between the two changes of the floating-point mode.
__attribute__((noinline)) void add(const GradientBlock& block, gls_gradient_report& report) {
  const ScalarMode mode;
  const double huge = static_cast<double>(block.huge), tiny = static_cast<double>(block.tiny);
  report.sum_of_squares += (huge * 0x1p160 + static_cast<double>(block.ordinary)) + tiny * 0x1p-220;
  if (block.largest > report.largest) report.largest = block.largest;
  const uint32_t more = static_cast<uint32_t>(block.not_finite), left = UINT32_MAX - report.not_finite;
  report.not_finite += more < left ? more : left;
}

// The standard deviation eta^(1/2) / (1 + t)^(gamma / 2).
float noise_deviation(const gls_noise_params* p, uint32_t t) {
  const double fallen = power(1.0 + t, -0.5 * p->gamma);
  return static_cast<float>(square_root(p->eta) * fallen);
}

bool valid(const gls_loss_scaler_params* p) {
  return p != nullptr && p->first_scale >= 0x1p-126 && not_negative(p->first_scale) && p->growth >= 1.0 &&
         not_negative(p->growth) && p->growth_interval > 0 && p->backoff > 0.0 && p->backoff < 1.0;
}

double gradient_norm(const gls_gradient_report* report) {
  return report == nullptr ? __builtin_nan("") : square_root(report->sum_of_squares);
}

// In one: what a step multiplies the gradients with, so that their mean without the loss scale is clipped.
float gradient_scale(const gls_gradient_report* report, double max_norm, uint32_t samples, float loss_scale) {
  const bool sensible = report != nullptr && report->not_finite == 0 && max_norm >= 0.0 && samples > 0 &&
                        loss_scale > 0.0f && is_finite(loss_scale);
  if (!sensible) return __builtin_nanf("");
  const double together = static_cast<double>(samples) * static_cast<double>(loss_scale);
  const double clip = max_norm / (gradient_norm(report) / together + 1e-6);
  return static_cast<float>((clip >= 1.0 ? 1.0 : clip) / together);
}

float loss_scale(const gls_loss_scaler* state, const gls_loss_scaler_params* params) {
  if (state == nullptr || !valid(params)) return __builtin_nanf("");
  return state->scale != 0.0f ? state->scale : static_cast<float>(params->first_scale);
}

gls_status loss_scale_update(gls_loss_scaler* state, const gls_loss_scaler_params* params, bool not_finite) {
  if (state == nullptr || params == nullptr) return GLS_ERROR_NULL;
  if (!valid(params)) return GLS_ERROR_RANGE;
  state->scale = loss_scale(state, params);
  if (not_finite)
    state->clean = 0;
  else
    count_step(state->clean);
  float changed = state->scale;
  if (not_finite) {
    changed *= static_cast<float>(params->backoff);  // in float, as PyTorch does it
  } else if (state->clean >= params->growth_interval) {
    changed *= static_cast<float>(params->growth);
    state->clean = 0;
  }
  // PyTorch's may fall to 0, where no gradient is left; ours stays a normal float.
  if (changed >= 0x1p-126f && is_finite(changed)) state->scale = changed;
  return GLS_OK;
}

}  // namespace

extern "C" {

gls_status gls_skip(gls_skipped* skipped, gls_status step_status, uint32_t stop_after) {
  if (skipped == nullptr) return GLS_ERROR_NULL;
  if (step_status == GLS_OK) skipped->in_a_row = 0;
  if (step_status != GLS_ERROR_GRADIENT) return step_status;
  count_step(skipped->total);
  count_step(skipped->in_a_row);
  return stop_after != 0 && skipped->in_a_row >= stop_after ? GLS_ERROR_GRADIENT : GLS_OK;
}

gls_status gls_gradient_report_update(gls_gradient_report* report, const float* gradients, size_t count) {
  const Gate backend;
  if (report == nullptr) return GLS_ERROR_NULL;
  const gls_status status = check_buffers(backend, count, gradients);
  if (status != GLS_OK) return status;
  for_each_block(count, [&](size_t first, size_t size) {
    GradientBlock block;
    backend->summarize_gradients(gradients + first, &block, size);
    add(block, *report);
  });
  return GLS_OK;
}

double gls_gradient_norm(const gls_gradient_report* report) { return in_scalar_mode(gradient_norm, report); }

float gls_clip_scale(const gls_gradient_report* report, double max_norm) {
  return gls_gradient_scale(report, max_norm, 1, 1.0f);
}

float gls_gradient_scale(const gls_gradient_report* report, double max_norm, uint32_t samples,
                         float loss_scale) {
  return in_scalar_mode(gradient_scale, report, max_norm, samples, loss_scale);
}

gls_status gls_clip_values(float* values, size_t count, float largest) {
  const Gate backend;
  if (!not_negative(largest)) return GLS_ERROR_RANGE;
  const gls_status status = check_buffers(backend, count, values);
  if (status == GLS_OK) backend->clip_values(values, largest, count);
  return status;
}

void gls_noise_defaults(gls_noise_params* params) { *params = {}; }

gls_status gls_add_noise(const gls_noise_params* params, uint32_t t, float* gradients, size_t first,
                         size_t count) {
  const Gate backend;
  const gls_status status = check_buffers(backend, count, gradients);
  if (status != GLS_OK) return status;
  if (params == nullptr) return GLS_ERROR_NULL;
  if (!not_negative(params->eta) || !not_negative(params->gamma)) return GLS_ERROR_RANGE;
  if (params->eta == 0.0) return GLS_OK;
  const NoiseStream stream = {params->seed, t, in_scalar_mode(noise_deviation, params, t)};
  backend->add_noise(&stream, gradients, first, count);
  return GLS_OK;
}

void gls_loss_scaler_defaults(gls_loss_scaler_params* params) { *params = {}; }

float gls_loss_scale(const gls_loss_scaler* state, const gls_loss_scaler_params* params) {
  return in_scalar_mode(loss_scale, state, params);
}

gls_status gls_loss_scale_update(gls_loss_scaler* state, const gls_loss_scaler_params* params,
                                 bool not_finite) {
  return in_scalar_mode(loss_scale_update, state, params, not_finite);
}

}  // extern "C"
