/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * Backends: the same calls, compiled for one kind of vector instructions each.
 *
 * A hosted library holds several and takes the first one that the machine supports, or the one that the
 * environment variable GLISSADE_BACKEND names (not in a set-user-ID program). A library with a single
 * backend, as in firmware, has no choice and reads no environment. Names: scalar, sse4, avx2, avx512,
 * xsimd_avx2, neon, xsimd_neon, sve128, sve256, sve512, neon7, rvv128, rvv256, rvv512, wasm, vfp, helium. */
#ifndef GLISSADE_BACKEND_H
#define GLISSADE_BACKEND_H

#include "glissade/base.h"

/** How many backends this library holds. */
GLS_FUNCTION size_t gls_backend_count(void);

/** The name of one, in order of preference; null where index >= gls_backend_count(). */
GLS_FUNCTION const char* gls_backend_name(size_t index);

/** Can this machine run it: has the processor all that it was compiled for, and does the system allow it? */
GLS_FUNCTION bool gls_backend_supported(size_t index);

/** How many floats it takes at a time; 0 where index >= gls_backend_count(). */
GLS_FUNCTION size_t gls_backend_width(size_t index);

/** Whether its vectors can only flush subnormals (below 2^-126) to zero: helium and neon7. Where none occurs,
 * they compute the same bits as the others. */
GLS_FUNCTION bool gls_backend_flushes_subnormals(size_t index);

/** The name of the one in use; null while GLISSADE_BACKEND names none of this machine's, or the machine
 * supports none of the library's. */
GLS_FUNCTION const char* gls_backend_active(void);

/** Forces a backend for the whole process, for all calls that begin after it, in any thread; null goes back
 * to the automatic choice. GLS_ERROR_BACKEND where this machine has none of that name. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_backend_force(const char* name);

/** Writes one line that says whether `name` (null: GLISSADE_BACKEND's value) can be forced here, and which
 * names can, cut to size - 1 characters and a 0. Returns the whole line's length. */
GLS_FUNCTION size_t gls_backend_explain(const char* name, char* line, size_t size);

#endif
