/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * Passes (epochs) over a set of samples: shuffled, in batches. */
#ifndef GLISSADE_BATCHES_H
#define GLISSADE_BATCHES_H

#include "glissade/base.h"

/** Shuffles a pass: writes a permutation of 0 to count - 1 to order, uint32_t[count], which says which sample
 * comes when. It depends on seed, epoch and count only, and is the same on every target. So a restart finds
 * the same order. order may be null where count is 0; it is aligned as uint32_t is, or the call is
 * GLS_ERROR_ALIGNMENT.
 *
 * This is Fisher-Yates with Philox4x32-10. Each order is as likely as another, to about count / 2^32. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_shuffle(uint32_t* order, uint32_t count, uint64_t seed,
                                                  uint32_t epoch);

/** One batch of a pass: samples first to first + count - 1 of the order. */
typedef struct gls_batch {
  uint32_t first; /**< The batch's first place in the order. */
  uint32_t count; /**< Samples in the batch; 0: there is no such batch. */
  float mean;     /**< 1 / count: the scale of a step that averages the batch's summed gradients. Right for a
                   * short batch too. 0 where count is 0. To clip as well, or with a loss scale, let
                   * gls_gradient_scale compute the step's one scale, from count: a product with this one is
                   * clipped at another norm. */
} gls_batch;

/** What becomes of the last samples of a pass, where they are fewer than a batch. */
typedef enum GLS_ENUM(gls_last_batch) {
  GLS_LAST_BATCH_SHORT,   /**< They are a short batch. */
  GLS_LAST_BATCH_DROPPED, /**< They are left out: drop_last in PyTorch. With shuffling they are others each
                           * time.
                           */
  GLS_LAST_BATCH_JOINED   /**< They join the batch before, which is then up to twice as long, less one. Where
                           * there is none before, they are a short batch. */
} gls_last_batch;

/** How many batches of batch_size a pass over samples has. batch_size 1 is stochastic; samples (or more) is
 * one full batch, which with GLS_LAST_BATCH_DROPPED is none where batch_size is more; batch_size 0 gives no
 * batch, and so does a `last` that is none of gls_last_batch. Batch normalization needs two samples: take one
 * of the other ways where a last batch of one could come. */
GLS_FUNCTION uint32_t gls_batch_count_by(uint32_t samples, uint32_t batch_size, gls_last_batch last);

/** The batch number `index`, counted from 0, of a pass over samples. Where there is none, its count is 0. */
GLS_FUNCTION gls_batch gls_batch_at_by(uint32_t samples, uint32_t batch_size, gls_last_batch last,
                                       uint32_t index);

/** gls_batch_count_by with GLS_LAST_BATCH_SHORT. */
GLS_FUNCTION uint32_t gls_batch_count(uint32_t samples, uint32_t batch_size);

/** gls_batch_at_by with GLS_LAST_BATCH_SHORT. */
GLS_FUNCTION gls_batch gls_batch_at(uint32_t samples, uint32_t batch_size, uint32_t index);

#endif
