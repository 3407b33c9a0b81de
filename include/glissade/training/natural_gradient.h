/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * Natural gradient (Amari 1998): the gradient measured by the Fisher matrix F, direction = (F + damping I)^-1
 * gradient. It is a gradient like any other: hand it to a step of SGD, or of a rule with momentum.
 *
 * F is the empirical one, the mean of g g^T over the gradients g of single samples. It is float[n * n], row
 * after row, zero at the start; or only its diagonal, float[n]. The matrix costs n^3 / 6 multiply-adds per
 * direction: it is meant for some tens of weights, such as a last layer.
 *
 * On an error nothing has been written, but where the text says otherwise. */
#ifndef GLISSADE_NATURAL_GRADIENT_H
#define GLISSADE_NATURAL_GRADIENT_H

#include "glissade/base.h"

/** Takes one more sample into the Fisher matrix: fisher, float[n * n], becomes the mean of g g^T over
 * `number` samples, of which this gradient g, float[n], is the last. number counts from 1; 1 starts anew; 0
 * is GLS_ERROR_RANGE. GLS_ERROR_GRADIENT: a gradient is infinite, NaN, or 2^64 (1.8e19) and more, so that its
 * square is no float. (The look takes less than 4 % of the call with 32 weights.) Products below 1e-45 are 0.
 * (Keep number from growing beyond k, and the matrix becomes a moving average over about k samples.) */
GLS_FUNCTION GLS_NODISCARD gls_status gls_fisher_update(float* fisher, const float* gradient, uint32_t number,
                                                        size_t n);

/** Takes one more sample into the diagonal of the Fisher matrix: fisher, float[n], becomes the mean of g^2.
 * gradient, number and errors are as in gls_fisher_update. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_fisher_diagonal_update(float* fisher, const float* gradient,
                                                                 uint32_t number, size_t n);

/** gls_fisher_diagonal_update without the look for gradients that are too large. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_fisher_diagonal_update_unguarded(float* fisher,
                                                                           const float* gradient,
                                                                           uint32_t number, size_t n);

/** The natural gradient by Cholesky's method: direction = (fisher + damping I)^-1 gradient. Also writes
 * gradient . direction to slope. fisher is float[n * n]; gradient and direction are float[n], and direction
 * may be gradient. workspace, float[n * n], is overwritten; it may be fisher, which is lost then.
 *
 * damping is >= 0 and at most the largest float, or the call is GLS_ERROR_RANGE. With fewer samples than n, F
 * alone is singular and some damping is needed: from about 4e-6 n times F's elements on.
 * GLS_ERROR_CURVATURE: the matrix is not positive definite, not finite, or cannot be told from a singular one
 * (it is too near to one for single precision: an estimate of n / its smallest eigenvalue, scaled to a
 * diagonal of ones, reaches 2^18); then direction and slope are not written, but workspace is. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_natural_gradient(const float* fisher, double damping,
                                                           const float* gradient, float* workspace,
                                                           float* direction, double* slope, size_t n);

/** The natural gradient by the diagonal: direction = gradient / (fisher + damping). Also writes
 * gradient . direction to slope. All buffers are float[n], and direction must not be gradient. Where fisher +
 * damping is 0 or below, direction is 0. damping is >= 0 and at most the largest float, or the call is
 * GLS_ERROR_RANGE. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_natural_gradient_diagonal(const float* fisher, double damping,
                                                                    const float* gradient, float* direction,
                                                                    double* slope, size_t n);

/** The learning rate with which a step along a natural gradient moves the model by `radius`, in nats of
 * Kullback-Leibler divergence to second order: rate = sqrt(2 radius / slope). Then delta = -rate direction
 * has 1/2 delta^T (F + damping I) delta = radius. slope comes from gls_natural_gradient; radius > 0,
 * any double that is finite.
 *
 * The result is 0 where slope is 0: there is nowhere to go. It is NaN, which every rule refuses, where slope
 * or radius makes no sense. */
GLS_FUNCTION double gls_natural_rate(double slope, double radius);

#endif
