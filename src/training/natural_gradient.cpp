// SPDX-License-Identifier: Apache-2.0
#include "glissade/training/natural_gradient.h"

#include "backend/gate.hpp"
#include "training/averages.hpp"

using namespace glissade;

namespace {

double natural_rate(double slope, double radius) {
  if (slope == 0.0 && not_negative(radius)) return 0.0;
  if (!(slope > 0.0) || !(radius > 0.0) || !not_negative(radius)) return __builtin_nan("");
  return square_root(2.0 * radius / slope);
}

}  // namespace

extern "C" {

gls_status gls_fisher_update(float* fisher, const float* gradient, uint32_t number, size_t n) {
  const Gate backend;
  const gls_status status = check_buffers(backend, elements(n, n), fisher, gradient);
  if (status != GLS_OK) return status;
  if (number == 0) return GLS_ERROR_RANGE;
  LerpCoefficients c;
  lerp_towards(0.0, number, &c);
  for (size_t i = 0; i < n; ++i) backend->average(fisher + i * n, gradient, gradient[i], &c, n);
  return GLS_OK;
}

gls_status gls_fisher_diagonal_update(float* fisher, const float* gradient, uint32_t number, size_t n) {
  const Gate backend;
  const gls_status status = check_buffers(backend, n, fisher, gradient);
  if (status != GLS_OK) return status;
  if (number == 0) return GLS_ERROR_RANGE;
  LerpCoefficients c;
  lerp_towards(0.0, number, &c);
  backend->average_squares(fisher, gradient, &c, n);
  return GLS_OK;
}

gls_status gls_natural_gradient(const float* fisher, double damping, const float* gradient, float* workspace,
                                float* direction, double* slope, size_t n) {
  const Gate backend;
  const gls_status status = check_buffers(backend, elements(n, n), fisher, gradient, workspace, direction);
  if (status != GLS_OK) return status;
  if (slope == nullptr) return GLS_ERROR_NULL;
  if (!not_negative(damping)) return GLS_ERROR_RANGE;
  bool positive;
  backend->cholesky(fisher, nearest(damping), workspace, n, &positive);
  if (!positive) return GLS_ERROR_CURVATURE;
  for (size_t i = 0; i < n; ++i) direction[i] = gradient[i];
  backend->solve_transposed(workspace, direction, n);
  dot(backend->dot, direction, direction, slope, n);  // g (U^T U)^-1 g is the square of U^-T g
  backend->solve(workspace, direction, n);
  return GLS_OK;
}

gls_status gls_natural_gradient_diagonal(const float* fisher, double damping, const float* gradient,
                                         float* direction, double* slope, size_t n) {
  const Gate backend;
  const gls_status status = check_buffers(backend, n, fisher, gradient, direction);
  if (status != GLS_OK) return status;
  if (slope == nullptr) return GLS_ERROR_NULL;
  if (!not_negative(damping)) return GLS_ERROR_RANGE;
  backend->solve_diagonal(fisher, nearest(damping), gradient, direction, n);
  dot(backend->dot, gradient, direction, slope, n);
  return GLS_OK;
}

double gls_natural_rate(double slope, double radius) { return in_scalar_mode(natural_rate, slope, radius); }

}  // extern "C"
