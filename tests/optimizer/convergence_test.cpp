// SPDX-License-Identifier: Apache-2.0
// What converges where: the table data/convergence.csv; sparse features; batch normalization.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <set>
#include <vector>

#include "apps/tool/any_rule.hpp"
#include "apps/tool/functions.hpp"
#include "apps/tool/text.hpp"
#include "glissade/layers/network.hpp"

namespace {

using namespace glissade;

struct Row {
  std::string text, rule, function, outcome;
  Point start;
  uint32_t steps;
  double tolerance;
};

std::vector<Row> read_table() {
  std::vector<Row> rows;
  std::ifstream file(GLISSADE_CONVERGENCE);
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    const std::vector<std::string> cells = split(line, ',');
    if (cells.size() != 6) throw std::runtime_error("not six cells: " + line);
    Row row{line,
            cells[0],
            cells[1],
            cells[5],
            {},
            static_cast<uint32_t>(parse_number<double>(cells[3], line)),
            parse_number<double>(cells[4], line)};
    for (char& c : row.rule) c = c == ';' ? ',' : c;
    for (const std::string& x : split(cells[2], ' ')) row.start.push_back(parse_number<double>(x, line));
    rows.push_back(row);
  }
  return rows;
}

// The largest coordinate's distance to the nearest minimum after the steps, in units of 1 + |coordinate| (a
// tolerance both relative and absolute); infinity where it left the numbers.
double distance_after(const Row& row, SlotForm slots = SlotForm::kFloat) {
  const Function& function = find_function(row.function);
  const std::unique_ptr<AnyRule> rule = make_rule(row.rule, row.start.size(), slots);
  std::vector<float> weights(row.start.begin(), row.start.end()), gradients(row.start.size());
  for (uint32_t step = 0; step < row.steps; ++step) {
    const Point gradient = function.gradient(Point(weights.begin(), weights.end()));
    for (size_t i = 0; i < gradient.size(); ++i) {
      gradients[i] = static_cast<float>(gradient[i]);
      if (!std::isfinite(gradients[i]) || std::abs(weights[i]) > 1e6f) return INFINITY;
    }
    rule->step(weights.data(), gradients.data(), 1.0f);
  }
  double nearest = INFINITY;
  for (const Point& minimum : function.minima) {
    double distance = 0.0;
    for (size_t i = 0; i < minimum.size(); ++i) {
      const double unit = 1.0 + std::abs(minimum[i]);
      distance = std::fmax(distance, std::abs(static_cast<double>(weights[i]) - minimum[i]) / unit);
    }
    nearest = std::fmin(nearest, distance);
  }
  return nearest;
}

std::string outcome_of(const Row& row, double distance) {
  return distance <= row.tolerance ? "converges" : std::isfinite(distance) ? "stays away" : "diverges";
}
std::string rule_of(const Row& row) { return row.rule.substr(0, row.rule.find(':')); }

TEST(Convergence, IsAsTheTableSays) {
  std::set<std::string> rules;
  for (const Row& row : read_table()) {
    const double distance = distance_after(row);
    EXPECT_EQ(outcome_of(row, distance), row.outcome) << row.text << ": distance " << distance;
    rules.insert(rule_of(row));
  }
  for (const RuleFacts& rule : all_rules()) {
    EXPECT_EQ(rules.count(rule.name), 1u) << rule.name << " is not in the table";
  }
}

// The same settings, and slots in fewer bytes. What differs, include/glissade/rules/README.md says: Lion's 8
// bits walk about a narrow valley in a wider band.
TEST(Convergence, IsTheSameWithSmallSlots) {
  std::set<std::string> bear;
  for (const RuleFacts& rule : all_rules()) {
    if (rule.has_forms && rule.slots > 0) bear.insert(rule.name);
  }
  size_t walks = 0;
  for (const Row& row : read_table()) {
    for (const SlotForm slots : {SlotForm::kBfloat16, SlotForm::k8Bit}) {
      if (bear.count(rule_of(row)) == 0) continue;
      const bool is_lion = rule_of(row) == "lion" && row.function == "rosenbrock" && slots == SlotForm::k8Bit;
      Row expected = row;
      if (is_lion) expected.tolerance *= 3;
      const double distance = distance_after(row, slots);
      EXPECT_EQ(outcome_of(expected, distance), expected.outcome)
          << row.text << ", " << name_of(slots) << ": distance " << distance;
      ++walks;
    }
  }
  EXPECT_GE(walks, 76u);
}

