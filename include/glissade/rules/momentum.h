/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GLISSADE_RULES_MOMENTUM_H
#define GLISSADE_RULES_MOMENTUM_H

#include "glissade/rules/common.h"

/* SGD with momentum: buffer = momentum buffer + (1 - dampening) g; w = w - lr buffer. One slot.
 * torch.optim.SGD: the first step takes buffer = g, without dampening. */
typedef struct gls_momentum_params {
  GLS_COMMON_PARAMS(1e-3);
  bool nesterov GLS_DEFAULT(false); /* w = w - lr (g + momentum buffer); needs momentum > 0, dampening 0 */
  double momentum GLS_DEFAULT(0.9); /* >= 0, usually below 1; 0 is plain SGD and leaves buffer alone */
  double dampening GLS_DEFAULT(0);  /* any; 0 is none */
} gls_momentum_params;

typedef struct gls_momentum_state {
  uint32_t step; /* steps begun with momentum > 0; stays at 2^32 - 1 when it gets there */
} gls_momentum_state;

typedef struct gls_momentum_coefficients {
  gls_gradient_coefficients gradient;
  float rate, momentum, lookahead, input;
  uint32_t kind;
} gls_momentum_coefficients;

GLS_RULE_1(momentum, buffer);

#endif
