/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * Learning-rate schedules: pure functions of a step (or of an epoch, if you count those). Assign the result
 * to params.learning_rate before each step. No state is hidden: the same step gives the same rate after a
 * restart. Only gls_plateau_update, which looks at losses, has a state.
 *
 * t is the number of steps before this one, so the first step has t = 0, as in torch.optim.lr_scheduler. A
 * function that counts from 1 says so. Names like StepLR are those of torch.optim.lr_scheduler. The bits are
 * the same in every rounding mode of the caller.
 *
 * How exact: rate * gamma^k is within 1e-12 of that formula, relatively, for every k, as long as it is a
 * normal double. The others are within 1e-12 of their highest rate of their formula; so are PyTorch's own
 * values.
 *
 * Rates that you give are >= 0. Factors such as gamma are >= 0 too, unless the text says more. No such number
 * is larger than the largest float, 3.4e38. Where an argument is out of range the result is NaN, which every
 * rule refuses with GLS_ERROR_RANGE. All other results are >= 0, but for two: gls_schedule_cyclic is below 0
 * where highest is below lowest and gamma above 1 lets the peaks grow, and results too large for a double are
 * infinite. Every rule refuses these too.
 *
 * Schedules compose by arithmetic:
 *
 * - a warm-up before any other:
 *   gls_schedule_linear(1, t, 0.1, 1, 5) * gls_schedule_cosine(rate, t, 100, 0)
 * - one factor on another (ChainedScheduler): their product, with rate 1 in all but one
 * - one after another (SequentialLR): t < 20 ? first(t) : second(t - 20)
 * - by epochs: t / steps_per_epoch in place of t (+ 1 where counted from 1) */
#ifndef GLISSADE_SCHEDULES_H
#define GLISSADE_SCHEDULES_H

#include "glissade/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/** StepLR: rate * gamma^floor(t / period). period > 0, in steps. */
double gls_schedule_staircase(double rate, uint32_t t, uint32_t period, double gamma);

/** MultiStepLR: rate * gamma^(milestones at or before t). milestones is uint32_t[count], in any order; it may
 * be null where count is 0. The step with t = milestone is the first that has the lower rate, as in PyTorch.
 * (Keras' PiecewiseConstantDecay still has the old rate there: give it milestone - 1 for ours.) */
double gls_schedule_multi_step(double rate, uint32_t t, const uint32_t* milestones, size_t count,
                               double gamma);

/** ConstantLR: rate * factor for the first `total` steps, then rate. */
double gls_schedule_constant(double rate, uint32_t t, double factor, uint32_t total);

/** LinearLR: rate * factor, where factor goes from `first` to `last` in a straight line over `total` > 0
 * steps and stays there. With first 0 and last 1 it is the usual warm-up: multiply it with any other
 * schedule. */
double gls_schedule_linear(double rate, uint32_t t, double first, double last, uint32_t total);

/** ExponentialLR: rate * gamma^t. */
double gls_schedule_exponential(double rate, uint32_t t, double gamma);

/** PolynomialLR: rate * (1 - t / total)^exponent for the first `total` > 0 steps, then 0. exponent > 0. */
double gls_schedule_polynomial(double rate, uint32_t t, uint32_t total, double exponent);

/** CosineAnnealingLR: half a cosine from rate at t = 0 to lowest at t = half_period > 0, and back up again,
 * and so on, as PyTorch's does after T_max. lowest >= 0. For a rate that stays at its end take
 * gls_schedule_half_cosine. */
double gls_schedule_cosine(double rate, uint32_t t, uint32_t half_period, double lowest);

/** Half a cosine from rate at t = 0 to lowest at t = length > 0, and lowest from there on: what Keras calls
 * CosineDecay and optax cosine_decay_schedule. lowest >= 0. */
double gls_schedule_half_cosine(double rate, uint32_t t, uint32_t length, double lowest);

/** CosineAnnealingWarmRestarts (SGDR: Loshchilov and Hutter 2017): half a cosine from rate to lowest, then
 * again from rate. The first takes `period` > 0 steps, each next one `growth` >= 1 times as many. lowest >=
 * 0. */
double gls_schedule_cosine_restarts(double rate, uint32_t t, uint32_t period, uint32_t growth, double lowest);

/** How the peaks of gls_schedule_cyclic change. */
typedef enum GLS_ENUM(gls_cycle) {
  GLS_CYCLE_TRIANGULAR,  /**< Every peak is as high. */
  GLS_CYCLE_TRIANGULAR2, /**< Each peak is half as high above lowest as the one before. */
  GLS_CYCLE_EXPONENTIAL  /**< The height above lowest is multiplied by gamma^t: exp_range. */
} gls_cycle;

/** CyclicLR (Smith 2017): up from lowest to highest in `up` > 0 steps, down again in `down` > 0, and so on.
 * gamma is for GLS_CYCLE_EXPONENTIAL; the other cycles do not look at it. Where cycle is none of gls_cycle,
 * the result is NaN. */
double gls_schedule_cyclic(double lowest, double highest, uint32_t t, uint32_t up, uint32_t down,
                           gls_cycle cycle, double gamma);

