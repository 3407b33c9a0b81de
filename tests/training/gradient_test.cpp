// SPDX-License-Identifier: Apache-2.0
// The layers' losses and gradients against the same network in long double and its central differences.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "glissade/layers/network.hpp"

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

uint32_t random_state = 99;
float random_float() {
  random_state = random_state * 1664525u + 1013904223u;
  return static_cast<float>(static_cast<int32_t>(random_state) >> 8) * 0x1p-23f;
}
void fill(float* values, size_t count, float scale) {
  for (size_t i = 0; i < count; ++i) values[i] = random_float() * scale;
}

// (f(x + h) - f(x - h)) / 2h for every x in turn, beside the gradient computed.
template <class Loss>
void expect_central_differences(std::vector<Real>& x, const float* gradient, Real h, double tolerance,
                                Loss loss) {
  double moved = 0.0;
  for (size_t i = 0; i < x.size(); ++i) {
    const Real here = x[i];
    x[i] = here + h;
    const Real above = loss();
    x[i] = here - h;
    const Real below = loss();
    x[i] = here;
    const double expected = static_cast<double>((above - below) / (2 * h));
    EXPECT_NEAR(static_cast<double>(gradient[i]), expected, tolerance) << "number " << i;
    moved += std::abs(expected);
  }
  EXPECT_GT(moved, 1e-2);
}

class Gradient : public testing::TestWithParam<size_t> {
 protected:
  void SetUp() override {
    if (gls_backend_force(gls_backend_name(GetParam())) != GLS_OK) {
      GTEST_SKIP() << "no " << gls_backend_name(GetParam()) << " here";
    }
  }
};

TEST_P(Gradient, OfReluAndCrossEntropy) {
  static float weights[Net::kWeights], gradients[Net::kWeights], inputs[9];
  fill(weights, Net::kWeights, 0.5f);
  fill(inputs, 9, 2.0f);
  for (float& gradient : gradients) gradient = 0.0f;
  const std::vector<Real> x(inputs, inputs + 9);
  std::vector<Real> w(weights, weights + Net::kWeights);
  static Net net;
  float loss;
  ASSERT_EQ(net.learn(weights, inputs, 3, gradients, &loss), GLS_OK);
  EXPECT_NEAR(static_cast<double>(loss), static_cast<double>(loss_of(w, x, 3)), 2e-6);
  expect_central_differences(w, gradients, 1e-6L, 1e-6, [&] { return loss_of(w, x, 3); });
}

