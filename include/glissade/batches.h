/* SPDX-License-Identifier: Apache-2.0 */
/* Passes (epochs) over a set of samples: shuffled, in batches. */
#ifndef GLISSADE_BATCHES_H
#define GLISSADE_BATCHES_H

#include "glissade/rules/common.h"

/* Writes a permutation of 0 to count - 1 to order, uint32_t[count]: which sample comes when. It depends on
 * seed, epoch and count only, so that a restart finds the same order, and is the same on every target.
 * (Fisher-Yates with Philox4x32-10; each order as likely as another, to about count / 2^32.) */
GLS_FUNCTION GLS_NODISCARD gls_status gls_shuffle(uint32_t* order, uint32_t count, uint64_t seed,
                                                  uint32_t epoch);

/* One batch of a pass: samples first to first + count - 1 of the order. */
typedef struct gls_batch {
  uint32_t first, count;
  float mean; /* 1 / count: the gradient_scale that averages the summed gradients of this batch, also where
                 it is a short one */
} gls_batch;

/* How many batches of batch_size a pass over samples has; the last may be short. batch_size 1 is stochastic,
 * samples (or more) is one full batch, 0 gives no batch. */
GLS_FUNCTION uint32_t gls_batch_count(uint32_t samples, uint32_t batch_size);

/* Batch number `index` from 0. One with count 0 where there is none. */
GLS_FUNCTION gls_batch gls_batch_at(uint32_t samples, uint32_t batch_size, uint32_t index);

#endif
