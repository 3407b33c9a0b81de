/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * RMSprop. */
#ifndef GLISSADE_RULES_RMSPROP_H
#define GLISSADE_RULES_RMSPROP_H

#include "glissade/optimizer.h"

/** The usual values, in the order of the fields. In C: gls_rmsprop_params params = {GLS_RMSPROP_DEFAULTS}; */
#define GLS_RMSPROP_DEFAULTS 1e-2, 0, false, false, false, 0.99, 1e-8, 0, false

/** RMSprop (Tieleman and Hinton 2012): square is a running mean of g^2, w = w - lr g / (sqrt(square) +
 * epsilon). torch.optim.RMSprop. Four rules, because their memory differs: rmsprop has one slot; _momentum
 * adds a buffer of steps; _centered adds the mean of g, whose square is subtracted under the root (and the
 * difference is never below 0: PyTorch's can be, and is NaN then). */
typedef struct gls_rmsprop_params {
  double learning_rate GLS_USUAL(RMSPROP, 1);        /**< >= 0 */
  double weight_decay GLS_USUAL(RMSPROP, 2);         /**< >= 0; 0 is none */
  bool decoupled_weight_decay GLS_USUAL(RMSPROP, 3); /**< true: of w itself, not through the gradient */
  bool maximize GLS_USUAL(RMSPROP, 4);               /**< true: ascend */
  bool allow_zero_epsilon GLS_USUAL(RMSPROP, 5);     /**< true: epsilon may be 0 */
  double alpha GLS_USUAL(RMSPROP, 6);                /**< in [0, 1]: decay of the means per step */
  double epsilon GLS_USUAL(RMSPROP, 7);              /**< >= 2^-126; with allow_zero_epsilon 0 too: a weight
                                                    whose gradients were all 0 is NaN then (0/0) */
  double momentum GLS_USUAL(RMSPROP, 8);        /**< >= 0; other than 0 only where the rule has a buffer */
  bool start_at_gradient GLS_USUAL(RMSPROP, 9); /**< true: square starts at the first g^2 instead of 0 */
} gls_rmsprop_params;

/** What RMSprop keeps beside its slots. All zero at the start. */
typedef struct gls_rmsprop_state {
  uint32_t step; /**< t: steps begun; stays at 2^32 - 1 when it gets there */
} gls_rmsprop_state;

/** Sets the usual values. params is not null. */
GLS_FUNCTION void gls_rmsprop_defaults(gls_rmsprop_params* params);

/** RMSprop of count weights. weights and square are float[count]; square starts at zero. */
GLS_FUNCTION gls_optimizer gls_rmsprop(gls_rmsprop_params* params, gls_rmsprop_state* state, float* weights,
                                       float* square, size_t count);

/** Those of gls_rmsprop. */
typedef gls_rmsprop_params gls_rmsprop_epsilon_inside_params;
/** Those of gls_rmsprop_params. */
#define GLS_RMSPROP_EPSILON_INSIDE_DEFAULTS GLS_RMSPROP_DEFAULTS
/** That of gls_rmsprop. */
typedef gls_rmsprop_state gls_rmsprop_epsilon_inside_state;
/** Sets the usual values. params is not null. */
GLS_FUNCTION void gls_rmsprop_epsilon_inside_defaults(gls_rmsprop_epsilon_inside_params* params);

/** The same with epsilon inside the root, sqrt(square + epsilon); where epsilon is 0 too, which needs no
 * allow_zero_epsilon, a root of 0 is no move. weights and square are float[count]; square starts at zero. */
GLS_FUNCTION gls_optimizer gls_rmsprop_epsilon_inside(gls_rmsprop_epsilon_inside_params* params,
                                                      gls_rmsprop_epsilon_inside_state* state, float* weights,
                                                      float* square, size_t count);

/** The values of gls_rmsprop_textbook_defaults(). In C: gls_rmsprop_params params =
 * {GLS_RMSPROP_TEXTBOOK_DEFAULTS}; */
#define GLS_RMSPROP_TEXTBOOK_DEFAULTS 1e-3, 0, false, false, false, 0.9, 1e-8, 0, false

/** Sets the textbooks' values, for epsilon inside: learning_rate 1e-3, alpha 0.9. params is not null. */
GLS_FUNCTION void gls_rmsprop_textbook_defaults(gls_rmsprop_params* params);

/** Those of gls_rmsprop. */
typedef gls_rmsprop_params gls_rmsprop_momentum_params;
/** Those of gls_rmsprop_params. */
#define GLS_RMSPROP_MOMENTUM_DEFAULTS GLS_RMSPROP_DEFAULTS
/** That of gls_rmsprop. */
typedef gls_rmsprop_state gls_rmsprop_momentum_state;
/** Sets the usual values. params is not null. */
GLS_FUNCTION void gls_rmsprop_momentum_defaults(gls_rmsprop_momentum_params* params);

/** RMSprop with momentum of count weights. weights, square and buffer are float[count]; square and buffer
 * start at zero. */
GLS_FUNCTION gls_optimizer gls_rmsprop_momentum(gls_rmsprop_momentum_params* params,
                                                gls_rmsprop_momentum_state* state, float* weights,
                                                float* square, float* buffer, size_t count);

/** Those of gls_rmsprop. */
typedef gls_rmsprop_params gls_rmsprop_centered_params;
/** Those of gls_rmsprop_params. */
#define GLS_RMSPROP_CENTERED_DEFAULTS GLS_RMSPROP_DEFAULTS
/** That of gls_rmsprop. */
typedef gls_rmsprop_state gls_rmsprop_centered_state;
/** Sets the usual values. params is not null. */
GLS_FUNCTION void gls_rmsprop_centered_defaults(gls_rmsprop_centered_params* params);

/** Centered RMSprop of count weights. weights, square and mean are float[count]; square and mean start at
 * zero. */
GLS_FUNCTION gls_optimizer gls_rmsprop_centered(gls_rmsprop_centered_params* params,
                                                gls_rmsprop_centered_state* state, float* weights,
                                                float* square, float* mean, size_t count);

/** Those of gls_rmsprop. */
typedef gls_rmsprop_params gls_rmsprop_centered_momentum_params;
/** Those of gls_rmsprop_params. */
#define GLS_RMSPROP_CENTERED_MOMENTUM_DEFAULTS GLS_RMSPROP_DEFAULTS
/** That of gls_rmsprop. */
typedef gls_rmsprop_state gls_rmsprop_centered_momentum_state;
/** Sets the usual values. params is not null. */
GLS_FUNCTION void gls_rmsprop_centered_momentum_defaults(gls_rmsprop_centered_momentum_params* params);

/** Centered RMSprop with momentum of count weights. weights, square, buffer and mean are float[count];
 * square, buffer and mean start at zero. */
GLS_FUNCTION gls_optimizer gls_rmsprop_centered_momentum(gls_rmsprop_centered_momentum_params* params,
                                                         gls_rmsprop_centered_momentum_state* state,
                                                         float* weights, float* square, float* buffer,
                                                         float* mean, size_t count);

#endif
