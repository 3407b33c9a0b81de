// SPDX-License-Identifier: Apache-2.0
// exp, log, tanh, sin and cos as one fixed sequence of exact operations, so that every backend gets the same
// bits.
// Polynomials: S. Moshier, Cephes expf, logf, tanhf, sinf. Errors against long double: exp below 1.05 ulp,
// log below 0.85 ulp (largest seen 1.006 and 0.785), the others as said below;
// tests/kernels/arithmetic_test.cpp.
#ifndef GLISSADE_SRC_KERNELS_ELEMENTARY_INL_HPP
#define GLISSADE_SRC_KERNELS_ELEMENTARY_INL_HPP

#include "kernels/lanes-inl.hpp"

namespace glissade {
namespace GLISSADE_BACKEND {
namespace {

constexpr float kLn2High = 0.693359375f;  // 9 bits, so that n times it is exact
constexpr float kLn2Low = -2.12194440e-4f;
constexpr float kRoundToInteger = 12582912.0f;  // 1.5 * 2^23: adding it leaves an integer in the low bits

// e^x. 0 below -87.3365, where e^x is about to become subnormal; infinity above 88.7228; NaN for NaN.
template <class V>
GLISSADE_INLINE V exp(V x) {
  const V lowest(-87.3365f), highest(89.0f);
  const V clamped = min(highest, max(lowest, x));  // in this order a NaN stays
  const V n = (clamped * 1.44269504f + kRoundToInteger) - kRoundToInteger;
  const V r = fma(n, -kLn2Low, fma(n, -kLn2High, clamped));
  V p(1.9875691500e-4f);
  p = fma(p, r, V(1.3981999507e-3f));
  p = fma(p, r, V(8.3334519073e-3f));
  p = fma(p, r, V(4.1665795894e-2f));
  p = fma(p, r, V(1.6666665459e-1f));
  p = fma(p, r, V(5.0000001201e-1f));
  p = fma(p, r * r, r) + 1.0f;
  // 2^n in two factors: 2^128 is not a float.
  const V half = (n * 0.5f + kRoundToInteger) - kRoundToInteger;
  return select(lowest > x, V(0.0f), p * power_of_two(half) * power_of_two(n - half));
}

// ln x for normal x > 0 and infinity; NaN for NaN.
GLISSADE_INLINE Scalar log(Scalar x) {
  if (!(x.value <= 3.4028235e38f)) return x;
  // x = 2^k (1 + f) with 1 + f from sqrt(1/2) to sqrt(2).
  const uint32_t bits = float_bits(x.value), above = bits - 0x3f3504f3u;
  const int32_t k = static_cast<int32_t>(above) >> 23;
  const Scalar f = Scalar(bits_float(bits - (above & 0xff800000u))) - 1.0f, exponent(static_cast<float>(k));
  Scalar p(7.0376836292e-2f);
  p = fma(p, f, Scalar(-1.1514610310e-1f));
  p = fma(p, f, Scalar(1.1676998740e-1f));
  p = fma(p, f, Scalar(-1.2420140846e-1f));
  p = fma(p, f, Scalar(1.4249322787e-1f));
  p = fma(p, f, Scalar(-1.6668057665e-1f));
  p = fma(p, f, Scalar(2.0000714765e-1f));
  p = fma(p, f, Scalar(-2.4999993993e-1f));
  p = fma(p, f, Scalar(3.3333331174e-1f));
  const Scalar square = f * f;
  Scalar y = fma(exponent, kLn2Low, p * (square * f));
  y = fma(square, -0.5f, y);
  return fma(exponent, kLn2High, f + y);
}

// The hyperbolic tangent; NaN for NaN. Error below 1.3 ulp.
template <class V>
GLISSADE_INLINE V tanh(V x) {
  const V zero(0.0f), magnitude = abs(x), square = x * x;
  V p(-5.70498872745e-3f);
  p = fma(p, square, V(2.06390887954e-2f));
  p = fma(p, square, V(-5.37397155531e-2f));
  p = fma(p, square, V(1.33314422036e-1f));
  p = fma(p, square, V(-3.33332819422e-1f));
  const V small = fma(p * square, x, x);
  const V large = V(1.0f) - V(2.0f) / (exp(magnitude + magnitude) + 1.0f);
  return select(V(0.625f) > magnitude, small, select(zero > x, zero - large, large));
}

// Of turns * 2^-32 times 2 pi: the nearest quarter turn, then polynomials. Absolute errors below 1.25e-7.
GLISSADE_INLINE void sine_and_cosine(uint32_t turns, Scalar& sine, Scalar& cosine) {
  const uint32_t quarter = (turns + 0x20000000u) >> 30;
  const int32_t rest = static_cast<int32_t>(turns - (quarter << 30));
  const Scalar x = Scalar(static_cast<float>(rest)) * 1.46291807927e-9f, square = x * x;  // 2 pi 2^-32
  Scalar p(-1.9515295891e-4f);
  p = fma(p, square, Scalar(8.3321608736e-3f));
  p = fma(p, square, Scalar(-1.6666654611e-1f));
  const Scalar s = fma(p * square, x, x);
  Scalar q(2.443315711809948e-5f);
  q = fma(q, square, Scalar(-1.388731625493765e-3f));
  q = fma(q, square, Scalar(4.166664568298827e-2f));
  const Scalar c = fma(q * square, square, fma(square, Scalar(-0.5f), Scalar(1.0f)));
  const Scalar zero(0.0f);
  sine = quarter % 2 == 0 ? s : c;
  cosine = quarter % 2 == 0 ? c : s;
  if (quarter == 2 || quarter == 3) sine = zero - sine;
  if (quarter == 1 || quarter == 2) cosine = zero - cosine;
}

}  // namespace
}  // namespace GLISSADE_BACKEND
}  // namespace glissade

#endif