/** The shape of gls_schedule_one_cycle. PyTorch's defaults stand behind the fields that have one. */
typedef struct gls_one_cycle {
  double highest; /**< The rate at the peak, >= 0. */
  uint32_t total; /**< Steps in all; beyond them the last rate stays. */
  double rising;  /**< The part of steps before the peak: below 1, with rising * total > 1. PyTorch: 0.3. (For
                   * 1 PyTorch divides by 0; for less its first rate is already behind the peak.) */
  double first_divisor; /**< > 0: the first rate is highest / first_divisor. PyTorch: 25. */
  double last_divisor;  /**< > 0: the last rate is the first / last_divisor. PyTorch: 1e4. */
  bool three_phases;    /**< Down to the first rate as fast as up, then on to the last. PyTorch: false. */
  bool linear;          /**< Straight lines instead of half cosines. PyTorch: false. */
} gls_one_cycle;

/** OneCycleLR (Smith and Topin 2018): up to the peak, then down to the last rate. NaN where cycle is null. */
double gls_schedule_one_cycle(const gls_one_cycle* cycle, uint32_t t);

/** Inverse time: rate / (1 + decay * epoch). decay >= 0. epoch counts from 1; 0 is an error. */
double gls_schedule_inverse_time(double rate, uint32_t epoch, double decay);

/** Inverse root: rate * k / sqrt(epoch). k >= 0. epoch counts from 1; 0 is an error. */
double gls_schedule_inverse_root(double rate, uint32_t epoch, double k);

/** Noam (Vaswani et al., 2017): factor * model^-0.5 * min(step^-0.5, step * warmup^-1.5). model is the width
 * of the model, > 0. warmup > 0, in steps. step counts from 1; 0 is an error. */
double gls_schedule_noam(double factor, uint32_t step, uint32_t model, uint32_t warmup);

/** Warm-up, stable, decay: up from 0 over `warmup` steps, rate for `stable` steps, down to lowest in a
 * straight line over `decay` steps, and lowest from there on. 0 steps leave a part out. lowest >= 0.
 *
 * Each part begins with its first value, so the first step of a warm-up (t = 0) has rate 0 and moves nothing,
 * and lowest is first there at t = warmup + stable + decay: the last of that many steps is (rate -
 * lowest) / decay above it. For a first step that moves and a last one with lowest, ask for t + 1. */
double gls_schedule_wsd(double rate, uint32_t t, uint32_t warmup, uint32_t stable, uint32_t decay,
                        double lowest);

/** What ReduceLROnPlateau remembers. All zero at the start. */
typedef struct gls_plateau {
  double best;      /**< The best loss so far; means nothing until started. */
  double factor;    /**< What the rate has been multiplied with; means nothing until started. */
  uint32_t waiting; /**< Counted losses since then that were no better. */
  uint32_t resting; /**< Losses that are still not to be counted. */
  bool started;     /**< Whether there was a loss. */
} gls_plateau;

/** The usual values, in the order of the fields. In C: gls_plateau_params params = {GLS_PLATEAU_DEFAULTS}; */
#define GLS_PLATEAU_DEFAULTS 0.1, 1e-4, 0, 10, 0, false, false

/** When gls_plateau_rate lets the rate fall, and how. */
typedef struct gls_plateau_params {
  double reduction GLS_USUAL(PLATEAU, 1); /**< In (0, 1): what the rate is multiplied with. */
  double threshold GLS_USUAL(PLATEAU, 2); /**< >= 0: how much better a loss must be; relative ones are < 1. */
  double lowest GLS_USUAL(PLATEAU, 3);    /**< >= 0: the rate does not fall below it; 0 is no bound. */
  uint32_t patience GLS_USUAL(PLATEAU, 4); /**< Losses in a row that may be no better; the next one lowers. */
  uint32_t cooldown GLS_USUAL(PLATEAU, 5); /**< Losses that are not counted after the rate fell. */
  bool absolute GLS_USUAL(PLATEAU, 6);     /**< The margin is threshold itself, not threshold * |best|. */
  bool ascending GLS_USUAL(PLATEAU, 7);    /**< Larger is better, as of an accuracy: PyTorch's mode "max". */
} gls_plateau_params;

/** Fills params, which is not null, with PyTorch's values: 0.1, 1e-4, 0, 10, 0, relative, "min". */
void gls_plateau_defaults(gls_plateau_params* params);

/** ReduceLROnPlateau: a rate that falls when a loss (or, ascending, a metric) gets no better. Takes one more
 * loss, and returns rate times what it has fallen to so far, but not less than lowest (or than rate, where
 * that is lower still).
 *
 * A loss is better where it is more than a margin below the best one: threshold * |best|, or threshold. A
 * loss that is NaN or infinite never is. After more than `patience` losses in a row that are not better, the
 * factor is multiplied by `reduction`, and the next `cooldown` losses are not counted. (So patience 2 falls
 * at the third, as PyTorch's does. Keras' falls at the second: give it one less here.) Where state or params
 * is null or a number out of range, the result is NaN and nothing changes.
 *
 * It differs from PyTorch on purpose where the best loss is below 0: PyTorch's bound is best * (1 -
 * threshold), which is above best there, so that a worse loss counts as better. And there is no eps: a fall
 * too small for PyTorch is made. */
double gls_plateau_rate(gls_plateau* state, const gls_plateau_params* params, double rate, double loss);

/** gls_plateau_rate with these numbers, a relative threshold in [0, 1), "min", and no lowest rate. */
double gls_plateau_update(gls_plateau* state, double rate, double loss, double reduction, uint32_t patience,
                          double threshold, uint32_t cooldown);

#ifdef __cplusplus
}
#endif
#endif
