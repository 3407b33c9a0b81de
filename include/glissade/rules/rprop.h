/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * Rprop. */
#ifndef GLISSADE_RULES_RPROP_H
#define GLISSADE_RULES_RPROP_H

#include "glissade/optimizer.h"

/** The usual values, in the order of the fields. In C: gls_rprop_params params = {GLS_RPROP_DEFAULTS}; */
#define GLS_RPROP_DEFAULTS 1e-2, 0, false, false, 0.5, 1.2, 1e-6, 50

/** Rprop (Riedmiller and Braun 1993): each weight has a step of its own, which grows while its gradient keeps
 * its sign and shrinks when it changes. For whole batches, not for noise. Two slots: the last gradient, the
 * step. torch.optim.Rprop. */
typedef struct gls_rprop_params {
  double learning_rate GLS_USUAL(RPROP, 1);        /**< >= 0: the first step; later ones do not look at it */
  double weight_decay GLS_USUAL(RPROP, 2);         /**< >= 0; 0 is none */
  bool decoupled_weight_decay GLS_USUAL(RPROP, 3); /**< true: of w itself, not through the gradient */
  bool maximize GLS_USUAL(RPROP, 4);               /**< true: ascend */
  double eta_minus GLS_USUAL(RPROP, 5);            /**< in (0, 1): how a step shrinks */
  double eta_plus GLS_USUAL(RPROP, 6);             /**< above 1: how it grows */
  double smallest_step GLS_USUAL(RPROP, 7);        /**< >= 0 */
  double largest_step GLS_USUAL(RPROP, 8);         /**< >= smallest_step. learning_rate is the first step */
} gls_rprop_params;

/** What Rprop keeps beside its slots. All zero at the start. */
typedef struct gls_rprop_state {
  uint32_t step; /**< t: steps begun; stays at 2^32 - 1 when it gets there */
} gls_rprop_state;

/** Sets the usual values. params is not null. */
GLS_FUNCTION void gls_rprop_defaults(gls_rprop_params* params);

/** Rprop of count weights. weights, previous and step_size are float[count]; previous and step_size start at
 * zero. */
GLS_FUNCTION gls_optimizer gls_rprop(gls_rprop_params* params, gls_rprop_state* state, float* weights,
                                     float* previous, float* step_size, size_t count);

#endif
