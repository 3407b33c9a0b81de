/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * A head that learns on the device: the last dense layer of an int8 model, over the int8 features that the
 * rest of the model computes. It keeps samples, trains in float, becomes int8 again, is checked on samples
 * that it was not trained on, and then replaces the head in use, or not. One object, over the caller's
 * memory.
 *
 *     static float memory[GLS_HEAD_BYTES(64, 10, 1, 85, 1) / sizeof(float) + 1];
 *     static gls_momentum_params params = {GLS_MOMENTUM_DEFAULTS};
 *     static gls_momentum_state state;
 *
 *     static gls_head head = {&gls_head_classes, 64, 10, 85, 5};  // inputs, outputs, samples, held_back
 *
 *     head.input_scale = 0.0802f;  // of the features
 *     head.input_zero = -128;
 *     head.optimizer = gls_momentum(&params, &state, NULL, NULL, 0);
 *     status = gls_head_start(&head, memory, sizeof memory, NULL);
 *     ...
 *     status = gls_head_observe(&head, features, &label);  // whenever it is known what it was
 *     ...
 *     params.learning_rate = gls_head_rate(&head);
 *     status = gls_head_train_begin(&head, 60);
 *     while (status == GLS_OK && head.phase == GLS_HEAD_TRAINING) status = gls_head_train(&head);
 *     if (status == GLS_OK) status = gls_head_accept(&head, GLS_HEAD_IF_NOT_WORSE);
 *
 * gls_head_predict reads the int8 head in use and nothing else; which one that is changes by one aligned
 * store. So it may run in an interrupt while another task trains. All weights, float and int8, have the same
 * bits on every target. Calls that return a status check everything; on an error nothing has changed, but
 * where the text says so. GLS_ERROR_ORDER: the head was not started, or is in another phase. */
#ifndef GLISSADE_HEAD_H
#define GLISSADE_HEAD_H

#include "glissade/layers/int8.h"
#include "glissade/layers/int8_inputs.h"
#include "glissade/optimizer.h"
#include "glissade/training/replay.h"

/** Samples of a mini-batch, at most. */
#define GLS_HEAD_BATCH_MOST 16

/** Bytes of memory that a head needs, with `slots` slots of its rule. label_bytes: 1 for gls_head_classes, 0
 * for gls_head_autoencoder, else 4 * outputs. */
#define GLS_HEAD_BYTES(inputs, outputs, slots, samples, label_bytes)                                        \
  (sizeof(float) * ((inputs) + 1) * (outputs) * (1 + (slots)) + 2 * GLS_HEAD_LAYER_BYTES(inputs, outputs) + \
   2 * sizeof(char) * (outputs) + sizeof(char) * (samples) * ((inputs) + (label_bytes)))

/** Bytes of one of its two int8 layers: multipliers, scales, biases, weights. While it trains, the one that
 * is not in use holds a batch: row numbers, gradients of the outputs, and the step's coefficients. */
#define GLS_HEAD_LAYER_BYTES(inputs, outputs)                                            \
  (16 * (outputs) + 4 * (((inputs) * (outputs) + 3) / 4) > GLS_HEAD_BATCH_BYTES(outputs) \
       ? 16 * (outputs) + 4 * (((inputs) * (outputs) + 3) / 4)                           \
       : GLS_HEAD_BATCH_BYTES(outputs))

/** Bytes of a batch. */
#define GLS_HEAD_BATCH_BYTES(outputs) (sizeof(float) * (GLS_HEAD_BATCH_MOST * (1 + (outputs)) + 21))

/** Where a head is. */
typedef enum GLS_ENUM(gls_head_phase) {
  GLS_HEAD_CLOSED = 0,     /**< not started */
  GLS_HEAD_COLLECTING = 1, /**< it takes samples; there may be none yet */
  GLS_HEAD_TRAINING = 2,   /**< between gls_head_train_begin and the end of training */
  GLS_HEAD_BETTER = 3,     /**< trained, and at least as good as the head in use on the samples held back */
  GLS_HEAD_NOT_BETTER = 4, /**< trained, and worse; or its weights are spoiled */
  GLS_HEAD_UNKNOWN = 5,    /**< trained, but fewer than two samples of some class are held back */
  GLS_HEAD_COMMITTING = 6  /**< between gls_head_commit_begin and the end of the commit */
} gls_head_phase;

/** Which trained heads gls_head_accept takes. */
typedef enum GLS_ENUM(gls_head_condition) {
  GLS_HEAD_IF_BETTER = 0,    /**< GLS_HEAD_BETTER only */
  GLS_HEAD_IF_NOT_WORSE = 1, /**< GLS_HEAD_UNKNOWN, too */
  GLS_HEAD_ALWAYS = 2        /**< any that is not spoiled */
} gls_head_condition;

/** What a head learns: one of the four below. What is not named is not linked. */
typedef struct gls_head_kind gls_head_kind;

