/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * SGD. */
#ifndef GLISSADE_RULES_SGD_H
#define GLISSADE_RULES_SGD_H

#include "glissade/optimizer.h"

/** The usual values, in the order of the fields. In C: gls_sgd_params params = {GLS_SGD_DEFAULTS}; */
#define GLS_SGD_DEFAULTS 1e-3, 0, false, false

/** SGD: w = w - lr g. No slot. torch.optim.SGD without momentum. */
typedef struct gls_sgd_params {
  double learning_rate GLS_USUAL(SGD, 1);        /**< >= 0 */
  double weight_decay GLS_USUAL(SGD, 2);         /**< >= 0; 0 is none */
  bool decoupled_weight_decay GLS_USUAL(SGD, 3); /**< true: of w itself, not through the gradient */
  bool maximize GLS_USUAL(SGD, 4);               /**< true: ascend */
} gls_sgd_params;

/** What SGD keeps beside its slots. All zero at the start. */
typedef struct gls_sgd_state {
  uint32_t step; /**< t: steps begun; stays at 2^32 - 1 when it gets there */
} gls_sgd_state;

/** Sets the usual values. params is not null. */
GLS_FUNCTION void gls_sgd_defaults(gls_sgd_params* params);

/** SGD of count weights: float[count]. */
GLS_FUNCTION gls_optimizer gls_sgd(gls_sgd_params* params, gls_sgd_state* state, float* weights,
                                   size_t count);

#endif
