/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * What may be done with gradients before a step: a report on them, clipping, noise, loss scaling.
 *
 * Buffers are float[count], as glissade.h describes them. On an error nothing has been written. A number that
 * is stated as >= 0 or > 0 is at most the largest float, 3.4e38, unless the text says otherwise.
 *
 * A step multiplies gradients with one number. Where several things are wanted of it (the mean of a sum over
 * samples, the loss scale taken away, a norm clipped), gls_gradient_scale computes that number. The product
 * of separate scales would clip at another norm. */
#ifndef GLISSADE_GRADIENTS_H
#define GLISSADE_GRADIENTS_H

#include "glissade/base.h"

/** What is known of the gradients taken so far. All zero at the start. Several tensors may follow each
 * other. */
typedef struct gls_gradient_report {
  double sum_of_squares; /**< Of the finite gradients; cannot overflow. */
  float largest;         /**< The magnitude of the largest finite gradient. */
  uint32_t not_finite;   /**< How many are infinite or NaN; stays at 2^32 - 1. */
} gls_gradient_report;

/** Adds gradients, float[count], to the report. It is one pass, in blocks of 1024: sums of blocks have the
 * canonical order (the same on every backend) and are added in double, in order. The bits are the same
 * everywhere, except that Helium takes subnormal gradients for 0. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_gradient_report_update(gls_gradient_report* report,
                                                                 const float* gradients, size_t count);

/** The Euclidean norm of the finite gradients. It is right also where it is larger than the largest float.
 * NaN where report is null. */
GLS_FUNCTION double gls_gradient_norm(const gls_gradient_report* report);

/** The gradient scale with which a step clips by global norm, without a pass over the gradients: min(1,
 * max_norm / (norm + 1e-6)), as torch.nn.utils.clip_grad_norm_. max_norm >= 0, also infinite, which clips
 * nothing. The gradients of the report are those that the norm is meant of: a mean, without a loss scale. For
 * others, do not multiply the result: use gls_gradient_scale.
 *
 * The result is NaN where not_finite is not 0, max_norm makes no sense or report is null. A step then returns
 * GLS_ERROR_RANGE and changes nothing. To use the finite gradients all the same, set not_finite to 0. */
GLS_FUNCTION float gls_clip_scale(const gls_gradient_report* report, double max_norm);

/** The one scale of a step whose gradients are sums over samples, of a loss that was multiplied with
 * loss_scale. It makes their mean, takes the loss scale away, and clips what comes out at max_norm: s min(1,
 * max_norm / (s norm + 1e-6)) with s = 1 / (samples loss_scale). samples > 0; 1 where the gradients are a
 * mean already. loss_scale > 0; 1 where there is none. max_norm as in gls_clip_scale; infinite: clip nothing.
 *
 *     scale = gls_gradient_scale(&report, 1.0, batch.count, gls_loss_scale(&scaler, &params));
 *     status = gls_step(&optimizer, gls_gradient_buffer(sums), scale);
 *
 * The result is NaN where gls_clip_scale's would be, and where samples or loss_scale is out of range. */
GLS_FUNCTION float gls_gradient_scale(const gls_gradient_report* report, double max_norm, uint32_t samples,
                                      float loss_scale);

/** Moves every value into [-largest, largest], as torch.nn.utils.clip_grad_value_. NaN stays NaN. values is
 * float[count]. largest >= 0 and finite, or the call is GLS_ERROR_RANGE. (largest is meant of the gradients
 * as they lie: for a mean of m summed gradients at most c, clip the sum's values at m c.) */
GLS_FUNCTION GLS_NODISCARD gls_status gls_clip_values(float* values, size_t count, float largest);

/** How many steps were left out because of their gradients. All zero at the start; the counts stay at
 * 2^32 - 1. */
typedef struct gls_skipped {
  uint32_t total;    /**< Steps left out so far. */
  uint32_t in_a_row; /**< Steps left out since the last one that was taken. */
} gls_skipped;

/** Decides about a step that refused its gradients (GLS_ERROR_GRADIENT). It counts such a step and returns
 * GLS_OK in place of its status, until stop_after of them came in a row: then the error stays an error.
 * stop_after 0 never stops. Every other status goes through.
 *
 *     status = gls_skip(&skipped, gls_step(&optimizer, gls_gradient_buffer(gradients), 1.0f), 10);
 */
