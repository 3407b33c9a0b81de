/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GLISSADE_RULES_SGD_H
#define GLISSADE_RULES_SGD_H

#include "glissade/rules/common.h"

/* SGD: w = w - lr g. No slot. torch.optim.SGD without momentum. */
typedef struct gls_sgd_params {
  double learning_rate GLS_DEFAULT(1e-3);
  double weight_decay GLS_DEFAULT(0);
  bool decoupled_weight_decay GLS_DEFAULT(false);
  bool maximize GLS_DEFAULT(false);
} gls_sgd_params;

typedef struct gls_sgd_state {
  uint32_t step; /* steps begun; stays at 2^32 - 1 when it gets there */
} gls_sgd_state;

typedef struct gls_sgd_coefficients {
  gls_gradient_coefficients gradient;
  float rate;
} gls_sgd_coefficients;

GLS_RULE_0(sgd);

#endif
