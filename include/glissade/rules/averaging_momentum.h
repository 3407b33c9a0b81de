/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * Momentum as a running mean. */
#ifndef GLISSADE_RULES_AVERAGING_MOMENTUM_H
#define GLISSADE_RULES_AVERAGING_MOMENTUM_H

#include "glissade/optimizer.h"

/** The usual values, in the order of the fields. In C: gls_averaging_momentum_params params =
 * {GLS_AVERAGING_MOMENTUM_DEFAULTS}; */
#define GLS_AVERAGING_MOMENTUM_DEFAULTS 1e-2, 0, false, false, 0.9, true

/** Momentum as a running mean of gradients: mean = beta mean + (1 - beta) g, w = w - lr mean. One slot. The
 * mean reaches back about 1 / (1 - beta) steps. With a rate of lr / (1 - beta) and without bias correction it
 * is classical momentum. */
typedef struct gls_averaging_momentum_params {
  double learning_rate GLS_USUAL(AVERAGING_MOMENTUM, 1); /**< >= 0 */
  double weight_decay GLS_USUAL(AVERAGING_MOMENTUM, 2);  /**< >= 0; 0 is none */
  bool decoupled_weight_decay GLS_USUAL(AVERAGING_MOMENTUM,
                                        3);       /**< true: of w itself, not through the gradient */
  bool maximize GLS_USUAL(AVERAGING_MOMENTUM, 4); /**< true: ascend */
  double beta GLS_USUAL(AVERAGING_MOMENTUM, 5);   /**< in [0, 1) */
  bool bias_correction GLS_USUAL(AVERAGING_MOMENTUM,
                                 6); /**< mean / (1 - beta^t), which does not start near 0 */
} gls_averaging_momentum_params;

/** What the running mean keeps beside its slots. All zero at the start. */
typedef struct gls_averaging_momentum_state {
  uint32_t step; /**< t: steps begun; stays at 2^32 - 1 when it gets there */
} gls_averaging_momentum_state;

/** Sets the usual values. params is not null. */
GLS_FUNCTION void gls_averaging_momentum_defaults(gls_averaging_momentum_params* params);

/** Momentum as a running mean of count weights. weights and mean are float[count]; mean starts at zero. */
GLS_FUNCTION gls_optimizer gls_averaging_momentum(gls_averaging_momentum_params* params,
                                                  gls_averaging_momentum_state* state, float* weights,
                                                  float* mean, size_t count);

#endif
