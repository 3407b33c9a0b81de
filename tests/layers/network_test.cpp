// SPDX-License-Identifier: Apache-2.0
// What a network refuses, and that it has written nothing then; sums of losses; batch normalization in a
// network.
#include "glissade/layers/network.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

namespace {

using namespace glissade;

constexpr size_t kSamples = 3, kIn = 4, kOut = 2;

// All that a call may write, and what it reads.
template <class Net>
struct Everything {
  Net net = {};
  float weights[Net::kWeights + 1] = {}, gradients[Net::kWeights + 1] = {};
  float inputs[kSamples * kIn] = {1, 2, 3, 4, -2, -1, 2, 0.5f, 0, -3, 1, 1},
                          targets[kSamples * kOut] = {1, 0, 0, 1, 1, 1};
  float loss = 7, class_weights[kOut] = {2, 3};
  double penalty = 5;
  size_t labels[kSamples + 1] = {0, 1, 1};

  Everything() {
    for (size_t i = 0; i < Net::kWeights; ++i)
      weights[i] = 0.1f * static_cast<float>(i % 7) - 0.3f, gradients[i] = 0.5f;
  }
};

template <class T>
T* odd(T* pointer) {
  return reinterpret_cast<T*>(reinterpret_cast<uintptr_t>(pointer) + 1);
}

// Arguments by number: none (0), null or odd.
template <class T>
T* spoilt(T* pointer, int number, int which, bool null) {
  return number != which ? pointer : null ? nullptr : odd(pointer);
}

template <class Net>
Status call(Everything<Net>& e, int loss, int which, bool null) {
  const float* const weights = spoilt(e.weights, 1, which, null);
  const float* const inputs = spoilt(e.inputs, 2, which, null);
  float* const gradients = spoilt(e.gradients, 3, which, null);
  float* const to = spoilt(&e.loss, 4, which, null);
  const size_t* const labels = spoilt(e.labels, 5, which, null);
  const float* const targets = spoilt(e.targets, 5, which, null);
  switch (loss) {
    case 0:
      return e.net.learn(weights, inputs, labels, kSamples, gradients, to);
    case 1:
      return e.net.learn_weighted(weights, inputs, labels, e.class_weights, kSamples, gradients, to);
    case 2:
      return e.net.learn_binary(weights, inputs, targets, e.class_weights, kSamples, gradients, to);
    default:
      return e.net.learn_regression(weights, inputs, targets, kSamples, gradients, to);
  }
}

template <class Net>
void expect_nothing_written(const Everything<Net>& e, const float* running_before,
                            const Everything<Net>& fresh) {
  Everything<Net> now = e;
  EXPECT_EQ(std::memcmp(e.gradients, fresh.gradients, sizeof e.gradients), 0);
  EXPECT_EQ(e.loss, 7.0f);
  EXPECT_EQ(e.penalty, 5.0);
  for (size_t i = 0; i < Net::kRunning; ++i) EXPECT_EQ(now.net.running()[i], running_before[i]);
}

template <class Net>
class Refused : public testing::Test {};
using Nets =
    testing::Types<BatchNetwork<kSamples, Dense<kIn, kOut>, Relu<kOut>, Dense<kOut, kOut>>,
                   BatchNetwork<kSamples, Tanh<kIn>, BatchNorm<kIn>, Dense<kIn, kOut>, BatchNorm<kOut>>>;
TYPED_TEST_SUITE(Refused, Nets, );

TYPED_TEST(Refused, PointersWriteNothing) {
  for (int loss = 0; loss < 4; ++loss) {
    for (int which = 1; which <= 5; ++which) {
      for (const bool null : {true, false}) {
        SCOPED_TRACE(testing::Message()
                     << "loss " << loss << " argument " << which << (null ? " null" : " odd"));
        static Everything<TypeParam> e, fresh;
        e = fresh;
        ASSERT_EQ(call(e, loss, 0, true), GLS_OK);
        float running[TypeParam::kRunning + 1] = {};
        for (size_t i = 0; i < TypeParam::kRunning; ++i) running[i] = e.net.running()[i];
        std::memcpy(e.gradients, fresh.gradients, sizeof e.gradients);
        e.loss = 7;
        EXPECT_EQ(call(e, loss, which, null), null ? GLS_ERROR_NULL : GLS_ERROR_ALIGNMENT);
        expect_nothing_written(e, running, fresh);
      }
    }
  }
  static Everything<TypeParam> e;
  EXPECT_EQ(TypeParam::l2_penalty(nullptr, 0.1, e.gradients, &e.penalty), GLS_ERROR_NULL);
  EXPECT_EQ(TypeParam::l2_penalty(e.weights, 0.1, nullptr, &e.penalty), GLS_ERROR_NULL);
  EXPECT_EQ(TypeParam::l2_penalty(e.weights, 0.1, e.gradients, nullptr), GLS_ERROR_NULL);
  EXPECT_EQ(TypeParam::l2_penalty(e.weights, 0.1, e.gradients, odd(&e.penalty)), GLS_ERROR_ALIGNMENT);
  EXPECT_EQ(TypeParam::l2_penalty(e.weights, -1, e.gradients, &e.penalty), GLS_ERROR_RANGE);
  EXPECT_EQ(e.net.forward(nullptr, e.inputs, kSamples), GLS_ERROR_NULL);
  EXPECT_EQ(e.net.forward(e.weights, nullptr, kSamples), GLS_ERROR_NULL);
  EXPECT_EQ(e.net.forward(e.weights, e.inputs, kSamples + 1), GLS_ERROR_RANGE);
  static Everything<TypeParam> fresh;
  const float running[TypeParam::kRunning + 1] = {};
  expect_nothing_written(e, running, fresh);
}

// What is found late, in the last sample or the last layer, comes before anything is written too.
TYPED_TEST(Refused, NumbersWriteNothing) {
  const float running[TypeParam::kRunning + 1] = {};
  static Everything<TypeParam> e, fresh;
  e.labels[kSamples - 1] = kOut;
  EXPECT_EQ(call(e, 0, 0, true), GLS_ERROR_RANGE);
  EXPECT_EQ(call(e, 1, 0, true), GLS_ERROR_RANGE);
  e.labels[kSamples - 1] = 1;
  e.class_weights[1] = NAN;
  EXPECT_EQ(call(e, 1, 0, true), GLS_ERROR_RANGE);
  expect_nothing_written(e, running, fresh);
  if (TypeParam::kRunning > 0) {
    e.weights[2 * kIn] = 1e30f;  // what the second normalization meets is too large
    for (size_t i = 0; i < kIn; ++i) e.weights[i] = 1.0f;
    for (int loss = 0; loss < 4; ++loss) EXPECT_EQ(call(e, loss, 0, true), GLS_ERROR_NOT_FINITE) << loss;
    expect_nothing_written(e, running, fresh);
    EXPECT_EQ(e.net.learn_regression(e.weights, e.inputs, e.targets, 1, e.gradients, &e.loss),
              GLS_ERROR_RANGE);
    expect_nothing_written(e, running, fresh);
  }
}

// The loss of a call is its own, and its sum is no sum of floats.
TEST(Network, SumsLossesInDouble) {
  constexpr size_t kMany = 200000;
  static BatchNetwork<kMany, Dense<1, 1>> net;
  static float inputs[kMany], targets[kMany];
  for (float& x : inputs) x = 1.0f;
  const float weights[] = {0.0f, 0.3f};
  float gradients[2] = {}, one = 0.0f, loss = 5.0f, in_floats = 0.0f;
  ASSERT_EQ(net.learn_regression(weights, inputs, targets, 1, gradients, &one), GLS_OK);
  for (size_t i = 0; i < kMany; ++i) in_floats += one;
  const float expected = static_cast<float>(static_cast<double>(one) * kMany);
  EXPECT_NE(in_floats, expected);
  for (int call = 0; call < 2; ++call) {
    ASSERT_EQ(net.learn_regression(weights, inputs, targets, kMany, gradients, &loss), GLS_OK);
    EXPECT_NEAR(loss, expected, expected * 1e-7f);
  }
}

// An ignored sample changes nothing, a weight counts as so many equal samples.
TEST(Network, WeighsAndIgnores) {
  using Net = BatchNetwork<4, Dense<2, 3>>;
  static Net net;
  float weights[Net::kWeights], once[Net::kWeights] = {}, twice[Net::kWeights] = {}, loss = 0, loss_twice = 0;
  for (size_t i = 0; i < Net::kWeights; ++i) weights[i] = 0.25f * static_cast<float>(i) - 1.0f;
  const float inputs[] = {1, 2, 9, 9, -1, 0.5f}, repeated[] = {1, 2, 1, 2, -1, 0.5f};
  const size_t labels[] = {2, GLS_IGNORED_LABEL, 0}, repeated_labels[] = {2, 2, 0};
  const float class_weights[] = {1, NAN, 2};
  ASSERT_EQ(net.learn_weighted(weights, inputs, labels, class_weights, 3, once, &loss), GLS_OK);
  ASSERT_EQ(net.learn(weights, repeated, repeated_labels, 3, twice, &loss_twice), GLS_OK);
  EXPECT_FLOAT_EQ(loss, loss_twice);
  for (size_t i = 0; i < Net::kWeights; ++i) EXPECT_NEAR(once[i], twice[i], 1e-6) << i;
  gls_factors layers[Net::kDenseLayers];
  EXPECT_EQ(net.learn_weighted(weights, inputs, labels, class_weights, 3, layers, &loss_twice), GLS_OK);
  EXPECT_EQ(loss, loss_twice);
}

// Yes-or-no questions are learned, with batch normalization in front, and what was learned works sample by
// sample.
TEST(Network, LearnsWithBatchNormalization) {
  using Net = Network<Dense<2, 8>, BatchNorm<8>, Relu<8>, Dense<8, 2>>;
  using Batches = Net::InBatches<4>;
  static Batches batches;
  static Net one;
  static float weights[Net::kWeights], gradients[Net::kWeights];
  for (size_t i = 0; i < Net::kWeights; ++i) weights[i] = static_cast<float>(i * 37 % 11) * 0.1f - 0.5f;
  for (size_t i = 0; i < 8; ++i)
    weights[Dense<2, 8>::kWeights + i] = 1.0f, weights[Dense<2, 8>::kWeights + 8 + i] = 0.0f;
  const float inputs[] = {0, 0, 0, 1, 1, 0, 1, 1},
              targets[] = {0, 1, 1, 0, 1, 0, 0, 1};  // x or y alone; both or none
  static Optimizer<Adam, Net::kWeights> optimizer;
  Adam::Params params;
  params.learning_rate = 0.05;
  float loss = 0.0f, first = 0.0f;
  for (int step = 0; step < 200; ++step) {
    for (float& gradient : gradients) gradient = 0.0f;
    ASSERT_EQ(batches.learn_binary(weights, inputs, targets, nullptr, 4, gradients, &loss), GLS_OK);
    ASSERT_EQ(optimizer.step(weights, gradients, params, 0.25f), GLS_OK);
    if (step == 0) first = loss;
  }
  EXPECT_LT(loss, first / 20);
  std::memcpy(one.running(), batches.running(), sizeof(float) * Net::kRunning);
  ASSERT_EQ(batches.forward(weights, inputs, 4), GLS_OK);
  for (size_t s = 0; s < 4; ++s) {
    ASSERT_EQ(one.forward(weights, inputs + 2 * s), GLS_OK);
    for (size_t k = 0; k < 2; ++k) {
      EXPECT_EQ(one.outputs()[k] > 0.0f, targets[2 * s + k] > 0.5f) << s;
      EXPECT_EQ(one.outputs()[k], batches.outputs()[2 * s + k]);
    }
  }
}

}  // namespace
