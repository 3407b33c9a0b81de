/* SPDX-License-Identifier: Apache-2.0 */
/* What the C blocks of all rules share. */
#ifndef GLISSADE_RULES_COMMON_H
#define GLISSADE_RULES_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define GLS_DEFAULT(value) = value
#define GLS_NODISCARD [[nodiscard]]
#define GLS_FUNCTION extern "C"
#else
#define GLS_DEFAULT(value) /* C takes the same values from gls_<rule>_defaults() */
#define GLS_NODISCARD __attribute__((warn_unused_result))
#define GLS_FUNCTION extern
#endif

/* On every error nothing has been written (restore_from has one exception: saved.h). */
typedef enum gls_status {
  GLS_OK = 0,
  GLS_ERROR_NULL = -1,  /* a pointer is null that must not be */
  GLS_ERROR_RANGE = -2, /* a hyper-parameter, scale or label is NaN or outside its stated range; or a count
                         is larger than any memory (half the address space in bytes) */
  GLS_ERROR_ALIGNMENT = -3, /* a float buffer is not 4-byte aligned */
  GLS_ERROR_BACKEND = -4,   /* the named backend (by call or GLISSADE_BACKEND) is not one of this machine's */
  GLS_ERROR_CURVATURE = -5, /* a matrix is not positive definite, or a curvature not positive */
  GLS_ERROR_GRADIENT = -6,  /* a gradient is infinite, NaN, or so large that it would spoil the state */
  GLS_ERROR_SIZE = -7,      /* too few bytes to save into or restore from */
  GLS_ERROR_MISMATCH = -8,  /* the bytes are of another rule, count or format */
  GLS_ERROR_DAMAGED = -9,   /* the bytes are not as they were saved */
  GLS_ERROR_NOT_FINITE = -10, /* a weight or slot to be saved is infinite or NaN */
  GLS_ERROR_DEVICE = -11, /* a callback of a store failed, or flash does not read back as it was programmed */
  GLS_ERROR_EMPTY = -12,  /* nothing was ever committed to the store */
  GLS_ERROR_FORGED = -13, /* no state in the store has a right tag and is new enough */
  GLS_ERROR_ORDER = -14   /* the store is not open, or not reading or writing as this call needs */
} gls_status;

typedef struct gls_store gls_store; /* glissade/store.h */

/* The fields that every rule's params begin with:
 *   learning_rate           >= 0, in weight units per unit of update; 0 moves no weight.
 *   weight_decay            >= 0; 0 is none. Coupled: weight_decay * w is added to the gradient (L2 penalty).
 *   decoupled_weight_decay  true: instead, w is first multiplied by 1 - learning_rate * weight_decay
 *                           (Loshchilov and Hutter 2019: AdamW, SGDW).
 *   maximize                true: ascend. */
#define GLS_COMMON_PARAMS(usual_rate)             \
  double learning_rate GLS_DEFAULT(usual_rate);   \
  double weight_decay GLS_DEFAULT(0);             \
  bool decoupled_weight_decay GLS_DEFAULT(false); \
  bool maximize GLS_DEFAULT(false)

/* The state of most rules: what they remember beside their slots. */
#define GLS_STEP_STATE(rule)                                                  \
  typedef struct gls_##rule##_state {                                         \
    uint32_t step; /* t: steps begun; stays at 2^32 - 1 when it gets there */ \
  } gls_##rule##_state

/* Coefficients: one step's hyper-parameters as floats, filled by begin, read by sweep, constant over the
 * step. Callers keep them; only their size matters. */
typedef struct gls_gradient_coefficients {
  float scale;    /* gradient_scale, negated by maximize */
  float decay;    /* coupled: weight_decay. Decoupled: 1 - learning_rate * weight_decay */
  uint32_t kind;  /* 0 no decay, 1 coupled, 2 decoupled */
  uint32_t flags; /* begin sets 0; GLS_FLUSH_SUBNORMALS */
} gls_gradient_coefficients;

/* Between begin and sweep, `coefficients.gradient.flags |= GLS_FLUSH_SUBNORMALS` makes this step take
 * operands below 2^-126 in magnitude as 0, and give 0 for results below that. For x86 and 64-bit Arm, where a
 * step on subnormal states (gradients that stay 0, or below 1e-19) takes long (Adam 2 to 3 times as long on
 * an AMD EPYC, 30 to 40 times on an Intel Xeon), and this costs nothing. Its bits are those of all backends
 * of the processor, and on both kinds the same but for results that rounding alone lifts to 2^-126: Arm
 * flushes before it rounds, x86 after. (A subnormal max_v of AMSGrad that no such step computed may stay.)
 * Elsewhere it does nothing. */