TEST_P(Gradient, OfManySamplesAddsUp) {
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

// A network that begins and ends with an activation, by the C calls.
TEST_P(Gradient, BetweenActivations) {
  using Between = glissade::Network<glissade::Tanh<5>, glissade::Dense<5, 3>, glissade::Sigmoid<3>>;
  static Between net;
  float weights[18], gradients[18] = {}, expected[18] = {}, inputs[5], targets[3], loss, expected_loss;
  float hidden[5], outputs[3], output_gradients[3];
  fill(weights, 18, 0.8f);
  fill(inputs, 5, 2.0f);
  fill(targets, 3, 1.0f);
  ASSERT_EQ(net.learn_regression(weights, inputs, targets, gradients, &loss), GLS_OK);
  ASSERT_EQ(gls_tanh_forward(inputs, hidden, 5), GLS_OK);
  ASSERT_EQ(gls_dense_forward(weights, hidden, outputs, 1, 5, 3), GLS_OK);
  ASSERT_EQ(gls_sigmoid_forward(outputs, outputs, 3), GLS_OK);
  ASSERT_EQ(gls_mean_squared_error(outputs, targets, &expected_loss, output_gradients, 3), GLS_OK);
  ASSERT_EQ(gls_sigmoid_backward(outputs, output_gradients, output_gradients, 3), GLS_OK);
  ASSERT_EQ(gls_dense_backward(weights, hidden, output_gradients, expected, nullptr, 1, 5, 3), GLS_OK);
  EXPECT_EQ(loss, expected_loss);
  EXPECT_EQ(std::memcmp(gradients, expected, sizeof gradients), 0);
}

// Samples together, one by one, and as factors that a step takes: the same bits.
TEST_P(Gradient, OfABatchIsThatOfItsSamples) {
  using One = glissade::Network<glissade::Dense<5, 18>, glissade::Tanh<18>, glissade::Dense<18, 7>,
                                glissade::Sigmoid<7>>;
  constexpr size_t kSamples = 6, kWeights = One::kWeights;
  static One one;
  static One::InBatches<kSamples + 1> batch;
  static float weights[kWeights], single[kWeights], together[kWeights], stepped[kWeights];
  static float inputs[5 * kSamples], targets[7 * kSamples];
  static glissade::Optimizer<glissade::Adam, kWeights> optimizer, by_factors;
  optimizer = by_factors = {};
  fill(weights, kWeights, 0.8f);
  fill(inputs, 5 * kSamples, 2.0f);
  fill(targets, 7 * kSamples, 1.0f);
  for (size_t i = 0; i < kWeights; ++i) single[i] = together[i] = 0.0f, stepped[i] = weights[i];
  float loss, batch_loss, factor_loss;
  double sum = 0.0;
  for (size_t s = 0; s < kSamples; ++s) {
    ASSERT_EQ(one.learn_regression(weights, inputs + 5 * s, targets + 7 * s, single, &loss), GLS_OK);
    sum += static_cast<double>(loss);
  }
  ASSERT_EQ(batch.learn_regression(weights, inputs, targets, kSamples, together, &batch_loss), GLS_OK);
  EXPECT_EQ(batch_loss, static_cast<float>(sum));
  EXPECT_EQ(std::memcmp(single, together, sizeof single), 0);
  gls_factors layers[One::kDenseLayers];
  ASSERT_EQ(batch.learn_regression(weights, inputs, targets, kSamples, layers, &factor_loss), GLS_OK);
  EXPECT_EQ(factor_loss, static_cast<float>(sum));
  ASSERT_EQ(by_factors.step(stepped, layers, {}, 0.25f), GLS_OK);
  ASSERT_EQ(optimizer.step(weights, single, {}, 0.25f), GLS_OK);
  EXPECT_EQ(std::memcmp(weights, stepped, sizeof weights), 0);
  EXPECT_EQ(std::memcmp(&optimizer, &by_factors, sizeof optimizer), 0);
  EXPECT_EQ(batch.forward(weights, inputs, kSamples + 2), GLS_ERROR_RANGE);
  const size_t labels[] = {0, 6, 7};
  batch_loss = 0.5f;
  EXPECT_EQ(batch.learn(weights, inputs, labels, 3, together, &batch_loss), GLS_ERROR_RANGE);
  EXPECT_EQ(batch_loss, 0.5f);
  EXPECT_EQ(batch.learn(weights, inputs, labels, 2, together, &batch_loss), GLS_OK);
}

using Curved = glissade::Network<glissade::Dense<5, 18>, glissade::Tanh<18>, glissade::Dense<18, 7>,
                                 glissade::Sigmoid<7>, glissade::Dense<7, 3>>;

TEST_P(Gradient, OfTanhSigmoidSquaredErrorAndL2Penalty) {
  static Curved net;
  static float weights[Curved::kWeights], gradients[Curved::kWeights];
  float inputs[5], targets[3], loss;
  fill(weights, Curved::kWeights, 0.8f);
  fill(inputs, 5, 2.0f);
  fill(targets, 3, 1.0f);
  for (float& gradient : gradients) gradient = 0.0f;
  double penalty = 0.0;
  const double strength = 0.02;
  ASSERT_EQ(net.learn_regression(weights, inputs, targets, gradients, &loss), GLS_OK);
  ASSERT_EQ(Curved::l2_penalty(weights, strength, gradients, &penalty), GLS_OK);
  std::vector<Real> w(weights, weights + Curved::kWeights);
  const auto total = [&] {
    size_t first = 0;
    Real squares = 0;
    std::vector<Real> x(inputs, inputs + 5);
    for (const size_t outputs : {18u, 7u, 3u}) {
      for (size_t i = 0; i < x.size() * outputs; ++i) squares += w[first + i] * w[first + i];
      x = dense(w, first, x, outputs);
      for (Real& value : x) {
        value = outputs == 18 ? std::tanh(value) : outputs == 7 ? 1 / (1 + std::exp(-value)) : value;
      }
    }
    Real error = 0;
    for (size_t k = 0; k < 3; ++k) error += (x[k] - targets[k]) * (x[k] - targets[k]) / 3;
    return error + static_cast<Real>(strength) / 2 * squares;
  };
  EXPECT_NEAR(static_cast<double>(loss) + penalty, static_cast<double>(total()), 1e-6);
  expect_central_differences(w, gradients, 1e-6L, 1e-6, total);
}

TEST_P(Gradient, OfBatchNormalization) {
  constexpr size_t kSamples = 6, kFeatures = 19, kCount = kSamples * kFeatures;
  float weights[2 * kFeatures], inputs[kCount], outputs[kCount], running[2 * kFeatures], batch[2 * kFeatures];
  float output_gradients[kCount], weight_gradients[2 * kFeatures] = {}, input_gradients[kCount];
  fill(weights, 2 * kFeatures, 1.0f);
  fill(inputs, kCount, 3.0f);
  fill(output_gradients, kCount, 1.0f);  // the loss is the outputs' dot product with these
  for (size_t j = 0; j < kFeatures; ++j) running[j] = 0.5f, running[kFeatures + j] = 2.0f;
  ASSERT_EQ(gls_batch_norm_train(weights, inputs, outputs, running, batch, kSamples, kFeatures, 0.1, 1e-3),
            GLS_OK);
  ASSERT_EQ(gls_batch_norm_backward(weights, inputs, batch, output_gradients, weight_gradients,
                                    input_gradients, kSamples, kFeatures),
            GLS_OK);
  std::vector<Real> w(weights, weights + 2 * kFeatures), x(inputs, inputs + kCount);
  std::vector<Real> y(kCount), means(kFeatures), squares(kFeatures);
  const auto loss = [&] {
    Real sum = 0;
    for (size_t j = 0; j < kFeatures; ++j) {
      means[j] = squares[j] = 0;
      for (size_t s = 0; s < kSamples; ++s) means[j] += x[s * kFeatures + j] / kSamples;
      for (size_t s = 0; s < kSamples; ++s) squares[j] += std::pow(x[s * kFeatures + j] - means[j], 2);
      for (size_t s = 0; s < kSamples; ++s) {
        const size_t i = s * kFeatures + j;
        y[i] = (x[i] - means[j]) / std::sqrt(squares[j] / kSamples + 1e-3L) * w[j] + w[kFeatures + j];
        sum += y[i] * static_cast<Real>(output_gradients[i]);
      }
    }
    return sum;
  };
  loss();
  for (size_t i = 0; i < kCount; ++i) EXPECT_NEAR(outputs[i], static_cast<double>(y[i]), 2e-6) << i;
  for (size_t j = 0; j < kFeatures; ++j) {
    EXPECT_NEAR(running[j], static_cast<double>(0.9L * 0.5L + 0.1L * means[j]), 1e-6);
    EXPECT_NEAR(running[kFeatures + j], static_cast<double>(0.9L * 2 + 0.1L * squares[j] / (kSamples - 1)),
                2e-6);
  }
  expect_central_differences(w, weight_gradients, 1e-6L, 3e-6, loss);
  expect_central_differences(x, input_gradients, 1e-6L, 3e-6, loss);

  // Inference with the batch's own statistics is training's output.
  for (size_t j = 0; j < kFeatures; ++j) {
    running[j] = static_cast<float>(means[j]);
    running[kFeatures + j] = static_cast<float>(squares[j] / kSamples);
  }
  float inferred[kCount];
  ASSERT_EQ(gls_batch_norm_infer(weights, running, inputs, inferred, kSamples, kFeatures, 1e-3), GLS_OK);
  for (size_t i = 0; i < kCount; ++i) EXPECT_NEAR(inferred[i], outputs[i], 3e-6) << i;
}

TEST_P(Gradient, SigmoidIsWithinItsBound) {
  double worst = 0.0;
  for (float x = -87.0f; x < 30.0f; x += 0.00037f) {
    float y;
    ASSERT_EQ(gls_sigmoid_forward(&x, &y, 1), GLS_OK);
    const Real exact = 1 / (1 + std::exp(-static_cast<Real>(x)));
    int exponent;
    std::frexp(exact, &exponent);
    const Real error = std::abs(static_cast<Real>(y) - exact) / std::ldexp(1.0L, exponent - 24);
    worst = std::fmax(worst, static_cast<double>(error));
  }
  std::printf("sigmoid: largest error seen %.3f ulp\n", worst);
  EXPECT_LT(worst, 2.5);
  const float ends[] = {-INFINITY, -89.0f, 0.0f, 17.5f, INFINITY, NAN};
  float y[6];
  ASSERT_EQ(gls_sigmoid_forward(ends, y, 6), GLS_OK);
  EXPECT_EQ(y[0], 0.0f);
  EXPECT_EQ(y[1], 0.0f);
  EXPECT_EQ(y[2], 0.5f);
  EXPECT_EQ(y[3], 1.0f);
  EXPECT_EQ(y[4], 1.0f);
  EXPECT_TRUE(std::isnan(y[5]));
}

INSTANTIATE_TEST_SUITE_P(Backends, Gradient, testing::Range<size_t>(0, gls_backend_count()),
                         [](const auto& parameter) {
                           return std::string(gls_backend_name(parameter.param));
                         });

}  // namespace
