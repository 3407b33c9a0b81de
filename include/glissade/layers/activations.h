/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * Activations, each value by itself. count is how many values there are: of one sample or of several.
 *
 * No buffer may be null, not even where count is 0. GLS_ERROR_RANGE: a count that no memory holds. On an
 * error nothing has been written. */
#ifndef GLISSADE_ACTIVATIONS_H
#define GLISSADE_ACTIVATIONS_H

#include "glissade/base.h"

/** Relu, forward: outputs = max(inputs, 0). A NaN stays NaN. Both are float[count]; outputs may be inputs. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_relu_forward(const float* inputs, float* outputs, size_t count);

/** Relu, backward: 0 where outputs <= 0, else the output's gradient, for an output of NaN too. outputs are
 * those of forward. All are float[count]; any of the three may be the same. */
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

#endif
