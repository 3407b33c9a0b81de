/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * Batch normalization. Sizes are counts of floats. Sums have one stated order, so forward and backward passes
 * give the same bits everywhere too.
 *
 * Unless the text says otherwise, buffers must not overlap, and none may be null, not even where a count is
 * 0. GLS_ERROR_RANGE: counts that no memory holds, and what the text names. On an error nothing has been
 * written. */
#ifndef GLISSADE_NORMALIZATION_H
#define GLISSADE_NORMALIZATION_H

#include "glissade/base.h"

/** Batch normalization (Ioffe and Szegedy 2015; torch.nn.BatchNorm1d) of `features` values per sample, in
 * training: y = (x - mean) / sqrt(variance + epsilon) * gamma + beta. Mean and variance (over samples, not
 * samples - 1) are those of this batch of at least 2 samples. A feature that is the same in all samples gives
 * beta exactly.
 *
 * - weights: float[2 * features], all gammas (1 at the start), then all betas (0).
 * - inputs and outputs: float[samples * features], a sample after another. outputs must not be inputs, which
 *   backward needs.
 * - running: float[2 * features], all means, then all variances. All zeros is the start, which is PyTorch's:
 * mean 0 and variance 1, since a variance of 0 stands for 1. (This call stores 2^-126 in place of a smaller
 * variance. Who copies variances from elsewhere does the same.) Both move by `momentum`, in [0, 1], towards
 * the batch's (its variance over samples - 1). PyTorch's momentum is 0.1; 0 leaves them; 1 copies the
 * batch's, whatever was there.
 * - batch: float[2 * features], written for backward: all means, then all 1 / sqrt(variance + epsilon).
 * - epsilon: from 2^-126 to the largest float; PyTorch's is 1e-5.
 *
 * GLS_ERROR_RANGE: momentum or epsilon is out of range; or samples is below 2, because one sample has no
 * variance. The last batch of an epoch may be that short: leave it out, or let it join the batch before.
 * GLS_ERROR_NOT_FINITE: an input is NaN, infinite, or so large that its square might spoil running for all
 * batches to come: from 2^61 / sqrt(samples) on it may be refused (for 100 samples, 2.3e17). */
GLS_FUNCTION GLS_NODISCARD gls_status gls_batch_norm_train(const float* weights, const float* inputs,
                                                           float* outputs, float* running, float* batch,
                                                           size_t samples, size_t features, double momentum,
                                                           double epsilon);

/** As gls_batch_norm_train, without looking whether inputs are finite and small enough: who knows that they
 * are saves 14 to 19 of 100 instructions on AVX2, 9 to 10 one float at a time. With others running may be
 * spoilt until a momentum of 1 copies over it. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_batch_norm_train_unguarded(const float* weights,
                                                                     const float* inputs, float* outputs,
                                                                     float* running, float* batch,
                                                                     size_t samples, size_t features,
                                                                     double momentum, double epsilon);

/** Batch normalization, backward. Adds the batch's gradients to weight_gradients, float[2 * features], and
 * writes those of the inputs to input_gradients, which may be output_gradients; both are float[samples *
 * features]. weights, inputs, batch and samples (at least 2) are those of the training call. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_batch_norm_backward(const float* weights, const float* inputs,
                                                              const float* batch,
                                                              const float* output_gradients,
                                                              float* weight_gradients, float* input_gradients,
                                                              size_t samples, size_t features);

/** Batch normalization, in use: as in training, with mean and variance from running, where a variance of 0
 * stands for 1. Any number of samples; outputs may be inputs. epsilon is that of training. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_batch_norm_infer(const float* weights, const float* running,
                                                           const float* inputs, float* outputs,
                                                           size_t samples, size_t features, double epsilon);

#endif
