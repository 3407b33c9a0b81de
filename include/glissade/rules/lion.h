/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GLISSADE_RULES_LION_H
#define GLISSADE_RULES_LION_H

#include "glissade/rules/common.h"

/* Lion (Chen et al. 2023): steps of one size, in the direction of a running mean of g. One slot. Takes a
 * learning rate 3 to 10 times smaller than Adam. (Not in torch.optim.) */
typedef struct gls_lion_params {
  GLS_COMMON_PARAMS(1e-4);
  double beta1 GLS_DEFAULT(0.9);  /* in [0, 1): weight of the mean in the direction */
  double beta2 GLS_DEFAULT(0.99); /* in [0, 1): decay of the mean per step */
} gls_lion_params;

GLS_STEP_STATE(lion);

typedef struct gls_lion_coefficients {
  gls_gradient_coefficients gradient;
  gls_mean_coefficients direction, mean;
  float rate;
} gls_lion_coefficients;

GLS_RULE_1(lion, m);

#endif
