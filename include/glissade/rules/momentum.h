/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * SGD with momentum. */
#ifndef GLISSADE_RULES_MOMENTUM_H
#define GLISSADE_RULES_MOMENTUM_H

#include "glissade/optimizer.h"

/** The usual values, in the order of the fields. In C: gls_momentum_params params = {GLS_MOMENTUM_DEFAULTS};
 */
#define GLS_MOMENTUM_DEFAULTS 1e-3, 0, false, false, false, 0.9, 0

/** SGD with momentum: buffer = momentum buffer + (1 - dampening) g; w = w - lr buffer. One slot.
 * torch.optim.SGD: the first step takes buffer = g, without dampening. */
typedef struct gls_momentum_params {
  double learning_rate GLS_USUAL(MOMENTUM, 1);        /**< >= 0 */
  double weight_decay GLS_USUAL(MOMENTUM, 2);         /**< >= 0; 0 is none */
  bool decoupled_weight_decay GLS_USUAL(MOMENTUM, 3); /**< true: of w itself, not through the gradient */
  bool maximize GLS_USUAL(MOMENTUM, 4);               /**< true: ascend */
  bool nesterov GLS_USUAL(MOMENTUM,
                          5); /**< w = w - lr (g + momentum buffer); needs momentum > 0, dampening 0 */
  double momentum GLS_USUAL(MOMENTUM,
                            6); /**< >= 0, usually below 1; 0 is plain SGD and leaves buffer alone */
  double dampening GLS_USUAL(MOMENTUM, 7); /**< any; 0 is none */
} gls_momentum_params;

/** What momentum keeps beside its slot. All zero at the start. */
typedef struct gls_momentum_state {
  uint32_t step; /**< steps begun with momentum > 0; stays at 2^32 - 1 when it gets there */
} gls_momentum_state;

/** Sets the usual values. params is not null. */
GLS_FUNCTION void gls_momentum_defaults(gls_momentum_params* params);

/** SGD with momentum of count weights. weights and buffer are float[count]; buffer starts at zero. */
GLS_FUNCTION gls_optimizer gls_momentum(gls_momentum_params* params, gls_momentum_state* state,
                                        float* weights, float* buffer, size_t count);

#endif
