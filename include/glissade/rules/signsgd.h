/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * signSGD. */
#ifndef GLISSADE_RULES_SIGNSGD_H
#define GLISSADE_RULES_SIGNSGD_H

#include "glissade/rules/sgd.h"

/** signSGD (Bernstein et al. 2018): w = w - lr sign(g), where sign(0) = 0. No slot. */
/** Those of gls_sgd. */
typedef gls_sgd_params gls_signsgd_params;
/** Those of gls_sgd_params. */
#define GLS_SIGNSGD_DEFAULTS GLS_SGD_DEFAULTS
/** That of gls_sgd. */
typedef gls_sgd_state gls_signsgd_state;

/** Sets the usual values. params is not null. */
GLS_FUNCTION void gls_signsgd_defaults(gls_signsgd_params* params);

/** signSGD of count weights: float[count]. */
GLS_FUNCTION gls_optimizer gls_signsgd(gls_signsgd_params* params, gls_signsgd_state* state, float* weights,
                                       size_t count);

#endif
