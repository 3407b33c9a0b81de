/* SPDX-License-Identifier: Apache-2.0 */
/* Training that keeps only what is better: after every while of it the caller says what its held-back samples
 * lose, and the whole state is committed to the store, or the committed one comes back. Early stopping
 * (early_stopping.h) with a store (store.h) for its memory, so that a power cut costs what was trained since
 * the last commit, and nothing else: a run that goes on after it ends with the bits of one that was never
 * cut, if training itself depends on the committed state alone.
 *
 *   gls_checkpoint checkpoint = {&store, save, restore, &model};
 *   status = gls_checkpoint_start(&checkpoint);
 *   while (status == GLS_OK && model.optimizer.step < last && verdict != GLS_ROLLED_BACK) {
 *     train(&model);
 *     status = gls_checkpoint_decide(&checkpoint, loss_of(&model), 0.0, 10, &verdict);
 *   } */
#ifndef GLISSADE_CHECKPOINT_H
#define GLISSADE_CHECKPOINT_H

#include "glissade/early_stopping.h"
#include "glissade/store.h"

typedef struct gls_checkpoint {
  gls_store* store; /* open (gls_store_open was GLS_OK, or said that there is no state) */
  /* Put everything that training goes on from (save_to of each optimizer; counters), and get it back in the
   * same order. */
  gls_status (*save)(void* context, gls_store* store);
  gls_status (*restore)(void* context, gls_store* store);
  void* context;
  /* A shadow of the weights: float[count], the committed ones, which inference may read while others are
   * trained; it changes inside start, decide and roll_back only. All null and 0: none. */
  const float* weights;
  float* shadow;
  size_t count;
  gls_early_stopping
      stopping; /* zero at the start; committed with the rest (its 20 bytes come first, little-endian) */
} gls_checkpoint;

typedef enum gls_verdict {
  GLS_GO_ON = 0,      /* no better, but not for too long */
  GLS_COMMITTED = 1,  /* better than ever: now it is what survives */
  GLS_ROLLED_BACK = 2 /* no better `patience` times in a row, or spoiled: everything is as it was committed */
} gls_verdict;

/* Goes on from the committed state; where the store has none, commits the present one as the first. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_checkpoint_start(gls_checkpoint* checkpoint);

/* loss: of samples held back. More than min_delta >= 0 below the best so far is better. A loss that is NaN or
 * infinite, or a state that save refuses as not finite, is rolled back at once. On an error of the store or
 * of the callbacks nothing has been decided: what was committed still is, and training may go on and ask
 * again later. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_checkpoint_decide(gls_checkpoint* checkpoint, double loss,
                                                            double min_delta, uint32_t patience,
                                                            gls_verdict* verdict);

/* Back to the committed state, whatever the loss: the best one, at the end of a training. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_checkpoint_roll_back(gls_checkpoint* checkpoint);

#endif