// The functions' gradients are those of their values.
TEST(Functions, HaveTheirGradients) {
  for (const Function& function : all_functions()) {
    Point x = function.start;
    for (double& value : x) value += 0.37;
    const Point gradient = function.gradient(x);
    for (size_t i = 0; i < x.size(); ++i) {
      Point above = x, below = x;
      above[i] += 1e-5;
      below[i] -= 1e-5;
      const double expected = (function.value(above) - function.value(below)) / 2e-5;
      EXPECT_NEAR(gradient[i], expected, 1e-6 * (1.0 + std::abs(expected))) << function.name;
    }
    for (const Point& minimum : function.minima) {
      for (const double slope : function.gradient(minimum)) EXPECT_NEAR(slope, 0.0, 1e-4) << function.name;
    }
  }
}

uint32_t random_state = 1;
float uniform() {  // from -1 to 1
  random_state = random_state * 1664525u + 1013904223u;
  return static_cast<float>(static_cast<int32_t>(random_state) >> 8) * 0x1p-23f;
}

// Logistic regression where feature k is there in one of 2^(k/2) samples: what rare features say is learned
// slowly by a rate that must suit the frequent ones. Returns the mean loss of the last samples.
double loss_on_sparse_features(const std::string& description) {
  constexpr size_t kFeatures = 16, kSamples = 4000, kLast = 2000;
  random_state = 7;
  float truth[kFeatures], weights[kFeatures] = {};
  for (float& value : truth) value = uniform() > 0 ? 4.0f : -4.0f;
  const std::unique_ptr<AnyRule> rule = make_rule(description, kFeatures);
  double sum = 0.0;
  for (size_t sample = 0; sample < kSamples; ++sample) {
    float x[kFeatures], logit = 0.0f, wanted = 0.0f, gradients[kFeatures];
    for (size_t k = 0; k < kFeatures; ++k) {
      x[k] = std::abs(uniform()) < std::pow(2.0f, -0.5f * static_cast<float>(k)) ? 1.0f : 0.0f;
      logit += weights[k] * x[k];
      wanted += truth[k] * x[k];
    }
    const float label = wanted > 0 ? 1.0f : 0.0f, p = 1.0f / (1.0f + std::exp(-logit));
    if (sample >= kSamples - kLast) sum -= std::log(std::fmax(label > 0 ? p : 1.0f - p, 1e-7f)) / kLast;
    for (size_t k = 0; k < kFeatures; ++k) gradients[k] = (p - label) * x[k];
    rule->step(weights, gradients, 1.0f);
  }
  return sum;
}

double best_of_rates(const char* rule) {
  double best = INFINITY;
  for (double rate = 1e-3; rate < 20.0; rate *= 2.0) {
    best = std::fmin(best,
                     loss_on_sparse_features(std::string(rule) + ":learning_rate=" + std::to_string(rate)));
  }
  return best;
}

TEST(SparseFeatures, AreLearnedBetterByAdagradThanBySgd) {
  const double sgd = best_of_rates("sgd"), adagrad = best_of_rates("adagrad");
  std::printf("sparse features, loss with the best rate: SGD %.4f, Adagrad %.4f\n", sgd, adagrad);
  EXPECT_LT(adagrad, 0.95 * sgd);
}

