// SPDX-License-Identifier: Apache-2.0
// What is done to buffers around a step: the reference's bits at every length on every backend, nothing
// written outside, and errors.
#include "glissade/glissade.h"
#include "support/check.hpp"
#include "support/matrix.hpp"
#include "support/reference.hpp"

namespace glissade {
namespace test {
namespace {

constexpr uint32_t kMost = kLongest, kMatrix = 19;
constexpr float kGuard = 12345.0f;

float x[kMost + 1], y[kMost + 1], got[kMost + 1], expected[kMost + 1];

void fill(uint32_t count, uint32_t seed) {
  Random random(seed);
  for (uint32_t i = 0; i <= kMost; ++i) {
    x[i] = random.extreme();
    y[i] = random.extreme();
    got[i] = expected[i] = i < count ? random.extreme() : kGuard;
  }
}

// call() writes got, reference(kernels) writes expected: the same, and no more than count.
template <class Call, class Reference>
void compare(const char* what, uint32_t count, Call call, Reference reference) {
  fill(count, count + 1);
  const Status status = call();
  reference(expected_kernels());
  CHECK(status == GLS_OK && first_difference(got, expected, kMost + 1) == kMost + 1, what, ", ", count,
        " on ", gls_backend_active());
}

// a b + c that is a little nearer to one of two subnormal floats, and halfway between them once rounded to
// double: where multiply and add are fused by way of double, only the careful way gets it right.
void check_fused_subnormals() {
  const uint32_t exponent = (127 - 75) << 23;
  const float scale = bits_to_float(exponent + 1);  // times x: 2^-150 (1 - 2^-46)
  for (uint32_t seed = 0; seed < 20; ++seed) {
    Random random(seed);
    for (uint32_t i = 0; i < kMost; ++i) {
      x[i] = bits_to_float((exponent - 2) | random.below(2) << 31);
      got[i] = expected[i] = bits_to_float((0x1000u + random.below(0x7fe000)) | random.below(2) << 31);
    }
    const Status status = gls_accumulate(got, x, scale, kMost);
    expected_kernels().axpy(expected, x, scale, expected, kMost);
    CHECK(status == GLS_OK && first_difference(got, expected, kMost) == kMost, "seed ", seed, " on ",
          gls_backend_active());
  }
}

void check_length(uint32_t n) {
  compare(
      "accumulate", n, [=] { return gls_accumulate_unguarded(got, x, -0.75f, n); },
      [=](const Kernels& k) { k.axpy(expected, x, -0.75f, expected, n); });
  compare(
      "a point along a direction", n, [=] { return gls_axpy_unguarded(x, y, 0.3, got, n); },
      [=](const Kernels& k) { k.axpy(x, y, 0.3f, expected, n); });
  for (uint32_t number = 1; number <= 4; ++number) {
    const LerpCoefficients c = lerp_coefficients(1.0 / number);
    compare(
        "mean", n, [=] { return gls_mean_update_unguarded(got, x, number, n); },
        [=](const Kernels& k) { k.average(expected, x, 1.0f, &c, n); });
    compare(
        "diagonal Fisher matrix", n, [=] { return gls_fisher_diagonal_update_unguarded(got, x, number, n); },
        [=](const Kernels& k) { k.average_squares(expected, x, &c, n); });
  }
  const LerpCoefficients c = lerp_coefficients(1.0 - 0.9);
  compare(
      "moving average", n, [=] { return gls_ema_update_unguarded(got, x, 0.9, n); },
      [=](const Kernels& k) { k.average(expected, x, 1.0f, &c, n); });
  compare(
      "corrected average", n, [=] { return gls_ema_corrected(x, 0.5, 2, got, n); },
      [=](const Kernels& k) { k.divide(x, 0.75f, expected, n); });
  double slope = 0.0;
  compare(
      "diagonal natural gradient", n,
      [&] { return gls_natural_gradient_diagonal(x, 0.5, y, got, &slope, n); },
      [=](const Kernels& k) { k.solve_diagonal(x, 0.5f, y, expected, n); });
  double product = 0.0;
  compare(
      "dot product", n, [&] { return gls_dot(x, y, &product, n); },
      [&](const Kernels&) {
        const double sum = expected_dot(x, y, n);
        CHECK(product == sum || (product != product && sum != sum), "dot product, ", n, " on ",
              gls_backend_active());
      });
}

void check_noise() {
  gls_noise_params params;
  gls_noise_defaults(&params);
  params.seed = 0x123456789abcdef0u;
  compare(
      "noise", kMost, [&] { return gls_add_noise(&params, 9, got, 5, kMost); },
      [&](const Kernels& k) {
        const double variance = params.eta * power(10.0, -params.gamma);
        const NoiseStream stream = {params.seed, 9, static_cast<float>(square_root(variance))};
        k.add_noise(&stream, expected, 5, kMost);
      });
  fill(kMost, 3);
  Status status = gls_add_noise(&params, 3, got, 0, kMost);
  for (uint32_t first = 0, size = 0; first < kMost; first += size) {
    size = first % 7 + 1 < kMost - first ? first % 7 + 1 : kMost - first;
    if (status == GLS_OK) status = gls_add_noise(&params, 3, expected + first, first, size);
  }
  CHECK(status == GLS_OK && first_difference(got, expected, kMost) == kMost, "noise in slices on ",
        gls_backend_active());
}

// A positive definite matrix, its system solved, and checked by multiplication.
void check_natural_gradient(uint32_t n) {
  static float fisher[kMatrix * kMatrix], work[kMatrix * kMatrix + 1], reference[kMatrix * kMatrix];
  Random random(n);
  for (uint32_t sample = 1; sample <= n + 3; ++sample) {
    for (uint32_t i = 0; i < n; ++i) x[i] = random.ordinary();
    CHECK(gls_fisher_update(fisher, x, sample, n) == GLS_OK, "Fisher matrix ", n);
  }
  for (uint32_t i = 0; i < n; ++i) y[i] = random.ordinary();
  work[n * n] = got[n] = kGuard;
  double slope = 0.0;
  const Status status = gls_natural_gradient(fisher, 0.125, y, work, got, &slope, n);
  const Kernels& k = expected_kernels();
  bool positive = false;
  k.cholesky(fisher, 0.125f, reference, n, &positive);
  for (uint32_t i = 0; i < n; ++i) expected[i] = y[i];
  k.solve_transposed(reference, expected, n);
  k.solve(reference, expected, n);
  CHECK(status == GLS_OK && positive && first_difference(got, expected, n) == n && got[n] == kGuard &&
            work[n * n] == kGuard,
        "natural gradient ", n, " on ", gls_backend_active());
  double product = 0.0;
  bool solves = true;
  for (uint32_t i = 0; i < n; ++i) {
    double sum = 0.125 * static_cast<double>(got[i]);
    for (uint32_t j = 0; j < n; ++j)
      sum += static_cast<double>(fisher[i * n + j]) * static_cast<double>(got[j]);
    const double error = sum - static_cast<double>(y[i]);
    solves = solves && error < 1e-5 && error > -1e-5;
    product += static_cast<double>(y[i]) * static_cast<double>(got[i]);
  }
  CHECK(solves && slope - product < 1e-5 && product - slope < 1e-5, "natural gradient ", n,
        " solves the system");
}

void check_shuffle() {
  static uint32_t order[kMost + 1], again[kMost + 1];
  for (uint32_t count = 0; count <= kMost; ++count) {
    order[count] = 77;
    uint32_t seen[kMost] = {};
    bool ok = gls_shuffle(order, count, 42, 3) == GLS_OK && gls_shuffle(again, count, 42, 3) == GLS_OK;
    for (uint32_t i = 0; i < count; ++i) {
      ok = ok && order[i] < count && seen[order[i]]++ == 0 && order[i] == again[i];
    }
    CHECK(ok && order[count] == 77, "a shuffle of ", count);
  }
  // The same on every target: the first places of a seed, computed by another program.
  constexpr uint32_t kFirst[] = {51, 9, 48, 1, 59, 53, 25, 18};
  CHECK(gls_shuffle(order, kMost, 42, 3) == GLS_OK, "shuffle");
  for (uint32_t i = 0; i < 8; ++i) CHECK(order[i] == kFirst[i], "place ", i, " has ", order[i]);
}

void check_errors() {
  const float nan = bits_to_float(0x7fc00000u);
  double number = 7.0;
  gls_noise_params noise;
  gls_noise_defaults(&noise);
  float* const odd = reinterpret_cast<float*>(reinterpret_cast<uintptr_t>(x) + 2);
  CHECK(gls_accumulate(nullptr, x, 1.0f, 2) == GLS_ERROR_NULL, "no sum");
  CHECK(gls_accumulate(odd, x, 1.0f, 2) == GLS_ERROR_ALIGNMENT, "an odd sum");
  CHECK(gls_accumulate(x, y, nan, 2) == GLS_ERROR_RANGE, "a scale that is NaN");
  CHECK(gls_mean_update(x, y, 0, 2) == GLS_ERROR_RANGE, "number 0");
  CHECK(gls_ema_update(x, y, 1.0, 2) == GLS_ERROR_RANGE, "decay 1");
  CHECK(gls_ema_corrected(x, 0.9, 0, y, 2) == GLS_ERROR_RANGE, "no updates");
  CHECK(gls_add_noise(nullptr, 0, x, 0, 2) == GLS_ERROR_NULL, "no noise parameters");
  noise.eta = -1.0;
  CHECK(gls_add_noise(&noise, 0, x, 0, 2) == GLS_ERROR_RANGE, "a negative variance");
  CHECK(gls_shuffle(nullptr, 2, 0, 0) == GLS_ERROR_NULL, "no order");
  CHECK(gls_dot(x, y, nullptr, 2) == GLS_ERROR_NULL, "no product");
  CHECK(gls_axpy(x, y, static_cast<double>(nan), x, 2) == GLS_ERROR_RANGE, "alpha that is NaN");
  CHECK(gls_fisher_update(x, y, 0, 2) == GLS_ERROR_RANGE, "sample 0");
  CHECK(gls_natural_gradient(x, -1.0, y, got, expected, &number, 2) == GLS_ERROR_RANGE, "negative damping");
  const float matrices[][4] = {{1, 2, 2, 1}, {1, bits_to_float(0x7f800000u), 0, 1}, {0, 0, 0, 1}};
  for (const auto& matrix : matrices) {
    float work[4], direction[2] = {5, 5};
    CHECK(gls_natural_gradient(matrix, 0.0, y, work, direction, &number, 2) == GLS_ERROR_CURVATURE &&
              direction[0] == 5 && direction[1] == 5 && number == 7.0,
          "a matrix that is not positive definite");
  }
}

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  using namespace glissade::test;
  on_each_backend([] {
    check_fused_subnormals();
    for (uint32_t count = 0; count <= kMost; ++count) check_length(count);
    for (uint32_t n = 0; n <= kMatrix; ++n) check_natural_gradient(n);
    check_noise();
  });
  check_shuffle();
  check_errors();
  return finish();
}
