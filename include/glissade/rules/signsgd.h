/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GLISSADE_RULES_SIGNSGD_H
#define GLISSADE_RULES_SIGNSGD_H

#include "glissade/rules/common.h"

/* signSGD (Bernstein et al. 2018): w = w - lr sign(g), where sign(0) = 0. No slot. */
typedef struct gls_signsgd_params {
  GLS_COMMON_PARAMS(1e-3);
} gls_signsgd_params;

GLS_STEP_STATE(signsgd);

typedef struct gls_signsgd_coefficients {
  gls_gradient_coefficients gradient;
  float rate;
} gls_signsgd_coefficients;

GLS_RULE_0(signsgd);

#endif
