// SPDX-License-Identifier: Apache-2.0
// Natural gradient and step lengths: the laws they follow, on problems whose answers are known.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
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
