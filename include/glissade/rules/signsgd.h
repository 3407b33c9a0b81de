/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GLISSADE_RULES_SIGNSGD_H
#define GLISSADE_RULES_SIGNSGD_H

#include "glissade/rules/sgd.h"

/* signSGD (Bernstein et al. 2018): w = w - lr sign(g), where sign(0) = 0. No slot. */
typedef gls_sgd_params gls_signsgd_params;
typedef gls_sgd_state gls_signsgd_state;
typedef gls_sgd_coefficients gls_signsgd_coefficients;

GLS_RULE_0(signsgd);

#endif
