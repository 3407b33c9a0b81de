// SPDX-License-Identifier: Apache-2.0
#include "glissade/training/line_search.h"

#include "backend/gate.hpp"
#include "numbers/doubles.hpp"
#include "training/averages.hpp"

using namespace glissade;

namespace {

// A float sum of products has lost nothing to the floats' range where it is not tiny and is finite.
bool in_range(float sum) {
  const float magnitude = sum < 0.0f ? -sum : sum;
  return 0x1p-100f < magnitude && is_finite(magnitude);
}

// In double no product of two floats overflows or vanishes. Not inlined: its arithmetic stays between the two
// changes of the mode.
__attribute__((noinline)) void add_in_double(const float* a, const float* b, double* sum, size_t count) {
  const ScalarMode mode;
  double block = 0.0;
  for (size_t i = 0; i < count; ++i) block += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  *sum += block;
}

__attribute__((noinline)) void add_block(const float* block, double* sum) {
  const ScalarMode mode;
  *sum += static_cast<double>(*block);
}

}  // namespace

void glissade::dot(DotKernel kernel, const float* a, const float* b, double* sum, size_t count) {
  *sum = 0.0;
  for_each_block(count, [&](size_t first, size_t size) {
    float block;
    kernel(a + first, b + first, &block, size);
    if (in_range(block))
      add_block(&block, sum);
    else
      add_in_double(a + first, b + first, sum, size);
  });
}

namespace {

constexpr uint32_t kMostRootUpdates = 200, kMostBacktrackingUpdates = 100;

// And stays failed: at the most updates nothing is taken any more.
template <uint32_t kMostUpdates, class Search>
gls_search fail(Search& s) {
  s.alpha = 0.0;
  s.updates = kMostUpdates;
  return GLS_SEARCH_FAILED;
}
gls_search fail(gls_root_search& s) { return fail<kMostRootUpdates>(s); }
gls_search fail(gls_backtracking& s) { return fail<kMostBacktrackingUpdates>(s); }

double quotient(double a, double b) { return a / b; }

// Illinois: where the same end moves twice, the other end's slope counts half, so that it moves next.
void move_end(gls_root_search& s, double slope) {
  const int32_t side = slope < 0.0 ? -1 : 1;
  if (side < 0) {
    if (s.last_side < 0) s.slope_high *= 0.5;
    s.low = s.alpha;
    s.slope_low = slope;
  } else {
    if (s.last_side > 0) s.slope_low *= 0.5;
    s.high = s.alpha;
    s.slope_high = slope;
  }
  s.last_side = side;
}

// Inside the interval: where the line through its ends is 0; every fourth time, and where that is no inner
// point, its middle.
double inner_point(const gls_root_search& s) {
  const double middle = s.low + 0.5 * (s.high - s.low);
  double part = s.slope_low / (s.slope_low - s.slope_high);
  if (!finite(s.slope_low - s.slope_high))
    part = 0.5 * s.slope_low / (0.5 * s.slope_low - 0.5 * s.slope_high);
  const double root = s.low + (s.high - s.low) * part;
  return s.updates % 4 != 0 && root > s.low && root < s.high ? root : middle;
}

// Whether a slope is at most tolerance times the first one; where that product vanishes, by the quotient.
bool is_flat(double magnitude, double first, double tolerance) {
  const double most = tolerance * first;
  return most < 0x1p-1022 ? magnitude / first <= tolerance : magnitude <= most;
}

// By parts from 1 to 2, of which no product leaves the range.
double newton_step_length(double gradient, double curvature, double direction) {
  if (!finite(gradient) || !positive(curvature) || direction == 0.0 || !finite(direction))
    return __builtin_nan("");
  const Scaled g = scaled(gradient), c = scaled(curvature), d = scaled(direction);
  const double length = -(g.part * d.part) / (c.part * d.part * d.part);
  return times_power_of_two(length, g.exponent - c.exponent - d.exponent);
}

gls_search root_search_update(gls_root_search* state, double derivative, double first_alpha,
                              double tolerance) {
  if (state == nullptr) return GLS_SEARCH_FAILED;
  gls_root_search& s = *state;
  const bool sensible = derivative == derivative && positive(first_alpha) && tolerance > 0.0;
  if (!sensible || s.updates == kMostRootUpdates) return fail(s);
  if (s.updates++ == 0) {
    if (!positive(-derivative)) return fail(s);
    s.first_slope = s.slope_low = derivative;
    s.alpha = first_alpha;
    return GLS_SEARCH_TRY;
  }
  const double magnitude = derivative < 0.0 ? -derivative : derivative;
  if (is_flat(magnitude, -s.first_slope, tolerance)) return GLS_SEARCH_DONE;
  move_end(s, derivative);
  if (s.high == 0.0) {
    s.alpha *= 2.0;
    return positive(s.alpha) ? GLS_SEARCH_TRY : fail(s);
  }
  const double next = inner_point(s);
  if (!(next > s.low && next < s.high)) return GLS_SEARCH_DONE;
  s.alpha = next;
  return GLS_SEARCH_TRY;
}

gls_search backtracking_update(gls_backtracking* state, double loss, double slope, double first_alpha,
                               double shrink, double decrease) {
  if (state == nullptr) return GLS_SEARCH_FAILED;
  gls_backtracking& s = *state;
  const bool sensible = positive(-slope) && positive(first_alpha) && shrink > 0.0 && shrink < 1.0 &&
                        decrease > 0.0 && decrease < 1.0;
  if (!sensible || s.updates == kMostBacktrackingUpdates) return fail(s);
  if (s.updates++ == 0) {
    if (!finite(loss)) return fail(s);
    s.first_loss = loss;
    s.alpha = first_alpha;
    return GLS_SEARCH_TRY;
  }
  const bool falls = finite(loss) && loss < s.first_loss;  // also where the bound is lost in rounding
  if (falls && loss <= s.first_loss + decrease * s.alpha * slope) return GLS_SEARCH_DONE;
  s.alpha *= shrink;
  return positive(s.alpha) ? GLS_SEARCH_TRY : fail(s);
}

gls_status move_along(Look look, const float* weights, const float* direction, double alpha, float* point,
                      size_t count) {
  const Gate backend;
  const gls_status status = check_buffers(backend, count, weights, direction, point);
  if (status != GLS_OK) return status;
  if (!is_finite(alpha)) return GLS_ERROR_RANGE;
  return checked_axpy(backend, look, weights, direction, nearest(alpha), point, count);
}

}  // namespace

