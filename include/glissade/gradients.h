/* SPDX-License-Identifier: Apache-2.0 */
/* Looking at gradients before a step; clipping, noise, loss scaling. */
#ifndef GLISSADE_GRADIENTS_H
#define GLISSADE_GRADIENTS_H

#include "glissade/rules/common.h"

/* What is known of the gradients looked at so far. All zero at the start; several tensors may follow each
 * other. */
typedef struct gls_gradient_report {
  double sum_of_squares; /* of the finite ones; cannot overflow */
  float largest;         /* magnitude of the largest finite one */
  uint32_t not_finite;   /* how many are infinite or NaN; stays at 2^32 - 1 */
} gls_gradient_report;

/* Adds gradients, float[count], to the report: one pass, in blocks of 1024 whose sums have the canonical
 * order and are added in double, in order. The same bits everywhere, but that Helium takes subnormal
 * gradients for 0. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_gradient_report_update(gls_gradient_report* report,
                                                                 const float* gradients, size_t count);

/* The Euclidean norm of the finite gradients, also where it is no float any more. report is not null. */
GLS_FUNCTION double gls_gradient_norm(const gls_gradient_report* report);

/* The gradient_scale that makes a step clip by global norm without touching the gradients: min(1, max_norm /
 * (norm + 1e-6)), as torch.nn.utils.clip_grad_norm_. max_norm >= 0. NaN where not_finite is not 0, where
 * max_norm makes no sense or report is null: the step then returns GLS_ERROR_RANGE and changes nothing. To
 * use the finite gradients all the same, set not_finite to 0. */
GLS_FUNCTION float gls_clip_scale(const gls_gradient_report* report, double max_norm);

/* Moves every value into [-largest, largest] and leaves NaN, as torch.nn.utils.clip_grad_value_. largest >=
 * 0, finite. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_clip_values(float* values, size_t count, float largest);

/* What to do about a step that refused its gradients (GLS_ERROR_GRADIENT). Without this: whatever the caller
 * does with an error. gls_skip counts such steps and makes GLS_OK of their status, until stop_after of them
 * came in a row (0: never), when it stays an error. Every other status goes through. The counts stay at 2^32
 * - 1. All zero at the start.
 *
 *   status = gls_skip(&skipped, gls_adam_step(...), 10); */
typedef struct gls_skipped {
  uint32_t total, in_a_row;
} gls_skipped;

GLS_FUNCTION GLS_NODISCARD gls_status gls_skip(gls_skipped* skipped, gls_status step_status,
                                               uint32_t stop_after);

/* Gradient noise (Neelakantan et al. 2015): normal, with mean 0 and variance eta / (1 + t)^gamma. */
typedef struct gls_noise_params {
  double eta GLS_DEFAULT(0.3);    /* >= 0: the variance at t = 0; 0 is no noise. The paper's: 0.01, 0.3, 1 */
  double gamma GLS_DEFAULT(0.55); /* >= 0: how it falls; 0 is constant */
  uint64_t seed GLS_DEFAULT(0);   /* another seed, another noise */
} gls_noise_params;

GLS_FUNCTION void gls_noise_defaults(gls_noise_params* params);

/* Adds noise to the gradients number first to first + count - 1 of all; gradients points to the first of
 * these. The noise of a gradient depends on its number, t (steps before this one, as in schedules.h) and seed
 * only: not on how the gradients are cut, nor on the target. At most 6.77 standard deviations.
 * (Philox4x32-10 of Salmon et al. 2011, and Box-Muller.) */
GLS_FUNCTION GLS_NODISCARD gls_status gls_add_noise(const gls_noise_params* params, uint32_t t,
                                                    float* gradients, size_t first, size_t count);

/* Dynamic loss scaling, for gradients that a narrow number format computes (torch.amp.GradScaler): multiply
 * the loss by gls_loss_scale; look at the gradients; where some are not finite leave the step out, else give
 * the step 1 / gls_loss_scale as (part of) its gradient_scale; then update. All zero at the start. */
typedef struct gls_loss_scaler {
  float scale;    /* once updated */
  uint32_t clean; /* steps in a row without an overflow, since the last change */
} gls_loss_scaler;

typedef struct gls_loss_scaler_params {
  double first_scale GLS_DEFAULT(65536.0);    /* > 0, a float */
  double growth GLS_DEFAULT(2.0);             /* >= 1, a float: after growth_interval clean steps; ... */
  uint32_t growth_interval GLS_DEFAULT(2000); /* > 0 */
  double backoff GLS_DEFAULT(0.5); /* in (0, 1): ... after a step whose gradients were not finite */
} gls_loss_scaler_params;

GLS_FUNCTION void gls_loss_scaler_defaults(gls_loss_scaler_params* params);

/* NaN where an argument is null or out of range. */
GLS_FUNCTION float gls_loss_scale(const gls_loss_scaler* state, const gls_loss_scaler_params* params);

/* A scale that would grow beyond the floats stays. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_loss_scale_update(gls_loss_scaler* state,
                                                            const gls_loss_scaler_params* params,
                                                            bool not_finite);

#endif
