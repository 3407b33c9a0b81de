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

/** A label that counts for nothing (PyTorch's ignore_index): loss and gradients are 0. Only calls whose text
 * says so take it. */
#define GLS_IGNORED_LABEL SIZE_MAX

/** Softmax with weighted cross-entropy (torch.nn.CrossEntropyLoss with weight and ignore_index, one sample):
 * loss and gradients of gls_softmax_cross_entropy times class_weights[label]. class_weights is float[count],
 * each >= 0; 0 means that the class counts for nothing; null means 1 for all. Only the label's weight is
 * looked at: GLS_ERROR_RANGE if it is negative or not finite. label is below count or GLS_IGNORED_LABEL, or
 * the call is GLS_ERROR_RANGE.
 *
 * PyTorch's mean over samples divides by the sum of class_weights[label] over all labels that are not
 * ignored: add them up, and give the step a scale of 1 / sum. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_weighted_cross_entropy(const float* logits, size_t label,
                                                                 const float* class_weights, float* loss,
                                                                 float* logit_gradients, size_t count);

/** Sigmoid with binary cross-entropy (torch.nn.BCEWithLogitsLoss): each of count outputs is a question of its
 * own, whose answer is yes (target 1), no (0), or between. loss is the mean of -p t log(y) - (1 - t) log(1 -
 * y) with y = sigmoid(logit), and logit_gradients are its gradients. Large logits lose nothing, so put no
 * Sigmoid layer before it.
 *
 * logits, targets and logit_gradients are float[count]; logit_gradients may be logits. positive_weights,
 * float[count] (PyTorch's pos_weight), is p, how much a yes counts; 0 is nothing; null means 1 for all.
 * Targets from 0 to 1 and weights
 * >= 0 are meant; they are not checked. count 0 is GLS_ERROR_RANGE. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_sigmoid_cross_entropy(const float* logits, const float* targets,
                                                                const float* positive_weights, float* loss,
                                                                float* logit_gradients, size_t count);

/** Mean squared error (torch.nn.MSELoss): loss = sum (y - target)^2 / count, and output_gradients = 2 (y -
 * target) / count, where y are the outputs. Buffers are float[count]; output_gradients may be outputs. count
 * 0 is GLS_ERROR_RANGE. loss is infinite only where the mean is larger than any float. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_mean_squared_error(const float* outputs, const float* targets,
                                                             float* loss, float* output_gradients,
                                                             size_t count);

/** L2 penalty, strength / 2 * ||w||^2: adds it to penalty, and strength * w to gradients. weights and
 * gradients are float[count]. strength is from 0 to the largest float, or the call is GLS_ERROR_RANGE. It
 * stands beside gradients as they are summed: for the textbooks' lambda / (2 m) over m samples it is lambda
 * where the step's scale is 1 / m, and lambda / m where the scale is 1. The squares neither vanish nor
 * overflow. Weights and gradients may be null where count is 0.
 *
 * It is meant for a layer's weights without its biases, which Network::l2_penalty knows. (As a rule's
 * weight_decay it costs no pass, but takes biases too.) */
GLS_FUNCTION GLS_NODISCARD gls_status gls_l2_penalty(const float* weights, double strength, float* gradients,
                                                     double* penalty, size_t count);

#endif
