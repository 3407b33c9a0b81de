// SPDX-License-Identifier: Apache-2.0
// Natural gradient and step lengths: the laws they follow, on problems whose answers are known.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "glissade/glissade.hpp"

namespace {

using namespace glissade;

double dot(const std::vector<float>& a, const std::vector<float>& b) {
  double product = NAN;
  EXPECT_EQ(gls_dot(a.data(), b.data(), &product, a.size()), GLS_OK);
  return product;
}

TEST(Dot, OfMoreThanABlock) {
  const std::vector<float> a(5000, 0.5f), b(5000, 3.0f);
  EXPECT_EQ(dot(a, b), 7500.0);
}

// A block's products beyond the floats, below them, and both: the sum is right within the rounding of its
// terms.
TEST(Dot, HasNoRange) {
  std::mt19937 random(3);
  std::normal_distribution<float> normal;
  for (const int huge : {-140, -75, -20, 0, 20, 63, 126}) {
    for (const int other : {-140, -75, 0, 63, 126}) {
      std::vector<float> a(1500), b(1500);
      long double exact = 0, terms = 0;
      for (size_t i = 0; i < a.size(); ++i) {
        a[i] = std::ldexp(std::fmin(1.9f, normal(random)), i % 2 == 0 ? huge : -huge / 2);
        b[i] = std::ldexp(std::fmin(1.9f, normal(random)), i % 3 == 0 ? other : 1);
        if (!std::isfinite(a[i])) a[i] = 1e38f;
        if (!std::isfinite(b[i])) b[i] = 1e38f;
        const long double term = static_cast<long double>(a[i]) * static_cast<long double>(b[i]);
        exact += term;
        terms += std::fabs(term);
      }
      EXPECT_LE(std::fabs(static_cast<long double>(dot(a, b)) - exact), 1e-5L * terms)
          << huge << " " << other;
      const double squares = dot(a, a);
      EXPECT_GT(squares, 0.0);
      EXPECT_TRUE(std::isfinite(squares));
    }
  }
  for (const float size : {1e-30f, 1e-23f, 1e-19f, 1.0f, 1e19f, 1e25f, 1e37f}) {
    const float g[3] = {size, -2 * size, 0.5f * size}, twice[3] = {2 * size, -4 * size, size};
    double alpha = 7;
    ASSERT_EQ(gls_quadratic_step_length(g, twice, &alpha, 3), GLS_OK) << size;
    EXPECT_NEAR(alpha, 0.5, 1e-6) << size;
    const float ones[3] = {1, 1, 1};
    float direction[3], work[9];
    const float identity[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    double slope = 0, whole = 0;
    ASSERT_EQ(gls_natural_gradient_diagonal(ones, 0.0, g, direction, &slope, 3), GLS_OK);
    ASSERT_EQ(gls_natural_gradient(identity, 0.0, g, work, direction, &whole, 3), GLS_OK);
    const double square = 5.25 * static_cast<double>(size) * static_cast<double>(size);
    EXPECT_NEAR(slope / square, 1.0, 1e-6) << size;
    EXPECT_NEAR(whole / square, 1.0, 1e-6) << size;
    EXPECT_GT(gls_natural_rate(slope, 0.01), 0.0) << "it moves";
  }
}

// In long double, by elimination with pivots; and the error in units that do not depend on the weights'.
double relative_error(const std::vector<float>& matrix, double damping, const std::vector<float>& gradient,
                      const std::vector<float>& direction) {
  const size_t n = gradient.size();
  std::vector<long double> a(matrix.begin(), matrix.end()), x(gradient.begin(), gradient.end());
  for (size_t i = 0; i < n; ++i) a[i * n + i] += static_cast<long double>(damping);
  for (size_t k = 0; k < n; ++k) {
    size_t pivot = k;
    for (size_t i = k; i < n; ++i) pivot = std::fabs(a[i * n + k]) > std::fabs(a[pivot * n + k]) ? i : pivot;
    for (size_t j = 0; j < n; ++j) std::swap(a[k * n + j], a[pivot * n + j]);
    std::swap(x[k], x[pivot]);
    for (size_t i = k + 1; i < n; ++i) {
      const long double factor = a[i * n + k] / a[k * n + k];
      for (size_t j = k; j < n; ++j) a[i * n + j] -= factor * a[k * n + j];
      x[i] -= factor * x[k];
    }
  }
  long double error = 0, size = 0;
  for (size_t k = n; k-- > 0;) {
    for (size_t j = k + 1; j < n; ++j) x[k] -= a[k * n + j] * x[j];
    x[k] /= a[k * n + k];
    const long double unit = static_cast<long double>(matrix[k * n + k]) + static_cast<long double>(damping);
    error += unit * (static_cast<long double>(direction[k]) - x[k]) *
             (static_cast<long double>(direction[k]) - x[k]);
    size += unit * x[k] * x[k];
  }
  return static_cast<double>(std::sqrt(error / size));
}

// Fisher matrices of fewer samples than weights, with the damping relative to their elements.
struct Solved {
  int taken = 0, wrong = 0;
};
Solved solve_singular(double damping, float unit) {
  Solved solved;
  std::mt19937 random(17);
  std::normal_distribution<float> normal;
  for (int trial = 0; trial < 300; ++trial) {
    const size_t n = 2 + random() % 7, rank = 1 + random() % (n - 1);
    std::vector<float> fisher(n * n), work(n * n), gradient(n), direction(n);
    for (uint32_t sample = 1; sample <= rank; ++sample) {
      for (size_t i = 0; i < n; ++i) gradient[i] = normal(random) * (i % 2 == 0 ? unit : 1.0f);
      EXPECT_EQ(gls_fisher_update(fisher.data(), gradient.data(), sample, n), GLS_OK);
    }
    if (trial % 2 == 0) std::generate(gradient.begin(), gradient.end(), [&] { return normal(random); });
    double slope;
    const gls_status status = gls_natural_gradient(fisher.data(), damping, gradient.data(), work.data(),
                                                   direction.data(), &slope, n);
    EXPECT_TRUE(status == GLS_OK || status == GLS_ERROR_CURVATURE);
    if (status != GLS_OK) continue;
    ++solved.taken;
    if (!(relative_error(fisher, damping, gradient, direction) < 0.1)) ++solved.wrong;
  }
  return solved;
}

TEST(NaturalGradient, ASingularMatrixIsRefused) {
  float fisher[4], work[4], direction[2] = {7, 7};
  const float gradient[2] = {1.1f, 2.3f};
  double slope = 7;
  ASSERT_EQ(gls_fisher_update(fisher, gradient, 1, 2), GLS_OK);
  EXPECT_EQ(gls_natural_gradient(fisher, 0.0, gradient, work, direction, &slope, 2), GLS_ERROR_CURVATURE);
  EXPECT_EQ(gls_natural_gradient(fisher, 0.0, gradient, fisher, direction, &slope, 2), GLS_ERROR_CURVATURE);
  EXPECT_TRUE(direction[0] == 7 && direction[1] == 7 && slope == 7);
  for (const float unit : {1.0f, 1e-3f, 1e4f}) {
    EXPECT_EQ(solve_singular(0.0, unit).taken, 0) << unit;
    const double smaller = static_cast<double>(std::fmin(1.0f, unit * unit));
    for (const double damping : {1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4})
      EXPECT_EQ(solve_singular(damping * smaller, unit).wrong, 0) << damping << ", unit " << unit;
  }
  EXPECT_EQ(solve_singular(1e-4, 1.0f).taken, 300) << "damped enough";
  const float small[4] = {1e-30f, 0.5e-30f, 0.5e-30f, 1e-30f};  // small is not singular
  EXPECT_EQ(gls_natural_gradient(small, 0.0, gradient, work, direction, &slope, 2), GLS_OK);
  const float one[1] = {1e-38f};
  EXPECT_EQ(gls_natural_gradient(one, 0.0, gradient, work, direction, &slope, 1), GLS_OK);
}

// Scaling one weight's unit by s scales its gradient by 1 / s; the natural step scales with the unit, a plain
// gradient against it.
TEST(NaturalGradient, DoesNotDependOnUnits) {
  constexpr size_t kN = 3;
  const float units[kN] = {1.0f, 8.0f, 0.25f};
  const float samples[5][kN] = {{1, 2, 0.5f}, {-1, 1, 2}, {0.5f, -2, 1}, {2, 0.25f, -1}, {1, -1, 1}};
  float directions[2][kN];
  for (int scaled = 0; scaled < 2; ++scaled) {
    float fisher[kN * kN] = {}, work[kN * kN], gradient[kN] = {};
    for (uint32_t s = 0; s < 5; ++s) {
      float one[kN];
      for (size_t i = 0; i < kN; ++i) {
        one[i] = scaled ? samples[s][i] / units[i] : samples[s][i];
        gradient[i] += one[i] / 5.0f;
      }
      ASSERT_EQ(gls_fisher_update(fisher, one, s + 1, kN), GLS_OK);
    }
    double slope;
    ASSERT_EQ(gls_natural_gradient(fisher, 0.0, gradient, work, directions[scaled], &slope, kN), GLS_OK);
  }
  for (size_t i = 0; i < kN; ++i) EXPECT_NEAR(directions[1][i] / units[i], directions[0][i], 1e-4) << i;
}

TEST(NaturalGradient, FisherIsTheMeanOfOuterProducts) {
  const float a[2] = {1, 2}, b[2] = {3, -1};
  float fisher[4] = {9, 9, 9, 9}, diagonal[2] = {9, 9};
  ASSERT_EQ(gls_fisher_update(fisher, a, 1, 2), GLS_OK);
  ASSERT_EQ(gls_fisher_update(fisher, b, 2, 2), GLS_OK);
  ASSERT_EQ(gls_fisher_diagonal_update(diagonal, a, 1, 2), GLS_OK);
  ASSERT_EQ(gls_fisher_diagonal_update(diagonal, b, 2, 2), GLS_OK);
  const float expected[4] = {5, -0.5f, -0.5f, 2.5f};
  for (size_t i = 0; i < 4; ++i) EXPECT_EQ(fisher[i], expected[i]) << i;
  EXPECT_EQ(diagonal[0], 5.0f);
  EXPECT_EQ(diagonal[1], 2.5f);
}

TEST(NaturalGradient, RateMovesByTheRadius) {
  const float fisher[4] = {2, 0.5f, 0.5f, 1}, gradient[2] = {0.3f, -0.7f};
  const double damping = 0.25, radius = 0.01;
  float work[4], direction[2];
  double slope;
  ASSERT_EQ(gls_natural_gradient(fisher, damping, gradient, work, direction, &slope, 2), GLS_OK);
  const double rate = gls_natural_rate(slope, radius);
  double divergence = 0.0;
  for (size_t i = 0; i < 2; ++i) {
    for (size_t j = 0; j < 2; ++j) {
      const double element = static_cast<double>(fisher[2 * i + j]) + (i == j ? damping : 0.0);
      divergence += 0.5 * rate * rate * static_cast<double>(direction[i] * direction[j]) * element;
    }
  }
  EXPECT_NEAR(divergence, radius, 1e-8);

  const float diagonal[2] = {4, 0}, g[2] = {2, 0};
  ASSERT_EQ(gls_natural_gradient_diagonal(diagonal, 0.0, g, direction, &slope, 2), GLS_OK);
  EXPECT_EQ(direction[0], 0.5f);
  EXPECT_EQ(direction[1], 0.0f) << "nothing known, no move";
  EXPECT_EQ(slope, 1.0);
  EXPECT_EQ(gls_natural_rate(0.0, radius), 0.0);
  EXPECT_TRUE(std::isnan(gls_natural_rate(-1.0, radius)));
  EXPECT_TRUE(std::isnan(gls_natural_rate(1.0, 0.0)));
  EXPECT_TRUE(std::isnan(gls_natural_rate(NAN, radius)));
}

// On a quadratic whose Fisher matrix is the Hessian, one step with rate 1 arrives.
TEST(NaturalGradient, ArrivesAtAQuadraticsMinimumInOneStep) {
  const float hessian[4] = {1, 0.25f, 0.25f, 50};
  float w[2] = {3, -2}, work[4], direction[2];
  const float gradient[2] = {hessian[0] * w[0] + hessian[1] * w[1], hessian[2] * w[0] + hessian[3] * w[1]};
  double slope;
  ASSERT_EQ(gls_natural_gradient(hessian, 0.0, gradient, work, direction, &slope, 2), GLS_OK);
  gls_sgd_params params;
  gls_sgd_defaults(&params);
  params.learning_rate = 1.0;
  gls_sgd_state state = {};
  const gls_optimizer sgd = gls_sgd(&params, &state, w, 2);
  ASSERT_EQ(gls_step(&sgd, gls_gradient_buffer(direction), 1.0f), GLS_OK);
  EXPECT_NEAR(w[0], 0.0f, 1e-5);
  EXPECT_NEAR(w[1], 0.0f, 1e-5);
}

TEST(StepLength, IsExactOnQuadratics) {
  const std::vector<float> w = {3, 1};  // of x^2 + 50 y^2
  const std::vector<float> g = {6, 100}, hessian_g = {12, 10000};
  double alpha;
  ASSERT_EQ(gls_quadratic_step_length(g.data(), hessian_g.data(), &alpha, 2), GLS_OK);
  EXPECT_NEAR(alpha, 10036.0 / 1000072.0, 1e-15);
  std::vector<float> point(2);
  ASSERT_EQ(gls_axpy(w.data(), g.data(), -alpha, point.data(), 2), GLS_OK);
  const std::vector<float> new_gradient = {2 * point[0], 100 * point[1]};
  EXPECT_NEAR(dot(new_gradient, g), 0.0, 1e-2)
      << "at the minimum along g the new gradient is orthogonal to g";

  const std::vector<float> zero(2), saddle = {12, -10000};
  ASSERT_EQ(gls_quadratic_step_length(zero.data(), zero.data(), &alpha, 2), GLS_OK);
  EXPECT_EQ(alpha, 0.0);
  EXPECT_EQ(gls_quadratic_step_length(g.data(), saddle.data(), &alpha, 2), GLS_ERROR_CURVATURE);
  EXPECT_EQ(gls_quadratic_step_length(g.data(), hessian_g.data(), nullptr, 2), GLS_ERROR_NULL);
}

TEST(StepLength, OfNewtonInOneDimension) {
  EXPECT_EQ(gls_newton_step_length(6.0, 2.0, -6.0), 0.5);
  EXPECT_EQ(gls_newton_step_length(6.0, 2.0, -1.0), 3.0);
  EXPECT_TRUE(std::isnan(gls_newton_step_length(6.0, -2.0, -6.0)));
  EXPECT_TRUE(std::isnan(gls_newton_step_length(6.0, 2.0, 0.0)));
}

// Against long double, whose range holds every product.
TEST(StepLength, OfNewtonHasNoRange) {
  std::mt19937 random(5);
  std::uniform_real_distribution<double> part(-2.0, 2.0);
  for (int i = 0; i < 20000; ++i) {
    const auto any = [&] { return std::ldexp(part(random), static_cast<int>(random() % 2000) - 1000); };
    const double g = any(), c = std::fabs(any()), d = any();
    const long double right =
        -static_cast<long double>(g) / (static_cast<long double>(c) * static_cast<long double>(d));
    const double got = gls_newton_step_length(g, c, d);
    if (std::fabs(right) > 1e308L) {
      EXPECT_TRUE(std::isinf(got) || std::fabs(got) > 9e307) << g << " " << c << " " << d;
    } else if (std::fabs(right) > 1e-300L) {
      EXPECT_NEAR(static_cast<double>(static_cast<long double>(got) / right), 1.0, 1e-15)
          << g << " " << c << " " << d;
    }
    const double slope = std::fabs(any()), radius = std::fabs(any());
    const long double rate =
        std::sqrt(2.0L * static_cast<long double>(radius) / static_cast<long double>(slope));
    EXPECT_NEAR(static_cast<double>(static_cast<long double>(gls_natural_rate(slope, radius)) / rate), 1.0,
                1e-15);
  }
  EXPECT_EQ(gls_newton_step_length(1, 1, 1e-170), -1e170);
}

// Derivatives times a power of two: the same lengths are tried, also where tolerance times the first one is
// no double, or their difference is none.
TEST(RootSearch, DoesNotDependOnTheLossesUnit) {
  for (const int exponent : {-990, -300, 300, 1013}) {
    gls_root_search plain = {}, scaled = {};
    gls_search a = GLS_SEARCH_TRY, b = GLS_SEARCH_TRY;
    while (a == GLS_SEARCH_TRY && b == GLS_SEARCH_TRY) {
      EXPECT_EQ(plain.alpha, scaled.alpha) << exponent;
      const double derivative = plain.alpha * plain.alpha * plain.alpha - 30.0;
      a = gls_root_search_update(&plain, std::fmin(derivative, 1000.0), 0.3, 1e-10);
      b = gls_root_search_update(&scaled, std::ldexp(std::fmin(derivative, 1000.0), exponent), 0.3, 1e-10);
    }
    EXPECT_EQ(a, b) << exponent;
    EXPECT_EQ(a, GLS_SEARCH_DONE);
  }
}

template <class Derivative>
int search_root(gls_root_search& search, double first, Derivative derivative) {
  gls_search answer;
  while ((answer = gls_root_search_update(&search, derivative(search.alpha), first, 1e-10)) ==
         GLS_SEARCH_TRY) {
  }
  EXPECT_EQ(answer, GLS_SEARCH_DONE);
  return static_cast<int>(search.updates);
}

TEST(RootSearch, FindsWhereTheDerivativeIsZero) {
  const double roots[] = {1e-6, 0.3, 1.0, 7.5, 1e6};
  int all_updates = 0;
  for (const double root : roots) {
    for (const double first : {1e-3, 0.1, 1.0, 50.0}) {
      gls_root_search linear = {}, cubic = {}, flat = {}, kinked = {};
      search_root(linear, first, [=](double a) { return a - root; });
      EXPECT_NEAR(linear.alpha / root, 1.0, 1e-9);
      search_root(cubic, first, [=](double a) { return std::pow(a / root, 3) - 1.0; });
      EXPECT_NEAR(cubic.alpha / root, 1.0, 1e-9);
      const int updates =
          search_root(flat, first, [=](double a) { return std::atan(50.0 * (a / root - 1.0)); });
      EXPECT_NEAR(flat.alpha / root, 1.0, 1e-9);
      EXPECT_LT(updates, 120);
      all_updates += static_cast<int>(linear.updates + cubic.updates + flat.updates);
      search_root(kinked, first, [=](double a) { return a < root ? -1.0 : 1.0; });  // |x|: no zero, a jump
      EXPECT_NEAR(kinked.alpha / root, 1.0, 1e-12);
    }
  }
  std::printf("20 searches on each of three functions: %d updates\n", all_updates);
  EXPECT_LT(all_updates, 1350) << "without Illinois' halving it is 1410";
}

TEST(RootSearch, SaysWhenThereIsNothingToFind) {
  gls_root_search uphill = {};
  EXPECT_EQ(gls_root_search_update(&uphill, 1.0, 0.1, 1e-6), GLS_SEARCH_FAILED);
  gls_root_search lost = {};
  EXPECT_EQ(gls_root_search_update(&lost, -1.0, 0.1, 1e-6), GLS_SEARCH_TRY);
  EXPECT_EQ(lost.alpha, 0.1);
  EXPECT_EQ(gls_root_search_update(&lost, NAN, 0.1, 1e-6), GLS_SEARCH_FAILED);
  EXPECT_EQ(lost.alpha, 0.0);
  gls_root_search falling = {};
  gls_search answer;
  while ((answer = gls_root_search_update(&falling, -1.0, 0.1, 1e-6)) == GLS_SEARCH_TRY) {
  }
  EXPECT_EQ(answer, GLS_SEARCH_FAILED) << "a function that falls for ever";
  EXPECT_EQ(gls_root_search_update(nullptr, -1.0, 0.1, 1e-6), GLS_SEARCH_FAILED);
  gls_root_search senseless = {};
  EXPECT_EQ(gls_root_search_update(&senseless, -1.0, 0.0, 1e-6), GLS_SEARCH_FAILED);
  EXPECT_EQ(gls_root_search_update(&senseless, -1.0, 0.1, 0.0), GLS_SEARCH_FAILED);
}

TEST(Backtracking, TakesTheFirstLengthThatIsGoodEnough) {
  // Along -g of f = x^2 from x = 1: f(alpha) = (1 - 2 alpha)^2, slope -4.
  gls_backtracking search = {};
  gls_search answer;
  const auto loss = [](double a) { return (1 - 2 * a) * (1 - 2 * a); };
  while ((answer = gls_backtracking_update(&search, loss(search.alpha), -4.0, 4.0, 0.5, 0.1)) ==
         GLS_SEARCH_TRY) {
  }
  EXPECT_EQ(answer, GLS_SEARCH_DONE);
  EXPECT_EQ(search.alpha, 0.5);  // at 4, 2 and 1 it is no lower
  EXPECT_LE(loss(search.alpha), 1.0 - 0.1 * 4.0 * search.alpha);

  gls_backtracking wild = {};  // a loss that overflows at first
  const auto steep = [](double a) { return a > 0.01 ? (a > 1 ? NAN : INFINITY) : 1.0 - a; };
  while ((answer = gls_backtracking_update(&wild, steep(wild.alpha), -1.0, 8.0, 0.5, 1e-4)) ==
         GLS_SEARCH_TRY) {
  }
  EXPECT_EQ(answer, GLS_SEARCH_DONE);
  EXPECT_EQ(wild.alpha, 8.0 / 1024);
}

TEST(Backtracking, SaysWhenThereIsNothingToFind) {
  gls_backtracking uphill = {};
  EXPECT_EQ(gls_backtracking_update(&uphill, 1.0, 1.0, 1.0, 0.5, 1e-4), GLS_SEARCH_FAILED);
  gls_backtracking lost = {};
  EXPECT_EQ(gls_backtracking_update(&lost, NAN, -1.0, 1.0, 0.5, 1e-4), GLS_SEARCH_FAILED);
  gls_backtracking stubborn = {};
  gls_search answer;
  while ((answer = gls_backtracking_update(&stubborn, stubborn.alpha + 1.0, -1.0, 1.0, 0.5, 1e-4)) ==
         GLS_SEARCH_TRY) {
  }
  EXPECT_EQ(answer, GLS_SEARCH_FAILED) << "a slope that is a lie";
  EXPECT_EQ(stubborn.alpha, 0.0);
  gls_backtracking senseless = {};
  EXPECT_EQ(gls_backtracking_update(&senseless, 1.0, -1.0, 1.0, 1.0, 1e-4), GLS_SEARCH_FAILED);
  EXPECT_EQ(gls_backtracking_update(nullptr, 1.0, -1.0, 1.0, 0.5, 1e-4), GLS_SEARCH_FAILED);
}

}  // namespace
