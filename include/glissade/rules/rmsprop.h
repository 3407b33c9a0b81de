/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GLISSADE_RULES_RMSPROP_H
#define GLISSADE_RULES_RMSPROP_H

#include "glissade/rules/common.h"

/* RMSprop (Tieleman and Hinton 2012): square is a running mean of g^2, w = w - lr g / (sqrt(square) +
 * epsilon). torch.optim.RMSprop. Four rules, because their memory differs: rmsprop has one slot; _momentum
 * adds a buffer of steps; _centered adds the mean of g, whose square is subtracted under the root (and the
 * difference is never below 0: PyTorch's can be, and is NaN then). */
typedef struct gls_rmsprop_params {
  GLS_COMMON_PARAMS(1e-2);
  double alpha GLS_DEFAULT(0.99); /* in [0, 1]: decay of the means per step */
  double epsilon
      GLS_DEFAULT(1e-8); /* >= 2^-126, or 0; 0 lets a weight whose gradients were all 0 become NaN (0/0) */
  double momentum GLS_DEFAULT(0);            /* >= 0; other than 0 only where the rule has a buffer */
  bool start_at_gradient GLS_DEFAULT(false); /* true: square starts at the first g^2 instead of 0 */
} gls_rmsprop_params;

GLS_STEP_STATE(rmsprop);

typedef struct gls_rmsprop_coefficients {
  gls_gradient_coefficients gradient;
  gls_lerp_coefficients mean;
  gls_mean_coefficients square;
  float rate, momentum, epsilon;
} gls_rmsprop_coefficients;

GLS_RULE_1(rmsprop, square);

/* The same with epsilon inside the root, sqrt(square + epsilon); where epsilon is 0 too, a root of 0 is no
 * move. */
typedef gls_rmsprop_params gls_rmsprop_epsilon_inside_params;
typedef gls_rmsprop_state gls_rmsprop_epsilon_inside_state;
typedef gls_rmsprop_coefficients gls_rmsprop_epsilon_inside_coefficients;
GLS_RULE_1(rmsprop_epsilon_inside, square);

/* Fills params with the textbooks', for epsilon inside: learning_rate 1e-3, alpha 0.9. */
GLS_FUNCTION void gls_rmsprop_textbook_defaults(gls_rmsprop_params* params);

typedef gls_rmsprop_params gls_rmsprop_momentum_params;
typedef gls_rmsprop_state gls_rmsprop_momentum_state;
typedef gls_rmsprop_coefficients gls_rmsprop_momentum_coefficients;
GLS_RULE_2(rmsprop_momentum, square, buffer);

typedef gls_rmsprop_params gls_rmsprop_centered_params;
typedef gls_rmsprop_state gls_rmsprop_centered_state;
typedef gls_rmsprop_coefficients gls_rmsprop_centered_coefficients;
GLS_RULE_2(rmsprop_centered, square, mean);

typedef gls_rmsprop_params gls_rmsprop_centered_momentum_params;
typedef gls_rmsprop_state gls_rmsprop_centered_momentum_state;
typedef gls_rmsprop_coefficients gls_rmsprop_centered_momentum_coefficients;
GLS_RULE_3(rmsprop_centered_momentum, square, buffer, mean);

#endif
