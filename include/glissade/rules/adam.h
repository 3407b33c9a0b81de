/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * Adam. */
#ifndef GLISSADE_RULES_ADAM_H
#define GLISSADE_RULES_ADAM_H

#include "glissade/optimizer.h"

/** The usual values, in the order of the fields. In C: gls_adam_params params = {GLS_ADAM_DEFAULTS}; */
#define GLS_ADAM_DEFAULTS 1e-3, 0, false, false, false, 0.9, 0.999, 1e-8, true

/** Adam (Kingma and Ba 2015): m and v are running means of g and g^2,
 *   w = w - lr (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon). Two slots.
 * torch.optim.Adam; with gls_adamw_defaults() torch.optim.AdamW. */
typedef struct gls_adam_params {
  double learning_rate GLS_USUAL(ADAM, 1);        /**< >= 0 */
  double weight_decay GLS_USUAL(ADAM, 2);         /**< >= 0; 0 is none */
  bool decoupled_weight_decay GLS_USUAL(ADAM, 3); /**< true: of w itself, not through the gradient */
  bool maximize GLS_USUAL(ADAM, 4);               /**< true: ascend */
  bool allow_zero_epsilon GLS_USUAL(ADAM, 5);     /**< true: epsilon may be 0 */
  double beta1 GLS_USUAL(ADAM, 6);                /**< in [0, 1): decay of m per step; 0 is no memory */
  double beta2 GLS_USUAL(ADAM, 7);                /**< in [0, 1): decay of v per step */
  double epsilon GLS_USUAL(ADAM, 8);              /**< >= 2^-126; with allow_zero_epsilon 0 too: a weight
                                                    whose gradients were all 0 is NaN then (0/0) */
  bool bias_correction GLS_USUAL(ADAM, 9);        /**< false: without the divisions by 1 - beta^t */
} gls_adam_params;

/** What Adam keeps beside its slots. All zero at the start. */
typedef struct gls_adam_state {
  uint32_t step; /**< t: steps begun; stays at 2^32 - 1 when it gets there */
} gls_adam_state;

/** Sets the usual values. params is not null. */
GLS_FUNCTION void gls_adam_defaults(gls_adam_params* params);

/** Adam of count weights. weights, m and v are float[count]; m and v start at zero. */
GLS_FUNCTION gls_optimizer gls_adam(gls_adam_params* params, gls_adam_state* state, float* weights, float* m,
                                    float* v, size_t count);

/** Those of gls_adam. */
typedef gls_adam_params gls_adam_epsilon_inside_params;
/** Those of gls_adam_params. */
#define GLS_ADAM_EPSILON_INSIDE_DEFAULTS GLS_ADAM_DEFAULTS
/** That of gls_adam. */
typedef gls_adam_state gls_adam_epsilon_inside_state;
/** Sets the usual values. params is not null. */
GLS_FUNCTION void gls_adam_epsilon_inside_defaults(gls_adam_epsilon_inside_params* params);

/** The same with epsilon inside the root, sqrt(v / (1 - beta2^t) + epsilon); where epsilon is 0 too, which
 * needs no allow_zero_epsilon, a root of 0 is no move. weights, m and v are float[count]; m and v start at
 * zero. */
GLS_FUNCTION gls_optimizer gls_adam_epsilon_inside(gls_adam_epsilon_inside_params* params,
                                                   gls_adam_epsilon_inside_state* state, float* weights,
                                                   float* m, float* v, size_t count);

/** The values of gls_adamw_defaults(). In C: gls_adam_params params = {GLS_ADAMW_DEFAULTS}; */
#define GLS_ADAMW_DEFAULTS 1e-3, 1e-2, true, false, false, 0.9, 0.999, 1e-8, true

/** Sets AdamW's values: weight_decay 0.01, decoupled. params is not null. */
GLS_FUNCTION void gls_adamw_defaults(gls_adam_params* params);

/** The values of gls_adam_short_memory_defaults(). In C: gls_adam_params params =
 * {GLS_ADAM_SHORT_MEMORY_DEFAULTS}; */
#define GLS_ADAM_SHORT_MEMORY_DEFAULTS 1e-3, 0, false, false, false, 0.9, 0.99, 1e-8, true

/** Sets Adam's values for short runs: beta2 0.99. params is not null. */
GLS_FUNCTION void gls_adam_short_memory_defaults(gls_adam_params* params);

#endif
