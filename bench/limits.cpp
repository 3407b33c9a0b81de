// SPDX-License-Identifier: Apache-2.0
#include "limits.hpp"

#include <stdint.h>

#ifdef __AVX__
#include <immintrin.h>
#endif

namespace {

#ifdef __AVX__
typedef float Vector __attribute__((vector_size(32), may_alias, aligned(4)));
typedef int32_t Bits __attribute__((vector_size(32), may_alias, aligned(4)));
#else
typedef float Vector __attribute__((vector_size(16), may_alias, aligned(4)));
typedef int32_t Bits __attribute__((vector_size(16), may_alias, aligned(4)));
#endif
#if defined(__x86_64__)
#define GLISSADE_VECTOR_REGISTER "x"
#else
#define GLISSADE_VECTOR_REGISTER "w"  // Arm's
#endif
constexpr size_t kLanes = sizeof(Vector) / sizeof(float);

Vector root(Vector x) {
#ifdef __AVX__
  return _mm256_sqrt_ps(x);
#else
  for (size_t i = 0; i < kLanes; ++i) x[i] = __builtin_sqrtf(x[i]);
  return x;
#endif
}

template <int kSlots>
void copy(float* const* buffers, size_t count) {
  float* const w = buffers[0];
  const float* const g = buffers[1];
  for (size_t i = 0; i + kLanes <= count; i += kLanes) {
    const Bits gradient = *reinterpret_cast<const Bits*>(g + i);
    *reinterpret_cast<Bits*>(w + i) ^= gradient;
    for (int k = 0; k < kSlots; ++k) *reinterpret_cast<Bits*>(buffers[2 + k] + i) ^= gradient;
  }
}

}  // namespace

void limit_copy(float* const* buffers, int slots, size_t count) {
  if (slots == 0) copy<0>(buffers, count);
  if (slots == 1) copy<1>(buffers, count);
  if (slots == 2) copy<2>(buffers, count);
}

void limit_root_divide(float* sink, int roots, size_t count) {
  constexpr size_t kStreams = 4;  // independent of each other; roots and divisions apart, which is faster
  Vector x[kStreams], sum[kStreams] = {};
  for (size_t k = 0; k < kStreams; ++k) x[k] = *reinterpret_cast<const Vector*>(sink + k * kLanes % 32);
  for (size_t i = 0; i < count; i += kStreams * kLanes) {
    Vector r[kStreams];
    for (size_t k = 0; k < kStreams; ++k) {
      __asm__ volatile("" : "+" GLISSADE_VECTOR_REGISTER(x[k]));  // as if just loaded: or it is computed once
      r[k] = root(x[k]);
    }
    for (size_t k = 0; roots == 2 && k < kStreams; ++k) sum[k] += root(r[k]);
    for (size_t k = 0; k < kStreams; ++k) sum[k] += x[k] / r[k];
  }
  for (size_t k = 0; k < kStreams; ++k) *reinterpret_cast<Vector*>(sink + k * kLanes % 32) += sum[k] * 1e-30f;
}
