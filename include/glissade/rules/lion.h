/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * Lion. */
#ifndef GLISSADE_RULES_LION_H
#define GLISSADE_RULES_LION_H

#include "glissade/optimizer.h"

/** The usual values, in the order of the fields. In C: gls_lion_params params = {GLS_LION_DEFAULTS}; */
#define GLS_LION_DEFAULTS 1e-4, 0, false, false, 0.9, 0.99

/** Lion (Chen et al. 2023): steps of one size, in the direction of a running mean of g. One slot. Takes a
 * learning rate 3 to 10 times smaller than Adam. (Not in torch.optim.) */
typedef struct gls_lion_params {
  double learning_rate GLS_USUAL(LION, 1);        /**< >= 0 */
  double weight_decay GLS_USUAL(LION, 2);         /**< >= 0; 0 is none */
  bool decoupled_weight_decay GLS_USUAL(LION, 3); /**< true: of w itself, not through the gradient */
  bool maximize GLS_USUAL(LION, 4);               /**< true: ascend */
  double beta1 GLS_USUAL(LION, 5);                /**< in [0, 1): weight of the mean in the direction */
  double beta2 GLS_USUAL(LION, 6);                /**< in [0, 1): decay of the mean per step */
} gls_lion_params;

/** What Lion keeps beside its slots. All zero at the start. */
typedef struct gls_lion_state {
  uint32_t step; /**< t: steps begun; stays at 2^32 - 1 when it gets there */
} gls_lion_state;

/** Sets the usual values. params is not null. */
GLS_FUNCTION void gls_lion_defaults(gls_lion_params* params);

/** Lion of count weights. weights and m are float[count]; m starts at zero. */
GLS_FUNCTION gls_optimizer gls_lion(gls_lion_params* params, gls_lion_state* state, float* weights, float* m,
                                    size_t count);

#endif