extern "C" {

gls_status gls_dot(const float* a, const float* b, double* product, size_t count) {
  const Gate backend;
  const gls_status status = check_buffers(backend, count, a, b);
  if (status != GLS_OK) return status;
  if (product == nullptr) return GLS_ERROR_NULL;
  dot(backend->dot, a, b, product, count);
  return GLS_OK;
}

gls_status gls_axpy(const float* weights, const float* direction, double alpha, float* point, size_t count) {
  return move_along(Look::kGuarded, weights, direction, alpha, point, count);
}

gls_status gls_axpy_unguarded(const float* weights, const float* direction, double alpha, float* point,
                              size_t count) {
  return move_along(Look::kUnguarded, weights, direction, alpha, point, count);
}

gls_status gls_quadratic_step_length(const float* gradient, const float* hessian_gradient, double* alpha,
                                     size_t count) {
  double squares = 0.0, curvature = 0.0;
  gls_status status = gls_dot(gradient, gradient, &squares, count);
  if (status == GLS_OK) status = gls_dot(gradient, hessian_gradient, &curvature, count);
  if (status != GLS_OK) return status;
  if (alpha == nullptr) return GLS_ERROR_NULL;
  if (squares != 0.0 && !positive(curvature)) return GLS_ERROR_CURVATURE;
  *alpha = squares == 0.0 ? 0.0 : in_scalar_mode(quotient, squares, curvature);
  return GLS_OK;
}

double gls_newton_step_length(double gradient, double curvature, double direction) {
  return in_scalar_mode(newton_step_length, gradient, curvature, direction);
}

gls_search gls_root_search_update(gls_root_search* state, double derivative, double first_alpha,
                                  double tolerance) {
  return in_scalar_mode(root_search_update, state, derivative, first_alpha, tolerance);
}

gls_search gls_backtracking_update(gls_backtracking* state, double loss, double slope, double first_alpha,
                                   double shrink, double decrease) {
  return in_scalar_mode(backtracking_update, state, loss, slope, first_alpha, shrink, decrease);
}

}  // extern "C"