#define GLS_FLUSH_SUBNORMALS 1u

/* A step towards another value, as torch.lerp rounds it. */
typedef struct gls_lerp_coefficients {
  float weight, rest;
  uint32_t far;
} gls_lerp_coefficients;

/* A running mean: decay times what it was, plus weight times what comes. */
typedef struct gls_mean_coefficients {
  float weight, decay;
} gls_mean_coefficients;

/* Adam's two running means, of g and of g^2. */
typedef struct gls_moment_coefficients {
  gls_lerp_coefficients mean;
  gls_mean_coefficients square;
} gls_moment_coefficients;

/* The gradient of a dense layer's weights (glissade/layers.h), not multiplied out: the sum over samples, in
 * order, of input times output gradient. A step takes it as it is, in one pass over the weights: no gradient
 * buffer, the same bits. Worth its while in RAM where samples * (input_count + output_count) floats, which a
 * backward pass keeps for it, are fewer than the weights. All counts may be 0. */
typedef struct gls_dense_gradient {
  const float* inputs;           /* float[samples * input_count], a sample after another */
  const float* output_gradients; /* float[samples * output_count] */
  size_t samples, input_count, output_count;
} gls_dense_gradient;

/* What gls_<rule>_guard refuses: a gradient that is infinite or NaN, or that is too large: from where the
 * product with gradient_scale (whose magnitude is rounded up to a power of two here) reaches the rule's
 * bound, beyond which a slot could overflow and never recover. The bound is 2^46  where squares add up
 * (Adagrad: 2^32 of them fit), 2^62  where squares are averaged (Adam and its relatives, RMSprop, Adadelta)
 * or two gradients multiplied (Rprop), 2^100 elsewhere. With coupled weight decay, weight_decay * w counts as
 * a gradient too. One pass over the gradients, and with coupled decay one over the weights; nothing is
 * written. Where the norm was looked at, gradients.h knows it without a pass. */

/* The calls of a rule, after its params, state and coefficients; the names after the rule's are its slots.
 * GLS_RULE_2(adam, m, v) declares:
 *   void gls_adam_defaults(gls_adam_params* params);
 *   gls_status gls_adam_step(const gls_adam_params* params, gls_adam_state* state, float* weights,
 *                            const float* gradients, float gradient_scale, float* m, float* v, size_t count);
 *   gls_status gls_adam_step_unguarded(the same), for those who have checked the gradients already;
 *   gls_status gls_adam_guard(const gls_adam_params* params, const float* weights, const float* gradients,
 *                             float gradient_scale, size_t count);
 *   gls_status gls_adam_begin(const gls_adam_params* params, gls_adam_state* state, float gradient_scale,
 *                             gls_adam_coefficients* coefficients);
 *   gls_status gls_adam_sweep(const gls_adam_coefficients* coefficients, float* weights,
 *                             const float* gradients, float* m, float* v, size_t count);
 *
 * step is guard and step_unguarded; step_unguarded is begin and sweep. The same four of dense layers, which
 * stand one behind the other in weights and slots, take their gradients instead of the buffer; count is the
 * number of all their weights, or the call is GLS_ERROR_RANGE:
 *
 *   gls_status gls_adam_step_dense(const gls_adam_params* params, gls_adam_state* state, float* weights,
 *                                  const gls_dense_gradient* layers, size_t layer_count,
 *                                  float gradient_scale, float* m, float* v, size_t count);
 *   gls_adam_step_dense_unguarded, gls_adam_guard_dense, gls_adam_sweep_dense
 *
 * guard_dense looks at the factors, and multiplies out only where these could be too large; it refuses what
 * guard refuses. saved.h has gls_adam_saved_bytes, _save and _restore, and with store.h _save_to and
 * _restore_from. */
