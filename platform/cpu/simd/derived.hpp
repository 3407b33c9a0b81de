// SPDX-License-Identifier: Apache-2.0
// Operations that follow from others, for any lanes type. A lanes header may define a better one for its own.
#ifndef GLISSADE_PLATFORM_SIMD_DERIVED_HPP
#define GLISSADE_PLATFORM_SIMD_DERIVED_HPP

#include "cpu/scalar_unit.hpp"
#include "cpu/simd/bits.hpp"
#include "cpu/simd/products.hpp"

namespace glissade {
namespace GLISSADE_BACKEND {
namespace {

// How a sweep's pointers move on. A lanes header may do it otherwise for its own.
template <class V>
struct Pointers {
  template <class T>
  GLISSADE_INLINE static void move(T*& pointer) {
    pointer += V::kWidth;
  }
};

// Whether a lanes type has load_first(count, from), whose other lanes repeat the first, and
// store_first(count, to), which leaves the rest of `to` alone. With them the demo's step takes 0.48 of the
// time on AVX-512; on AVX2 it would take 1.07.
template <class V>
constexpr bool kMasks = false;

// How many vectors' roots a sweep takes before the divisions by them. Those that take turns in the unit that
// they share take longer than runs of each: Adam takes 0.90 to 0.95 of the time on AVX2 and 0.85 to 0.95 on
// AVX-512, Adagrad and RMSprop 0.86 to 0.98 (AMD EPYC and Intel Xeon of 2023; Adadelta, whose roots are two,
// gains nothing). With 16 nothing is gained, and SSE4 would lose 5 %. Others than x86 were not measured.
#ifdef __FMA__  // x86's
constexpr size_t kRootsAtOnce = 32;
#else
constexpr size_t kRootsAtOnce = 1;
#endif

// A sweep over so many weights has them take turns nevertheless: memory is slower than they are, and runs
// would make Adam take 1.06 to 1.10 times as long, RMSprop 1.06 to 1.24.
constexpr size_t kFarFromCaches = size_t{1} << 23;

// Whether fma is the processor's. Where it is emulated, all below do without as far as they can.
template <class V>
constexpr bool kFuses = true;

// x factor, and sum + x factor rounded once, for factors that are mostly 1 (SSE4: momentum takes 0.39 of the
// time).
template <class V>
GLISSADE_INLINE V scale(V x, float factor) {
  return x * factor;
}
template <class V>
GLISSADE_INLINE V add_scaled(V sum, V x, float factor) {
  return !kFuses<V> && factor == 1.0f ? sum + x : fma(x, factor, sum);
}

// sum + x factor for products that are exact (SSE4: signSGD takes 0.3 of the time, Signum 0.5).
template <class V>
GLISSADE_INLINE V add_exact(V sum, V x, float factor) {
  if constexpr (kFuses<V>)
    return fma(x, factor, sum);
  else
    return sum + x * factor;
}

// Not the instructions of these names: a NaN in b, and the zero in b of equal ones, is the result.
template <class V>
GLISSADE_INLINE V max(V a, V b) {
  return select(a > b, a, b);
}
template <class V>
GLISSADE_INLINE V min(V a, V b) {
  return select(b > a, a, b);
}

// x / divisor by its reciprocal and one correction: correctly rounded where x is 0, above 2^-100 or infinite
// and the quotient does not overflow (tests/kernels/arithmetic_test.cpp). The remainder of an infinite
// quotient is NaN, which the minimum makes a number.
template <class V>
GLISSADE_INLINE V divide_by(V x, float divisor, float reciprocal) {
  if constexpr (!kFuses<V>) return x / divisor;
  const V quotient = x * reciprocal;
  const V remainder = fma(quotient, -divisor, x);
  return fma(min(remainder, V(3.4028235e38f)), reciprocal, quotient);
}

// The sum of all lanes: j and j + half of them are added, and so on.
template <size_t kCount, size_t kStride = 1>
GLISSADE_INLINE float add_floats(const float* floats) {
  if constexpr (kStride == kCount)
    return *floats;
  else
    return add_floats<kCount, 2 * kStride>(floats) + add_floats<kCount, 2 * kStride>(floats + kStride);
}
template <class V>
GLISSADE_INLINE float add_across(V x) {
  float lanes[V::kWidth];
  x.store(lanes);
  return add_floats<V::kWidth>(lanes);
}

}  // namespace
}  // namespace GLISSADE_BACKEND
}  // namespace glissade

#endif
