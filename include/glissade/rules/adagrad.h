/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GLISSADE_RULES_ADAGRAD_H
#define GLISSADE_RULES_ADAGRAD_H

#include "glissade/rules/common.h"

/* Adagrad (Duchi, Hazan and Singer 2011): sum is that of g^2, w = w - lr g / (sqrt(sum) + epsilon). One slot.
 * torch.optim.Adagrad. */
typedef struct gls_adagrad_params {
  GLS_COMMON_PARAMS(1e-2);
  double learning_rate_decay
      GLS_DEFAULT(0); /* >= 0: at step t the rate is lr / (1 + (t - 1) learning_rate_decay) */
  double initial_accumulator GLS_DEFAULT(0); /* >= 0: where sum starts, at the first step */
  double epsilon
      GLS_DEFAULT(1e-10); /* >= 2^-126, or 0; 0 lets a weight whose gradients were all 0 become NaN (0/0) */
  bool mean GLS_DEFAULT(false); /* true: the mean of g^2 instead of their sum; only with epsilon inside */
} gls_adagrad_params;

GLS_STEP_STATE(adagrad);

typedef struct gls_adagrad_coefficients {
  gls_gradient_coefficients gradient;
  float initial, count, rate, epsilon;
  uint32_t mean;
} gls_adagrad_coefficients;

GLS_RULE_1(adagrad, sum);

/* The same with epsilon inside the root, sqrt(sum + epsilon); where epsilon is 0 too, a root of 0 is no move.
 */
typedef gls_adagrad_params gls_adagrad_epsilon_inside_params;
typedef gls_adagrad_state gls_adagrad_epsilon_inside_state;
typedef gls_adagrad_coefficients gls_adagrad_epsilon_inside_coefficients;
GLS_RULE_1(adagrad_epsilon_inside, sum);

/* Fills params with the textbooks', for epsilon inside: epsilon 1e-8. */
GLS_FUNCTION void gls_adagrad_textbook_defaults(gls_adagrad_params* params);

#endif
