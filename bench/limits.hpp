// SPDX-License-Identifier: Apache-2.0
// What the processor can do at all: a rule's loads and stores without its arithmetic, and its roots and
// divisions without loads and stores. On vectors of 32 bytes (16 where there are no larger ones).
#ifndef GLISSADE_BENCH_LIMITS_HPP
#define GLISSADE_BENCH_LIMITS_HPP

#include <stddef.h>

// Loads weights, gradients and slots, stores weights and slots. count a multiple of 8; the contents change.
void limit_copy(float* const* buffers, int slots, size_t count);

// As many roots and divisions as `count` weights take: 1 root and 1 division, or 2 roots. sink: float[32],
// values from 0.01 to 4; what is computed is added to it.
void limit_root_divide(float* sink, int roots, size_t count);

#endif
