/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * Signum. */
#ifndef GLISSADE_RULES_SIGNUM_H
#define GLISSADE_RULES_SIGNUM_H

#include "glissade/optimizer.h"

/** The usual values, in the order of the fields. In C: gls_signum_params params = {GLS_SIGNUM_DEFAULTS}; */
#define GLS_SIGNUM_DEFAULTS 1e-3, 0, false, false, 0.9

/** Signum (Bernstein et al. 2018): signSGD of a running mean of g. One slot. */
typedef struct gls_signum_params {
  double learning_rate GLS_USUAL(SIGNUM, 1);        /**< >= 0 */
  double weight_decay GLS_USUAL(SIGNUM, 2);         /**< >= 0; 0 is none */
  bool decoupled_weight_decay GLS_USUAL(SIGNUM, 3); /**< true: of w itself, not through the gradient */
  bool maximize GLS_USUAL(SIGNUM, 4);               /**< true: ascend */
  double momentum GLS_USUAL(SIGNUM, 5); /**< in [0, 1): decay of the mean per step; 0 is signSGD */
} gls_signum_params;

/** What Signum keeps beside its slots. All zero at the start. */
typedef struct gls_signum_state {
  uint32_t step; /**< t: steps begun; stays at 2^32 - 1 when it gets there */
} gls_signum_state;

/** Sets the usual values. params is not null. */
GLS_FUNCTION void gls_signum_defaults(gls_signum_params* params);

/** Signum of count weights. weights and mean are float[count]; mean starts at zero. */
GLS_FUNCTION gls_optimizer gls_signum(gls_signum_params* params, gls_signum_state* state, float* weights,
                                      float* mean, size_t count);

#endif
