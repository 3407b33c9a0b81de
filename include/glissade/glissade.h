/* SPDX-License-Identifier: Apache-2.0 */
/* Glissade's C99 face: optimizer steps and the layers they train, over the caller's own buffers.
 *
 * The caller owns all memory; nothing here keeps a pointer, allocates, prints or aborts. Unless a
 * comment says otherwise, buffers are float[count], 4-byte aligned, must not overlap, and may be null
 * only where count is 0. Every state and every slot starts at zero: static memory needs no call.
 * The same inputs give the same bits on every backend and target, and PyTorch 2.6's bits at that.
 *
 * Two calls may run at once (tasks, interrupts, threads) when they write no common buffer or state. */
#ifndef GLISSADE_GLISSADE_H
#define GLISSADE_GLISSADE_H

#include "glissade/averages.h"
#include "glissade/batches.h"
#include "glissade/checkpoint.h"
#include "glissade/early_stopping.h"
#include "glissade/gradients.h"
#include "glissade/layers.h"
#include "glissade/line_search.h"
#include "glissade/natural_gradient.h"
#include "glissade/rules/adadelta.h"
#include "glissade/rules/adagrad.h"
#include "glissade/rules/adam.h"
#include "glissade/rules/adamax.h"
#include "glissade/rules/amsgrad.h"
#include "glissade/rules/asgd.h"
#include "glissade/rules/averaging_momentum.h"
#include "glissade/rules/classical_momentum.h"
#include "glissade/rules/common.h"
#include "glissade/rules/lion.h"
#include "glissade/rules/momentum.h"
#include "glissade/rules/nadam.h"
#include "glissade/rules/radam.h"
#include "glissade/rules/rmsprop.h"
#include "glissade/rules/rprop.h"
#include "glissade/rules/sgd.h"
#include "glissade/rules/signsgd.h"
#include "glissade/rules/signum.h"
#include "glissade/saved.h"
#include "glissade/schedules.h"
#include "glissade/store.h"

#define GLS_VERSION_MAJOR 0
#define GLS_VERSION_MINOR 1
#define GLS_VERSION_PATCH 0

#ifdef __cplusplus
extern "C" {
#endif

/* A short English sentence for a status; never null. */
const char* gls_status_text(gls_status status);

/* ---- Rules ------------------------------------------------------------------------------------------
 *
 * Each rule has the same four calls. `defaults` fills params, which is not null, with PyTorch's values.
 * `step` takes one step over whole buffers. The same step can be cut: `begin` once (it counts the step and
 * computes its coefficients), then `sweep` over any ranges that together cover each weight once, in any
 * order, from any tasks or threads: the bits are the same. A hyper-parameter may change between any two
 * steps.
 *
 * Every gradient is first multiplied by gradient_scale (finite; 1 leaves it as it is; 1/batch averages a
 * summed gradient), then, with maximize, negated, then weight decay is added. Hyper-parameters are double
 * and are rounded to float once per step, where PyTorch does it. All must be finite.
 *
 * rules/<rule>.h has each rule's formula, parameters and slots; rules/common.h has the calls in full. */

/* ---- Backends ---------------------------------------------------------------------------------------
 *
 * A hosted library holds several backends and takes the first one that the processor supports, or the one
 * that the environment variable GLISSADE_BACKEND names. A library with a single backend, as in firmware, has
 * no choice and reads no environment. Names: scalar, sse4, avx2, avx512, xsimd_avx2, neon, xsimd_neon,
 * sve128, sve256, sve512, neon7, rvv128, rvv256, wasm, vfp, helium. */
size_t gls_backend_count(void);
const char* gls_backend_name(size_t index); /* in order of preference; null when index >= count */
bool gls_backend_supported(size_t index);   /* can this processor run it? */
size_t gls_backend_width(size_t index);     /* floats that it takes at a time; 0 when index >= count */

/* Whether its vectors can only flush subnormals (below 2^-126) to zero: helium and neon7. Where none occurs,
 * they compute the same bits as the others. */
bool gls_backend_flushes_subnormals(size_t index);

const char* gls_backend_active(void); /* null while GLISSADE_BACKEND names none of this machine's */

/* Forces a backend for the whole process; null goes back to the automatic choice. */
GLS_NODISCARD gls_status gls_backend_force(const char* name);

/* Writes one line that says whether `name` (null: GLISSADE_BACKEND's value) can be forced here, and which
 * names can, cut to size - 1 characters and a 0. Returns the whole line's length. */
size_t gls_backend_explain(const char* name, char* line, size_t size);

#ifdef __cplusplus
}
#endif
#endif
