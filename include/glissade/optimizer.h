/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * An optimizer and its gradients as plain values, and the calls that take a step.
 *
 *     gls_optimizer optimizer = gls_adam(&params, &state, weights, m, v, count);
 *     gls_status status = gls_step(&optimizer, gls_gradient_buffer(gradients), 1.0f);
 *
 * A rule is one optimizer's update: its parameters, its state, its formula. A slot is one buffer of a rule's
 * state, as long as the weights (Adam has two, m and v). glissade/rules/ has a header for each rule. */
#ifndef GLISSADE_OPTIMIZER_H
#define GLISSADE_OPTIMIZER_H

#include "glissade/base.h"

/** How a rule computes. There is one for each rule, inside the library. */
typedef struct gls_rule gls_rule;

/** How the numbers in slots are kept, if not as floats: glissade/formats.h. */
typedef struct gls_slot_format gls_slot_format;

/** The most slots that a rule can have. */
#define GLS_SLOTS_MOST 6

/** An optimizer: a view of memory that the caller owns, made by gls_<rule>() and copied freely.
 *
 * What it points to must outlive it. A change of the parameters holds from the next step on. Making one reads
 * nothing and cannot fail: the calls check what they use. An all-zero value is one without a rule, which
 * every call refuses (GLS_ERROR_NULL). It takes 16 words: 64 bytes on 32-bit targets. Weights, slots and
 * gradients must not overlap (GLS_ERROR_OVERLAP: each call compares all their ranges, some 5 ns on a desk).
 *
 * In C, parameters begin with all their usual values: gls_adam_params params = {GLS_ADAM_DEFAULTS}, or
 * gls_adam_defaults(&params). A field that an initializer leaves out is 0, and so is its epsilon.
 *
 * Every rule's parameters begin with these four:
 *   - learning_rate: >= 0, in units of weight per unit of update. A step with 0 moves the state and no weight,
 *     but for three rules: gls_rprop (it is the first step only), gls_asgd (each step has the rate of the one
 *     before) and gls_classical_momentum (velocity keeps steps already taken).
 *   - weight_decay: >= 0; 0 is none.
 *   - decoupled_weight_decay: false: weight_decay * w is added to the gradient (L2 penalty). true: w is first
 *     multiplied by 1 - learning_rate * weight_decay (Loshchilov and Hutter 2019: AdamW, SGDW).
 *   - maximize: true: ascend.
 *
 * Parameters are double and are rounded to float once per step, where PyTorch does it. None may be NaN or
 * larger than the largest float.
 * The state and each slot start at zero: static memory needs no call. */
typedef struct gls_optimizer {
  const gls_rule* rule;         /**< whose formula; null is GLS_ERROR_NULL */
  void* params;                 /**< gls_<rule>_params; read by a step, written by gls_restore */
  void* state;                  /**< gls_<rule>_state */
  float* weights;               /**< float[count], or what format says */
  float* slots[GLS_SLOTS_MOST]; /**< float[count] each, or what format says; those that the rule does not have
                                   are null */
  size_t count;                 /**< weights; 0 is allowed, and then buffers may be null */
  const gls_slot_format* format; /**< of weights and slots: null is float; set by gls_slots_8bit(),
                                    gls_slots_bfloat16() and gls_weights_bfloat16() */
  uintptr_t seed;                /**< chooses the random bits of such formats; any number, of which 32 bits
                                    count; 0 is as good as others */
  size_t first; /**< such formats: the number of weights[0] in a larger whole of which this is
                   a part; a multiple of 64; 0 where it is the whole */
  const gls_slot_format* slot_format; /**< of the slots alone: null is float; set by the same calls */
  uintptr_t reserved;                 /**< zero */
} gls_optimizer;

/** Where gradients come from. Each kind is inside the library, and in a firmware only if it is used. */
typedef struct gls_gradient_source gls_gradient_source;

/** A step's gradients: pointers to memory that the caller owns. Made by gls_gradient_buffer(),
 * gls_gradient_factors() or, in layers/int8_inputs.h, gls_gradient_int8_factors(). All zero is
 * GLS_ERROR_NULL. */
typedef struct gls_gradients {
  const gls_gradient_source* source; /**< what kind */
  const void* data;                  /**< a buffer of floats, or an array of gls_(int8_)factors */
  size_t count;                      /**< of the factors; not used by a buffer */
  uintptr_t reserved[2];             /**< zero */
} gls_gradients;

/** Gradients in a buffer: float[count], with the optimizer's count. */
GLS_FUNCTION gls_gradients gls_gradient_buffer(const float* gradients);

/** The gradient of a dense layer's weights as its outer-product factors, not multiplied out. The gradient of
 * the weight from input i to output o, weights[i * output_count + o], is the sum over samples, in order, of
 * inputs[i] * output_gradients[o]; then come the biases, whose gradients are the sums of output_gradients.
 *
 * A step takes it as it is, in one pass over the weights: no gradient buffer, the bits that
 * gls_dense_backward() would add to zeros. It saves RAM where samples * (input_count + output_count) floats,
 * which a backward pass keeps for it, are fewer than the weights. All counts may be 0; a buffer may be null
 * where it holds nothing. Without samples the gradient is 0. */
