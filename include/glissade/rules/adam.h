/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GLISSADE_RULES_ADAM_H
#define GLISSADE_RULES_ADAM_H

#include "glissade/rules/common.h"

/* Adam (Kingma and Ba 2015): m and v are running means of g and g^2,
 *   w = w - lr (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon). Two slots.
 * torch.optim.Adam; with gls_adamw_defaults() torch.optim.AdamW. */
typedef struct gls_adam_params {
  GLS_COMMON_PARAMS(1e-3);
  double beta1 GLS_DEFAULT(0.9);   /* in [0, 1): decay of m per step; 0 is no memory */
  double beta2 GLS_DEFAULT(0.999); /* in [0, 1): decay of v per step */
  double epsilon
      GLS_DEFAULT(1e-8); /* >= 2^-126, or 0; 0 lets a weight whose gradients were all 0 become NaN (0/0) */
  bool bias_correction GLS_DEFAULT(true); /* false: without the divisions by 1 - beta^t */
} gls_adam_params;

GLS_STEP_STATE(adam);

typedef struct gls_adam_coefficients {
  gls_gradient_coefficients gradient;
  gls_moment_coefficients moments;
  float rate, root_divisor, root_reciprocal, correction, epsilon;
} gls_adam_coefficients;

GLS_RULE_2(adam, m, v);

/* The same with epsilon inside the root, sqrt(v / (1 - beta2^t) + epsilon); where epsilon is 0 too, a root of
 * 0 is no move. */
typedef gls_adam_params gls_adam_epsilon_inside_params;
typedef gls_adam_state gls_adam_epsilon_inside_state;
typedef gls_adam_coefficients gls_adam_epsilon_inside_coefficients;
GLS_RULE_2(adam_epsilon_inside, m, v);

/* Fills params with AdamW's: weight_decay 0.01, decoupled. */
GLS_FUNCTION void gls_adamw_defaults(gls_adam_params* params);

/* Fills params with Adam's for short runs: beta2 0.99. */
GLS_FUNCTION void gls_adam_short_memory_defaults(gls_adam_params* params);

#endif
