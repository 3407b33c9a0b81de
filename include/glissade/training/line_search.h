/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * How far to go along a direction: exactly on quadratics, by the root of the derivative, or by backtracking.
 *
 * The searches call nothing back. They say where to evaluate next, and the caller computes that, as slowly as
 * it must. Buffers are float[count], as glissade.h describes them. On an error nothing has been written. */
#ifndef GLISSADE_LINE_SEARCH_H
#define GLISSADE_LINE_SEARCH_H

#include "glissade/base.h"

/** Writes the dot product of a and b to product. Both are float[count]; b may be a. Sums of blocks of 1024
 * have the canonical order (the same on every backend), and are added in double. A block whose sum is below
 * 2^-100 in magnitude, or beyond the floats, is summed again in double, in order, so that nothing overflows
 * or vanishes. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_dot(const float* a, const float* b, double* product, size_t count);

/** The point at alpha along a direction: point = weights + alpha direction, fused (one rounding); axpy in
 * BLAS. All are float[count]; point may be weights or direction. alpha is at most the largest float in
 * magnitude, or the call is GLS_ERROR_RANGE. GLS_ERROR_NOT_FINITE: a weight of the point would be infinite or
 * NaN; a search takes this for a loss of infinity. (averages.h says what that look takes.) */
GLS_FUNCTION GLS_NODISCARD gls_status gls_axpy(const float* weights, const float* direction, double alpha,
                                               float* point, size_t count);

/** gls_axpy without the look for what is not finite. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_axpy_unguarded(const float* weights, const float* direction,
                                                         double alpha, float* point, size_t count);

/** The length of steepest descent on a quadratic. alpha = g . g / g . Gg minimizes along -g. gradient is g;
 * hessian_gradient is Gg, the Hessian times the gradient, which the caller computes; both are float[count].
 * alpha is 0 where g is 0. GLS_ERROR_CURVATURE: g . Gg is not positive (or not finite), so there is no
 * minimum along -g. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_quadratic_step_length(const float* gradient,
                                                                const float* hessian_gradient, double* alpha,
                                                                size_t count);

/** Newton's length along a direction in one dimension: alpha = -g d / (G d^2), with g the gradient, G the
 * curvature (second derivative) and d the direction. The result is right also where a product in it is no
 * double. NaN where G d^2 is not positive, or one of the three is not finite. */
GLS_FUNCTION double gls_newton_step_length(double gradient, double curvature, double direction);

/** What a search says. */
typedef enum GLS_ENUM(gls_search) {
  GLS_SEARCH_DONE = 0,   /**< alpha is found. */
  GLS_SEARCH_TRY = 1,    /**< Evaluate at alpha, and call again. */
  GLS_SEARCH_FAILED = -1 /**< There is nothing to find; alpha is 0. */
} gls_search;

/** A search for the alpha > 0 where the derivative along a direction is 0, so where the function stops
 * falling. All zero at the start. */
typedef struct gls_root_search {
  double alpha;       /**< Where to evaluate next; at the end, the result. */
  double low;         /**< The root lies above. */
  double high;        /**< The root lies below; 0 until an upper end is known. */
  double slope_low;   /**< The derivative at low, or less: Illinois halves it. */
  double slope_high;  /**< The derivative at high, or less, likewise. */
  double first_slope; /**< The derivative at 0. */
  int32_t last_side;  /**< Which end moved last: -1 low, 1 high, 0 none yet. */
  uint32_t updates;   /**< Derivatives taken so far. */
} gls_root_search;

/** Takes the derivative at state->alpha, which is 0 at the first call. Doubles alpha from first_alpha > 0
 * until the derivative is no longer negative. Then it closes in (regula falsi, Illinois, with bisection as a
 * safeguard), until the derivative is at most tolerance > 0 times the first one in magnitude, or the interval
 * has no double left.
 *
 * Fails where the first derivative is not negative and finite, a derivative is NaN, an argument makes no
 * sense, alpha grows beyond the doubles, or 200 updates find nothing. A search that failed stays failed;
 * zeros begin another one.
 *
 *     gls_root_search search = {0};
 *     while (gls_root_search_update(&search, derivative_at(search.alpha), 0.1, 1e-6) == GLS_SEARCH_TRY) {}
 */
GLS_FUNCTION GLS_NODISCARD gls_search gls_root_search_update(gls_root_search* state, double derivative,
                                                             double first_alpha, double tolerance);

/** Backtracking (Armijo 1966). All zero at the start. */
typedef struct gls_backtracking {
  double alpha;      /**< Where to evaluate next; at the end, the result. */
  double first_loss; /**< The loss at 0. */
  uint32_t updates;  /**< Losses taken so far. */
} gls_backtracking;

/** Takes the loss at state->alpha, which is 0 at the first call. Starts at first_alpha > 0 and multiplies
 * alpha by shrink until loss <= first loss + decrease * alpha * slope and loss < first loss (the bound may be
 * lost in rounding). shrink is in (0, 1), usually 0.5.
 * decrease is in (0, 1), usually 1e-4. slope is the derivative along the direction at 0: gradient .
 * direction. A loss that is NaN or infinite is too far.
 *
 * Fails where slope is not negative and finite, the first loss is not finite, an argument makes no sense, or
 * 100 updates find nothing. A search that failed stays failed; zeros begin another one. */
GLS_FUNCTION GLS_NODISCARD gls_search gls_backtracking_update(gls_backtracking* state, double loss,
                                                              double slope, double first_alpha, double shrink,
                                                              double decrease);

#endif
