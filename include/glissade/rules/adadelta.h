/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GLISSADE_RULES_ADADELTA_H
#define GLISSADE_RULES_ADADELTA_H

#include "glissade/rules/common.h"

/* Adadelta (Zeiler 2012): square and delta are running means of g^2 and of the squared updates d,
 *   d = sqrt(delta + epsilon) / sqrt(square + epsilon) g, w = w - lr d. Two slots. torch.optim.Adadelta. */
typedef struct gls_adadelta_params {
  GLS_COMMON_PARAMS(1.0);
  double rho GLS_DEFAULT(0.9);      /* in [0, 1]: decay of both means per step */
  double epsilon GLS_DEFAULT(1e-6); /* >= 2^-126, or 0; 0 never starts to move */
} gls_adadelta_params;

GLS_STEP_STATE(adadelta);

typedef struct gls_adadelta_coefficients {
  gls_gradient_coefficients gradient;
  gls_mean_coefficients mean;
  float rate, epsilon;
} gls_adadelta_coefficients;

GLS_RULE_2(adadelta, square, delta);

#endif
