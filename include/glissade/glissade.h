/* SPDX-License-Identifier: Apache-2.0 */
/* Glissade's C99 face: optimizer steps and the layers they train, over the caller's own buffers.
 *
 * The caller owns all memory; nothing here keeps a pointer, allocates, prints or aborts. Unless a
 * comment says otherwise, buffers are float[count], 4-byte aligned, must not overlap, and may be null
 * only where count is 0. Every state and every slot starts at zero: static memory needs no call.
 * The same inputs give the same bits on every backend and target, and PyTorch 2.6's bits at that.
 *
 * Two calls may run at once (tasks, interrupts, threads) when they write no common buffer or state. */
#ifndef GLISSADE_GLISSADE_H
#define GLISSADE_GLISSADE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GLS_VERSION_MAJOR 0
#define GLS_VERSION_MINOR 1
#define GLS_VERSION_PATCH 0

#ifdef __cplusplus
#define GLS_DEFAULT(value) = value
#define GLS_NODISCARD [[nodiscard]]
extern "C" {
#else
#define GLS_DEFAULT(value) /* C takes the same values from gls_<rule>_defaults() */
#define GLS_NODISCARD __attribute__((warn_unused_result))
#endif

/* On every error nothing has been written. */
typedef enum gls_status {
  GLS_OK = 0,
  GLS_ERROR_NULL = -1,      /* a pointer is null that must not be */
  GLS_ERROR_RANGE = -2,     /* a hyper-parameter, scale or label is NaN or outside its stated range */
  GLS_ERROR_ALIGNMENT = -3, /* a float buffer is not 4-byte aligned */
  GLS_ERROR_BACKEND = -4    /* the named backend (by call or GLISSADE_BACKEND) is not one of this machine's */
} gls_status;

/* A short English sentence for a status; never null. */
const char* gls_status_text(gls_status status);

/* ---- Rules ------------------------------------------------------------------------------------------
 *
 * Each rule has the same four calls. `defaults` fills params, which is not null, with PyTorch's values.
 * `step` takes one step over whole buffers. The same step can be cut: `begin` once (it counts the step and
 * computes its coefficients), then `sweep` over any ranges that together cover each weight once, in any
 * order, from any tasks or threads: the bits are the same. A hyper-parameter may change between any two
 * steps.
 *
 * Every gradient is first multiplied by gradient_scale (finite; 1 leaves it as it is; 1/batch averages a
 * summed gradient), then, with maximize, negated, then weight decay is added. Hyper-parameters are double
 * and are rounded to float once per step, where PyTorch does it. All must be finite. */

/* The fields that every rule's params begin with:
 *   learning_rate           >= 0, in weight units per unit of update; 0 moves no weight.
 *   weight_decay            >= 0; 0 is none. Coupled: weight_decay * w is added to the gradient (L2 penalty).
 *   decoupled_weight_decay  true: instead, w is first multiplied by 1 - learning_rate * weight_decay
 *                           (Loshchilov and Hutter 2019: AdamW, SGDW).
 *   maximize                true: ascend. */

/* Coefficients: one step's hyper-parameters as floats, filled by begin, read by sweep, constant over the
 * step. Callers keep them; only their size matters. */
typedef struct gls_gradient_coefficients {
  float scale;   /* gradient_scale, negated by maximize */
  float decay;   /* coupled: weight_decay. Decoupled: 1 - learning_rate * weight_decay */
  uint32_t kind; /* 0 no decay, 1 coupled, 2 decoupled */
} gls_gradient_coefficients;

/* SGD: w = w - lr g. No slot. torch.optim.SGD without momentum. */
typedef struct gls_sgd_params {
  double learning_rate GLS_DEFAULT(1e-3);
  double weight_decay GLS_DEFAULT(0);
  bool decoupled_weight_decay GLS_DEFAULT(false);
  bool maximize GLS_DEFAULT(false);
} gls_sgd_params;

typedef struct gls_sgd_state {
  uint32_t step; /* steps begun; stays at 2^32 - 1 when it gets there */
} gls_sgd_state;

typedef struct gls_sgd_coefficients {
  gls_gradient_coefficients gradient;
  float rate;
} gls_sgd_coefficients;

void gls_sgd_defaults(gls_sgd_params* params);
GLS_NODISCARD gls_status gls_sgd_step(const gls_sgd_params* params, gls_sgd_state* state, float* weights,
                                      const float* gradients, float gradient_scale, size_t count);
GLS_NODISCARD gls_status gls_sgd_begin(const gls_sgd_params* params, gls_sgd_state* state,
                                       float gradient_scale, gls_sgd_coefficients* coefficients);
GLS_NODISCARD gls_status gls_sgd_sweep(const gls_sgd_coefficients* coefficients, float* weights,
                                       const float* gradients, size_t count);

/* SGD with momentum: buffer = momentum buffer + (1 - dampening) g; w = w - lr buffer. One slot.
 * torch.optim.SGD: the first step takes buffer = g, without dampening. */
typedef struct gls_momentum_params {
  double learning_rate GLS_DEFAULT(1e-3);
  double weight_decay GLS_DEFAULT(0);
  bool decoupled_weight_decay GLS_DEFAULT(false);
  bool maximize GLS_DEFAULT(false);
  bool nesterov GLS_DEFAULT(false); /* w = w - lr (g + momentum buffer); needs momentum > 0, dampening 0 */
  double momentum GLS_DEFAULT(0.9); /* >= 0, usually below 1; 0 is plain SGD and leaves buffer alone */
  double dampening GLS_DEFAULT(0);  /* any; 0 is none */
} gls_momentum_params;

typedef struct gls_momentum_state {
  uint32_t step; /* steps begun with momentum > 0; stays at 2^32 - 1 when it gets there */
} gls_momentum_state;

typedef struct gls_momentum_coefficients {
  gls_gradient_coefficients gradient;
  float rate, momentum, lookahead, input;
  uint32_t kind;
} gls_momentum_coefficients;

void gls_momentum_defaults(gls_momentum_params* params);
GLS_NODISCARD gls_status gls_momentum_step(const gls_momentum_params* params, gls_momentum_state* state,
                                           float* weights, const float* gradients, float gradient_scale,
                                           float* buffer, size_t count);
GLS_NODISCARD gls_status gls_momentum_begin(const gls_momentum_params* params, gls_momentum_state* state,
                                            float gradient_scale, gls_momentum_coefficients* coefficients);
GLS_NODISCARD gls_status gls_momentum_sweep(const gls_momentum_coefficients* coefficients, float* weights,
                                            const float* gradients, float* buffer, size_t count);

/* Adam (Kingma and Ba 2015): m and v are running means of g and g^2,
 *   w = w - lr (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon). Two slots.
 * torch.optim.Adam; with gls_adamw_defaults() torch.optim.AdamW. */
typedef struct gls_adam_params {
  double learning_rate GLS_DEFAULT(1e-3);
  double weight_decay GLS_DEFAULT(0);
  bool decoupled_weight_decay GLS_DEFAULT(false);
  bool maximize GLS_DEFAULT(false);
  double beta1 GLS_DEFAULT(0.9);    /* in [0, 1): decay of m per step; 0 is no memory */
  double beta2 GLS_DEFAULT(0.999);  /* in [0, 1): decay of v per step */
  double epsilon GLS_DEFAULT(1e-8); /* >= 0; 0 lets a weight whose gradients were all 0 become NaN (0/0) */
} gls_adam_params;

typedef struct gls_adam_state {
  uint32_t step; /* t: steps begun; stays at 2^32 - 1 when it gets there, where both corrections are 1 */
} gls_adam_state;

typedef struct gls_lerp_coefficients {
  float weight, rest;
  uint32_t far;
} gls_lerp_coefficients;

typedef struct gls_adam_coefficients {
  gls_gradient_coefficients gradient;
  gls_lerp_coefficients mean;
  float square, square_decay, rate, root_divisor, root_reciprocal, epsilon;
} gls_adam_coefficients;

void gls_adam_defaults(gls_adam_params* params);
void gls_adamw_defaults(gls_adam_params* params); /* weight_decay 0.01, decoupled */
GLS_NODISCARD gls_status gls_adam_step(const gls_adam_params* params, gls_adam_state* state, float* weights,
                                       const float* gradients, float gradient_scale, float* m, float* v,
                                       size_t count);
GLS_NODISCARD gls_status gls_adam_begin(const gls_adam_params* params, gls_adam_state* state,
                                        float gradient_scale, gls_adam_coefficients* coefficients);
GLS_NODISCARD gls_status gls_adam_sweep(const gls_adam_coefficients* coefficients, float* weights,
                                        const float* gradients, float* m, float* v, size_t count);

/* AMSGrad (Reddi, Kale and Kumar 2018): Adam with the largest v so far, max_v, under the root. Three slots.
 * torch.optim.Adam(amsgrad=True); with gls_adamw_defaults() AdamW(amsgrad=True). */
typedef gls_adam_params gls_amsgrad_params;
typedef gls_adam_state gls_amsgrad_state;
typedef gls_adam_coefficients gls_amsgrad_coefficients;

void gls_amsgrad_defaults(gls_amsgrad_params* params);
GLS_NODISCARD gls_status gls_amsgrad_step(const gls_amsgrad_params* params, gls_amsgrad_state* state,
                                          float* weights, const float* gradients, float gradient_scale,
                                          float* m, float* v, float* max_v, size_t count);
GLS_NODISCARD gls_status gls_amsgrad_begin(const gls_amsgrad_params* params, gls_amsgrad_state* state,
                                           float gradient_scale, gls_amsgrad_coefficients* coefficients);
GLS_NODISCARD gls_status gls_amsgrad_sweep(const gls_amsgrad_coefficients* coefficients, float* weights,
                                           const float* gradients, float* m, float* v, float* max_v,
                                           size_t count);

/* ---- Layers -----------------------------------------------------------------------------------------
 *
 * One sample at a time. Sizes are counts of floats. Sums have one stated order, so forward and backward
 * passes give the same bits everywhere too. */

/* outputs = inputs * W + bias. weights: float[input_count * output_count + output_count], one row of
 * output_count per input, then the biases. */
GLS_NODISCARD gls_status gls_dense_forward(const float* weights, const float* inputs, float* outputs,
                                           size_t input_count, size_t output_count);

/* Adds this sample's gradient to weight_gradients (same shape as weights; zero it before the first
 * sample), and writes the gradient of the inputs to input_gradients unless that is null. */
GLS_NODISCARD gls_status gls_dense_backward(const float* weights, const float* inputs,
                                            const float* output_gradients, float* weight_gradients,
                                            float* input_gradients, size_t input_count, size_t output_count);

/* outputs = max(inputs, 0); a NaN stays NaN. outputs may be inputs. */
GLS_NODISCARD gls_status gls_relu_forward(const float* inputs, float* outputs, size_t count);

/* input_gradients = output_gradients where outputs > 0, else 0. Any of the three may be the same buffer. */
GLS_NODISCARD gls_status gls_relu_backward(const float* outputs, const float* output_gradients,
                                           float* input_gradients, size_t count);

/* Softmax with cross-entropy (torch.nn.CrossEntropyLoss, one sample): *loss = -log softmax(logits)[label],
 * logit_gradients = softmax(logits) - onehot(label). label < count. logit_gradients may be logits. */
GLS_NODISCARD gls_status gls_softmax_cross_entropy(const float* logits, size_t label, float* loss,
                                                   float* logit_gradients, size_t count);

/* ---- Backends ---------------------------------------------------------------------------------------
 *
 * A hosted library holds several backends and takes the first one that the processor supports, or the one
 * that the environment variable GLISSADE_BACKEND names. A library with a single backend, as in firmware, has
 * no choice and reads no environment. Names: scalar, sse4, avx2, avx512, neon, xsimd_avx2, xsimd_neon, helium. */
size_t gls_backend_count(void);
const char* gls_backend_name(size_t index); /* in order of preference; null when index >= count */
bool gls_backend_supported(size_t index);   /* can this processor run it? */
const char* gls_backend_active(void);       /* null while GLISSADE_BACKEND names none of this machine's */

/* Forces a backend for the whole process; null goes back to the automatic choice. */
GLS_NODISCARD gls_status gls_backend_force(const char* name);

/* Writes one line that says whether `name` (null: GLISSADE_BACKEND's value) can be forced here, and which
 * names can, cut to size - 1 characters and a 0. Returns the whole line's length. */
size_t gls_backend_explain(const char* name, char* line, size_t size);

#ifdef __cplusplus
}
#endif
#endif
