/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * Dense layers whose inputs are int8: the features that an int8 model computes, taken as they are.
 *
 * A layer's weights, outputs and gradients are floats, as in dense.h. Only its inputs are int8. A few of them
 * at a time are decoded, where they are needed: no sample is ever copied, neither as floats nor into a batch.
 * The bits are those of the same calls on inputs that were decoded first.
 *
 *     int8_t features[100 * 64];                                   // what is kept: a row for each sample
 *     const uint32_t batch[] = {17, 3, 42};                        // three of the rows
 *     const gls_int8_inputs inputs = {features, 100, batch, 0.05f, -128};
 *     status = gls_dense_forward_int8(weights, &inputs, logits, 3, 64, 10);
 *     ...                                                          // losses, into output_gradients
 *     const gls_int8_factors layer = {inputs, output_gradients, 3, 64, 10};
 *     status = gls_step(&optimizer, gls_gradient_int8_factors(&layer, 1), 1.0f / 3);
 */
#ifndef GLISSADE_INT8_INPUTS_H
#define GLISSADE_INT8_INPUTS_H

#include "glissade/optimizer.h"

/** Inputs of a layer for some samples: rows of a table of int8. An int8 q stands for the float scale *
 * (q - zero_point), rounded once: q - zero_point is exact. The same rule as TensorFlow Lite's. */
typedef struct gls_int8_inputs {
  const int8_t* values; /**< int8_t[row_count * the layer's input_count], a row after another */
  size_t row_count;     /**< rows in values */
  const uint32_t* rows; /**< uint32_t[samples]: which row is which sample, each < row_count; a row may come
                         * again. Null: rows 0 to samples - 1, and samples <= row_count */
  float scale;          /**< what one step of q is: from 2^-126 to the largest float */
  int32_t zero_point;   /**< the q that stands for 0: from -128 to 127 */
} gls_int8_inputs;

/** gls_dense_forward() of int8 inputs: outputs = inputs * W + bias, with the same bits, weights and outputs.
 *
 * GLS_ERROR_RANGE: also where scale, zero_point or a row is outside its range. GLS_ERROR_ALIGNMENT: also
 * where rows is not aligned as uint32_t is. Values and outputs must not overlap. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_dense_forward_int8(const float* weights,
                                                             const gls_int8_inputs* inputs, float* outputs,
                                                             size_t samples, size_t input_count,
                                                             size_t output_count);

/** gls_dense_backward() of int8 inputs, which have no gradients: adds the samples' gradients to
 * weight_gradients, float[(input_count + 1) * output_count], with the same bits. output_gradients is
 * float[samples * output_count]. Errors as in gls_dense_forward_int8(). */
GLS_FUNCTION GLS_NODISCARD gls_status gls_dense_backward_int8(const gls_int8_inputs* inputs,
                                                              const float* output_gradients,
                                                              float* weight_gradients, size_t samples,
                                                              size_t input_count, size_t output_count);

/** gls_factors of a layer whose inputs are int8. */
typedef struct gls_int8_factors {
  gls_int8_inputs inputs;        /**< values and rows may be null where they hold nothing */
  const float* output_gradients; /**< float[samples * output_count] */
  size_t samples;                /**< how many samples are summed */
  size_t input_count;            /**< inputs of the layer */
  size_t output_count;           /**< outputs of the layer; it has (input_count + 1) * output_count weights */
} gls_int8_factors;

/** Gradients of dense layers with int8 inputs that stand one behind the other in the weights:
 * layers[0 .. layer_count), which must live until the step is done. A step takes it as it takes
 * gls_gradient_factors(), with the bits that gls_dense_backward_int8() would add to zeros.
 *
 * GLS_ERROR_RANGE: as there, and where a scale, zero_point or row is outside its range. GLS_ERROR_OVERLAP:
 * also where values or rows share memory with weights or slots. */
GLS_FUNCTION gls_gradients gls_gradient_int8_factors(const gls_int8_factors* layers, size_t layer_count);

#endif
