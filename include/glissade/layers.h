/* SPDX-License-Identifier: Apache-2.0 */
/* Layers and losses. Sizes are counts of floats. Sums have one stated order, so forward and backward passes
 * give the same bits everywhere too. Unless said otherwise a call takes one sample, buffers must not overlap,
 * and none may be null. */
#ifndef GLISSADE_LAYERS_H
#define GLISSADE_LAYERS_H

#include "glissade/optimizer.h"

/* A dense layer, of any number of samples. weights: float[input_count * output_count + output_count], one row
 * of output_count per input, then the biases. inputs: float[samples * input_count], outputs:
 * float[samples * output_count], a sample after another. The bits do not depend on how samples are put
 * together in calls.
 * Forward: outputs = inputs * W + bias. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_dense_forward(const float* weights, const float* inputs,
                                                        float* outputs, size_t samples, size_t input_count,
                                                        size_t output_count);

/* Adds the samples' gradients to weight_gradients (same shape as weights; zero it before the first
 * sample), and writes the gradients of the inputs to input_gradients unless that is null. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_dense_backward(const float* weights, const float* inputs,
                                                         const float* output_gradients,
                                                         float* weight_gradients, float* input_gradients,
                                                         size_t samples, size_t input_count,
                                                         size_t output_count);

/* Only the gradients of the inputs, for a step that takes the weights' from their factors
 * (gls_factors; before that step, which changes the weights). */
GLS_FUNCTION GLS_NODISCARD gls_status gls_dense_input_gradients(const float* weights,
                                                                const float* output_gradients,
                                                                float* input_gradients, size_t samples,
                                                                size_t input_count, size_t output_count);

/* Activations. Forward: outputs, float[count], may be inputs. Backward: of the three buffers, any may be the
 * same. Errors of tanh and sigmoid are below 1.5 and 2.5 ulp (where the result is no subnormal).
 *   relu     max(x, 0); a NaN stays NaN. Backward: the gradient where outputs > 0, else 0.
 *   sigmoid  1 / (1 + e^-x); 0 below -88.73, 1 above 17.4. Backward: gradient * y (1 - y).
 *   tanh     Backward: gradient * (1 - y^2). */
GLS_FUNCTION GLS_NODISCARD gls_status gls_relu_forward(const float* inputs, float* outputs, size_t count);
GLS_FUNCTION GLS_NODISCARD gls_status gls_relu_backward(const float* outputs, const float* output_gradients,
                                                        float* input_gradients, size_t count);
GLS_FUNCTION GLS_NODISCARD gls_status gls_sigmoid_forward(const float* inputs, float* outputs, size_t count);
GLS_FUNCTION GLS_NODISCARD gls_status gls_sigmoid_backward(const float* outputs,
                                                           const float* output_gradients,
                                                           float* input_gradients, size_t count);
GLS_FUNCTION GLS_NODISCARD gls_status gls_tanh_forward(const float* inputs, float* outputs, size_t count);
GLS_FUNCTION GLS_NODISCARD gls_status gls_tanh_backward(const float* outputs, const float* output_gradients,
                                                        float* input_gradients, size_t count);

/* Batch normalization (Ioffe and Szegedy 2015; torch.nn.BatchNorm1d) of `features` values per sample:
 *   y = (x - mean) / sqrt(variance + epsilon) * gamma + beta
 * weights: float[2 * features], all gammas (1 at the start), then all betas (0).
 * running: float[2 * features], all means (0 at the start), then all variances (1).
 * epsilon >= 2^-126, PyTorch's is 1e-5. inputs and outputs: float[samples * features], a sample after
 * another; they may be the same.
 *
 * Training takes mean and variance (over samples, not samples - 1) from this batch of at least 2 samples,
 * writes them to batch, float[2 * features], as mean and 1 / sqrt(variance + epsilon), and moves the running
 * ones by `momentum`, in [0, 1], PyTorch's is 0.1, towards the batch's (its variance over samples - 1). Then
 * outputs must not be inputs, which backward needs. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_batch_norm_train(const float* weights, const float* inputs,
                                                           float* outputs, float* running, float* batch,
                                                           size_t samples, size_t features, double momentum,
                                                           double epsilon);

/* Adds the batch's gradients to weight_gradients, float[2 * features], and writes those of the inputs.
 * inputs and batch are those of the training call. input_gradients may be output_gradients. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_batch_norm_backward(const float* weights, const float* inputs,
                                                              const float* batch,
                                                              const float* output_gradients,
                                                              float* weight_gradients, float* input_gradients,
                                                              size_t samples, size_t features);

/* Takes mean and variance from running. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_batch_norm_infer(const float* weights, const float* running,
                                                           const float* inputs, float* outputs,
                                                           size_t samples, size_t features, double epsilon);

/* Softmax with cross-entropy (torch.nn.CrossEntropyLoss, one sample): *loss = -log softmax(logits)[label],
 * logit_gradients = softmax(logits) - onehot(label). label < count. logit_gradients may be logits. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_softmax_cross_entropy(const float* logits, size_t label,
                                                                float* loss, float* logit_gradients,
                                                                size_t count);

/* Mean squared error (torch.nn.MSELoss): *loss = sum (y - target)^2 / count, output_gradients =
 * 2 (y - target) / count. count > 0. output_gradients may be outputs. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_mean_squared_error(const float* outputs, const float* targets,
                                                             float* loss, float* output_gradients,
                                                             size_t count);

/* L2 penalty strength / 2 * ||w||^2: added to *penalty, and strength * w to gradients. strength >= 0: the
 * textbooks' lambda / m for m samples. Meant for a layer's weights without its biases;
 * Network::l2_penalty knows them. (As a rule's weight_decay it costs no pass, but takes biases too.) */
GLS_FUNCTION GLS_NODISCARD gls_status gls_l2_penalty(const float* weights, double strength, float* gradients,
                                                     double* penalty, size_t count);

#endif
