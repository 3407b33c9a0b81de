/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GLISSADE_RULES_RADAM_H
#define GLISSADE_RULES_RADAM_H

#include "glissade/rules/common.h"

/* RAdam (Liu et al. 2020): Adam whose first steps, while the variance of v is unknown, are plain momentum.
 * Two slots. torch.optim.RAdam. */
typedef struct gls_radam_params {
  GLS_COMMON_PARAMS(1e-3);
  double beta1 GLS_DEFAULT(0.9);    /* in [0, 1): decay of m per step */
  double beta2 GLS_DEFAULT(0.999);  /* in [0, 1): decay of v per step */
  double epsilon GLS_DEFAULT(1e-8); /* >= 2^-126, or 0 */
} gls_radam_params;

GLS_STEP_STATE(radam);

typedef struct gls_radam_coefficients {
  gls_gradient_coefficients gradient;
  gls_moment_coefficients moments;
  float correction, rate, adaptation, rectification, epsilon;
  uint32_t adaptive;
} gls_radam_coefficients;

GLS_RULE_2(radam, m, v);

#endif
