/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * Int8 dense layers, as TensorFlow Lite computes them: a FULLY_CONNECTED layer, or a 1x1 convolution after
 * pooling, whose bytes are the same. They are read where they lie, in a .tflite file or in flash; here they
 * are prepared, computed, turned into a float layer that learns (dense.h), and made again from it.
 *
 * A number q of 8 bits stands for scale * (q - zero), its zero point. Weights have zero point 0, and one
 * scale or one for each output. With acc = bias + sum of weight * (input - input_zero), an output is
 *
 *     y = clamp(acc * (input_scale * weight_scale / output_scale) + output_zero, least, most)
 *
 * where the real factor is an integer and a shift, and clamp is the fused activation. Every bit is that of
 * TensorFlow Lite Micro's reference kernels and of CMSIS-NN. (The desk's runtime scales in floating point: it
 * may differ by 1 from a board with double rounding.) Sums and shifts of 32 bits wrap around, as there.
 *
 * No buffer may be null unless the text says so, and none that is written may share memory with another
 * (GLS_ERROR_OVERLAP). GLS_ERROR_RANGE: counts that no memory holds, and what the text names. On an error
 * nothing has been written. */
#ifndef GLISSADE_INT8_H
#define GLISSADE_INT8_H

#include "glissade/base.h"

/** The most inputs of an int8 layer: with them no sum of products wraps. */
#define GLS_INT8_INPUTS_MOST 65793

/** What is fused into a layer: the numbers are those of the file (ActivationFunctionType). A file's others
 * are GLS_ERROR_RANGE; TensorFlow Lite Micro takes them for none. */
typedef enum GLS_ENUM(gls_int8_activation) {
  GLS_INT8_NO_ACTIVATION = 0, /**< outputs from -128 to 127 */
  GLS_INT8_RELU = 1,          /**< not below 0 */
  GLS_INT8_RELU_N1_TO_1 = 2,  /**< from -1 to 1 */
  GLS_INT8_RELU6 = 3          /**< from 0 to 6 */
} gls_int8_activation;

/** How a sum is scaled. Firmware has one or the other, by how its engine was built; outputs differ by at most
 * 1, in up to 3 % of cases. */
typedef enum GLS_ENUM(gls_int8_rounding) {
  GLS_INT8_DOUBLE_ROUNDING = 0, /**< the engines' default (gemmlowp's) */
  GLS_INT8_SINGLE_ROUNDING = 1  /**< TFLITE_SINGLE_ROUNDING, or CMSIS_NN_USE_SINGLE_ROUNDING */
} gls_int8_rounding;

/** A real factor: multiplier * 2^(shift - 31). */
typedef struct gls_int8_multiplier {
  int32_t multiplier; /**< 0, or from 2^30 to 2^31 - 1 */
  int32_t shift;      /**< from -31 to 30 */
} gls_int8_multiplier;

/** An int8 dense layer: a view of memory that the caller owns. Fill it, and call gls_int8_dense_prepare().
 * The zeros of static memory are the usual value of every field behind output_scale. */
typedef struct gls_int8_dense {
  const int8_t* weights;      /**< int8_t[output_count * input_count], one row of input_count per output */
  const int32_t* biases;      /**< int32_t[output_count], in units of input_scale * weight_scale; null: 0 */
  const float* weight_scales; /**< float[scale_count], each finite and > 0 */
  gls_int8_multiplier*
      multipliers;                /**< [scale_count]: memory for gls_int8_dense_prepare(), which writes it */
  size_t scale_count;             /**< 1, or output_count: one for each output */
  size_t input_count;             /**< from 1 to GLS_INT8_INPUTS_MOST */
  size_t output_count;            /**< from 1 */
  float input_scale;              /**< of the inputs, finite and > 0 */
  float output_scale;             /**< of the outputs, finite and > 0 */
  int32_t input_zero;             /**< the inputs' zero point, from -128 to 127 */
  int32_t output_zero;            /**< the outputs' zero point, from -128 to 127 */
  gls_int8_activation activation; /**< fused */
  gls_int8_rounding rounding;     /**< as the user's engine was built */
  int32_t least;                  /**< the least output; written by gls_int8_dense_prepare() */
  int32_t most;                   /**< the largest output; written by gls_int8_dense_prepare() */
  uint32_t prepared; /**< 1 by gls_int8_dense_prepare(); 0: GLS_ERROR_ORDER from a forward pass */
  uint32_t reserved; /**< zero */
} gls_int8_dense;

