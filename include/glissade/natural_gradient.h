/* SPDX-License-Identifier: Apache-2.0 */
/* Natural gradient (Amari 1998): the gradient measured by the Fisher matrix F, direction = (F + damping I)^-1
 * gradient. It is a gradient like any other: hand it to gls_sgd, or to a rule with momentum.
 *
 * F is the empirical one, the mean of g g^T over single samples' gradients g: float[n * n], row after row,
 * zero at the start; or only its diagonal, float[n]. The matrix costs n^3 / 6 multiply-adds per direction:
 * meant for some tens of weights, such as a last layer. */
#ifndef GLISSADE_NATURAL_GRADIENT_H
#define GLISSADE_NATURAL_GRADIENT_H

#include "glissade/base.h"

/* Makes the sample's gradient, float[n], the number-th of the mean, counted from 1; number 1 starts anew.
 * (Keep number from growing beyond k, and it becomes a moving average over about k samples.) */
GLS_FUNCTION GLS_NODISCARD gls_status gls_fisher_update(float* fisher, const float* gradient, uint32_t number,
                                                        size_t n);
GLS_FUNCTION GLS_NODISCARD gls_status gls_fisher_diagonal_update(float* fisher, const float* gradient,
                                                                 uint32_t number, size_t n);

/* direction = (fisher + damping I)^-1 gradient, by Cholesky; *slope = gradient . direction. damping >= 0;
 * with fewer samples than n, F alone is singular and some is needed. direction may be gradient.
 * workspace: float[n * n], overwritten; it may be fisher, which is lost then. GLS_ERROR_CURVATURE where the
 * matrix is not positive definite (or not finite): direction and slope are not written then. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_natural_gradient(const float* fisher, double damping,
                                                           const float* gradient, float* workspace,
                                                           float* direction, double* slope, size_t n);

/* The same with the diagonal: direction = gradient / (fisher + damping), 0 where both are 0 or below. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_natural_gradient_diagonal(const float* fisher, double damping,
                                                                    const float* gradient, float* direction,
                                                                    double* slope, size_t n);

/* The learning rate with which a step along direction moves the model by `radius` > 0, in nats of
 * Kullback-Leibler divergence to second order: delta = -rate direction has 1/2 delta^T (F + damping I) delta
 * = radius; rate = sqrt(2 radius / slope). 0 where slope is 0: there is nowhere to go. NaN, which every rule
 * refuses, where slope or radius makes no sense. */
GLS_FUNCTION double gls_natural_rate(double slope, double radius);

#endif
