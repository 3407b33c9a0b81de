// SPDX-License-Identifier: Apache-2.0
// Schedules against PyTorch's (tests/data/schedules.json) and against their formulas.
#include "glissade/training/schedules.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

namespace {

using Json = nlohmann::json;

double rate_of(const Json& c, uint32_t t) {
  const std::string name = c.at("schedule");
  const Json& o = c.at("options");
  const double rate = c.at("base_lr");
  if (name == "StepLR") return gls_schedule_staircase(rate, t, o.at("step_size"), o.at("gamma"));
  if (name == "MultiStepLR") {
    const std::vector<uint32_t> milestones = o.at("milestones");
    return gls_schedule_multi_step(rate, t, milestones.data(), milestones.size(), o.at("gamma"));
  }
  if (name == "ConstantLR") return gls_schedule_constant(rate, t, o.at("factor"), o.at("total_iters"));
  if (name == "LinearLR") {
    return gls_schedule_linear(rate, t, o.at("start_factor"), o.at("end_factor"), o.at("total_iters"));
  }
  if (name == "ExponentialLR") return gls_schedule_exponential(rate, t, o.at("gamma"));
  if (name == "PolynomialLR") return gls_schedule_polynomial(rate, t, o.at("total_iters"), o.at("power"));
  if (name == "CosineAnnealingLR") return gls_schedule_cosine(rate, t, o.at("T_max"), o.at("eta_min"));
  if (name == "CosineAnnealingWarmRestarts") {
    return gls_schedule_cosine_restarts(rate, t, o.at("T_0"), o.at("T_mult"), o.at("eta_min"));
  }
  if (name == "CyclicLR") {
    const std::string mode = o.at("mode");
    const gls_cycle cycle = mode == "triangular"    ? GLS_CYCLE_TRIANGULAR
                            : mode == "triangular2" ? GLS_CYCLE_TRIANGULAR2
                                                    : GLS_CYCLE_EXPONENTIAL;
    return gls_schedule_cyclic(o.at("base_lr"), o.at("max_lr"), t, o.at("step_size_up"),
                               o.at("step_size_down"), cycle, o.value("gamma", 1.0));
  }
  if (name == "OneCycleLR") {
    const gls_one_cycle cycle = {o.at("max_lr"),
                                 o.at("total_steps"),
                                 o.value("pct_start", 0.3),
                                 o.value("div_factor", 25.0),
                                 o.value("final_div_factor", 1e4),
                                 o.value("three_phase", false),
                                 o.value("anneal_strategy", "cos") == "linear"};
    return gls_schedule_one_cycle(&cycle, t);
  }
  ADD_FAILURE() << "no schedule here is PyTorch's " << name;
  return 0.0;
}

TEST(Schedules, ArePyTorchs) {
  const Json golden = Json::parse(std::ifstream(GLISSADE_SCHEDULES));
  int rates = 0;
  for (const Json& c : golden.at("cases")) {
    uint32_t t = 0;
    for (const double expected : c.at("lr")) {
      EXPECT_NEAR(rate_of(c, t), expected, 1e-12 * expected) << c.at("schedule") << " at " << t;
      ++t, ++rates;
    }
  }
  EXPECT_EQ(rates, 11 * 60);
}

// PyTorch 2.6's ChainedScheduler and SequentialLR of LinearLR(0.1, 5 steps) and ExponentialLR(0.9).
TEST(Schedules, Compose) {
  const double chained[] = {0.01,
                            0.0252,
                            0.03726,
                            0.046656,
                            0.0538002,
                            0.05904900000000002,
                            0.05314410000000002,
                            0.04782969000000002,
                            0.043046721000000024};
  const double sequential[] = {0.01, 0.028, 0.046, 0.064, 0.082, 0.1, 0.09, 0.081, 0.0729};
  for (uint32_t t = 0; t < 9; ++t) {
    const double warm_up = gls_schedule_linear(1.0, t, 0.1, 1.0, 5);
    EXPECT_NEAR(warm_up * gls_schedule_exponential(0.1, t, 0.9), chained[t], 1e-12 * chained[t]);
    const double rate = t < 5 ? 0.1 * warm_up : gls_schedule_exponential(0.1, t - 5, 0.9);
    EXPECT_NEAR(rate, sequential[t], 1e-12 * sequential[t]);
  }
}

TEST(Schedules, InverseTimeCountsFromOne) {
  const double expected[] = {0.1, 0.2 / 3.0, 0.05, 0.04};
  for (uint32_t epoch = 1; epoch <= 4; ++epoch) {
    EXPECT_NEAR(gls_schedule_inverse_time(0.2, epoch, 1.0), expected[epoch - 1], 1e-15);
  }
  EXPECT_TRUE(std::isnan(gls_schedule_inverse_time(0.2, 0, 1.0)));
}

TEST(Schedules, InverseRootAndNoamCountFromOne) {
  for (uint32_t t = 1; t < 2000; t += 7) {
    EXPECT_NEAR(gls_schedule_inverse_root(0.3, t, 2.0), 0.6 / std::sqrt(t), 1e-15);
    const double noam = 0.5 * std::pow(64, -0.5) * std::fmin(std::pow(t, -0.5), t * std::pow(400, -1.5));
    EXPECT_NEAR(gls_schedule_noam(0.5, t, 64, 400), noam, 1e-12 * noam);
  }
  EXPECT_TRUE(std::isnan(gls_schedule_inverse_root(0.3, 0, 2.0)));
  EXPECT_TRUE(std::isnan(gls_schedule_noam(1.0, 0, 64, 400)));
}

TEST(Schedules, OtherCycles) {
  for (uint32_t t = 0; t < 60; ++t) {
    const uint32_t phase = t % 20;
    const double height = phase <= 8 ? phase / 8.0 : (20 - phase) / 12.0;
    EXPECT_NEAR(gls_schedule_cyclic(0.01, 0.1, t, 8, 12, GLS_CYCLE_TRIANGULAR, 0), 0.01 + 0.09 * height,
                1e-15);
    EXPECT_NEAR(gls_schedule_cyclic(0.01, 0.1, t, 8, 12, GLS_CYCLE_EXPONENTIAL, 0.97),
                0.01 + 0.09 * height * std::pow(0.97, t), 1e-14);
  }
}

TEST(Schedules, WarmUpStableDecay) {
  EXPECT_EQ(gls_schedule_wsd(0.5, 0, 10, 20, 10, 0.1), 0.0);
  EXPECT_EQ(gls_schedule_wsd(0.5, 5, 10, 20, 10, 0.1), 0.25);
  EXPECT_EQ(gls_schedule_wsd(0.5, 10, 10, 20, 10, 0.1), 0.5);
  EXPECT_EQ(gls_schedule_wsd(0.5, 29, 10, 20, 10, 0.1), 0.5);
  EXPECT_NEAR(gls_schedule_wsd(0.5, 35, 10, 20, 10, 0.1), 0.3, 1e-15);
  EXPECT_EQ(gls_schedule_wsd(0.5, 40, 10, 20, 10, 0.1), 0.1);
  EXPECT_EQ(gls_schedule_wsd(0.5, UINT32_MAX, UINT32_MAX, UINT32_MAX, 0, 0.1), 0.5);
}

// What PyTorch 2.6 does: ReduceLROnPlateau(factor=0.5, patience=2, threshold=0.1, cooldown=1).
TEST(Schedules, OnPlateau) {
  const double losses[] = {1.0, 0.95, 0.95, 0.95, 0.95, 0.95, 0.95, 0.95, 0.5, 0.49, 0.49, 0.49};
  const double factors[] = {1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25, 0.125};
  gls_plateau state = {};
  for (size_t i = 0; i < 12; ++i) {
    EXPECT_EQ(gls_plateau_update(&state, 0.8, losses[i], 0.5, 2, 0.1, 1), 0.8 * factors[i]) << "loss " << i;
  }
}

TEST(Schedules, CosinesEndExactly) {
  EXPECT_EQ(gls_schedule_cosine(0.1, 0, 30, 0.0), 0.1);
  EXPECT_EQ(gls_schedule_cosine(0.1, 30, 30, 0.0), 0.0);
  EXPECT_EQ(gls_schedule_cosine(0.1, 60, 30, 0.0), 0.1);
  EXPECT_GT(gls_schedule_cosine(0.1, 29999999, 30000000, 0.0), 0.0);
  EXPECT_EQ(gls_schedule_cosine_restarts(0.1, UINT32_MAX - 5, 2, 1, 0.0), 0.1);
}

TEST(Schedules, SenselessArgumentsGiveNaN) {
  EXPECT_TRUE(std::isnan(gls_schedule_staircase(0.1, 1, 0, 0.5)));
  EXPECT_TRUE(std::isnan(gls_schedule_staircase(-0.1, 1, 5, 0.5)));
  EXPECT_TRUE(std::isnan(gls_schedule_multi_step(0.1, 1, nullptr, 2, 0.5)));
  EXPECT_TRUE(std::isnan(gls_schedule_linear(0.1, 1, 0.0, 1.0, 0)));
  EXPECT_TRUE(std::isnan(gls_schedule_polynomial(0.1, 1, 10, 0.0)));
  EXPECT_TRUE(std::isnan(gls_schedule_cosine(0.1, 1, 0, 0.0)));
  EXPECT_TRUE(std::isnan(gls_schedule_cosine_restarts(0.1, 1, 5, 0, 0.0)));
  EXPECT_TRUE(std::isnan(gls_schedule_cyclic(0.1, 0.2, 1, 0, 5, GLS_CYCLE_TRIANGULAR, 1.0)));
  EXPECT_TRUE(std::isnan(gls_schedule_cyclic(0.1, 0.2, 1, 5, 5, GLS_CYCLE_EXPONENTIAL, NAN)));
  EXPECT_TRUE(std::isnan(gls_schedule_one_cycle(nullptr, 1)));
  EXPECT_TRUE(std::isnan(gls_plateau_update(nullptr, 0.1, 1.0, 0.5, 2, 0.1, 1)));
}

}  // namespace
