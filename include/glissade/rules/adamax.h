/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GLISSADE_RULES_ADAMAX_H
#define GLISSADE_RULES_ADAMAX_H

#include "glissade/rules/common.h"

/* Adamax (Kingma and Ba 2015): m is a running mean of g, u a decaying maximum of |g|,
 *   w = w - lr (m / (1 - beta1^t)) / u. Two slots. torch.optim.Adamax. */
typedef struct gls_adamax_params {
  GLS_COMMON_PARAMS(2e-3);
  double beta1 GLS_DEFAULT(0.9);   /* in [0, 1): decay of m per step */
  double beta2 GLS_DEFAULT(0.999); /* in [0, 1): decay of u per step */
  double epsilon
      GLS_DEFAULT(1e-8); /* >= 0, added to |g|; 0 lets a weight whose gradients were all 0 become NaN */
} gls_adamax_params;

GLS_STEP_STATE(adamax);

typedef struct gls_adamax_coefficients {
  gls_gradient_coefficients gradient;
  gls_lerp_coefficients mean;
  float maximum_decay, rate, epsilon;
} gls_adamax_coefficients;

GLS_RULE_2(adamax, m, u);

#endif