/** One class of several: softmax cross-entropy. A label is a uint8_t below outputs, of at most 256. A sample
 * that the head takes for another class counts 1 as wrong. */
GLS_FUNCTION const gls_head_kind gls_head_classes;
/** Each output is yes or no (a LOGISTIC head, one or more): binary cross-entropy with logits. A label is
 * float[outputs], each from 0 to 1. An output on the other side of 0.5 than its target counts 1 as wrong. */
GLS_FUNCTION const gls_head_kind gls_head_answers;
/** Numbers: squared error. A label is float[outputs]. What is wrong is the sum of squared errors. */
GLS_FUNCTION const gls_head_kind gls_head_values;
/** The features themselves, as an autoencoder's last layer: gls_head_values whose targets are the features,
 * as real numbers, with the same bits and without memory for them. outputs must be inputs, and a label is
 * null. */
GLS_FUNCTION const gls_head_kind gls_head_autoencoder;

/** A head. The caller fills the fields down to optimizer, zero for what it does not use, and calls
 * gls_head_start. */
typedef struct gls_head {
  const gls_head_kind* kind; /**< what it learns */
  uint32_t inputs;           /**< features of a sample: 1 to 65,535 */
  uint32_t outputs;          /**< from 1 to 256 classes, 16,383 answers or values; or as many as inputs */
  uint32_t samples;          /**< room for so many: 1 to 65,536, with those held back */

  /** One in so many samples of a class is held back, to check with, and never trained on: of 5 its 2nd, 7th,
   * 12th, ... They have that share of the room: with less than two places for each class that has samples
   * (samples / held_back) a training always ends with GLS_HEAD_UNKNOWN. 0: none; else 2 to 255. */
  uint32_t held_back;

  uint32_t batch;             /**< samples of a mini-batch: 1 to GLS_HEAD_BATCH_MOST; 0 is 10 */
  uint32_t scales;            /**< scales of the int8 weights: 1, or outputs; 0 is 1 */
  gls_int8_rounding rounding; /**< as the user's engine was built */
  float input_scale;          /**< of the features: from 2^-126 to 2^64 */
  int32_t input_zero;         /**< of the features: from -128 to 127 */
  uint32_t model; /**< the CRC-32 of what is frozen: what was saved with another one is not restored */
  uint64_t seed;  /**< chooses who is kept, and the order of samples. Any number. */
  gls_optimizer optimizer; /**< a rule with its params and state; weights and slots, as floats, are set by
                              gls_head_start */

  gls_head_phase phase;     /**< where it is */
  gls_replay train;         /**< the samples that it trains on */
  gls_replay held;          /**< the samples held back */
  double wrong_in_use;      /**< after training: what the head in use gets wrong of the samples held back */
  double wrong;             /**< what the trained one gets wrong */
  gls_int8_dense layers[2]; /**< the int8 heads: layers[in_use], and the other one */
  uint32_t in_use;          /**< 0 or 1 */
  /** @cond INTERNAL */
  uint8_t* seen;
  int8_t* checked;
  gls_int8_range range;
  uint32_t stage, epochs, epoch, first, done;
  /** @endcond */
} gls_head;

/** Starts a head in memory of `size` bytes, aligned as float: at least GLS_HEAD_BYTES, or GLS_ERROR_SIZE. It
 * must stay as long as the head is used; what the optimizer points to, too. Weights and slots are set to
 * zero, and so is the rule's state; no sample is there. shipped: the layer that is in the model file now,
 * which is copied, and from which training goes on; its multipliers are not read, its input_count,
 * input_scale and input_zero must be the head's, its scales become the head's. It may have fewer outputs: new
 * ones are zero. Null: the head knows nothing yet. GLS_ERROR_NULL: also where kind, or the optimizer's rule,
 * params or state are null. GLS_ERROR_RANGE: a field outside its range; a shipped layer that
 * gls_int8_dense_prepare refuses, and then the head is closed. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_head_start(gls_head* head, void* memory, size_t size,
                                                     const gls_int8_dense* shipped);

/** Takes a sample: int8_t[inputs], and its label (see the kinds). It is kept to train on or held back; where
 * there is no more room, another one goes (gls_replay_add). GLS_ERROR_RANGE: no such class, or an answer that
 * is not from 0 to 1. GLS_ERROR_NOT_FINITE: a target is infinite or NaN. GLS_ERROR_ORDER: not while
 * collecting. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_head_observe(gls_head* head, const int8_t* features,
                                                       const void* label);

/** A learning rate for gls_momentum with momentum 0.9 that needs no tuning: 1 / (c (1 + mean |x|^2)) over the
 * samples to train on, x the features as real numbers. c (1 + mean |x|^2) is the most that the loss curves: c
 * is 1/2 for classes (Boehning 1992), 1 / (4 outputs) for answers, 2 / outputs for values. Momentum is stable
 * to 3.8 times this rate. 0 where there is no sample, or head is null. (Of seven rules with such rates
 * it was the best after 150 to 500 steps on what it was chosen on, vowels and three speakers' key words:
 * layers/README.md.) */
