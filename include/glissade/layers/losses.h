/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * Losses, each with its gradient. Sizes are counts of floats. Sums have one stated order, so losses have the
 * same bits everywhere too.
 *
 * Unless the text says otherwise, a call takes one sample, buffers must not overlap, and none may be null,
 * not even where a count is 0. GLS_ERROR_RANGE: counts that no memory holds, and what the text names. On an
 * error nothing has been written. */
#ifndef GLISSADE_LOSSES_H
#define GLISSADE_LOSSES_H

#include "glissade/base.h"

/** Softmax with cross-entropy (torch.nn.CrossEntropyLoss, one sample): loss = -log softmax(logits)[label],
 * and logit_gradients = softmax(logits) - onehot(label). logits and logit_gradients are float[count], and may
 * be the same. label is below count, or the call is GLS_ERROR_RANGE. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_softmax_cross_entropy(const float* logits, size_t label,
                                                                float* loss, float* logit_gradients,
                                                                size_t count);

/** Mean squared error (torch.nn.MSELoss): loss = sum (y - target)^2 / count, and output_gradients = 2 (y -
 * target) / count, where y are the outputs. Buffers are float[count]; output_gradients may be outputs. count
 * 0 is GLS_ERROR_RANGE. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_mean_squared_error(const float* outputs, const float* targets,
                                                             float* loss, float* output_gradients,
                                                             size_t count);

/** L2 penalty, strength / 2 * ||w||^2: adds it to penalty, and strength * w to gradients. weights and
 * gradients are float[count]. strength >= 0, or the call is GLS_ERROR_RANGE; it is the textbooks' lambda / m
 * for m samples. weights and gradients may be null where count is 0.
 *
 * It is meant for a layer's weights without its biases, which Network::l2_penalty knows. (As a rule's
 * weight_decay it costs no pass, but takes biases too.) */
GLS_FUNCTION GLS_NODISCARD gls_status gls_l2_penalty(const float* weights, double strength, float* gradients,
                                                     double* penalty, size_t count);

#endif
