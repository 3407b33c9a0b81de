/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * Samples that a device keeps, to learn from again (replay): without them a model that learns something new
 * forgets what it knew. A sample is int8 features, as an int8 model computes them, and a label; it costs so
 * many bytes, and nothing else grows with it. The memory is the caller's.
 *
 *     static int8_t samples[85 * 64];
 *     static uint8_t labels[85];
 *     gls_replay replay = {samples, labels, 64, 85, 10};
 *     status = gls_replay_add(&replay, features, &label);
 *     status = gls_replay_batch(&replay, rows, 10, 5, step);  // ten rows, five of them new samples
 *     gls_replay_settle(&replay);                             // learned: now they are old samples
 *
 * What is kept, replaced and drawn depends on the calls before it and on the seed, by a counted generator
 * (Philox4x32-10): it is the same on every target, and after a restart. */
#ifndef GLISSADE_REPLAY_H
#define GLISSADE_REPLAY_H

#include "glissade/base.h"

struct gls_store; /* glissade/storage/store.h */

/** Kept samples. The caller fills the first fields; the last three are zero at the start. They lie in a row
 * without a gap, old samples first, then new ones: row k is [k * features .. (k + 1) * features) of samples
 * and, in labels, its label or its target. Every call checks the sizes and counts (GLS_ERROR_RANGE). */
typedef struct gls_replay {
  int8_t* samples; /**< int8_t[capacity * features]. */
  void* labels; /**< capacity bytes; without classes capacity * target_bytes, and null where those are 0. */
  uint32_t features; /**< int8 values of a sample, 1 to 65,535. */
  uint32_t capacity; /**< As many samples as there is room for: 1 to 65,536. */

  /** A label is one byte, below this: 1 to 256. Classes are kept balanced: where there is no more room, the
   * class that has most gives some. 0: a sample has no class (regression, autoencoders), and any makes room.
   */
  uint32_t classes;

  /** Where a sample has no class: the bytes of its target, 0 to 65,535 (0: it has none). With classes it must
   * be 0. */
  uint32_t target_bytes;

  /** Which model's features these are: the CRC-32 of what is frozen, say. Any number. What was saved with
   * another one is not restored. */
  uint32_t model;

  uint64_t seed;  /**< Chooses which samples are replaced and drawn. Any number. */
  uint32_t count; /**< Samples that are kept. */
  uint32_t old;   /**< Samples that gls_replay_settle found; those behind them are new. */
  uint32_t added; /**< How many were ever added, modulo 2^32. */
} gls_replay;

/** Keeps a sample: int8_t[features], and its label or target. Where there is no room, it takes the
 * place of a random sample of the class that has most: of its own, if none has more; else of the one with the
 * lowest label. So what was added last is always there, and a class that is rare is not crowded out.
 * GLS_ERROR_RANGE: the label is not below classes. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_replay_add(gls_replay* replay, const int8_t* features,
                                                     const void* label);

/** From now on all samples are old. Sets nothing where replay is null. */
GLS_FUNCTION void gls_replay_settle(gls_replay* replay);

/** Draws a mini-batch: writes `size` row numbers to rows, `fresh` of them of new samples, which come first,
 * the others of old ones. (Where there are samples of one kind only, all are of that kind.) `number` counts
 * the batches from 0, up to 2^32 / size: each kind is gone through in passes, in another order each time, so
 * that all are drawn equally often. The same arguments give the same rows, as long as nothing is added.
 * GLS_ERROR_RANGE: fresh is more than size; there are no samples and size is not 0; or number is too large.
 */
GLS_FUNCTION GLS_NODISCARD gls_status gls_replay_batch(const gls_replay* replay, uint32_t* rows,
                                                       uint32_t size, uint32_t fresh, uint32_t number);

/** Removes all samples of a class, and writes zeros where they were. Others may change their row. Those in
 * flash are removed by the next commit and, after it, gls_store_erase_older: what it erases has them still.
 * GLS_ERROR_RANGE: label is not below classes. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_replay_forget(gls_replay* replay, uint8_t label);

/** Removes all samples, and writes zeros over the whole memory. For flash see gls_replay_forget. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_replay_wipe(gls_replay* replay);

/** How many bytes gls_replay_save_to writes now; 0 where replay is null. */
GLS_FUNCTION uint32_t gls_replay_saved_bytes(const gls_replay* replay);

/** Puts the samples into a store, after gls_store_begin. The format, all numbers little-endian: "GLS4"; the
 * library's version; features, classes, target_bytes, model, count, old, added, 4 bytes each; seed, 8 bytes;
 * the samples; their labels or targets; the CRC-32 of all that. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_replay_save_to(const gls_replay* replay, struct gls_store* store);

/** Gets them back. Nothing is written unless all is right: GLS_ERROR_MISMATCH where they are of another
 * format, model, or number of features or target_bytes, of more classes (or of some where there are none, or
 * the other way round), or are more than capacity; GLS_ERROR_DAMAGED
 * where the checksum is wrong. The seed comes back too. GLS_ERROR_DEVICE as in gls_restore_from. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_replay_restore_from(gls_replay* replay, struct gls_store* store);

#endif
