/* SPDX-License-Identifier: Apache-2.0 */
/* Learning-rate schedules: pure functions of a step (or epoch, if you count those), to be assigned to
 * params.learning_rate before each step. No state is hidden: the same step gives the same rate after a
 * restart.
 *
 * t is the number of steps before this one, so the first step has t = 0, as in torch.optim.lr_scheduler;
 * functions that count from 1 say so. Schedules compose by arithmetic:
 *   a warm-up before any other  gls_schedule_linear(1, t, 0.1, 1, 5) * gls_schedule_cosine(rate, t, 100, 0)
 *   one factor on another       (ChainedScheduler) their product, with rate 1 in all but one
 *   one after another           (SequentialLR) t < 20 ? first(t) : second(t - 20)
 *   by epochs                   t / steps_per_epoch in place of t (+ 1 where counted from 1)
 * Rates are >= 0. Where an argument makes no sense the result is NaN,
 * which every rule refuses with GLS_ERROR_RANGE. Within 1e-12 of PyTorch's values, relatively. Computed in
 * the caller's rounding mode. */
#ifndef GLISSADE_SCHEDULES_H
#define GLISSADE_SCHEDULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* rate * gamma^floor(t / period). period > 0. StepLR. */
double gls_schedule_staircase(double rate, uint32_t t, uint32_t period, double gamma);

/* rate * gamma^(milestones at or before t). milestones: uint32_t[count], ascending. MultiStepLR. */
double gls_schedule_multi_step(double rate, uint32_t t, const uint32_t* milestones, size_t count,
                               double gamma);

/* rate * factor for the first `total` steps, then rate. ConstantLR. */
double gls_schedule_constant(double rate, uint32_t t, double factor, uint32_t total);

/* rate * factor, where factor goes from `first` to `last` in a straight line over `total` > 0 steps and stays
 * there. LinearLR. With first 0 and last 1 it is the usual warm-up; multiply it with any other schedule. */
double gls_schedule_linear(double rate, uint32_t t, double first, double last, uint32_t total);

/* rate * gamma^t. ExponentialLR. */
double gls_schedule_exponential(double rate, uint32_t t, double gamma);

/* rate * (1 - t / total)^power until total > 0, then 0. power > 0. PolynomialLR. */
double gls_schedule_polynomial(double rate, uint32_t t, uint32_t total, double exponent);

/* Half a cosine from rate at t = 0 to lowest at t = half_period > 0, and back, and so on. CosineAnnealingLR.
 */
double gls_schedule_cosine(double rate, uint32_t t, uint32_t half_period, double lowest);

/* Half a cosine from rate to lowest, restarted at rate: the first lasts `period` > 0 steps, each next one
 * `growth` >= 1 times as long. CosineAnnealingWarmRestarts (Loshchilov and Hutter 2017: SGDR). */
double gls_schedule_cosine_restarts(double rate, uint32_t t, uint32_t period, uint32_t growth, double lowest);

typedef enum gls_cycle {
  GLS_CYCLE_TRIANGULAR,  /* every peak is as high */
  GLS_CYCLE_TRIANGULAR2, /* each peak is half as high above lowest as the one before */
  GLS_CYCLE_EXPONENTIAL  /* the height is gamma^t: exp_range */
} gls_cycle;

/* Up from lowest to highest in `up` > 0 steps, down again in `down` > 0, and so on. gamma is for
 * GLS_CYCLE_EXPONENTIAL. CyclicLR (Smith 2017). */
double gls_schedule_cyclic(double lowest, double highest, uint32_t t, uint32_t up, uint32_t down,
                           gls_cycle cycle, double gamma);

typedef struct gls_one_cycle {
  double highest; /* the rate at the peak */
  uint32_t total; /* steps in all; beyond them the last rate stays */
  double rising;  /* in (0, 1): the part of the steps before the peak, more than one step; PyTorch's is 0.3 */
  double first_divisor; /* > 0: the first rate is highest / first_divisor; 25 */
  double last_divisor;  /* > 0: the last rate is the first / last_divisor; 1e4 */
  bool three_phases;    /* down to the first rate as fast as up, then on to the last; false */
  bool linear;          /* straight lines instead of half cosines; false */
} gls_one_cycle;

/* OneCycleLR (Smith and Topin 2018). */
double gls_schedule_one_cycle(const gls_one_cycle* cycle, uint32_t t);

/* rate / (1 + decay * epoch). Counts from 1; epoch 0 is an error. */
double gls_schedule_inverse_time(double rate, uint32_t epoch, double decay);

/* rate * k / sqrt(epoch). Counts from 1; epoch 0 is an error. */
double gls_schedule_inverse_root(double rate, uint32_t epoch, double k);

/* factor * model^-0.5 * min(step^-0.5, step * warmup^-1.5) (Vaswani et al. 2017). Counts from 1; step 0 is an
 * error. model: the width of the model, > 0. warmup > 0. */
double gls_schedule_noam(double factor, uint32_t step, uint32_t model, uint32_t warmup);

/* Warm-up, stable, decay: up from 0 over `warmup` steps, rate for `stable` steps, down to lowest in a
 * straight line over `decay` steps, and lowest from there on. */
double gls_schedule_wsd(double rate, uint32_t t, uint32_t warmup, uint32_t stable, uint32_t decay,
                        double lowest);

/* A rate that falls when a loss stops to. All zero at the start. ReduceLROnPlateau with mode "min" and its
 * relative threshold. */
typedef struct gls_plateau {
  double best;      /* smallest loss so far */
  double factor;    /* what the rate has been multiplied with, once started */
  uint32_t waiting; /* losses since then that were no better */
  uint32_t resting; /* losses still to be ignored */
  bool started;
} gls_plateau;

/* Takes one more loss; returns rate times what it has fallen to so far. After more than `patience` losses
 * in a row that are not below best * (1 - threshold), the factor is multiplied by `reduction` in (0, 1), and
 * the next `cooldown` losses are not counted. */
double gls_plateau_update(gls_plateau* state, double rate, double loss, double reduction, uint32_t patience,
                          double threshold, uint32_t cooldown);

#ifdef __cplusplus
}
#endif
#endif
