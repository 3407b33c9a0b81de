/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * AMSGrad. */
#ifndef GLISSADE_RULES_AMSGRAD_H
#define GLISSADE_RULES_AMSGRAD_H

#include "glissade/rules/adam.h"

/** AMSGrad (Reddi, Kale and Kumar 2018): Adam with the largest v so far, max_v, under the root. Three slots.
 * torch.optim.Adam(amsgrad=True); with gls_adamw_defaults() AdamW(amsgrad=True). */
/** Those of gls_adam. */
typedef gls_adam_params gls_amsgrad_params;
/** Those of gls_adam_params. */
#define GLS_AMSGRAD_DEFAULTS GLS_ADAM_DEFAULTS
/** That of gls_adam. */
typedef gls_adam_state gls_amsgrad_state;

/** Sets the usual values. params is not null. */
GLS_FUNCTION void gls_amsgrad_defaults(gls_amsgrad_params* params);

/** AMSGrad of count weights. weights, m, v and max_v are float[count]; m, v and max_v start at zero. */
GLS_FUNCTION gls_optimizer gls_amsgrad(gls_amsgrad_params* params, gls_amsgrad_state* state, float* weights,
                                       float* m, float* v, float* max_v, size_t count);

#endif