// A deep narrow network of tanh units on inputs of unequal scale, trained by SGD, with and without batch
// normalization before each tanh. Returns the last loss.
double deep_loss(bool normalized, double rate) {
  constexpr size_t kSamples = 32, kWide = 12, kLayers = 4, kDense = Dense<kWide, kWide>::kWeights;
  constexpr size_t kLayer = kDense + 2 * kWide, kAll = kLayers * kLayer;
  static float weights[kAll], gradients[kAll];
  static float z[kLayers][kSamples * kWide], a[kLayers + 1][kSamples * kWide], batch[kLayers][2 * kWide];
  static float running[2 * kWide], dy[kSamples * kWide], dz[kSamples * kWide];
  bool ok = true;
  random_state = 3;
  for (size_t layer = 0; layer < kLayers; ++layer) {
    float* const w = weights + layer * kLayer;
    for (size_t i = 0; i < kDense; ++i) w[i] = i < kWide * kWide ? uniform() * 0.5f : 0.0f;
    for (size_t i = 0; i < kWide; ++i) w[kDense + i] = 1.0f, w[kDense + kWide + i] = 0.0f;
  }
  float targets[kSamples];
  for (size_t s = 0; s < kSamples; ++s) {
    for (size_t i = 0; i < kWide; ++i) a[0][s * kWide + i] = uniform() * (i % 3 == 0 ? 8.0f : 0.5f);
    targets[s] = a[0][s * kWide + 1] * a[0][s * kWide + 2] > 0 ? 0.8f : -0.8f;
  }
  const std::unique_ptr<AnyRule> rule = make_rule("sgd:learning_rate=" + std::to_string(rate), kAll);
  double last = 0.0;
  for (int step = 0; step < 400; ++step) {
    for (float& gradient : gradients) gradient = 0.0f;
    for (size_t layer = 0; layer < kLayers; ++layer) {
      const float* const w = weights + layer * kLayer;
      ok = ok && Dense<kWide, kWide>::forward(w, a[layer], z[layer], kSamples) == GLS_OK;
      float* const y = a[layer + 1];
      if (normalized) {
        ok = ok && gls_batch_norm_train(w + kDense, z[layer], y, running, batch[layer], kSamples, kWide, 0.1,
                                        1e-5) == GLS_OK;
      }
      ok = ok && gls_tanh_forward(normalized ? y : z[layer], y, kSamples * kWide) == GLS_OK;
    }
    last = 0.0;
    for (size_t i = 0; i < kSamples * kWide; ++i) dy[i] = 0.0f;
    for (size_t s = 0; s < kSamples; ++s) {
      const float error = a[kLayers][s * kWide] - targets[s];
      last += static_cast<double>(error * error) / kSamples;
      dy[s * kWide] = 2.0f * error / kSamples;
    }
    for (size_t layer = kLayers; layer-- > 0;) {
      const float* const w = weights + layer * kLayer;
      float* const g = gradients + layer * kLayer;
      ok = ok && gls_tanh_backward(a[layer + 1], dy, dz, kSamples * kWide) == GLS_OK;
      if (normalized) {
        ok = ok && gls_batch_norm_backward(w + kDense, z[layer], batch[layer], dz, g + kDense, dz, kSamples,
                                           kWide) == GLS_OK;
      }
      ok = ok && gls_dense_backward(w, a[layer], dz, g, dy, kSamples, kWide, kWide) == GLS_OK;
    }
    rule->step(weights, gradients, 1.0f);
  }
  EXPECT_TRUE(ok);
  return last;
}

// The largest of the rates 0.025, 0.05, ... with which the network learns its task.
double largest_rate_that_learns(bool normalized) {
  double largest = 0.0;
  for (double rate = 0.025; rate < 20.0; rate *= 2.0) {
    const double loss = deep_loss(normalized, rate);
    if (loss < 0.01) largest = rate;
  }
  return largest;
}

TEST(BatchNormalization, AllowsALargerRate) {
  const double without = largest_rate_that_learns(false), with = largest_rate_that_learns(true);
  std::printf("largest rate that learns: %g without batch normalization, %g with it\n", without, with);
  EXPECT_GT(without, 0.0);
  EXPECT_GE(with, 2.0 * without);
}

}  // namespace
