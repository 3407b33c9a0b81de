/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GLISSADE_RULES_NADAM_H
#define GLISSADE_RULES_NADAM_H

#include "glissade/rules/common.h"

/* NAdam (Dozat 2016): Adam with Nesterov momentum, whose beta1 grows from step to step:
 *   mu_t = beta1 (1 - 0.96^(t momentum_decay) / 2). Two slots. torch.optim.NAdam. */
typedef struct gls_nadam_params {
  GLS_COMMON_PARAMS(2e-3);
  double beta1 GLS_DEFAULT(0.9);   /* in [0, 1): decay of m per step */
  double beta2 GLS_DEFAULT(0.999); /* in [0, 1): decay of v per step */
  double epsilon
      GLS_DEFAULT(1e-8); /* >= 2^-126, or 0; 0 lets a weight whose gradients were all 0 become NaN (0/0) */
  double momentum_decay GLS_DEFAULT(4e-3); /* >= 0: how fast mu grows; 0 keeps it at beta1 / 2 */
} gls_nadam_params;

typedef struct gls_nadam_state {
  uint32_t step;    /* t: steps begun; stays at 2^32 - 1 when it gets there */
  float mu_product; /* of all mu_t so far; set at the first step */
} gls_nadam_state;

typedef struct gls_nadam_coefficients {
  gls_gradient_coefficients gradient;
  gls_moment_coefficients moments;
  float gradient_rate, mean_rate, correction, epsilon;
} gls_nadam_coefficients;

GLS_RULE_2(nadam, m, v);

#endif
