/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * Running means: of buffers (weights, gradients) and of one number (a loss).
 *
 * Buffers are float[count], as glissade.h describes them. On an error nothing has been written.
 *
 * What is kept must stay finite, so calls look at what comes before they write: a value that is infinite or
 * NaN is GLS_ERROR_NOT_FINITE, and so is a sum that would be. What is kept already is not looked at: number
 * 1, or decay 0, begins anew whatever it was. With the look means take 1.3 to 1.4 times as long, and sums
 * about twice as long (AVX2, 683 to a million floats). The calls named _unguarded do not look, and take what
 * comes. */
#ifndef GLISSADE_AVERAGES_H
#define GLISSADE_AVERAGES_H

#include "glissade/base.h"

/** Adds scaled values to a sum: sum = sum + scale * values, fused (one rounding). sum and values are
 * float[count]. scale is finite, or the call is GLS_ERROR_RANGE. Use it to add up the gradients of
 * micro-batches: their sums, and then one gls_gradient_scale with the number of all samples. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_accumulate(float* sum, const float* values, float scale,
                                                     size_t count);

/** gls_accumulate without the look for what is not finite. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_accumulate_unguarded(float* sum, const float* values, float scale,
                                                               size_t count);

/** Takes one more buffer into the mean of all buffers so far: mean = mean + (values - mean) / number. mean
 * and values are float[count]. number says which buffer this is, counted from 1; 0 is GLS_ERROR_RANGE.
 * Number 1 copies values to mean.
 *
 * Use it for the weights along the way: Stochastic Weight Averaging (Izmailov et al., 2018). The bits are
 * those of torch.optim.swa_utils.get_swa_multi_avg_fn, whose lerp is fused; get_swa_avg_fn rounds once more.
 * Each buffer counts alike: the mean of micro-batches' means is the batch's only where all have as many
 * samples. Where the last one is short, add up sums (gls_accumulate). */
GLS_FUNCTION GLS_NODISCARD gls_status gls_mean_update(float* mean, const float* values, uint32_t number,
                                                      size_t count);

/** gls_mean_update without the look for what is not finite. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_mean_update_unguarded(float* mean, const float* values,
                                                                uint32_t number, size_t count);

/** Takes one more buffer into an exponential moving average: mean = decay mean + (1 - decay) values. mean and
 * values are float[count]. decay is in [0, 1), or the call is GLS_ERROR_RANGE; 0 copies values to mean.
 *
 * There are two ways to start. Either copy the first values (number 1 of gls_mean_update) and go on from
 * there, with the bits of torch.optim.swa_utils.get_ema_multi_avg_fn. Or start with a mean of zeros, and read
 * it through gls_ema_corrected. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_ema_update(float* mean, const float* values, double decay,
                                                     size_t count);

/** gls_ema_update without the look for what is not finite. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_ema_update_unguarded(float* mean, const float* values, double decay,
                                                               size_t count);

/** Reads an exponential moving average that started at zero: corrected = mean / (1 - decay^updates). mean and
 * corrected are float[count]. updates, > 0, says how often gls_ema_update was called; decay, in [0, 1), is
 * the one it was called with. Outside these ranges the call is GLS_ERROR_RANGE. corrected may be mean, which
 * then is no longer one to go on with. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_ema_corrected(const float* mean, double decay, uint32_t updates,
                                                        float* corrected, size_t count);

/** An exponential moving average of one number, in double. All zero at the start. */
typedef struct gls_running_mean {
  double mean;      /**< The mean, not corrected. */
  uint32_t updates; /**< Values taken so far; stays at 2^32 - 1 when it gets there. */
} gls_running_mean;

/** Takes one more value and returns the mean, corrected by 1 - beta^updates: a weighted mean of what was
 * seen, over about 1 / (1 - beta) values. beta is in [0, 1); 0 forgets at once. A value that is infinite or
 * NaN is left out: the result is NaN and nothing changes. So it is where beta is outside or state is null. */
GLS_FUNCTION double gls_running_mean_update(gls_running_mean* state, double beta, double value);

#endif
