// SPDX-License-Identifier: Apache-2.0
// Symmetric positive definite systems, for the natural gradient. Matrices are float[n * n], row after row.
//
#ifndef GLISSADE_SRC_KERNELS_MATRIX_KERNELS_INL_HPP
#define GLISSADE_SRC_KERNELS_MATRIX_KERNELS_INL_HPP

#include "kernels/loops-inl.hpp"

namespace glissade {
namespace GLISSADE_BACKEND {

// matrix + damping I = U^T U, row k of U from column k on in row k of upper, which may be matrix. Each
// element sees its subtractions in the order of k. *done: whether every pivot was positive and finite.
void cholesky(const float* matrix, float damping, float* upper, size_t n, bool* done) {
  for (size_t i = 0; i < n * n; ++i) upper[i] = matrix[i];
  for (size_t k = 0; k < n; ++k) (Scalar::load(upper + k * n + k) + damping).store(upper + k * n + k);
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