typedef struct gls_factors {
  const float* inputs;           /**< float[samples * input_count], a sample after another */
  const float* output_gradients; /**< float[samples * output_count] */
  size_t samples;                /**< how many samples are summed */
  size_t input_count;            /**< inputs of the layer */
  size_t output_count;           /**< outputs of the layer; it has (input_count + 1) * output_count weights */
} gls_factors;

/** Gradients of dense layers that stand one behind the other in the weights: layers[0 .. layer_count), which
 * must live until the step is done. A step whose optimizer has not as many weights as they have together is
 * GLS_ERROR_RANGE. */
GLS_FUNCTION gls_gradients gls_gradient_factors(const gls_factors* layers, size_t layer_count);

/** One step: gls_guard(), gls_begin(), and gls_sweep() over all weights.
 *
 * Every gradient is first multiplied by gradient_scale (finite; 1 leaves it as it is; 1 / batch averages a
 * summed gradient), then, with maximize, negated, then coupled weight decay is added. On an error nothing has
 * changed, the step count included. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_step(const gls_optimizer* optimizer, gls_gradients gradients,
                                               float gradient_scale);

/** The same without the guard, for those who have looked at the gradients already. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_step_unguarded(const gls_optimizer* optimizer,
                                                         gls_gradients gradients, float gradient_scale);

/** One step of several optimizers, [0 .. n) of both arrays: tensors or parameter groups, with rules of their
 * own. All or nothing: everything is checked, and each guard has looked, before the first write. Two of them
 * must not share weights or a state (GLS_ERROR_OVERLAP), nor slots (which is not looked at). */
GLS_FUNCTION GLS_NODISCARD gls_status gls_step_all(const gls_optimizer* optimizers,
                                                   const gls_gradients* gradients, size_t n,
                                                   float gradient_scale);

/** Refuses (GLS_ERROR_GRADIENT) a gradient that is infinite, NaN or too large, and writes nothing.
 *
 * Too large is: from where the product with gradient_scale (whose magnitude is rounded up to a power of two
 * here) reaches the rule's bound, beyond which a slot could overflow and never recover. The bound is 2^46
 * where squares add up (Adagrad: 2^32 of them fit), 2^62 where squares are averaged (Adam and its relatives,
 * RMSprop, Adadelta) or two gradients are multiplied (Rprop), and 2^100 elsewhere. With coupled weight decay,
 * weight_decay * w counts as a gradient too, so that a weight may be the one that is refused.
 *
 * It takes one pass over the gradients, and with coupled decay one over the weights. Of factors it looks at
 * these alone, and multiplies out only where they could be too large. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_guard(const gls_optimizer* optimizer, gls_gradients gradients,
                                                float gradient_scale);

/** One step's hyper-parameters as floats: filled by gls_begin(), read by gls_sweep(), the same for the whole
 * step. The caller keeps them; their contents are the library's. */
typedef struct gls_coefficients {
  uint64_t words[16]; /**< the library's */
} gls_coefficients;

/** Begins a step that is taken in slices: counts it, and computes its coefficients. It checks params, state
 * and gradient_scale; no gradient is looked at (gls_guard() does that), and weights and slots are neither
 * read nor checked (gls_sweep() does that). So one begin serves several tensors of the same rule that share
 * params and state. A step that is counted stays counted, whatever its sweeps say. On an error coefficients
 * are as before. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_begin(const gls_optimizer* optimizer, float gradient_scale,
                                                gls_coefficients* coefficients);

/** Between gls_begin(), which forgets it, and gls_sweep(): this step takes operands below 2^-126 in magnitude
 * as 0, and gives 0 for results below that. For x86 and 64-bit Arm; elsewhere it does nothing.
 *
 * There a step on subnormal states (gradients that stay 0, or below 1e-19) takes long (Adam 2 to 3 times as
 * long on an AMD EPYC, 30 to 40 times on an Intel Xeon), and this costs nothing. Its bits are those of all
 * backends of the processor, and on both kinds of processor the same but for results that rounding alone
 * lifts to 2^-126: Arm flushes before it rounds, x86 after. (A subnormal max_v of AMSGrad that no such step
 * computed may stay.) */
GLS_FUNCTION void gls_flush_subnormals(gls_coefficients* coefficients);

/** Steps the weights [first .. first + count) of the optimizer; gradients are those of all its weights.
 *
 * The ranges of a step together cover each weight once, in any order, from any task or thread: the bits are
 * the same however it is cut. A range beyond the optimizer's count is GLS_ERROR_RANGE; coefficients that
 * gls_begin() has not filled for this rule are GLS_ERROR_ORDER. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_sweep(const gls_optimizer* optimizer,
                                                const gls_coefficients* coefficients, gls_gradients gradients,
                                                size_t first, size_t count);

#endif