GLS_FUNCTION GLS_NODISCARD gls_status gls_skip(gls_skipped* skipped, gls_status step_status,
                                               uint32_t stop_after);

/** The usual values, in the order of the fields. In C: gls_noise_params params = {GLS_NOISE_DEFAULTS}; */
#define GLS_NOISE_DEFAULTS 0.3, 0.55, 0

/** Gradient noise (Neelakantan et al., 2015): normal, with mean 0 and variance eta / (1 + t)^gamma. */
typedef struct gls_noise_params {
  double eta GLS_USUAL(NOISE,
                       1); /**< >= 0: the variance at t = 0; 0 is no noise. The paper's: 0.01, 0.3, 1. */
  double gamma GLS_USUAL(NOISE, 2);  /**< >= 0: how fast the variance falls; 0: it does not. */
  uint64_t seed GLS_USUAL(NOISE, 3); /**< Another seed gives another noise. */
} gls_noise_params;

/** Fills params, which is not null: eta 0.3, gamma 0.55, seed 0. */
GLS_FUNCTION void gls_noise_defaults(gls_noise_params* params);

/** Adds noise to gradients, float[count]: those with the numbers first to first + count - 1 of all. The noise
 * of a gradient depends only on its number, on t (steps before this one, as in schedules.h) and on the seed.
 * It does not depend on how the gradients are cut into calls, nor on the target. It is at most 6.77 standard
 * deviations. (Philox4x32-10 of Salmon et al., 2011, and Box-Muller.)
 *
 * The variance is meant of the gradients that a step takes, so of their mean and without a loss scale. Where
 * they are sums that the step multiplies with s (gls_gradient_scale), the noise is multiplied with s too:
 * give eta / s^2. And report before the noise, or clipping sees it.
 *
 * GLS_ERROR_RANGE: eta or gamma is out of range. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_add_noise(const gls_noise_params* params, uint32_t t,
                                                    float* gradients, size_t first, size_t count);

/** Dynamic loss scaling, for gradients that are computed in a narrow number format (torch.amp.GradScaler).
 * All zero at the start. For each step:
 *
 * - multiply the loss by gls_loss_scale, and compute the gradients;
 * - report on the gradients (gls_gradient_report_update);
 * - give the step gls_gradient_scale, with the loss scale, as its scale; where some gradients are not finite
 * it is NaN, and the step is left out (GLS_ERROR_RANGE);
 * - call gls_loss_scale_update. */
typedef struct gls_loss_scaler {
  float scale;    /**< The scale; 0 before the first update. */
  uint32_t clean; /**< Steps in a row without an overflow, since the scale last changed. */
} gls_loss_scaler;

/** The usual values, in the order of the fields. In C: gls_loss_scaler_params params =
 * {GLS_LOSS_SCALER_DEFAULTS}; */
#define GLS_LOSS_SCALER_DEFAULTS 65536.0, 2.0, 2000, 0.5

/** How the loss scale moves. */
typedef struct gls_loss_scaler_params {
  double first_scale GLS_USUAL(LOSS_SCALER,
                               1); /**< The scale at the start: from 2^-126 to the largest float. */
  double growth GLS_USUAL(LOSS_SCALER,
                          2); /**< The factor after growth_interval clean steps: >= 1, a float. */
  uint32_t growth_interval GLS_USUAL(LOSS_SCALER, 3); /**< In steps, > 0. */
  double backoff GLS_USUAL(LOSS_SCALER,
                           4); /**< The factor after a step with gradients not finite: in (0, 1). */
} gls_loss_scaler_params;

/** Fills params, which is not null, with PyTorch's values: 65536, 2, 2000 and 0.5. */
GLS_FUNCTION void gls_loss_scaler_defaults(gls_loss_scaler_params* params);

/** The scale for the next loss. NaN where an argument is null or a parameter out of range. */
GLS_FUNCTION float gls_loss_scale(const gls_loss_scaler* state, const gls_loss_scaler_params* params);

/** Moves the scale after a step; not_finite says whether some of its gradients were not finite. A scale that
 * would leave the normal floats (2^-126 up to the largest) stays. GLS_ERROR_RANGE: a parameter is out of
 * range. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_loss_scale_update(gls_loss_scaler* state,
                                                            const gls_loss_scaler_params* params,
                                                            bool not_finite);

#endif
