/* SPDX-License-Identifier: Apache-2.0 */
/* Running means: of buffers (weights, gradients) and of one number (a loss). */
#ifndef GLISSADE_AVERAGES_H
#define GLISSADE_AVERAGES_H

#include "glissade/base.h"

/* sum = sum + scale * values, fused: gradients of micro-batches added up. scale is finite. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_accumulate(float* sum, const float* values, float scale,
                                                     size_t count);

/* The mean of all buffers so far: mean = mean + (values - mean) / number, where values are the number-th,
 * counted from 1. Micro-batches whose mean is wanted, or weights along the way: Stochastic Weight Averaging
 * (Izmailov et al. 2018; the bits of torch.optim.swa_utils.get_swa_avg_fn). Number 1 copies. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_mean_update(float* mean, const float* values, uint32_t number,
                                                      size_t count);

/* An exponential moving average: mean = decay mean + (1 - decay) values. decay in [0, 1). Either start with a
 * copy (number 1 of gls_mean_update) and go on from there, as torch.optim.swa_utils.get_ema_avg_fn; or start
 * at zero and read it through gls_ema_corrected, which divides by 1 - decay^updates. updates > 0. corrected
 * may be mean, which then is no longer one to go on with. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_ema_update(float* mean, const float* values, double decay,
                                                     size_t count);
GLS_FUNCTION GLS_NODISCARD gls_status gls_ema_corrected(const float* mean, double decay, uint32_t updates,
                                                        float* corrected, size_t count);

/* The same of one number, in double. All zero at the start. */
typedef struct gls_running_mean {
  double mean;      /* not corrected */
  uint32_t updates; /* stays at 2^32 - 1 when it gets there */
} gls_running_mean;

/* Takes one more value; returns the mean, corrected by 1 - beta^updates: a weighted mean of what was seen,
 * over about 1 / (1 - beta) values. beta in [0, 1); 0 forgets at once. NaN, and nothing changed, where beta
 * makes no sense or state is null. */
GLS_FUNCTION double gls_running_mean_update(gls_running_mean* state, double beta, double value);

#endif
