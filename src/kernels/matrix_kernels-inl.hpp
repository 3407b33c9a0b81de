// SPDX-License-Identifier: Apache-2.0
// Symmetric positive definite systems, for the natural gradient. Matrices are float[n * n], row after row.
//
#ifndef GLISSADE_SRC_KERNELS_MATRIX_KERNELS_INL_HPP
#define GLISSADE_SRC_KERNELS_MATRIX_KERNELS_INL_HPP

#include "kernels/loops-inl.hpp"

namespace glissade {
namespace GLISSADE_BACKEND {

namespace {

// Rounding changes a matrix with ones on its diagonal by about 2^-24 n at most, and the answer, relatively,
// by that over the smallest eigenvalue: a few parts in a hundred at this growth. From there on the matrix
// cannot be told from a singular one. That does not depend on units.
constexpr float kMostGrowth = 0x1p18f;

// An estimate, from below, of n / the smallest eigenvalue of A = U^T U, scaled to a diagonal of ones: that of
// w^T A^-1 w for the w of ones and minus ones that makes each |z| of U^T z = w the largest (Cline, Moler,
// Stewart and Wilkinson 1979). A's own diagonal stands in column 0 of upper; the last row takes sums.
__attribute__((noinline)) float inverse_growth(float* upper, size_t n) {
  float* const sums = upper + (n - 1) * n;  // that of column j in place j - 1
  const float last = sums[0];
  for (size_t j = 1; j < n; ++j) sums[j - 1] = upper[j];
  Scalar growth(1.0f);
  for (size_t k = 1; k < n; ++k) {
    float* const row = upper + k * n;
    const Scalar size = sqrt(Scalar(k + 1 < n ? row[0] : last) + 0x1p-126f), sum = Scalar::load(sums + k - 1);
    const Scalar z =
        select(sum > Scalar(0.0f), Scalar(0.0f) - sum - size, size - sum) / Scalar::load(row + k);
    growth = fma(z, z, growth);
    for_each(n - k - 1, [=](auto lanes, size_t j) {
      lanes.store(fma(lanes.load(row + k + 1 + j), z.value, lanes.load(sums + k + j)), sums + k + j);
    });
  }
  return growth.value;
}

}  // namespace

// matrix + damping I = U^T U, row k of U from column k on in row k of upper, which may be matrix. Each
// element sees its subtractions in the order of k. *done: whether every pivot was positive and finite, and
// the matrix can be told from a singular one. A single pivot does not tell: rounding may leave any number
// there.
void cholesky(const float* matrix, float damping, float* upper, size_t n, bool* done) {
  for (size_t i = 0; i < n * n; ++i) upper[i] = matrix[i];
  for (size_t k = 0; k < n; ++k) {  // what the elements were is kept where nothing of U is
    const Scalar element = Scalar::load(upper + k * n + k) + damping;
    element.store(upper + k * n);
    element.store(upper + k * n + k);
  }
  *done = true;
  for (size_t k = 0; k < n && *done; ++k) {
    float* const row = upper + k * n;
    const Scalar square = Scalar::load(row + k);
    *done = square > Scalar(0.0f) && Scalar(__builtin_huge_valf()) > square;
    const float pivot = sqrt(square).value;
    for_each(n - k, [=](auto lanes, size_t j) { lanes.store(lanes.load(row + k + j) / pivot, row + k + j); });
    for (size_t i = k + 1; i < n; ++i) {
      float* const below = upper + i * n + i;
      const float factor = -row[i];
      for_each(n - i, [=](auto lanes, size_t j) {
        lanes.store(fma(lanes.load(row + i + j), factor, lanes.load(below + j)), below + j);
      });
    }
  }
  if (*done && n > 1) *done = Scalar(kMostGrowth) > Scalar(inverse_growth(upper, n));
}

// x = U^-T x, by rows.
void solve_transposed(const float* upper, float* x, size_t n) {
  for (size_t k = 0; k < n; ++k) {
    const float* const after = upper + k * n + k + 1;
    (Scalar::load(x + k) / Scalar::load(upper + k * n + k)).store(x + k);
    const float factor = -x[k];
    for_each(n - k - 1, [=](auto lanes, size_t j) {
      float* const element = x + k + 1 + j;
      lanes.store(fma(lanes.load(after + j), factor, lanes.load(element)), element);
    });
  }
}

// x = U^-1 x, by rows from the last.
void solve(const float* upper, float* x, size_t n) {
  for (size_t k = n; k-- > 0;) {
    const float* const row = upper + k * (n + 1);
    float* const at = x + k;
    const float sum = canonical_sum(n - k - 1, [=](auto s, size_t j) {
      using V = decltype(s);
      return fma(V::load(row + 1 + j), V::load(at + 1 + j), s);
    });
    ((Scalar::load(at) - sum) / Scalar::load(row)).store(at);
  }
}

// x / (diagonal + damping), or 0 where that is not positive.
void solve_diagonal(const float* diagonal, float damping, const float* x, float* quotients, size_t n) {
  for_each(n, [=](auto lanes, size_t i) {
    using V = typename decltype(lanes)::Type;
    const V zero(0.0f), divisor = lanes.load(diagonal + i) + damping;
    lanes.store(select(divisor > zero, lanes.load(x + i) / divisor, zero), quotients + i);
  });
}

}  // namespace GLISSADE_BACKEND
}  // namespace glissade

#endif
