/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GLISSADE_RULES_SGD_H
#define GLISSADE_RULES_SGD_H

#include "glissade/rules/common.h"

/* SGD: w = w - lr g. No slot. torch.optim.SGD without momentum. */
typedef struct gls_sgd_params {
  GLS_COMMON_PARAMS(1e-3);
} gls_sgd_params;

GLS_STEP_STATE(sgd);

typedef struct gls_sgd_coefficients {
  gls_gradient_coefficients gradient;
  float rate;
} gls_sgd_coefficients;

GLS_RULE_0(sgd);

#endif
