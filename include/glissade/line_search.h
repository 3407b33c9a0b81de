/* SPDX-License-Identifier: Apache-2.0 */
/* How far to go along a direction: exactly on quadratics, by the derivative's root, by backtracking.
 * The searches call nothing back: the caller computes what they ask for, as slowly as it must. */
#ifndef GLISSADE_LINE_SEARCH_H
#define GLISSADE_LINE_SEARCH_H

#include "glissade/rules/common.h"

/* *product = a . b: in blocks of 1024 whose sums have the canonical order and are added in double. a may be
 * b. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_dot(const float* a, const float* b, double* product, size_t count);

/* point = weights + alpha direction, fused. point may be weights or direction. alpha is finite. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_axpy(const float* weights, const float* direction, double alpha,
                                               float* point, size_t count);

/* Steepest descent on a quadratic: *alpha = g . g / g . Gg minimizes along -g. hessian_gradient is Gg, the
 * Hessian times the gradient, which the caller computes. 0 where g is 0. GLS_ERROR_CURVATURE where g . Gg is
 * not positive (or not finite): there is no minimum along -g. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_quadratic_step_length(const float* gradient,
                                                                const float* hessian_gradient, double* alpha,
                                                                size_t count);

/* Newton's length along a direction in one dimension: alpha = -g d / (G d^2), with g the gradient and G the
 * second derivative. NaN where G d^2 is not positive. */
GLS_FUNCTION double gls_newton_step_length(double gradient, double curvature, double direction);

typedef enum gls_search {
  GLS_SEARCH_DONE = 0,   /* alpha is found */
  GLS_SEARCH_TRY = 1,    /* evaluate at alpha, and call again */
  GLS_SEARCH_FAILED = -1 /* there is nothing to find; alpha is 0 */
} gls_search;

/* A search for the alpha > 0 where the derivative along a direction is 0: where the function stops falling.
 * All zero at the start. */
typedef struct gls_root_search {
  double alpha;                 /* where to evaluate next; the result */
  double low, high;             /* the root lies between; high is 0 until that is known */
  double slope_low, slope_high; /* the derivatives there */
  double first_slope;           /* the derivative at 0 */
  int32_t last_side;            /* which end moved last: -1 low, 1 high */
  uint32_t updates;
} gls_root_search;

/* Takes the derivative at state->alpha (0 at the first call). Doubles alpha from first_alpha > 0 until the
 * derivative is no longer negative, then closes in (regula falsi, Illinois, with bisection as a safeguard)
 * until it is at most tolerance > 0 times the first one in magnitude, or the interval has no double left.
 * Fails where the first derivative is not negative or one is NaN, and where nothing is found in 200 updates.
 *
 *   gls_root_search search = {0};
 *   while (gls_root_search_update(&search, derivative_at(search.alpha), 0.1, 1e-6) == GLS_SEARCH_TRY) {} */
GLS_FUNCTION GLS_NODISCARD gls_search gls_root_search_update(gls_root_search* state, double derivative,
                                                             double first_alpha, double tolerance);

/* Backtracking (Armijo 1966). All zero at the start. */
typedef struct gls_backtracking {
  double alpha;      /* where to evaluate next; the result */
  double first_loss; /* the loss at 0 */
  uint32_t updates;
} gls_backtracking;

/* Takes the loss at state->alpha (0 at the first call). Starts at first_alpha > 0 and multiplies alpha by
 * shrink, in (0, 1), usually 0.5, until loss <= first loss + decrease * alpha * slope. slope is the
 * derivative along the direction at 0, gradient . direction; decrease in (0, 1), usually 1e-4. A loss that is
 * NaN or infinite is too far. Fails where slope is not negative, the first loss is not finite, an argument
 * makes no sense, or 100 updates bring nothing. */
GLS_FUNCTION GLS_NODISCARD gls_search gls_backtracking_update(gls_backtracking* state, double loss,
                                                              double slope, double first_alpha, double shrink,
                                                              double decrease);

#endif
