/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * NAdam. */
#ifndef GLISSADE_RULES_NADAM_H
#define GLISSADE_RULES_NADAM_H

#include "glissade/optimizer.h"

/** The usual values, in the order of the fields. In C: gls_nadam_params params = {GLS_NADAM_DEFAULTS}; */
#define GLS_NADAM_DEFAULTS 2e-3, 0, false, false, false, 0.9, 0.999, 1e-8, 4e-3

/** NAdam (Dozat 2016): Adam with Nesterov momentum, whose beta1 grows from step to step:
 *   mu_t = beta1 (1 - 0.96^(t momentum_decay) / 2). Two slots. torch.optim.NAdam. */
typedef struct gls_nadam_params {
  double learning_rate GLS_USUAL(NADAM, 1);        /**< >= 0 */
  double weight_decay GLS_USUAL(NADAM, 2);         /**< >= 0; 0 is none */
  bool decoupled_weight_decay GLS_USUAL(NADAM, 3); /**< true: of w itself, not through the gradient */
  bool maximize GLS_USUAL(NADAM, 4);               /**< true: ascend */
  bool allow_zero_epsilon GLS_USUAL(NADAM, 5);     /**< true: epsilon may be 0 */
  double beta1 GLS_USUAL(NADAM, 6);                /**< in [0, 1): decay of m per step */
  double beta2 GLS_USUAL(NADAM, 7);                /**< in [0, 1): decay of v per step */
  double epsilon GLS_USUAL(NADAM, 8);              /**< >= 2^-126; with allow_zero_epsilon 0 too: a weight
                                                    whose gradients were all 0 is NaN then (0/0) */
  double momentum_decay GLS_USUAL(NADAM, 9);       /**< >= 0: how fast mu grows; 0 keeps it at beta1 / 2 */
} gls_nadam_params;

/** What NAdam keeps beside its slots. All zero at the start. */
typedef struct gls_nadam_state {
  uint32_t step;    /**< t: steps begun; stays at 2^32 - 1 when it gets there */
  float mu_product; /**< of all mu_t so far; set at the first step */
} gls_nadam_state;

/** Sets the usual values. params is not null. */
GLS_FUNCTION void gls_nadam_defaults(gls_nadam_params* params);

/** NAdam of count weights. weights, m and v are float[count]; m and v start at zero. */
GLS_FUNCTION gls_optimizer gls_nadam(gls_nadam_params* params, gls_nadam_state* state, float* weights,
                                     float* m, float* v, size_t count);

#endif