/** Computes multipliers, least and most from scales, zero points, activation and rounding. Call it again when
 * one of these changes. Weights and biases are not looked at: they may change at any time.
 *
 * With one scale a factor is double(float(input_scale * weight_scale)) / output_scale, with several (and with
 * them only) the product is a double's, as in the engines: the count decides, not the layer.
 *
 * GLS_ERROR_RANGE: a field outside its stated range; a factor that is not finite, or with double rounding
 * from 2^30 on; an activation whose ends are not int32 numbers in units of output_scale. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_int8_dense_prepare(gls_int8_dense* layer);

/** The layer, forward: inputs is int8_t[samples * input_count] and outputs int8_t[samples * output_count], a
 * sample after another. Every backend gives the same numbers. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_int8_dense_forward(const gls_int8_dense* layer,
                                                             const int8_t* inputs, int8_t* outputs,
                                                             size_t samples);

/** The layer as a float one: weights is float[(input_count + 1) * output_count] as gls_dense_forward() wants
 * it, turned: one row of output_count per input, then the biases. Each is its scale times the integer,
 * rounded once (a bias: from double). Reads weights, biases, weight_scales, input_scale and the counts of the
 * layer.
 *
 * GLS_ERROR_RANGE: scales or counts outside their range, weights' scales from 2^121 on, a bias that is larger
 * than any float. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_int8_dense_dequantize(const gls_int8_dense* layer, float* weights);

/** Which scales the weights get. */
typedef enum GLS_ENUM(gls_int8_scales) {
  GLS_INT8_NEW_SCALES = 0, /**< the least with which all fits; the engine must prepare its layer again */
  GLS_INT8_KEPT_SCALES = 1 /**< the layer's: valid from the next inference on. What does not fit is clamped */
} gls_int8_scales;

/** What did not fit into an int8 layer. */
typedef struct gls_int8_clamped {
  size_t weights; /**< clamped to -127 or 127 */
  size_t biases;  /**< clamped, so that no sum can wrap: to +-(2^31 - 1 - 32640 * input_count) */
  size_t rows;    /**< outputs with a clamped weight or bias */
} gls_int8_clamped;

/** A float layer as an int8 one. weights is float[(input_count + 1) * output_count], as gls_dense_forward()
 * has it. Written are int8_weights, int8_t[output_count * input_count], biases, int32_t[output_count], both
 * as the file has them, scales, float[scale_count], and clamped.
 *
 * Of the layer it reads scale_count, the other counts, input_scale and weight_scales. New scales:
 * max(max|w| / 127, max|b| / (input_scale * 2^30)) for each output or over all. Where that is 0 or below
 * 2^-126 it is the scale of before, or 1 where there was none: where weight_scales is null, or where a scale
 * in it is no normal number (0 for the row of a new class). Kept scales must be finite and > 0.
 *
 * scales may be the layer's weight_scales; with kept ones it is not written and may be null. int8_weights and
 * biases may be the layer's own. clamped may be null.
 *
 * GLS_ERROR_NOT_FINITE: a weight, a bias or a new scale is infinite or NaN. GLS_ERROR_RANGE: a count or scale
 * outside its range. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_int8_dense_requantize(const gls_int8_dense* layer,
                                                                const float* weights, gls_int8_scales which,
                                                                int8_t* int8_weights, int32_t* biases,
                                                                float* scales, gls_int8_clamped* clamped);

/** The range of values seen, 0 included. All zero at the start. */
typedef struct gls_int8_range {
  float least; /**< <= 0 */
  float most;  /**< >= 0 */
} gls_int8_range;

/** Widens the range to values, float[count]: a layer's outputs in float, for the data that it will see.
 * GLS_ERROR_NOT_FINITE: one is infinite or NaN. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_int8_range_update(gls_int8_range* range, const float* values,
                                                            size_t count);

/** A layer's output_scale and output_zero for that range, as TensorFlow Lite's converter computes them
 * (GetAsymmetricQuantizationParams in tools/optimize/quantization_utils.cc), in float: scale = (most - least)
 * / 255, zero = round half away(-128 - least / scale), from -128 to 127. GLS_ERROR_RANGE: the range is no
 * range around 0, or its scale is not finite or below 2^-126 (nothing but zeros was seen: keep what you
 * have). */
GLS_FUNCTION GLS_NODISCARD gls_status gls_int8_range_scale(const gls_int8_range* range, float* scale,
                                                           int32_t* zero);

#endif
