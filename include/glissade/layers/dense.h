/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * Dense layers. Sizes are counts of floats. Sums have one stated order, so forward and backward passes give
 * the same bits everywhere too.
 *
 * Unless the text says otherwise, buffers must not overlap, and none may be null, not even where a count is
 * 0. GLS_ERROR_RANGE: counts that no memory holds. On an error nothing has been written. */
#ifndef GLISSADE_DENSE_H
#define GLISSADE_DENSE_H

#include "glissade/base.h"

/** A dense layer, forward: outputs = inputs * W + bias, for any number of samples. weights is
 * float[input_count * output_count + output_count]: one row of output_count per input, then the biases.
 * (TensorFlow Lite and PyTorch store one row of input_count per output. Nothing can notice that: who takes
 * such weights over turns them, and turns them back. There is no call for it.) inputs is float[samples *
 * input_count] and outputs float[samples * output_count], a sample after another. The bits do not depend on
 * how samples are put together in calls. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_dense_forward(const float* weights, const float* inputs,
                                                        float* outputs, size_t samples, size_t input_count,
                                                        size_t output_count);

/** A dense layer, backward. Adds the samples' gradients to weight_gradients, which has the shape of weights:
 * zero it before the first sample. (What is not finite stays in the sum until then; the step's guard refuses
 * it.) Writes the gradients of the inputs to input_gradients, float[samples * input_count], unless that is
 * null. output_gradients is float[samples * output_count]. */
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

#endif
