/* SPDX-License-Identifier: Apache-2.0 */
/* Training until nothing is gained any more. */
#ifndef GLISSADE_EARLY_STOPPING_H
#define GLISSADE_EARLY_STOPPING_H

#include "glissade/rules/common.h"

/* Stops a training that no longer gets better, and keeps the best weights. All zero at the start. */
typedef struct gls_early_stopping {
  double best;          /* the smallest loss so far, once updates > 0 */
  uint32_t best_update; /* which update had it, from 1 */
  uint32_t updates;     /* losses taken */
  uint32_t waiting;     /* losses since then */
} gls_early_stopping;

/* Takes one more loss, of samples held back. One that is more than min_delta >= 0 below the best is the
 * new best, and weights are copied to best_weights (both null where count is 0). *stop is whether `patience`
 * losses in a row were no better; 0 stops at the first of them. NaN is never better; the first loss always
 * is, unless it is NaN. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_early_stopping_update(gls_early_stopping* state, double loss,
                                                                double min_delta, uint32_t patience,
                                                                const float* weights, float* best_weights,
                                                                size_t count, bool* stop);

#endif
