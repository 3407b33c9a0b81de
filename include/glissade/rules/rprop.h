/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GLISSADE_RULES_RPROP_H
#define GLISSADE_RULES_RPROP_H

#include "glissade/rules/common.h"

/* Rprop (Riedmiller and Braun 1993): each weight has a step of its own, which grows while its gradient keeps
 * its sign and shrinks when it changes. For whole batches, not for noise. Two slots: the last gradient, the
 * step. torch.optim.Rprop. */
typedef struct gls_rprop_params {
  GLS_COMMON_PARAMS(1e-2);
  double eta_minus GLS_DEFAULT(0.5);      /* in (0, 1): how a step shrinks */
  double eta_plus GLS_DEFAULT(1.2);       /* above 1: how it grows */
  double smallest_step GLS_DEFAULT(1e-6); /* >= 0 */
  double largest_step GLS_DEFAULT(50);    /* >= smallest_step. learning_rate is the first step */
} gls_rprop_params;

GLS_STEP_STATE(rprop);

typedef struct gls_rprop_coefficients {
  gls_gradient_coefficients gradient;
  float first, shrink, grow, smallest, largest;
} gls_rprop_coefficients;

GLS_RULE_2(rprop, previous, step_size);

#endif
