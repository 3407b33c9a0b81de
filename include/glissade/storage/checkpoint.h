/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * Checkpoints: training that keeps only what is better. From time to time the caller says what its held-back
 * samples lose. Then either the whole state is committed to the store, or the committed one comes back.
 *
 * This is early stopping (early_stopping.h) with a store (store.h) for its memory. A power cut costs what was
 * trained since the last commit, and nothing else. A run that goes on after a cut ends with the bits of one
 * that was never cut, if training itself depends on the committed state alone.
 *
 *     gls_checkpoint checkpoint = {&store, save, restore, &model};
 *     status = gls_checkpoint_start(&checkpoint);
 *     while (status == GLS_OK && model.optimizer.step < last && verdict != GLS_ROLLED_BACK) {
 *       train(&model);
 *       status = gls_checkpoint_decide(&checkpoint, loss_of(&model), 0.0, 10, &verdict);
 *     }
 */
#ifndef GLISSADE_CHECKPOINT_H
#define GLISSADE_CHECKPOINT_H

#include "glissade/storage/store.h"
#include "glissade/training/early_stopping.h"

/** What is checkpointed, and where. The caller fills it, with zero for what it does not use. */
typedef struct gls_checkpoint {
  gls_store* store; /**< Open: gls_store_open was GLS_OK, or said that there is no state. */

  /** Puts everything that training goes on from into the store: each optimizer, counters. Returns a status.
   */
  gls_status (*save)(void* context, gls_store* store);

  /** Gets everything back from the store, in the same order. Returns a status. It is called twice: the first
   * time gls_restore_from checks and writes nothing, so that all optimizers come back, or none. What it gets
   * by gls_store_get it gets both times: it puts that where it belongs when all parts were GLS_OK. */
  gls_status (*restore)(void* context, gls_store* store);

  void* context; /**< The first argument of save and restore; may be null. */

  const float* weights; /**< float[count]: the weights that are trained. May be null where count is 0. */

  /** A shadow of the weights, float[count]: the committed ones. Inference may read it while the weights are
   * trained. It changes inside start, decide and roll_back only. May be null where count is 0. */
  float* shadow;

  size_t count; /**< Weights in the shadow; 0: there is no shadow. */

  /** Early stopping's memory: zero at the start. It is committed with the rest; its 20 bytes come first,
   * little-endian. */
  gls_early_stopping stopping;
} gls_checkpoint;

/** What gls_checkpoint_decide has done. */
typedef enum GLS_ENUM(gls_verdict) {
  GLS_GO_ON = 0,      /**< The loss is no better, but not for too long. Nothing was done. */
  GLS_COMMITTED = 1,  /**< The loss is better than ever. The state is now what survives. */
  GLS_ROLLED_BACK = 2 /**< No better `patience` times in a row, or spoiled. All is as it was committed. */
} gls_verdict;

/** Goes on from the committed state. Where the store is empty, commits the present one as the first. Does not
 * write over what it cannot use: a store that open found to be damaged, forged or another's stays so, and
 * the status is what open said. (gls_checkpoint_new_session or gls_store_format begin anew.) Other errors
 * are those of the store and the callbacks; as in decide. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_checkpoint_start(gls_checkpoint* checkpoint);

/** Begins a new session, with other samples held back: forgets the best loss, which means nothing for them,
 * and commits the present state as the first of the session. Writes over whatever the store holds. For a next
 * user: gls_checkpoint_start, then this. Errors are those of the store and of save. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_checkpoint_new_session(gls_checkpoint* checkpoint);

/** Takes the loss of samples held back, and commits, goes on or rolls back; writes to verdict which. A loss
 * more than min_delta >= 0 below the best so far is better, and is committed. After `patience` losses in a
 * row that are no better (0: at the first), everything is rolled back; so it is at once where the loss is NaN
 * or infinite, or save refuses the state as not finite.
 *
 * On an error of the store or of the callbacks nothing has been decided, and all is as it was: training may
 * go on and ask again later. But where a roll-back failed after its first part came back, or it is not known
 * what a commit has done, the store is closed, and from then on this is GLS_ERROR_ORDER. The weights may be
 * spoiled. Open the store, and start again: the committed state is there. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_checkpoint_decide(gls_checkpoint* checkpoint, double loss,
                                                            double min_delta, uint32_t patience,
                                                            gls_verdict* verdict);

/** Goes back to the committed state, whatever the loss. At the end of a training that is the best one. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_checkpoint_roll_back(gls_checkpoint* checkpoint);

#endif
