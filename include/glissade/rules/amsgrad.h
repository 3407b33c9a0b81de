/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GLISSADE_RULES_AMSGRAD_H
#define GLISSADE_RULES_AMSGRAD_H

#include "glissade/rules/adam.h"

/* AMSGrad (Reddi, Kale and Kumar 2018): Adam with the largest v so far, max_v, under the root. Three slots.
 * torch.optim.Adam(amsgrad=True); with gls_adamw_defaults() AdamW(amsgrad=True). */
typedef gls_adam_params gls_amsgrad_params;
typedef gls_adam_state gls_amsgrad_state;
typedef gls_adam_coefficients gls_amsgrad_coefficients;

GLS_RULE_3(amsgrad, m, v, max_v);

#endif
