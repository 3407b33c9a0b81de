/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * Adadelta. */
#ifndef GLISSADE_RULES_ADADELTA_H
#define GLISSADE_RULES_ADADELTA_H

#include "glissade/optimizer.h"

/** The usual values, in the order of the fields. In C: gls_adadelta_params params = {GLS_ADADELTA_DEFAULTS};
 */
#define GLS_ADADELTA_DEFAULTS 1.0, 0, false, false, false, 0.9, 1e-6

/** Adadelta (Zeiler 2012): square and delta are running means of g^2 and of the squared updates d,
 *   d = sqrt(delta + epsilon) / sqrt(square + epsilon) g, w = w - lr d. Two slots. torch.optim.Adadelta. */
typedef struct gls_adadelta_params {
  double learning_rate GLS_USUAL(ADADELTA, 1);        /**< >= 0 */
  double weight_decay GLS_USUAL(ADADELTA, 2);         /**< >= 0; 0 is none */
  bool decoupled_weight_decay GLS_USUAL(ADADELTA, 3); /**< true: of w itself, not through the gradient */
  bool maximize GLS_USUAL(ADADELTA, 4);               /**< true: ascend */
  bool allow_zero_epsilon GLS_USUAL(ADADELTA, 5);     /**< true: epsilon may be 0 */
  double rho GLS_USUAL(ADADELTA, 6);                  /**< in [0, 1]: decay of both means per step */
  double epsilon GLS_USUAL(ADADELTA,
                           7); /**< >= 2^-126; with allow_zero_epsilon 0 too, which never starts to move */
} gls_adadelta_params;

/** What Adadelta keeps beside its slots. All zero at the start. */
typedef struct gls_adadelta_state {
  uint32_t step; /**< t: steps begun; stays at 2^32 - 1 when it gets there */
} gls_adadelta_state;

/** Sets the usual values. params is not null. */
GLS_FUNCTION void gls_adadelta_defaults(gls_adadelta_params* params);

/** Adadelta of count weights. weights, square and delta are float[count]; square and delta start at zero. */
GLS_FUNCTION gls_optimizer gls_adadelta(gls_adadelta_params* params, gls_adadelta_state* state,
                                        float* weights, float* square, float* delta, size_t count);

#endif
