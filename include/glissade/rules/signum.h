/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GLISSADE_RULES_SIGNUM_H
#define GLISSADE_RULES_SIGNUM_H

#include "glissade/rules/common.h"

/* Signum (Bernstein et al. 2018): signSGD of a running mean of g. One slot. */
typedef struct gls_signum_params {
  GLS_COMMON_PARAMS(1e-3);
  double momentum GLS_DEFAULT(0.9); /* in [0, 1): decay of the mean per step; 0 is signSGD */
} gls_signum_params;

GLS_STEP_STATE(signum);

typedef struct gls_signum_coefficients {
  gls_gradient_coefficients gradient;
  gls_mean_coefficients mean;
  float rate;
} gls_signum_coefficients;

GLS_RULE_1(signum, mean);

#endif