GLS_FUNCTION double gls_head_rate(const gls_head* head);

/** Begins a training of so many passes (epochs, > 0) over the samples. Each pass is cut into batches of equal
 * length, but for the last, which takes what is left: none has a few samples only. The float weights go on
 * from where they are. GLS_ERROR_EMPTY: there is no sample to train on. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_head_train_begin(gls_head* head, uint32_t epochs);

/** Trains a little, while phase is GLS_HEAD_TRAINING: one sample's forward pass and loss, or the step of 64
 * weights; at the end one sample's outputs, which give the int8 head its output scale; the scales of the int8
 * weights; 64 of these, or what is left of an output; one sample held back, by both heads. So a watchdog can
 * be fed in between. The last call sets phase. An error ends the training with GLS_HEAD_NOT_BETTER, and
 * what was trained is spoiled: one of the step (the rule's parameters, say), or GLS_ERROR_ORDER where samples
 * were removed since gls_head_train_begin. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_head_train(gls_head* head);

/** What the head in use says: outputs, int8_t[outputs], in units of layers[in_use].output_scale; with softmax
 * the class is the index of the largest, the first of equals. Reads no weight that training writes. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_head_predict(const gls_head* head, const int8_t* features,
                                                       int8_t* outputs);

/** The trained head becomes the one in use, and all samples old ones. GLS_ERROR_WORSE: the condition does not
 * hold. GLS_ERROR_ORDER: none was trained. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_head_accept(gls_head* head, gls_head_condition condition);

/** How many bytes gls_head_save_to writes now; 0 where the head was not started. */
GLS_FUNCTION uint32_t gls_head_saved_bytes(const gls_head* head);

/** Puts all of a head into a store, after gls_store_begin: float weights, slots, the rule's state and params,
 * samples, and the int8 layer; of a head that was trained, the trained one. GLS_ERROR_WORSE: the condition
 * does not hold, so discard first. GLS_ERROR_ORDER: it is training, or in the middle of a commit.
 *
 * The format, all numbers little-endian: "GLS5"; the library's version; the kind (0 to 3 in the order
 * above), inputs, outputs, held_back, scales, model, input_scale, input_zero, output_scale, output_zero,
 * activation, whether it was trained for this commit, 4 bytes each; the int8 layer's scales and
 * biases, 4 bytes each, and its weights; how many samples of each output were seen, modulo held_back, 1 byte
 * each; the CRC-32 of all that; then what gls_save_to writes, and gls_replay_save_to of train and (where
 * held_back is not 0) of held. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_head_save_to(const gls_head* head, struct gls_store* store,
                                                       gls_head_condition condition);

/** gls_store_begin, gls_head_save_to, gls_store_commit, and then gls_head_accept: after a power cut anywhere
 * the store has the old head or the new one, float and int8 of the same training. GLS_ERROR_WORSE: one was
 * trained, and the condition does not hold; nothing was begun. Where nothing was trained, the samples are
 * committed. Errors are those of the store, too. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_head_commit(gls_head* head, struct gls_store* store,
                                                      gls_head_condition condition);

/** Begins the same commit in pieces, so that a watchdog can be fed in between: phase is then
 * GLS_HEAD_COMMITTING, and gls_head_commit_piece is called as long as that is so.
 *
 *     status = gls_head_commit_begin(&head, &store, GLS_HEAD_IF_BETTER);
 *     while (status == GLS_OK && head.phase == GLS_HEAD_COMMITTING)
 *       status = gls_head_commit_piece(&head, &store);
 *
 * Errors as in gls_head_commit; nothing was begun then. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_head_commit_begin(gls_head* head, struct gls_store* store,
                                                            gls_head_condition condition);

/** One piece (gls_store_commit_piece: at most one erase). Until the last one nothing that is saved may
 * change: the head's own calls refuse, or give the commit up (gls_head_discard, gls_head_restore_from).
 * GLS_ERROR_ORDER: also where samples were removed since gls_head_commit_begin. On an error the phase is that
 * before the commit, which can be begun again. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_head_commit_piece(gls_head* head, struct gls_store* store);

/** Gets a head back into one that was started with the same fields. With gls_head_classes it may have more
 * outputs than what was saved (new classes): what was learned stays as it is, and the new ones begin with
 * zeros, in weights and slots. What was trained or observed since is dropped. Where something is wrong all is
 * as it was, but a trained head that was not accepted is lost: GLS_ERROR_MISMATCH where the bytes are of
 * another format, kind, model or size; GLS_ERROR_DAMAGED where a checksum is wrong. GLS_ERROR_ORDER: it is
 * training. Others as in gls_restore_from. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_head_restore_from(gls_head* head, struct gls_store* store);

/** Drops what was trained, or is being trained: the float weights are those of the int8 head in use again,
 * slots and state zero. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_head_discard(gls_head* head);

#endif
