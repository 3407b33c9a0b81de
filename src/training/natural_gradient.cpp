// SPDX-License-Identifier: Apache-2.0
#include "glissade/training/natural_gradient.h"

#include "backend/gate.hpp"
#include "numbers/doubles.hpp"
#include "training/averages.hpp"

using namespace glissade;

namespace {

constexpr float kSquareFits = 0x1p64f;  // below it products of two gradients are floats

// sqrt(2 radius / slope), whatever is in between.
double natural_rate(double slope, double radius) {
  if (!positive(radius) && !(slope == 0.0 && radius == 0.0)) return __builtin_nan("");
  if (slope == 0.0) return 0.0;
  if (!positive(slope)) return __builtin_nan("");
  const Scaled r = scaled(radius), s = scaled(slope);
  const int32_t exponent = r.exponent - s.exponent, odd = exponent & 1;
  const double root = square_root(2.0 * r.part / s.part * (odd != 0 ? 2.0 : 1.0));
  return times_power_of_two(root, (exponent - odd) / 2);
}

gls_status check_sample(Backend backend, Look look, const float* gradient, uint32_t number, size_t n) {
  if (number == 0) return GLS_ERROR_RANGE;
  if (look == Look::kUnguarded || all_below(backend, gradient, kSquareFits, n)) return GLS_OK;
  return GLS_ERROR_GRADIENT;
}

gls_status update_diagonal(Look look, float* fisher, const float* gradient, uint32_t number, size_t n) {
  const Gate backend;
  gls_status status = check_buffers(backend, n, fisher, gradient);
  if (status == GLS_OK) status = check_sample(backend, look, gradient, number, n);
  if (status != GLS_OK) return status;
  LerpCoefficients c;
  lerp_towards(0.0, number, &c);
  backend->average_squares(fisher, gradient, &c, n);
  return GLS_OK;
}

}  // namespace

extern "C" {

gls_status gls_fisher_update(float* fisher, const float* gradient, uint32_t number, size_t n) {
  const Gate backend;
  gls_status status = check_buffers(backend, elements(n, n), fisher, gradient);
  if (status == GLS_OK) status = check_sample(backend, Look::kGuarded, gradient, number, n);
  if (status != GLS_OK) return status;
  LerpCoefficients c;
  lerp_towards(0.0, number, &c);
  for (size_t i = 0; i < n; ++i) backend->average(fisher + i * n, gradient, gradient[i], &c, n);
  return GLS_OK;
}

gls_status gls_fisher_diagonal_update(float* fisher, const float* gradient, uint32_t number, size_t n) {
  return update_diagonal(Look::kGuarded, fisher, gradient, number, n);
}

gls_status gls_fisher_diagonal_update_unguarded(float* fisher, const float* gradient, uint32_t number,
                                                size_t n) {
  return update_diagonal(Look::kUnguarded, fisher, gradient, number, n);
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
