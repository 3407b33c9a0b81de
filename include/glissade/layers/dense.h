/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * Layers and losses. Sizes are counts of floats. Sums have one stated order, so forward and backward passes
 * give the same bits everywhere too.
 *
 * Unless the text says otherwise, a call takes one sample, buffers must not overlap, and none may be null,
 * not even where a count is 0. GLS_ERROR_RANGE: counts that no memory holds, and what the text names. On an
 * error nothing has been written. */
#ifndef GLISSADE_LAYERS_H
#define GLISSADE_LAYERS_H

#include "glissade/optimizer.h"

/** A dense layer, forward: outputs = inputs * W + bias, for any number of samples. weights is
 * float[input_count * output_count + output_count]: one row of output_count per input, then the biases.
 * inputs is float[samples * input_count] and outputs float[samples * output_count], a sample after another.
 * The bits do not depend on how samples are put together in calls. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_dense_forward(const float* weights, const float* inputs,
                                                        float* outputs, size_t samples, size_t input_count,
                                                        size_t output_count);

/** A dense layer, backward. Adds the samples' gradients to weight_gradients, which has the shape of weights:
 * zero it before the first sample. Writes the gradients of the inputs to input_gradients, float[samples *
 * input_count], unless that is null. output_gradients is float[samples * output_count]. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_dense_backward(const float* weights, const float* inputs,
                                                         const float* output_gradients,
                                                         float* weight_gradients, float* input_gradients,
                                                         size_t samples, size_t input_count,
                                                         size_t output_count);

/** A dense layer, backward, only the gradients of the inputs: for a step that takes the gradients of the
 * weights from their factors (gls_factors). Call it before that step, which changes the weights.
 * Buffers are as in gls_dense_backward. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_dense_input_gradients(const float* weights,
                                                                const float* output_gradients,
                                                                float* input_gradients, size_t samples,
                                                                size_t input_count, size_t output_count);

/** Relu, forward: outputs = max(inputs, 0). A NaN stays NaN. Both are float[count]; outputs may be inputs. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_relu_forward(const float* inputs, float* outputs, size_t count);

/** Relu, backward: the output's gradient where outputs > 0, else 0. outputs are those of forward. All are
 * float[count]; any of the three may be the same. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_relu_backward(const float* outputs, const float* output_gradients,
                                                        float* input_gradients, size_t count);

/** Sigmoid, forward: outputs = 1 / (1 + e^-x); 0 below -88.73, 1 above 17.4. The error is below 2.5 ulp
 * (where the result is no subnormal). Both are float[count]; outputs may be inputs. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_sigmoid_forward(const float* inputs, float* outputs, size_t count);

/** Sigmoid, backward: the output's gradient times y (1 - y), where y are the outputs of forward. All are
 * float[count]; any of the three may be the same. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_sigmoid_backward(const float* outputs,
                                                           const float* output_gradients,
                                                           float* input_gradients, size_t count);

/** Hyperbolic tangent, forward: outputs = tanh(inputs). The error is below 1.5 ulp (where the result is no
 * subnormal). Both are float[count]; outputs may be inputs. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_tanh_forward(const float* inputs, float* outputs, size_t count);

/** Hyperbolic tangent, backward: the output's gradient times 1 - y^2, where y are the outputs of forward. All
 * are float[count]; any of the three may be the same. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_tanh_backward(const float* outputs, const float* output_gradients,
                                                        float* input_gradients, size_t count);

/** Batch normalization (Ioffe and Szegedy 2015; torch.nn.BatchNorm1d) of `features` values per sample, in
 * training: y = (x - mean) / sqrt(variance + epsilon) * gamma + beta. Mean and variance (over samples, not
 * samples - 1) are those of this batch of at least 2 samples.
 *
 * - weights: float[2 * features], all gammas (1 at the start), then all betas (0).
 * - inputs and outputs: float[samples * features], a sample after another. outputs must not be inputs, which
 *   backward needs.
 * - running: float[2 * features], all means (0 at the start), then all variances (1). They move by
 * `momentum`, in [0, 1), towards the batch's (its variance over samples - 1). PyTorch's momentum is 0.1; 0
 * leaves them.
 * - batch: float[2 * features], written for backward: all means, then all 1 / sqrt(variance + epsilon).
 * - epsilon: >= 2^-126; PyTorch's is 1e-5.
 *
 * GLS_ERROR_RANGE: samples, momentum or epsilon is out of range. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_batch_norm_train(const float* weights, const float* inputs,
                                                           float* outputs, float* running, float* batch,
                                                           size_t samples, size_t features, double momentum,
                                                           double epsilon);

/** Batch normalization, backward. Adds the batch's gradients to weight_gradients, float[2 * features], and
 * writes those of the inputs to input_gradients, which may be output_gradients; both are float[samples *
 * features]. weights, inputs, batch and samples (at least 2) are those of the training call. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_batch_norm_backward(const float* weights, const float* inputs,
                                                              const float* batch,
                                                              const float* output_gradients,
                                                              float* weight_gradients, float* input_gradients,
                                                              size_t samples, size_t features);

/** Batch normalization, in use: as in training, with mean and variance from running. Any number of samples;
 * outputs may be inputs. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_batch_norm_infer(const float* weights, const float* running,
                                                           const float* inputs, float* outputs,
                                                           size_t samples, size_t features, double epsilon);

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
