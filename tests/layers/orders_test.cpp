// SPDX-License-Identifier: Apache-2.0
// Networks of every order of up to three layer types, with a dense layer in front and without: loss,
// gradients and running values against the same network in long double and its central differences. A new
// layer type is one more in AllTypes, and a Model; tests/layers/refused.sh looks whether all types are there.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "glissade/layers/network.hpp"

namespace {

using namespace glissade;
using Real = long double;
using Reals = std::vector<Real>;

constexpr size_t kWide = 3, kSamples = 4, kTypes = 5;

struct Options {  // a large epsilon, so that features that hardly differ do not blow up what float has lost
  static constexpr double kMomentum = 0.25, kEpsilon = 0.05;
};

template <class...>
struct Types {};
using AllTypes =
    Types<Dense<kWide, kWide>, Relu<kWide>, Sigmoid<kWide>, Tanh<kWide>, BatchNorm<kWide, Options>>;

// What a layer makes of kSamples samples; w moves behind its weights, r behind its running values, which are
// moved where it trains.
template <class LayerType>
struct Model;

template <size_t kIn, size_t kOut>
struct Model<Dense<kIn, kOut>> {
  static Reals run(const Real*& w, Real*&, const Reals& x, bool) {
    Reals y(x.size() / kIn * kOut);
    for (size_t i = 0; i < y.size(); ++i) {
      y[i] = w[kIn * kOut + i % kOut];
      for (size_t k = 0; k < kIn; ++k) y[i] += w[k * kOut + i % kOut] * x[i / kOut * kIn + k];
    }
    w += kIn * kOut + kOut;
    return y;
  }
};

template <Real (*f)(Real)>
struct Each {
  static Reals run(const Real*&, Real*&, Reals x, bool) {
    for (Real& value : x) value = f(value);
    return x;
  }
};
Real relu(Real x) { return x > 0 ? x : 0; }
Real sigmoid(Real x) { return 1 / (1 + std::exp(-x)); }
Real tangent(Real x) { return std::tanh(x); }
template <size_t N>
struct Model<Relu<N>> : Each<relu> {};
template <size_t N>
struct Model<Sigmoid<N>> : Each<sigmoid> {};
template <size_t N>
struct Model<Tanh<N>> : Each<tangent> {};

template <size_t N>
struct Model<BatchNorm<N, Options>> {
  static Reals run(const Real*& w, Real*& running, Reals x, bool trains) {
    const size_t samples = x.size() / N;
    for (size_t j = 0; j < N; ++j) {
      Real mean = 0, squares = 0, variance = running[N + j];
      for (size_t s = 0; s < samples; ++s) mean += x[s * N + j] / samples;
      for (size_t s = 0; s < samples; ++s) squares += std::pow(x[s * N + j] - mean, 2);
      if (trains) {
        const Real momentum = Options::kMomentum;
        running[j] += momentum * (mean - running[j]);
        running[N + j] += momentum * (squares / (samples - 1) - variance);
        variance = squares / samples;
      } else {
        mean = running[j];
      }
      for (size_t s = 0; s < samples; ++s) {
        Real& value = x[s * N + j];
        value = (value - mean) / std::sqrt(variance + static_cast<Real>(Options::kEpsilon)) * w[j] + w[N + j];
      }
    }
    w += 2 * N;
    running += 2 * N;
    return x;
  }
};

template <class... Layers>
Reals run_model(const Reals& weights, Reals& running, Reals x, bool trains) {
  const Real* w = weights.data();
  Real* r = running.data();
  ((x = Model<Layers>::run(w, r, x, trains)), ...);
  return x;
}

template <class... Layers>
Real loss_of_model(const Reals& weights, Reals running, const Reals& x, const Reals& targets) {
  const Reals y = run_model<Layers...>(weights, running, x, true);
  Real sum = 0;
  for (size_t i = 0; i < y.size(); ++i) sum += (y[i] - targets[i]) * (y[i] - targets[i]) / kWide;
  return sum;
}

uint32_t random_state = 1;
float random_float() {
  random_state = random_state * 1664525u + 1013904223u;
  return static_cast<float>(static_cast<int32_t>(random_state) >> 8) * 0x1p-23f;
}
Reals fill(float* values, size_t count, float scale) {
  for (size_t i = 0; i < count; ++i) values[i] = random_float() * scale;
  return Reals(values, values + count);
}

size_t networks = 0;

template <class... Layers>
void check() {
  using Net = BatchNetwork<kSamples, Layers...>;
  SCOPED_TRACE(testing::Message() << "network " << networks++ << ": " << __PRETTY_FUNCTION__);
  constexpr size_t kWeights = Net::kWeights, kRunning = Net::kRunning;
  static Net net;
  net = {};
  float weights[kWeights + 1], gradients[kWeights + 1], inputs[kSamples * kWide], targets[kSamples * kWide],
      loss = -1;
  Reals w = fill(weights, kWeights, 1.0f), x = fill(inputs, kSamples * kWide, 2.0f);
  const Reals t = fill(targets, kSamples * kWide, 1.0f);
  fill(gradients, kWeights, 0.5f);
  Reals running(kRunning, 0);
  for (size_t i = 0; i < kRunning; ++i) running[i] = i % (2 * kWide) < kWide ? 0 : 1;  // PyTorch's start
  float before[kWeights + 1];
  std::memcpy(before, gradients, sizeof before);
  ASSERT_EQ(net.learn_regression(weights, inputs, targets, kSamples, gradients, &loss), GLS_OK);
  EXPECT_NEAR(loss, static_cast<double>(loss_of_model<Layers...>(w, running, x, t)), 1e-5);
  for (size_t i = 0; i < kWeights; ++i) {
    const Real h = 1e-6L, here = w[i];
    w[i] = here + h;
    const Real above = loss_of_model<Layers...>(w, running, x, t);
    w[i] = here - h;
    const Real slope = (above - loss_of_model<Layers...>(w, running, x, t)) / (2 * h);
    w[i] = here;
    EXPECT_NEAR(gradients[i] - before[i], static_cast<double>(slope),
                2e-5 * (1 + std::abs(static_cast<double>(slope))))
        << "weight " << i;
  }
  run_model<Layers...>(w, running, x, true);
  for (size_t i = 0; i < kRunning; ++i)
    EXPECT_NEAR(net.running()[i], static_cast<double>(running[i]), 1e-5) << i;
  ASSERT_EQ(net.forward(weights, inputs, kSamples), GLS_OK);
  const Reals y = run_model<Layers...>(w, running, x, false);
  for (size_t i = 0; i < y.size(); ++i)
    EXPECT_NEAR(net.outputs()[i], static_cast<double>(y[i]), 1e-4) << "output " << i;
}

template <class... Chosen, class... Any>
void check_orders(Types<Any...> all) {
  if constexpr (sizeof...(Chosen) > 0) {
    check<Chosen...>();
    check<Dense<kWide, kWide>, Chosen...>();
  }
  if constexpr (sizeof...(Chosen) < 3) (check_orders<Chosen..., Any>(all), ...);
}

TEST(Orders, HaveTheGradientsOfTheirNetworks) {
  for (size_t i = 0; i < gls_backend_count(); ++i) {
    if (gls_backend_force(gls_backend_name(i)) != GLS_OK) continue;
    networks = 0;
    random_state = 1;
    check_orders<>(AllTypes());
    EXPECT_EQ(networks, 2 * (kTypes + kTypes * kTypes + kTypes * kTypes * kTypes));
  }
}

// The first activation's outputs are read after the second has run.
TEST(Orders, OfTwoActivations) {
  static Network<Dense<1, 1>, Relu<1>, Sigmoid<1>, Dense<1, 1>> net;
  const float weights[] = {-1, 0, 1, 0}, input = 1, target = 0;
  float gradients[4] = {}, loss;
  ASSERT_EQ(net.learn_regression(weights, &input, &target, gradients, &loss), GLS_OK);
  EXPECT_EQ(gradients[0], 0.0f);
  EXPECT_EQ(gradients[1], 0.0f);
  EXPECT_EQ(loss, 0.25f);
}

}  // namespace
