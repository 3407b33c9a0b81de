/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * RAdam. */
#ifndef GLISSADE_RULES_RADAM_H
#define GLISSADE_RULES_RADAM_H

#include "glissade/optimizer.h"

/** The usual values, in the order of the fields. In C: gls_radam_params params = {GLS_RADAM_DEFAULTS}; */
#define GLS_RADAM_DEFAULTS 1e-3, 0, false, false, false, 0.9, 0.999, 1e-8

/** RAdam (Liu et al. 2020): Adam whose first steps, while the variance of v is unknown, are plain momentum.
 * Two slots. torch.optim.RAdam. */
typedef struct gls_radam_params {
  double learning_rate GLS_USUAL(RADAM, 1);        /**< >= 0 */
  double weight_decay GLS_USUAL(RADAM, 2);         /**< >= 0; 0 is none */
  bool decoupled_weight_decay GLS_USUAL(RADAM, 3); /**< true: of w itself, not through the gradient */
  bool maximize GLS_USUAL(RADAM, 4);               /**< true: ascend */
  bool allow_zero_epsilon GLS_USUAL(RADAM, 5);     /**< true: epsilon may be 0 */
  double beta1 GLS_USUAL(RADAM, 6);                /**< in [0, 1): decay of m per step */
  double beta2 GLS_USUAL(RADAM, 7);                /**< in [0, 1): decay of v per step */
  double epsilon GLS_USUAL(RADAM, 8);              /**< >= 2^-126; with allow_zero_epsilon 0 too */
} gls_radam_params;

/** What RAdam keeps beside its slots. All zero at the start. */
typedef struct gls_radam_state {
  uint32_t step; /**< t: steps begun; stays at 2^32 - 1 when it gets there */
} gls_radam_state;

/** Sets the usual values. params is not null. */
GLS_FUNCTION void gls_radam_defaults(gls_radam_params* params);

/** RAdam of count weights. weights, m and v are float[count]; m and v start at zero. */
GLS_FUNCTION gls_optimizer gls_radam(gls_radam_params* params, gls_radam_state* state, float* weights,
                                     float* m, float* v, size_t count);

#endif
