/* SPDX-License-Identifier: Apache-2.0 */
/* Looking at gradients before a step, and clipping them. */
#ifndef GLISSADE_GRADIENTS_H
#define GLISSADE_GRADIENTS_H

#include "glissade/rules/common.h"

/* What is known of the gradients looked at so far. All zero at the start; several tensors may follow each
 * other. */
typedef struct gls_gradient_report {
  double sum_of_squares; /* of the finite ones; cannot overflow */
  float largest;         /* magnitude of the largest finite one */
  uint32_t not_finite;   /* how many are infinite or NaN; stays at 2^32 - 1 */
} gls_gradient_report;

/* Adds gradients, float[count], to the report: one pass, in blocks of 1024 whose sums have the canonical
 * order and are added in double, in order. The same bits everywhere, but that Helium takes subnormal
 * gradients for 0. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_gradient_look(const float* gradients, size_t count,
                                                        gls_gradient_report* report);

/* The Euclidean norm of the finite gradients, also where it is no float any more. report is not null. */
GLS_FUNCTION double gls_gradient_norm(const gls_gradient_report* report);

/* The gradient_scale that makes a step clip by global norm without touching the gradients: min(1, max_norm /
 * (norm + 1e-6)), as torch.nn.utils.clip_grad_norm_. max_norm >= 0. NaN where not_finite is not 0, where
 * max_norm makes no sense or report is null: the step then returns GLS_ERROR_RANGE and changes nothing. To
 * use the finite gradients all the same, set not_finite to 0. */
GLS_FUNCTION float gls_clip_scale(const gls_gradient_report* report, double max_norm);

/* Moves every value into [-largest, largest] and leaves NaN, as torch.nn.utils.clip_grad_value_. largest >=
 * 0, finite. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_clip_values(float* values, size_t count, float largest);

#endif
