/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * Classical momentum. */
#ifndef GLISSADE_RULES_CLASSICAL_MOMENTUM_H
#define GLISSADE_RULES_CLASSICAL_MOMENTUM_H

#include "glissade/optimizer.h"

/** The usual values, in the order of the fields. In C: gls_classical_momentum_params params =
 * {GLS_CLASSICAL_MOMENTUM_DEFAULTS}; */
#define GLS_CLASSICAL_MOMENTUM_DEFAULTS 1e-2, 0, false, false, 0.9

/** Momentum as in physics (Polyak 1964): velocity = momentum velocity + lr g, w = w - velocity. One slot. The
 * rate is inside velocity: when it changes, steps already taken keep theirs. With a constant gradient,
 * velocity tends to lr g / (1 - momentum): ten times the first step at 0.9. (torch.optim.SGD's is
 * gls_momentum.) */
typedef struct gls_classical_momentum_params {
  double learning_rate GLS_USUAL(CLASSICAL_MOMENTUM, 1); /**< >= 0; 0 adds nothing to velocity, which moves on */
  double weight_decay GLS_USUAL(CLASSICAL_MOMENTUM, 2);  /**< >= 0; 0 is none */
  bool decoupled_weight_decay GLS_USUAL(CLASSICAL_MOMENTUM,
                                        3);         /**< true: of w itself, not through the gradient */
  bool maximize GLS_USUAL(CLASSICAL_MOMENTUM, 4);   /**< true: ascend */
  double momentum GLS_USUAL(CLASSICAL_MOMENTUM, 5); /**< in [0, 1) */
} gls_classical_momentum_params;

/** What classical momentum keeps beside its slots. All zero at the start. */
typedef struct gls_classical_momentum_state {
  uint32_t step; /**< t: steps begun; stays at 2^32 - 1 when it gets there */
} gls_classical_momentum_state;

/** Sets the usual values. params is not null. */
GLS_FUNCTION void gls_classical_momentum_defaults(gls_classical_momentum_params* params);

/** Classical momentum of count weights. weights and velocity are float[count]; velocity starts at zero. */
GLS_FUNCTION gls_optimizer gls_classical_momentum(gls_classical_momentum_params* params,
                                                  gls_classical_momentum_state* state, float* weights,
                                                  float* velocity, size_t count);

/** Nesterov's point, where the gradient of the next step is to be taken for his accelerated form:
 * ahead = weights - momentum velocity. Take the gradient at ahead, then step weights with it. The buffers
 * must not overlap. (The opposite sign, a common slip, diverges.) */
GLS_FUNCTION GLS_NODISCARD gls_status
gls_classical_momentum_look_ahead(const gls_classical_momentum_params* params, const float* weights,
                                  const float* velocity, float* ahead, size_t count);

#endif
