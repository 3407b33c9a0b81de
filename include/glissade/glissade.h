/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * Glissade's C99 face: optimizer steps and the layers they train, over the caller's own buffers.
 *
 * The caller owns all memory; nothing here keeps a pointer, allocates, prints or aborts. Unless a
 * comment says otherwise, buffers are float[count], 4-byte aligned, must not overlap, and may be null
 * only where count is 0. Every state and every slot starts at zero: static memory needs no call.
 * The same inputs give the same bits on every backend and target, and PyTorch 2.6's bits at that.
 *
 * Two calls may run at once (tasks, interrupts, threads) when they write no common buffer or state. */
#ifndef GLISSADE_GLISSADE_H
#define GLISSADE_GLISSADE_H

#include "glissade/backend.h"
#include "glissade/base.h"
#include "glissade/formats.h"
#include "glissade/layers/activations.h"
#include "glissade/layers/dense.h"
#include "glissade/layers/head.h"
#include "glissade/layers/int8.h"
#include "glissade/layers/int8_inputs.h"
#include "glissade/layers/losses.h"
#include "glissade/layers/normalization.h"
#include "glissade/optimizer.h"
#include "glissade/rules/adadelta.h"
#include "glissade/rules/adagrad.h"
#include "glissade/rules/adam.h"
#include "glissade/rules/adamax.h"
#include "glissade/rules/amsgrad.h"
#include "glissade/rules/asgd.h"
#include "glissade/rules/averaging_momentum.h"
#include "glissade/rules/classical_momentum.h"
#include "glissade/rules/lion.h"
#include "glissade/rules/list.h"
#include "glissade/rules/momentum.h"
#include "glissade/rules/nadam.h"
#include "glissade/rules/radam.h"
#include "glissade/rules/rmsprop.h"
#include "glissade/rules/rprop.h"
#include "glissade/rules/sgd.h"
#include "glissade/rules/signsgd.h"
#include "glissade/rules/signum.h"
#include "glissade/storage/checkpoint.h"
#include "glissade/storage/saved.h"
#include "glissade/storage/store.h"
#include "glissade/training/averages.h"
#include "glissade/training/batches.h"
#include "glissade/training/early_stopping.h"
#include "glissade/training/gradients.h"
#include "glissade/training/line_search.h"
#include "glissade/training/natural_gradient.h"
#include "glissade/training/replay.h"
#include "glissade/training/schedules.h"

/** The version of these headers: it grows by a minor number where the C face or the ABI changes. */
#define GLS_VERSION_MAJOR 0
#define GLS_VERSION_MINOR 2 /**< see GLS_VERSION_MAJOR */
#define GLS_VERSION_PATCH 0 /**< see GLS_VERSION_MAJOR */

/** The version of the library that is linked: major * 65536 + minor * 256 + patch. */
GLS_FUNCTION uint32_t gls_version(void);

#endif
