/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GLISSADE_RULES_ASGD_H
#define GLISSADE_RULES_ASGD_H

#include "glissade/rules/common.h"

/* Averaged SGD (Polyak and Juditsky 1992): w takes steps with a falling rate eta, average is the mean of w
 * from step start_averaging on. One slot. torch.optim.ASGD. */
typedef struct gls_asgd_params {
  GLS_COMMON_PARAMS(1e-2);
  double lambda GLS_DEFAULT(1e-4);         /* >= 0: decay of w, and how fast eta falls */
  double alpha GLS_DEFAULT(0.75);          /* >= 0: power of the fall: eta = lr / (1 + lambda lr t)^alpha */
  double start_averaging GLS_DEFAULT(1e6); /* >= 0: steps before the mean starts; until then average is w */
} gls_asgd_params;

typedef struct gls_asgd_state {
  uint32_t step; /* t: steps begun; stays at 2^32 - 1 when it gets there */
  float eta, mu; /* the next step's rate and weight in the mean; set by each step for the next */
} gls_asgd_state;

typedef struct gls_asgd_coefficients {
  gls_gradient_coefficients gradient;
  float decay, rate, mean;
  uint32_t copies;
} gls_asgd_coefficients;

GLS_RULE_1(asgd, average);

#endif
