// SPDX-License-Identifier: Apache-2.0
// The tools around a step, against PyTorch's values, long double, and the laws they must follow: averages,
// noise, loss scaling, passes, early stopping.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <vector>

#include "apps/tool/golden.hpp"
#include "glissade/glissade.hpp"
#include "support/reference.hpp"

namespace {

using namespace glissade;

// ---- Averages

TEST(Averages, ArePyTorchs) {
  const auto json = nlohmann::json::parse(std::ifstream(GLISSADE_AVERAGES));
  const uint32_t n = json.at("n"), seed = json.at("seed"), updates = json.at("updates");
  int cases = 0;
  for (const auto& c : json.at("cases")) {
    test::on_each_backend([&] {
      std::vector<float> mean(n), weights(n);
      for (uint32_t update = 1; update <= updates; ++update) {
        for (uint32_t i = 0; i < n; ++i) weights[i] = golden::centered(golden::uniform(seed, update, i));
        const bool equal = c.at("average").is_string() || update == 1;
        const Status status =
            equal ? gls_mean_update(mean.data(), weights.data(), update, n)
                  : gls_ema_update(mean.data(), weights.data(), c.at("average").get<double>(), n);
        ASSERT_EQ(status, GLS_OK);
      }
      const std::string hex = c.at("mean");
      for (uint32_t i = 0; i < n; ++i) {
        EXPECT_EQ(std::stoul(hex.substr(8 * i, 8), nullptr, 16), test::float_to_bits(mean[i]))
            << c.at("average") << " weight " << i << " on " << gls_backend_active();
      }
      ++cases;
    });
  }
  EXPECT_GE(cases, 4);
}

TEST(Averages, CorrectedIsTheWeightedMeanOfWhatWasSeen) {
  const double decay = 0.9;
  float mean[1] = {}, corrected[1];
  long double sum = 0, weights = 0;
  for (uint32_t t = 1; t <= 40; ++t) {
    const float value[1] = {static_cast<float>(t) * 0.1f + 3.0f};
    ASSERT_EQ(gls_ema_update(mean, value, decay, 1), GLS_OK);
    ASSERT_EQ(gls_ema_corrected(mean, decay, t, corrected, 1), GLS_OK);
    sum = sum * static_cast<long double>(decay) + static_cast<long double>(value[0]);
    weights = weights * static_cast<long double>(decay) + 1;
    EXPECT_NEAR(corrected[0], static_cast<double>(sum / weights), 2e-6) << t;
  }
}

TEST(Averages, RunningMeanIsCorrected) {
  gls_running_mean state = {};
  EXPECT_DOUBLE_EQ(gls_running_mean_update(&state, 0.98, 5.0), 5.0);
  EXPECT_NEAR(gls_running_mean_update(&state, 0.98, 7.0), (0.98 * 5.0 + 7.0) / 1.98, 1e-12);
  for (int i = 0; i < 5000; ++i) gls_running_mean_update(&state, 0.98, 7.0);
  EXPECT_NEAR(state.mean, 7.0, 1e-9);
  gls_running_mean forgets = {};
  gls_running_mean_update(&forgets, 0.0, 1.0);
  EXPECT_EQ(gls_running_mean_update(&forgets, 0.0, 2.0), 2.0);
  EXPECT_TRUE(std::isnan(gls_running_mean_update(&forgets, 1.0, 2.0)));
  EXPECT_TRUE(std::isnan(gls_running_mean_update(nullptr, 0.5, 2.0)));
  EXPECT_EQ(forgets.updates, 2u);
}

// A batch cut into micro-batches: their sum, and the mean of their means, are the whole batch's gradient.
TEST(Averages, MicroBatchesAddUp) {
  const float micro[3][2] = {{1.0f, -2.0f}, {0.5f, 4.0f}, {3.0f, 1.0f}};
  float sum[2] = {}, mean[2] = {};
  for (uint32_t k = 0; k < 3; ++k) {
    ASSERT_EQ(gls_accumulate(sum, micro[k], 1.0f, 2), GLS_OK);
    ASSERT_EQ(gls_mean_update(mean, micro[k], k + 1, 2), GLS_OK);
  }
  EXPECT_EQ(sum[0], 4.5f);
  EXPECT_EQ(sum[1], 3.0f);
  EXPECT_FLOAT_EQ(mean[0], 1.5f);
  EXPECT_FLOAT_EQ(mean[1], 1.0f);
}

// ---- What a rate of 0 does: optimizer.h names the rules whose weights it moves

TEST(RateOf0, MovesNoWeightButInThreeRules) {
  for (size_t i = 0; gls_rule_at(i) != nullptr; ++i) {
    const gls_rule_info* const info = gls_rule_at(i);
    std::vector<double> params(info->params_bytes / sizeof(double) + 1),
        state(info->state_bytes / sizeof(double) + 1);
    char* const bytes = reinterpret_cast<char*>(params.data());
    const auto set = [&](const gls_param_info& p, double value) {
      if (p.kind == GLS_PARAM_DOUBLE)
        std::memcpy(bytes + p.offset, &value, sizeof value);
      else
        bytes[p.offset] = static_cast<char>(value);
    };
    for (size_t k = 0; k < info->param_count; ++k) {
      const bool momentum = std::string("momentum") == info->params[k].name && info->params[k].most > 0.5;
      set(info->params[k], k == 0 ? 0.1 : momentum ? 0.9 : info->params[k].usual);
    }
    float weights[2] = {1, 2}, memory[GLS_SLOTS_MOST][2] = {}, before[2];
    float* slots[GLS_SLOTS_MOST];
    for (size_t k = 0; k < GLS_SLOTS_MOST; ++k) slots[k] = memory[k];
    const float gradients[2] = {0.5f, -0.25f};
    const gls_optimizer optimizer = gls_optimizer_of(info, params.data(), state.data(), weights, slots, 2);
    for (int step = 0; step < 3; ++step)
      ASSERT_EQ(gls_step(&optimizer, gls_gradient_buffer(gradients), 1.0f), GLS_OK) << info->name;
    set(info->params[0], 0.0);
    std::memcpy(before, weights, sizeof before);
    ASSERT_EQ(gls_step(&optimizer, gls_gradient_buffer(gradients), 1.0f), GLS_OK) << info->name;
    const std::string name = info->name;
    EXPECT_EQ(std::memcmp(before, weights, sizeof before) != 0,
              name == "rprop" || name == "asgd" || name == "classical_momentum")
        << name;
  }
}

// ---- Noise

std::vector<float> noise(uint64_t seed, uint32_t t, size_t count, double eta = 1.0, double gamma = 0.55) {
  std::vector<float> values(count);
  gls_noise_params params;
  gls_noise_defaults(&params);
  params.eta = eta;
  params.gamma = gamma;
  params.seed = seed;
  EXPECT_EQ(gls_add_noise(&params, t, values.data(), 0, count), GLS_OK);
  return values;
}

TEST(Noise, IsNormal) {
  constexpr size_t kMany = 1 << 20;
  std::vector<float> values = noise(1, 0, kMany);
  double moments[5] = {};
  for (const float value : values) {
    double power = 1.0;
    for (double& moment : moments) moment += power, power *= static_cast<double>(value);
  }
  for (double& moment : moments) moment /= kMany;
  // Five standard errors of a normal sample's moments.
  EXPECT_NEAR(moments[1], 0.0, 5 * std::sqrt(1.0 / kMany));
  EXPECT_NEAR(moments[2], 1.0, 5 * std::sqrt(2.0 / kMany));
  EXPECT_NEAR(moments[3], 0.0, 5 * std::sqrt(15.0 / kMany));
  EXPECT_NEAR(moments[4], 3.0, 5 * std::sqrt(96.0 / kMany));
  // Kolmogorov and Smirnov: 1.95 / sqrt(n) is exceeded once in a thousand seeds; this one is fixed.
  std::sort(values.begin(), values.end());
  double distance = 0.0;
  for (size_t i = 0; i < kMany; ++i) {
    const double below = 0.5 * std::erfc(-static_cast<double>(values[i]) * std::sqrt(0.5));
    distance = std::fmax(distance, std::abs(below - (static_cast<double>(i) + 0.5) / kMany));
  }
  EXPECT_LT(distance, 1.95 / std::sqrt(kMany));
  EXPECT_LT(values.back(), 6.77f);
  EXPECT_GT(values.front(), -6.77f);
}

double correlation(const std::vector<float>& a, const std::vector<float>& b, size_t shift = 0) {
  double sum = 0.0;
  for (size_t i = 0; i + shift < a.size(); ++i) sum += static_cast<double>(a[i + shift] * b[i]);
  return sum / static_cast<double>(a.size() - shift);
}

TEST(Noise, IsIndependent) {
  constexpr size_t kMany = 1 << 18;
  const double limit = 5 / std::sqrt(static_cast<double>(kMany));
  const std::vector<float> a = noise(1, 0, kMany);
  EXPECT_LT(std::abs(correlation(a, noise(2, 0, kMany))), limit) << "another seed";
  EXPECT_LT(std::abs(correlation(a, noise(uint64_t{1} << 32 | 1, 0, kMany))), limit) << "another high word";
  std::vector<float> next = noise(1, 1, kMany, std::pow(2.0, 0.55));
  EXPECT_LT(std::abs(correlation(a, next)), limit) << "another step";
  for (size_t shift = 1; shift <= 8; ++shift) EXPECT_LT(std::abs(correlation(a, a, shift)), limit) << shift;
}

TEST(Noise, FallsAsStated) {
  const std::vector<float> first = noise(3, 0, 64, 0.3), later = noise(3, 24, 1 << 16, 0.3);
  double square = 0.0;
  for (const float value : later) square += static_cast<double>(value * value);
  EXPECT_NEAR(square / (1 << 16) / (0.3 * std::pow(25.0, -0.55)), 1.0, 0.03);
  EXPECT_NE(first, noise(4, 0, 64, 0.3));
  EXPECT_EQ(first, noise(3, 0, 64, 0.3));
  for (const float value : noise(3, 0, 64, 0.0)) EXPECT_EQ(value, 0.0f);
}

// ---- Loss scaling: the rules of torch.amp.GradScaler

TEST(LossScaler, FollowsPyTorch) {
  gls_loss_scaler_params params;
  gls_loss_scaler_defaults(&params);
  EXPECT_EQ(params.first_scale, 65536.0);
  EXPECT_EQ(params.growth_interval, 2000u);
  params.growth_interval = 3;
  gls_loss_scaler state = {};
  EXPECT_EQ(gls_loss_scale(&state, &params), 65536.0f);
  const bool overflow[] = {false, false, true, false, false, false, false, true, true, false, false, false};
  const float scale[] = {65536, 65536, 32768, 32768, 32768, 65536, 65536, 32768, 16384, 16384, 16384, 32768};
  for (size_t i = 0; i < 12; ++i) {
    ASSERT_EQ(gls_loss_scale_update(&state, &params, overflow[i]), GLS_OK);
    EXPECT_EQ(gls_loss_scale(&state, &params), scale[i]) << i;
  }
}

TEST(LossScaler, StaysAFloat) {
  gls_loss_scaler_params params;
  gls_loss_scaler_defaults(&params);
  params.growth_interval = 1;
  gls_loss_scaler state = {};
  for (int i = 0; i < 300; ++i) ASSERT_EQ(gls_loss_scale_update(&state, &params, false), GLS_OK);
  EXPECT_EQ(gls_loss_scale(&state, &params), 0x1p127f);
  for (int i = 0; i < 300; ++i) ASSERT_EQ(gls_loss_scale_update(&state, &params, true), GLS_OK);
  EXPECT_EQ(gls_loss_scale(&state, &params), 0x1p-126f);
  params.backoff = 1.0;
  EXPECT_EQ(gls_loss_scale_update(&state, &params, true), GLS_ERROR_RANGE);
  EXPECT_TRUE(std::isnan(gls_loss_scale(&state, &params)));
  EXPECT_EQ(gls_loss_scale_update(nullptr, &params, true), GLS_ERROR_NULL);
}

// ---- Passes

TEST(Shuffle, EveryOrderIsAsLikely) {
  constexpr int kSeeds = 240000;
  std::map<std::vector<uint32_t>, int> seen;
  std::vector<uint32_t> order(4);
  for (uint32_t seed = 0; seed < kSeeds; ++seed) {
    ASSERT_EQ(gls_shuffle(order.data(), 4, seed, seed % 7), GLS_OK);
    ++seen[order];
  }
  EXPECT_EQ(seen.size(), 24u);
  double chi_square = 0.0;
  for (const auto& [key, count] : seen) chi_square += std::pow(count - kSeeds / 24, 2) / (kSeeds / 24);
  EXPECT_LT(chi_square, 49.7);  // 23 degrees of freedom, one in a thousand; the seeds are fixed
}

TEST(Batches, CoverEverySampleOnceAndAverageByTheirOwnSize) {
  for (const uint32_t samples : {0u, 1u, 10u, 33u}) {
    for (const uint32_t size : {1u, 4u, 10u, 11u, 33u, UINT32_MAX}) {
      uint32_t next = 0;
      const uint32_t count = gls_batch_count(samples, size);
      for (uint32_t k = 0; k < count; ++k) {
        const gls_batch batch = gls_batch_at(samples, size, k);
        EXPECT_EQ(batch.first, next);
        EXPECT_GT(batch.count, 0u);
        EXPECT_TRUE(batch.count == size || k + 1 == count);
        EXPECT_EQ(batch.mean, 1.0f / static_cast<float>(batch.count));
        next += batch.count;
      }
      EXPECT_EQ(next, samples);
      EXPECT_EQ(gls_batch_at(samples, size, count).count, 0u);
    }
  }
  EXPECT_EQ(gls_batch_count(10, 0), 0u);
  EXPECT_EQ(gls_batch_count(10, 4), 3u);
  EXPECT_EQ(gls_batch_at(10, 4, 2).mean, 0.5f);
}

TEST(Batches, LeaveOutOrJoinTheLastOnes) {
  for (uint32_t samples = 0; samples < 40; ++samples) {
    for (const uint32_t size : {1u, 4u, 10u, 39u, UINT32_MAX}) {
      const uint32_t rest = samples % size, whole = samples / size;
      EXPECT_EQ(gls_batch_count_by(samples, size, GLS_LAST_BATCH_DROPPED), whole);
      const uint32_t joined = gls_batch_count_by(samples, size, GLS_LAST_BATCH_JOINED);
      EXPECT_EQ(joined, whole == 0 && rest > 0 ? 1 : whole);
      for (const gls_last_batch last :
           {GLS_LAST_BATCH_SHORT, GLS_LAST_BATCH_DROPPED, GLS_LAST_BATCH_JOINED}) {
        uint32_t next = 0;
        const uint32_t count = gls_batch_count_by(samples, size, last);
        for (uint32_t k = 0; k < count; ++k) {
          const gls_batch batch = gls_batch_at_by(samples, size, last, k);
          EXPECT_EQ(batch.first, next);
          EXPECT_TRUE(last != GLS_LAST_BATCH_DROPPED || batch.count == size);
          EXPECT_TRUE(last != GLS_LAST_BATCH_JOINED || whole == 0 || batch.count >= size);
          EXPECT_EQ(batch.mean, 1.0f / static_cast<float>(batch.count));
          next += batch.count;
        }
        EXPECT_EQ(next, last == GLS_LAST_BATCH_DROPPED ? samples - rest : samples);
        EXPECT_EQ(gls_batch_at_by(samples, size, last, count).count, 0u);
      }
    }
  }
  const gls_batch last = gls_batch_at_by(9, 4, GLS_LAST_BATCH_JOINED, 1);
  EXPECT_EQ(last.first, 4u);
  EXPECT_EQ(last.count, 5u);
}

// What a Cortex-M0 faults on: an error on every machine.
TEST(Batches, OddBuffersAreRefused) {
  alignas(8) char bytes[64] = {};
  float* const odd = reinterpret_cast<float*>(bytes + 2);
  float* const even = reinterpret_cast<float*>(bytes + 8);
  gls_early_stopping state = {};
  bool stop = false;
  EXPECT_EQ(gls_early_stopping_update(&state, 1.0, 0, 1, odd, even, 2, &stop), GLS_ERROR_ALIGNMENT);
  EXPECT_EQ(gls_early_stopping_update(&state, 1.0, 0, 1, even, odd, 2, &stop), GLS_ERROR_ALIGNMENT);
  EXPECT_EQ(state.updates, 0u);
  EXPECT_EQ(gls_shuffle(reinterpret_cast<uint32_t*>(bytes + 2), 2, 1, 1), GLS_ERROR_ALIGNMENT);
  EXPECT_TRUE(std::isnan(gls_schedule_multi_step(0.1, 1, reinterpret_cast<uint32_t*>(bytes + 2), 2, 0.5)));
}

TEST(EarlyStopping, KeepsTheBestAndStops) {
  gls_early_stopping state = {};
  const double losses[] = {NAN, 3.0, 2.0, 1.95, 2.5, 1.8, 1.9, NAN, 1.85};
  const bool stops[] = {false, false, false, false, false, false, false, false, true};
  float weights[2], best[2] = {};
  for (size_t i = 0; i < 9; ++i) {
    weights[0] = weights[1] = static_cast<float>(i);
    bool stop = !stops[i];
    ASSERT_EQ(gls_early_stopping_update(&state, losses[i], 0.1, 3, weights, best, 2, &stop), GLS_OK);
    EXPECT_EQ(stop, stops[i]) << "loss " << i;
  }
  EXPECT_EQ(state.best, 1.8);
  EXPECT_EQ(state.best_update, 6u);
  EXPECT_EQ(best[0], 5.0f);
  EXPECT_EQ(best[1], 5.0f);
  bool stop;
  EXPECT_EQ(gls_early_stopping_update(&state, 1.0, 0.0, 0, nullptr, nullptr, 0, &stop), GLS_OK);
  EXPECT_FALSE(stop) << "a better one goes on, even without patience";
  EXPECT_EQ(gls_early_stopping_update(&state, 1.0, 0.0, 0, nullptr, nullptr, 0, &stop), GLS_OK);
  EXPECT_TRUE(stop);
  EXPECT_EQ(gls_early_stopping_update(&state, 1.0, -1.0, 0, nullptr, nullptr, 0, &stop), GLS_ERROR_RANGE);
  EXPECT_EQ(gls_early_stopping_update(&state, 0.5, 0.0, 0, weights, nullptr, 2, &stop), GLS_ERROR_NULL);
  EXPECT_EQ(state.best, 1.0);
}

}  // namespace
