/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * Adagrad. */
#ifndef GLISSADE_RULES_ADAGRAD_H
#define GLISSADE_RULES_ADAGRAD_H

#include "glissade/optimizer.h"

/** The usual values, in the order of the fields. In C: gls_adagrad_params params = {GLS_ADAGRAD_DEFAULTS}; */
#define GLS_ADAGRAD_DEFAULTS 1e-2, 0, false, false, false, 0, 0, 1e-10, false

/** Adagrad (Duchi, Hazan and Singer 2011): sum is that of g^2, w = w - lr g / (sqrt(sum) + epsilon). One
 * slot. torch.optim.Adagrad. */
typedef struct gls_adagrad_params {
  double learning_rate GLS_USUAL(ADAGRAD, 1);        /**< >= 0 */
  double weight_decay GLS_USUAL(ADAGRAD, 2);         /**< >= 0; 0 is none */
  bool decoupled_weight_decay GLS_USUAL(ADAGRAD, 3); /**< true: of w itself, not through the gradient */
  bool maximize GLS_USUAL(ADAGRAD, 4);               /**< true: ascend */
  bool allow_zero_epsilon GLS_USUAL(ADAGRAD, 5);     /**< true: epsilon may be 0 */
  double learning_rate_decay
      GLS_USUAL(ADAGRAD, 6); /**< >= 0: at step t the rate is lr / (1 + (t - 1) learning_rate_decay) */
  double initial_accumulator GLS_USUAL(ADAGRAD, 7); /**< >= 0: where sum starts, at the first step */
  double epsilon GLS_USUAL(ADAGRAD, 8);             /**< >= 2^-126; with allow_zero_epsilon 0 too: a weight
                                                    whose gradients were all 0 is NaN then (0/0) */
  bool mean GLS_USUAL(ADAGRAD,
                      9); /**< true: the mean of g^2 instead of their sum; only with epsilon inside */
} gls_adagrad_params;

/** What Adagrad keeps beside its slots. All zero at the start. */
typedef struct gls_adagrad_state {
  uint32_t step; /**< t: steps begun; stays at 2^32 - 1 when it gets there */
} gls_adagrad_state;

/** Sets the usual values. params is not null. */
GLS_FUNCTION void gls_adagrad_defaults(gls_adagrad_params* params);

/** Adagrad of count weights. weights and sum are float[count]; sum starts at zero. */
GLS_FUNCTION gls_optimizer gls_adagrad(gls_adagrad_params* params, gls_adagrad_state* state, float* weights,
                                       float* sum, size_t count);

/** Those of gls_adagrad. */
typedef gls_adagrad_params gls_adagrad_epsilon_inside_params;
/** Those of gls_adagrad_params. */
#define GLS_ADAGRAD_EPSILON_INSIDE_DEFAULTS GLS_ADAGRAD_DEFAULTS
/** That of gls_adagrad. */
typedef gls_adagrad_state gls_adagrad_epsilon_inside_state;
/** Sets the usual values. params is not null. */
GLS_FUNCTION void gls_adagrad_epsilon_inside_defaults(gls_adagrad_epsilon_inside_params* params);

/** The same with epsilon inside the root, sqrt(sum + epsilon); where epsilon is 0 too, which needs no
 * allow_zero_epsilon, a root of 0 is no move. weights and sum are float[count]; sum starts at zero. */
GLS_FUNCTION gls_optimizer gls_adagrad_epsilon_inside(gls_adagrad_epsilon_inside_params* params,
                                                      gls_adagrad_epsilon_inside_state* state, float* weights,
                                                      float* sum, size_t count);

/** The values of gls_adagrad_textbook_defaults(). In C: gls_adagrad_params params =
 * {GLS_ADAGRAD_TEXTBOOK_DEFAULTS}; */
#define GLS_ADAGRAD_TEXTBOOK_DEFAULTS 1e-2, 0, false, false, false, 0, 0, 1e-8, false

/** Sets the textbooks' values, for epsilon inside: epsilon 1e-8. params is not null. */
GLS_FUNCTION void gls_adagrad_textbook_defaults(gls_adagrad_params* params);

#endif
