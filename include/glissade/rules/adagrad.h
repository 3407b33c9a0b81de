/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GLISSADE_RULES_ADAGRAD_H
#define GLISSADE_RULES_ADAGRAD_H

#include "glissade/rules/common.h"

/* Adagrad (Duchi, Hazan and Singer 2011): sum is that of g^2, w = w - lr g / (sqrt(sum) + epsilon). One slot.
 * torch.optim.Adagrad. */
typedef struct gls_adagrad_params {
  GLS_COMMON_PARAMS(1e-2);
  double learning_rate_decay GLS_DEFAULT(0); /* >= 0: at step t the rate is lr / (1 + (t - 1) learning_rate_decay) */
  double initial_accumulator GLS_DEFAULT(0); /* >= 0: where sum starts, at the first step */
  double epsilon GLS_DEFAULT(1e-10); /* >= 0; 0 lets a weight whose gradients were all 0 become NaN (0/0) */
} gls_adagrad_params;

GLS_STEP_STATE(adagrad);

typedef struct gls_adagrad_coefficients {
  gls_gradient_coefficients gradient;
  float initial, rate, epsilon;
} gls_adagrad_coefficients;

GLS_RULE_1(adagrad, sum);

#endif
