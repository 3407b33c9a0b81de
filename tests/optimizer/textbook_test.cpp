// SPDX-License-Identifier: Apache-2.0
// The rules that PyTorch does not have, or not in this form, against their formulas in long double; and the
// identities that tie rules to each other.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <vector>

#include "glissade/glissade.hpp"

namespace {

using namespace glissade;
using Real = long double;

constexpr size_t kCount = 19;
constexpr uint32_t kSteps = 60;

float gradient(uint32_t step, size_t i) {
  const float wave = std::sin(0.37f * static_cast<float>(step) + 1.3f * static_cast<float>(i));
  return i == 7 ? 0.0f : wave + 0.4f;
}

// One step of a textbook: changes a weight and what the rule remembers of it, given its gradient and the
// step's number.
using Formula = std::function<void(Real& w, Real (&s)[3], Real g, Real t)>;

template <class Rule>
void expect_formula(const typename Rule::Params& params, const Formula& formula) {
  float weights[kCount], gradients[kCount];
  Real w[kCount], s[kCount][3] = {};
  for (size_t i = 0; i < kCount; ++i) w[i] = weights[i] = 0.1f * static_cast<float>(i) - 1.0f;
  static Optimizer<Rule, kCount> optimizer;
  optimizer = {};
  for (uint32_t step = 1; step <= kSteps; ++step) {
    for (size_t i = 0; i < kCount; ++i) gradients[i] = gradient(step, i);
    ASSERT_EQ(optimizer.step(weights, gradients, params), GLS_OK);
    for (size_t i = 0; i < kCount; ++i)
      formula(w[i], s[i], static_cast<Real>(gradients[i]), static_cast<Real>(step));
  }
  for (size_t i = 0; i < kCount; ++i) {
    EXPECT_NEAR(static_cast<double>(weights[i]), static_cast<double>(w[i]), 4e-6) << "weight " << i;
    if (i != 7) {
      EXPECT_GT(std::abs(weights[i] - (0.1f * static_cast<float>(i) - 1.0f)), 1e-4f)
          << "weight " << i << " did not move";
    }
  }
}

Real sign(Real x) { return x > 0 ? 1 : x < 0 ? -1 : 0; }
// Zero divided by zero is no move.
Real ratio(Real x, Real y) { return y == 0 ? 0 : x / y; }

TEST(Textbook, ClassicalMomentum) {
  ClassicalMomentum::Params p;
  expect_formula<ClassicalMomentum>(p, [&](Real& w, Real(&s)[3], Real g, Real) {
    s[0] = static_cast<Real>(p.momentum) * s[0] + static_cast<Real>(p.learning_rate) * g;
    w -= s[0];
  });
}

TEST(Textbook, AveragingMomentum) {
  for (const bool corrected : {false, true}) {
    AveragingMomentum::Params p;
    p.bias_correction = corrected;
    expect_formula<AveragingMomentum>(p, [&](Real& w, Real(&s)[3], Real g, Real t) {
      const Real beta = static_cast<Real>(p.beta);
      s[0] = beta * s[0] + (1 - beta) * g;
      w -= static_cast<Real>(p.learning_rate) * s[0] / (corrected ? 1 - std::pow(beta, t) : 1);
    });
  }
}

TEST(Textbook, Adagrad) {
  TextbookAdagrad::Params p;
  EXPECT_EQ(p.learning_rate, 0.01);
  EXPECT_EQ(p.epsilon, 1e-8);
  expect_formula<TextbookAdagrad>(p, [&](Real& w, Real(&s)[3], Real g, Real) {
    s[0] += g * g;
    w -= static_cast<Real>(p.learning_rate) * g / std::sqrt(s[0] + static_cast<Real>(p.epsilon));
  });
}

TEST(Textbook, AdagradWithTheMean) {
  TextbookAdagrad::Params p;
  p.mean = true;
  p.epsilon = 0.0;
  expect_formula<TextbookAdagrad>(p, [&](Real& w, Real(&s)[3], Real g, Real t) {
    s[0] += g * g;
    w -= ratio(static_cast<Real>(p.learning_rate) * g, std::sqrt(s[0] / t));
  });
}

TEST(Textbook, RmsProp) {
  for (const bool start : {false, true}) {
    TextbookRmsProp::Params p;
    p.start_at_gradient = start;
    if (start) p.epsilon = 0.0;
    expect_formula<TextbookRmsProp>(p, [&](Real& w, Real(&s)[3], Real g, Real t) {
      const Real alpha = static_cast<Real>(p.alpha);
      s[0] = start && t == 1 ? g * g : alpha * s[0] + (1 - alpha) * g * g;
      w -= ratio(static_cast<Real>(p.learning_rate) * g, std::sqrt(s[0] + static_cast<Real>(p.epsilon)));
    });
  }
}

template <class Rule>
void expect_adam(bool inside) {
  for (const bool corrected : {false, true}) {
    Adam::Params p;
    p.learning_rate = 1e-2;
    p.epsilon = 1e-3;
    p.bias_correction = corrected;
    expect_formula<Rule>(p, [&](Real& w, Real(&s)[3], Real g, Real t) {
      const Real beta1 = static_cast<Real>(p.beta1), beta2 = static_cast<Real>(p.beta2);
      const Real epsilon = static_cast<Real>(p.epsilon);
      s[0] = beta1 * s[0] + (1 - beta1) * g;
      s[1] = beta2 * s[1] + (1 - beta2) * g * g;
      const Real m = s[0] / (corrected ? 1 - std::pow(beta1, t) : 1);
      const Real v = s[1] / (corrected ? 1 - std::pow(beta2, t) : 1);
      w -=
          static_cast<Real>(p.learning_rate) * m / (inside ? std::sqrt(v + epsilon) : std::sqrt(v) + epsilon);
    });
  }
}

TEST(Textbook, Adam) { expect_adam<Adam>(false); }
TEST(Textbook, AdamEpsilonInside) { expect_adam<AdamEpsilonInside>(true); }

TEST(Textbook, Lion) {
  Lion::Params p;
  p.learning_rate = 1e-3;
  expect_formula<Lion>(p, [&](Real& w, Real(&s)[3], Real g, Real) {
    const Real beta1 = static_cast<Real>(p.beta1), beta2 = static_cast<Real>(p.beta2);
    w -= static_cast<Real>(p.learning_rate) * sign(beta1 * s[0] + (1 - beta1) * g);
    s[0] = beta2 * s[0] + (1 - beta2) * g;
  });
}

TEST(Textbook, SignSgdAndSignum) {
  SignSgd::Params p;
  expect_formula<SignSgd>(
      p, [&](Real& w, Real(&)[3], Real g, Real) { w -= static_cast<Real>(p.learning_rate) * sign(g); });
  Signum::Params q;
  expect_formula<Signum>(q, [&](Real& w, Real(&s)[3], Real g, Real) {
    s[0] = static_cast<Real>(q.momentum) * s[0] + (1 - static_cast<Real>(q.momentum)) * g;
    w -= static_cast<Real>(q.learning_rate) * sign(s[0]);
  });
}

// Steps of one weight with the gradient given.
template <class Rule>
float after(uint32_t steps, float g, const typename Rule::Params& params, Optimizer<Rule, 1>& optimizer) {
  float weights[1] = {0.0f}, gradients[1] = {g};
  for (uint32_t i = 0; i < steps; ++i) EXPECT_EQ(optimizer.step(weights, gradients, params), GLS_OK);
  return weights[0];
}

TEST(Identity, ClassicalIsAveragingWithAnotherRate) {
  ClassicalMomentum::Params classical;
  AveragingMomentum::Params averaging;
  averaging.bias_correction = false;
  averaging.learning_rate = classical.learning_rate / (1.0 - classical.momentum);
  averaging.beta = classical.momentum;
  Optimizer<ClassicalMomentum, 1> a{};
  Optimizer<AveragingMomentum, 1> b{};
  EXPECT_NEAR(after(50, 0.7f, classical, a), after(50, 0.7f, averaging, b), 1e-5);
}

TEST(Identity, AConstantGradientIsFollowedTenfoldAtNineTenths) {
  ClassicalMomentum::Params p;
  Optimizer<ClassicalMomentum, 1> optimizer{};
  after(300, 1.0f, p, optimizer);
  EXPECT_NEAR(optimizer.slots[0][0], 10.0 * p.learning_rate, 1e-6);
}

TEST(Identity, TheAverageReachesBackTenStepsAtNineTenths) {
  AveragingMomentum::Params p;
  Optimizer<AveragingMomentum, 1> optimizer{};
  after(10, 1.0f, p, optimizer);
  EXPECT_NEAR(optimizer.slots[0][0], 1.0 - std::exp(-1.0), 0.03);
}

// Nesterov at the look-ahead point walks where PyTorch's form does: PyTorch's weights are the points looked
// at.
TEST(Identity, NesterovAheadIsPyTorchsNesterov) {
  ClassicalMomentum::Params ahead;
  Momentum::Params pytorch;
  pytorch.nesterov = true;
  pytorch.learning_rate = ahead.learning_rate;
  float theta[2] = {3.0f, -2.0f}, point[2], w[2] = {3.0f, -2.0f}, g[2];
  Optimizer<ClassicalMomentum, 2> a{};
  Optimizer<Momentum, 2> b{};
  const float curvature[2] = {1.0f, 20.0f};
  for (int step = 0; step < 100; ++step) {
    ASSERT_EQ(gls_classical_momentum_look_ahead(&ahead, theta, a.slots[0], point, 2), GLS_OK);
    for (size_t i = 0; i < 2; ++i) ASSERT_NEAR(point[i], w[i], 1e-5) << "step " << step;
    for (size_t i = 0; i < 2; ++i) g[i] = curvature[i] * point[i];
    ASSERT_EQ(a.step(theta, g, ahead), GLS_OK);
    for (size_t i = 0; i < 2; ++i) g[i] = curvature[i] * w[i];
    ASSERT_EQ(b.step(w, g, pytorch), GLS_OK);
  }
  EXPECT_EQ(gls_classical_momentum_look_ahead(&ahead, theta, nullptr, point, 2), GLS_ERROR_NULL);
  ahead.momentum = 1.0;
  EXPECT_EQ(gls_classical_momentum_look_ahead(&ahead, theta, theta, point, 2), GLS_ERROR_RANGE);
}

// With the point behind instead of ahead, a walk that would converge runs away.
TEST(Identity, NesterovWithTheWrongSignDiverges) {
  ClassicalMomentum::Params params;
  params.learning_rate = 0.012;
  params.momentum = 0.7;
  for (const double sign : {-1.0, 1.0}) {  // x^2 + 50 y^2
    float theta[2] = {-4.0f, 1.2f}, point[2], g[2];
    Optimizer<ClassicalMomentum, 2> optimizer{};
    for (int step = 0; step < 200; ++step) {
      ASSERT_EQ(gls_axpy(theta, optimizer.slots[0], sign * params.momentum, point, 2), GLS_OK);
      g[0] = 2.0f * point[0];
      g[1] = 100.0f * point[1];
      ASSERT_EQ(optimizer.step(theta, g, params), GLS_OK);
    }
    if (sign < 0)
      EXPECT_LT(std::abs(theta[1]), 1e-6f);
    else
      EXPECT_FALSE(std::abs(theta[1]) < 1e6f);
  }
}

TEST(Presets, AreTheSameInC) {
  gls_adam_params adam;
  gls_adam_short_memory_defaults(&adam);
  EXPECT_EQ(adam.beta1, 0.9);
  EXPECT_EQ(adam.beta2, 0.99);
  EXPECT_EQ(ShortMemoryAdam::Params().beta2, 0.99);
  EXPECT_EQ(Adam::Params().beta2, 0.999);
  gls_adagrad_params adagrad;
  gls_adagrad_textbook_defaults(&adagrad);
  EXPECT_EQ(adagrad.epsilon, TextbookAdagrad::Params().epsilon);
  gls_rmsprop_params rmsprop;
  gls_rmsprop_textbook_defaults(&rmsprop);
  EXPECT_EQ(rmsprop.alpha, 0.9);
  EXPECT_EQ(rmsprop.learning_rate, 1e-3);
  EXPECT_EQ(Adadelta::Params().learning_rate, 1.0) << "the paper has none";
}

// The usual epsilons matter: where a weight's gradients are all 0, it stays, and is a number.
TEST(Epsilon, KeepsAWeightWithoutGradients) {
  Optimizer<Adam, 1> adam{};
  Optimizer<AmsGrad, 1> amsgrad{};
  Optimizer<Adagrad, 1> adagrad{};
  Optimizer<Adadelta, 1> adadelta{};
  Optimizer<RmsProp, 1> rmsprop{};
  Optimizer<RmsPropCentered, 1> centered{};
  Optimizer<Adamax, 1> adamax{};
  Optimizer<NAdam, 1> nadam{};
  Optimizer<RAdam, 1> radam{};
  EXPECT_EQ(after(20, 0.0f, {}, adam), 0.0f);
  EXPECT_EQ(after(20, 0.0f, {}, amsgrad), 0.0f);
  EXPECT_EQ(after(20, 0.0f, {}, adagrad), 0.0f);
  EXPECT_EQ(after(20, 0.0f, {}, adadelta), 0.0f);
  EXPECT_EQ(after(20, 0.0f, {}, rmsprop), 0.0f);
  EXPECT_EQ(after(20, 0.0f, {}, centered), 0.0f);
  EXPECT_EQ(after(20, 0.0f, {}, adamax), 0.0f);
  EXPECT_EQ(after(20, 0.0f, {}, nadam), 0.0f);
  EXPECT_EQ(after(20, 0.0f, {}, radam), 0.0f);
}

TEST(Zero, OverZeroIsNoMove) {
  Adam::Params adam;
  adam.epsilon = 0.0;
  Optimizer<AdamEpsilonInside, 1> a{};
  EXPECT_EQ(after(5, 0.0f, adam, a), 0.0f);
  TextbookAdagrad::Params adagrad;
  adagrad.epsilon = 0.0;
  Optimizer<TextbookAdagrad, 1> b{};
  EXPECT_EQ(after(5, 0.0f, adagrad, b), 0.0f);
  TextbookRmsProp::Params rmsprop;
  rmsprop.epsilon = 0.0;
  Optimizer<TextbookRmsProp, 1> c{};
  EXPECT_EQ(after(5, 0.0f, rmsprop, c), 0.0f);
}

// PyTorch's variance falls below 0 here, and a third of its weights become NaN.
TEST(RmsPropCentered, StaysFiniteUnderConstantGradients) {
  constexpr size_t kMany = 1000;
  static float weights[kMany], gradients[kMany];
  for (size_t i = 0; i < kMany; ++i) gradients[i] = 1.0f + 1e-3f * static_cast<float>(i);
  static Optimizer<RmsPropCentered, kMany> optimizer;
  RmsPropCentered::Params params;
  for (int step = 0; step < 3000; ++step) ASSERT_EQ(optimizer.step(weights, gradients, params), GLS_OK);
  for (const float weight : weights) EXPECT_TRUE(std::isfinite(weight));
}

}  // namespace
