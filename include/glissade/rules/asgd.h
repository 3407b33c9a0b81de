/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * Averaged SGD. */
#ifndef GLISSADE_RULES_ASGD_H
#define GLISSADE_RULES_ASGD_H

#include "glissade/optimizer.h"

/** The usual values, in the order of the fields. In C: gls_asgd_params params = {GLS_ASGD_DEFAULTS}; */
#define GLS_ASGD_DEFAULTS 1e-2, 0, false, false, 1e-4, 0.75, 1e6

/** Averaged SGD (Polyak and Juditsky 1992): w takes steps with a falling rate eta, average is the mean of w
 * from step start_averaging on. One slot. torch.optim.ASGD. */
typedef struct gls_asgd_params {
  double learning_rate GLS_USUAL(ASGD, 1);        /**< >= 0; a change is seen one step later, as in PyTorch */
  double weight_decay GLS_USUAL(ASGD, 2);         /**< >= 0; 0 is none */
  bool decoupled_weight_decay GLS_USUAL(ASGD, 3); /**< true: of w itself, not through the gradient */
  bool maximize GLS_USUAL(ASGD, 4);               /**< true: ascend */
  double lambda GLS_USUAL(ASGD, 5);               /**< >= 0: decay of w, and how fast eta falls */
  double alpha GLS_USUAL(ASGD, 6); /**< >= 0: power of the fall: eta = lr / (1 + lambda lr t)^alpha */
  double start_averaging GLS_USUAL(ASGD,
                                   7); /**< >= 0: steps before the mean starts; until then average is w */
} gls_asgd_params;

/** What averaged SGD keeps beside its slot. All zero at the start. */
typedef struct gls_asgd_state {
  uint32_t step; /**< t: steps begun; stays at 2^32 - 1 when it gets there */
  float eta;     /**< the next step's rate; each step sets it for the next */
  float mu;      /**< the next step's weight in the mean; likewise */
} gls_asgd_state;

/** Sets the usual values. params is not null. */
GLS_FUNCTION void gls_asgd_defaults(gls_asgd_params* params);

/** Averaged SGD of count weights. weights and average are float[count]; average starts at zero. */
GLS_FUNCTION gls_optimizer gls_asgd(gls_asgd_params* params, gls_asgd_state* state, float* weights,
                                    float* average, size_t count);

#endif
