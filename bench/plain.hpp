// SPDX-License-Identifier: Apache-2.0
// The loops that a firmware engineer writes: what the library is measured beside.
#ifndef GLISSADE_BENCH_PLAIN_HPP
#define GLISSADE_BENCH_PLAIN_HPP

#include <stddef.h>

void plain_sgd(float* w, const float* g, size_t count, float scale, float rate);
void plain_momentum(float* w, const float* g, float* buffer, size_t count, float scale, float rate,
                    float momentum);
void plain_adam(float* w, const float* g, float* m, float* v, size_t count, float scale, float rate,
                float beta1, float beta2, float root_divisor, float epsilon);

#endif
