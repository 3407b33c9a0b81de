// SPDX-License-Identifier: Apache-2.0
// The layers' losses and gradients against the same network in long double and its central differences.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "glissade/layers.hpp"

namespace {

using Net = glissade::Network<glissade::Dense<9, 20>, glissade::Relu<20>, glissade::Dense<20, 17>,
                              glissade::Relu<17>, glissade::Dense<17, 5>>;
using Real = long double;

std::vector<Real> dense(const std::vector<Real>& weights, size_t& first, const std::vector<Real>& x,
                        size_t outputs) {
  std::vector<Real> y(outputs);
  for (size_t j = 0; j < outputs; ++j) {
    y[j] = weights[first + x.size() * outputs + j];
    for (size_t i = 0; i < x.size(); ++i) y[j] += weights[first + i * outputs + j] * x[i];
  }
  first += (x.size() + 1) * outputs;
  return y;
}

Real loss_of(const std::vector<Real>& weights, std::vector<Real> x, size_t label) {
  size_t first = 0;
  for (const size_t outputs : {20u, 17u, 5u}) {
    x = dense(weights, first, x, outputs);
    for (Real& value : x) value = outputs == 5 ? value : std::fmax(value, 0.0L);
  }
  Real sum = 0;
  for (const Real value : x) sum += std::exp(value);
  return std::log(sum) - x[label];
}

class Gradient : public testing::TestWithParam<size_t> {};

TEST_P(Gradient, IsTheCentralDifference) {
  if (gls_backend_force(gls_backend_name(GetParam())) != GLS_OK) {
    GTEST_SKIP() << "no " << gls_backend_name(GetParam()) << " here";
  }
  uint32_t state = 12345;
  const auto random = [&state] {
    state = state * 1664525u + 1013904223u;
    return static_cast<float>(static_cast<int32_t>(state) >> 8) * 0x1p-23f;
  };
  static float weights[Net::kWeights], gradients[Net::kWeights], inputs[9];
  for (float& weight : weights) weight = random() * 0.5f;
  for (float& gradient : gradients) gradient = 0.0f;
  for (float& input : inputs) input = random() * 2.0f;
  const std::vector<Real> x(inputs, inputs + 9);
  std::vector<Real> w(weights, weights + Net::kWeights);
  static Net net;
  float loss;
  ASSERT_EQ(net.learn(weights, inputs, 3, gradients, &loss), GLS_OK);
  EXPECT_NEAR(static_cast<double>(loss), static_cast<double>(loss_of(w, x, 3)), 2e-6);
  int moving = 0;
  for (size_t i = 0; i < Net::kWeights; ++i) {
    const Real h = 1e-6L, here = w[i];
    w[i] = here + h;
    const Real above = loss_of(w, x, 3);
    w[i] = here - h;
    const Real below = loss_of(w, x, 3);
    w[i] = here;
    EXPECT_NEAR(static_cast<double>(gradients[i]), static_cast<double>((above - below) / (2 * h)), 1e-6)
        << "weight " << i;
    moving += std::abs(gradients[i]) > 1e-3f;
  }
  EXPECT_GT(moving, 50);
}

TEST_P(Gradient, OfManySamplesAddsUp) {
  if (gls_backend_force(gls_backend_name(GetParam())) != GLS_OK) GTEST_SKIP();
  static Net net;
  static float weights[Net::kWeights], once[Net::kWeights], twice[Net::kWeights];
  for (size_t i = 0; i < Net::kWeights; ++i)
    weights[i] = std::sin(static_cast<float>(i)), once[i] = twice[i] = 0.0f;
  const float inputs[9] = {1, -1, 0.5f, 2, 0, -0.5f, 1, 1, -2};
  float loss;
  ASSERT_EQ(net.learn(weights, inputs, 0, once, &loss), GLS_OK);
  ASSERT_EQ(net.learn(weights, inputs, 0, twice, &loss), GLS_OK);
  ASSERT_EQ(net.learn(weights, inputs, 0, twice, &loss), GLS_OK);
  for (size_t i = 0; i < Net::kWeights; ++i) EXPECT_FLOAT_EQ(twice[i], 2.0f * once[i]);
}

INSTANTIATE_TEST_SUITE_P(Backends, Gradient, testing::Range<size_t>(0, gls_backend_count()),
                         [](const auto& parameter) {
                           return std::string(gls_backend_name(parameter.param));
                         });

}  // namespace