#define GLS_SLOTS_0(type, unused)
#define GLS_SLOTS_1(type, a) type *a,
#define GLS_SLOTS_2(type, a, b) type *a, type *b,
#define GLS_SLOTS_3(type, a, b, c) type *a, type *b, type *c,
#define GLS_RULE_CALLS(rule, slots, ...)                                                                    \
  GLS_FUNCTION void gls_##rule##_defaults(gls_##rule##_params* params);                                     \
  GLS_FUNCTION GLS_NODISCARD gls_status gls_##rule##_begin(const gls_##rule##_params* params,               \
                                                           gls_##rule##_state* state, float gradient_scale, \
                                                           gls_##rule##_coefficients* coefficients);        \
  GLS_FUNCTION GLS_NODISCARD gls_status gls_##rule##_guard(const gls_##rule##_params* params,               \
                                                           const float* weights, const float* gradients,    \
                                                           float gradient_scale, size_t count);             \
  GLS_FUNCTION GLS_NODISCARD gls_status gls_##rule##_sweep(const gls_##rule##_coefficients* coefficients,   \
                                                           float* weights, const float* gradients,          \
                                                           slots(float, __VA_ARGS__) size_t count);         \
  GLS_FUNCTION GLS_NODISCARD gls_status gls_##rule##_step_unguarded(                                        \
      const gls_##rule##_params* params, gls_##rule##_state* state, float* weights, const float* gradients, \
      float gradient_scale, slots(float, __VA_ARGS__) size_t count);                                        \
  GLS_FUNCTION GLS_NODISCARD gls_status gls_##rule##_step(                                                  \
      const gls_##rule##_params* params, gls_##rule##_state* state, float* weights, const float* gradients, \
      float gradient_scale, slots(float, __VA_ARGS__) size_t count);                                        \
  GLS_FUNCTION GLS_NODISCARD gls_status gls_##rule##_guard_dense(                                           \
      const gls_##rule##_params* params, const float* weights, const gls_dense_gradient* layers,            \
      size_t layer_count, float gradient_scale, size_t count);                                              \
  GLS_FUNCTION GLS_NODISCARD gls_status gls_##rule##_sweep_dense(                                           \
      const gls_##rule##_coefficients* coefficients, float* weights, const gls_dense_gradient* layers,      \
      size_t layer_count, slots(float, __VA_ARGS__) size_t count);                                          \
  GLS_FUNCTION GLS_NODISCARD gls_status gls_##rule##_step_dense_unguarded(                                  \
      const gls_##rule##_params* params, gls_##rule##_state* state, float* weights,                         \
      const gls_dense_gradient* layers, size_t layer_count, float gradient_scale,                           \
      slots(float, __VA_ARGS__) size_t count);                                                              \
  GLS_FUNCTION GLS_NODISCARD gls_status gls_##rule##_step_dense(                                            \
      const gls_##rule##_params* params, gls_##rule##_state* state, float* weights,                         \
      const gls_dense_gradient* layers, size_t layer_count, float gradient_scale,                           \
      slots(float, __VA_ARGS__) size_t count);                                                              \
  GLS_FUNCTION size_t gls_##rule##_saved_bytes(size_t count); /* 0: more than any memory holds */           \
  GLS_FUNCTION GLS_NODISCARD gls_status gls_##rule##_save(                                                  \
      const gls_##rule##_params* params, const gls_##rule##_state* state, const float* weights,             \
      slots(const float, __VA_ARGS__) size_t count, void* bytes, size_t size);                              \
  GLS_FUNCTION GLS_NODISCARD gls_status gls_##rule##_restore(                                               \
      gls_##rule##_params* params, gls_##rule##_state* state, float* weights,                               \
      slots(float, __VA_ARGS__) size_t count, const void* bytes, size_t size);                              \
  GLS_FUNCTION GLS_NODISCARD gls_status gls_##rule##_save_to(                                               \
      const gls_##rule##_params* params, const gls_##rule##_state* state, const float* weights,             \
      slots(const float, __VA_ARGS__) size_t count, gls_store* store);                                      \
  GLS_FUNCTION GLS_NODISCARD gls_status gls_##rule##_restore_from(                                          \
      gls_##rule##_params* params, gls_##rule##_state* state, float* weights,                               \
      slots(float, __VA_ARGS__) size_t count, gls_store* store)
#define GLS_RULE_0(rule) GLS_RULE_CALLS(rule, GLS_SLOTS_0, none)
#define GLS_RULE_1(rule, a) GLS_RULE_CALLS(rule, GLS_SLOTS_1, a)
#define GLS_RULE_2(rule, a, b) GLS_RULE_CALLS(rule, GLS_SLOTS_2, a, b)
#define GLS_RULE_3(rule, a, b, c) GLS_RULE_CALLS(rule, GLS_SLOTS_3, a, b, c)

#endif
