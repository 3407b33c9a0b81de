/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GLISSADE_RULES_CLASSICAL_MOMENTUM_H
#define GLISSADE_RULES_CLASSICAL_MOMENTUM_H

#include "glissade/rules/common.h"

/* Momentum as in physics (Polyak 1964): velocity = momentum velocity + lr g, w = w - velocity. One slot. The
 * rate is inside velocity: when it changes, steps already taken keep theirs. With a constant gradient,
 * velocity tends to lr g / (1 - momentum): ten times the first step at 0.9. (torch.optim.SGD's is
 * gls_momentum_step.) */
typedef struct gls_classical_momentum_params {
  GLS_COMMON_PARAMS(1e-2);
  double momentum GLS_DEFAULT(0.9); /* in [0, 1) */
} gls_classical_momentum_params;

GLS_STEP_STATE(classical_momentum);

typedef struct gls_classical_momentum_coefficients {
  gls_gradient_coefficients gradient;
  float rate, momentum;
} gls_classical_momentum_coefficients;

GLS_RULE_1(classical_momentum, velocity);

/* Nesterov's point, where the gradient of the next step is to be taken for his accelerated form:
 * ahead = weights - momentum velocity. Then gls_classical_momentum_step, on weights. ahead may be weights'
 * copy but not weights. (The opposite sign, a common slip, diverges.) */
GLS_FUNCTION GLS_NODISCARD gls_status
gls_classical_momentum_look_ahead(const gls_classical_momentum_params* params, const float* weights,
                                  const float* velocity, float* ahead, size_t count);

#endif
