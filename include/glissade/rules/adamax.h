/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * Adamax. */
#ifndef GLISSADE_RULES_ADAMAX_H
#define GLISSADE_RULES_ADAMAX_H

#include "glissade/optimizer.h"

/** The usual values, in the order of the fields. In C: gls_adamax_params params = {GLS_ADAMAX_DEFAULTS}; */
#define GLS_ADAMAX_DEFAULTS 2e-3, 0, false, false, false, 0.9, 0.999, 1e-8

/** Adamax (Kingma and Ba 2015): m is a running mean of g, u a decaying maximum of |g|,
 *   w = w - lr (m / (1 - beta1^t)) / u. Two slots. torch.optim.Adamax. */
typedef struct gls_adamax_params {
  double learning_rate GLS_USUAL(ADAMAX, 1);        /**< >= 0 */
  double weight_decay GLS_USUAL(ADAMAX, 2);         /**< >= 0; 0 is none */
  bool decoupled_weight_decay GLS_USUAL(ADAMAX, 3); /**< true: of w itself, not through the gradient */
  bool maximize GLS_USUAL(ADAMAX, 4);               /**< true: ascend */
  bool allow_zero_epsilon GLS_USUAL(ADAMAX, 5);     /**< true: epsilon may be 0 */
  double beta1 GLS_USUAL(ADAMAX, 6);                /**< in [0, 1): decay of m per step */
  double beta2 GLS_USUAL(ADAMAX, 7);                /**< in [0, 1): decay of u per step */
  double epsilon GLS_USUAL(ADAMAX, 8);              /**< >= 2^-126, added to |g|; with allow_zero_epsilon 0
                                                    too: a weight whose gradients were all 0 is NaN then */
} gls_adamax_params;

/** What Adamax keeps beside its slots. All zero at the start. */
typedef struct gls_adamax_state {
  uint32_t step; /**< t: steps begun; stays at 2^32 - 1 when it gets there */
} gls_adamax_state;

/** Sets the usual values. params is not null. */
GLS_FUNCTION void gls_adamax_defaults(gls_adamax_params* params);

/** Adamax of count weights. weights, m and u are float[count]; m and u start at zero. */
GLS_FUNCTION gls_optimizer gls_adamax(gls_adamax_params* params, gls_adamax_state* state, float* weights,
                                      float* m, float* u, size_t count);

#endif
