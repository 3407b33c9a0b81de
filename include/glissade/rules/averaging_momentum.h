/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GLISSADE_RULES_AVERAGING_MOMENTUM_H
#define GLISSADE_RULES_AVERAGING_MOMENTUM_H

#include "glissade/rules/common.h"

/* Momentum as a running mean of gradients: mean = beta mean + (1 - beta) g, w = w - lr mean. One slot. The
 * mean reaches back about 1 / (1 - beta) steps. With a rate of lr / (1 - beta) and without bias correction it
 * is classical momentum. */
typedef struct gls_averaging_momentum_params {
  GLS_COMMON_PARAMS(1e-2);
  double beta GLS_DEFAULT(0.9);           /* in [0, 1) */
  bool bias_correction GLS_DEFAULT(true); /* mean / (1 - beta^t), which does not start near 0 */
} gls_averaging_momentum_params;

GLS_STEP_STATE(averaging_momentum);

typedef struct gls_averaging_momentum_coefficients {
  gls_gradient_coefficients gradient;
  gls_mean_coefficients mean;
  float rate;
} gls_averaging_momentum_coefficients;

GLS_RULE_1(averaging_momentum, mean);

#endif
