/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * Early stopping: ends a training that no longer gets better, and keeps the best weights. */
#ifndef GLISSADE_EARLY_STOPPING_H
#define GLISSADE_EARLY_STOPPING_H

#include "glissade/base.h"

/** What early stopping remembers. All zero at the start. */
typedef struct gls_early_stopping {
  double best;          /**< The best loss so far; means nothing while best_update is 0. */
  uint32_t best_update; /**< The update that had it, counted from 1; 0: none yet. */
  uint32_t updates;     /**< Losses taken so far. */
  uint32_t waiting;     /**< Losses since the best one. */
} gls_early_stopping;

/** Takes one more loss, of samples held back from training. A loss more than min_delta below the best is the
 * new best, and weights are then copied to best_weights. The first finite loss always is. A loss that is NaN
 * or infinite is never better, but counts. min_delta >= 0 and finite, or the call is GLS_ERROR_RANGE.
 *
 * Writes to stop whether `patience` losses in a row were no better; 0 stops at the first of them. weights and
 * best_weights are float[count]; where count is 0 both may be null and nothing is copied.
 *
 * GLS_ERROR_NOT_FINITE: the loss is better, but a weight is infinite or NaN. On every error nothing has been
 * written, and the loss was not counted. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_early_stopping_update(gls_early_stopping* state, double loss,
                                                                double min_delta, uint32_t patience,
                                                                const float* weights, float* best_weights,
                                                                size_t count, bool* stop);

#endif
