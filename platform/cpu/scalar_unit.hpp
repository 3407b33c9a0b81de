// SPDX-License-Identifier: Apache-2.0
// One number at a time, exactly: fused multiply-add and square roots by the instruction where the target has
// it, else by the routines of exact_math.hpp.
#ifndef GLISSADE_PLATFORM_SCALAR_UNIT_HPP
#define GLISSADE_PLATFORM_SCALAR_UNIT_HPP

#include "cpu/exact_math.hpp"

#if defined(__x86_64__) || defined(__aarch64__) || defined(__wasm__) || \
    (defined(__ARM_FP) && (__ARM_FP & 8)) || (defined(__riscv_flen) && __riscv_flen >= 64)
#define GLISSADE_HAS_DOUBLE 1
#endif
#if defined(__x86_64__) || defined(__aarch64__) || defined(__wasm__) || \
    (defined(__ARM_FP) && (__ARM_FP & 4)) || defined(__riscv_flen)
#define GLISSADE_HAS_FLOAT 1
#endif
// Where square roots might have to set errno, they would be calls of the C library: the instruction itself
// then.
#ifndef __NO_MATH_ERRNO__
#if defined(__arm__)
#define GLISSADE_VFP_BY_NAME 1
#define GLISSADE_SQRT_FLOAT(x) __asm__("vsqrt.f32 %0, %0" : "+t"(x))
#define GLISSADE_SQRT_DOUBLE(x) __asm__("vsqrt.f64 %P0, %P0" : "+w"(x))
#elif defined(__aarch64__)
#define GLISSADE_SQRT_FLOAT(x) __asm__("fsqrt %s0, %s0" : "+w"(x))
#define GLISSADE_SQRT_DOUBLE(x) __asm__("fsqrt %d0, %d0" : "+w"(x))
#elif defined(__riscv)
#define GLISSADE_SQRT_FLOAT(x) __asm__("fsqrt.s %0, %0" : "+f"(x))
#define GLISSADE_SQRT_DOUBLE(x) __asm__("fsqrt.d %0, %0" : "+f"(x))
#elif defined(__AVX__)
#define GLISSADE_SQRT_FLOAT(x) __asm__("vsqrtss %0, %0, %0" : "+x"(x))
#define GLISSADE_SQRT_DOUBLE(x) __asm__("vsqrtsd %0, %0, %0" : "+x"(x))
#elif defined(__x86_64__)
#define GLISSADE_SQRT_FLOAT(x) __asm__("sqrtss %0, %0" : "+x"(x))
#define GLISSADE_SQRT_DOUBLE(x) __asm__("sqrtsd %0, %0" : "+x"(x))
#endif
#endif
#if defined(__FP_FAST_FMAF) || defined(__FMA__) || defined(__ARM_FEATURE_FMA) || defined(__riscv_flen)
#define GLISSADE_HAS_FMA 1
#endif

namespace glissade {
namespace {

GLISSADE_INLINE float scalar_fma(float a, float b, float c) {
#if defined(GLISSADE_HAS_FMA) && defined(GLISSADE_VFP_BY_NAME)
  __asm__("vfma.f32 %0, %1, %2" : "+t"(c) : "t"(a), "t"(b));
  return c;
#elif defined(GLISSADE_HAS_FMA)
  return __builtin_fmaf(a, b, c);
#elif defined(GLISSADE_HAS_DOUBLE)
  return fma_by_double(a, b, c);
#else
  return fma_by_integers(a, b, c);
#endif
}

GLISSADE_INLINE float scalar_sqrt(float x) {
#if defined(GLISSADE_HAS_FLOAT) && defined(GLISSADE_SQRT_FLOAT)
  GLISSADE_SQRT_FLOAT(x);
  return x;
#elif defined(GLISSADE_HAS_FLOAT)
  return __builtin_sqrtf(x);
#else
  return sqrt_by_integers(x);
#endif
}

GLISSADE_INLINE double scalar_sqrt(double x) {
#if defined(GLISSADE_HAS_DOUBLE) && defined(GLISSADE_SQRT_DOUBLE)
  GLISSADE_SQRT_DOUBLE(x);
  return x;
#elif defined(GLISSADE_HAS_DOUBLE)
  return __builtin_sqrt(x);
#else
  return sqrt_by_integers(x);
#endif
}

}  // namespace
}  // namespace glissade

#endif
