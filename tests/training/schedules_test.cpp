// SPDX-License-Identifier: Apache-2.0
// Schedules against PyTorch's (tests/data/schedules.json) and against their formulas.
#include "glissade/training/schedules.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <vector>

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

// Every schedule against its formula in long double, at any t: powers relatively, the others against their
// highest rate.
TEST(Schedules, AreWithinTheStatedErrorOfTheirFormulas) {
  const uint32_t steps[] = {0, 1, 59, 1023, 1024, 1025, 38184, 1000000, 16777217, 1u << 31, UINT32_MAX};
  for (const double gamma :
       {0.99994, 0.9, 1 - 1e-7, 1 - 1e-10, 1.0, 1 + 1e-8, 1.00001, 0.5, 1e-3, 3.0, 0.0}) {
    for (const uint32_t t : steps) {
      const auto check = [&](double got, uint32_t power) {
        const long double right =
            0.1L * std::pow(static_cast<long double>(gamma), static_cast<long double>(power));
        if (right > 1.7e308L) {
          EXPECT_TRUE(std::isinf(got)) << gamma << "^" << power;
        } else if (right > 3e-308L || right == 0.0L) {
          EXPECT_NEAR(static_cast<double>(right), got, 1e-12 * static_cast<double>(right))
              << gamma << "^" << power;
        }
      };
      const uint32_t milestones[] = {5, 20, 30000};
      check(gls_schedule_exponential(0.1, t, gamma), t);
      check(gls_schedule_staircase(0.1, t, 3, gamma), t / 3);
      check(gls_schedule_multi_step(0.1, t, milestones, 3, gamma), (t >= 5) + (t >= 20) + (t >= 30000));
      const double cyclic = gls_schedule_cyclic(0, 0.1, t - t % 7 + 3, 3, 4, GLS_CYCLE_EXPONENTIAL, gamma);
      if (t < 1u << 31) check(cyclic, t - t % 7 + 3);
    }
  }
  constexpr long double kPi = 3.14159265358979323846264338327950288L;
  for (const uint32_t total : {1u, 7u, 100u, 4097u, 1u << 30, UINT32_MAX}) {
    for (const long double part : {0.0L, 0.1L, 0.3L, 0.5L, 0.9L, 0.999999L, 1.0L}) {
      const uint32_t t = static_cast<uint32_t>(part * total);
      const long double x = static_cast<long double>(t) / total;
      const auto check = [&](const char* what, double got, long double right) {
        EXPECT_NEAR(static_cast<double>(static_cast<long double>(got) - right), 0.0, 1e-13)
            << what << t << " of " << total;
      };
      check("linear ", gls_schedule_linear(0.1, t, 1, 0.2, total), 0.1L - 0.08L * x);
      check("cosine ", gls_schedule_cosine(0.1, t, total, 0.01), 0.01L + 0.045L * (1 + std::cos(kPi * x)));
      check("half ", gls_schedule_half_cosine(0.1, t, total, 0.01), 0.01L + 0.045L * (1 + std::cos(kPi * x)));
      check("polynomial ", gls_schedule_polynomial(0.1, t, total, 2),
            t < total ? 0.1L * (1 - x) * (1 - x) : 0.0L);
      check("decay ", gls_schedule_wsd(0.1, t, 0, 0, total, 0.01), 0.1L - 0.09L * x);
      check("inverse root ", gls_schedule_inverse_root(0.1, total, 1),
            0.1L / std::sqrt(static_cast<long double>(total)));
    }
  }
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

// A margin away from the best loss, also below 0, where PyTorch's lets a worse loss count as better.
TEST(Schedules, OnPlateauBelow0) {
  for (const double shift : {0.0, -10.0}) {
    gls_plateau state = {};
    const double falls[] = {5, 4, 3, 2};
    for (const double loss : falls) {
      EXPECT_EQ(gls_plateau_update(&state, 1, loss + shift, 0.5, 0, 0.01, 0), 1.0) << loss + shift;
      EXPECT_EQ(state.best, loss + shift);
    }
    EXPECT_EQ(gls_plateau_update(&state, 1, 2 + shift, 0.5, 0, 0.01, 0), 0.5) << "no better";
    EXPECT_EQ(gls_plateau_update(&state, 1, 2.001 + shift, 0.5, 0, 0.01, 0), 0.25) << "worse";
    EXPECT_EQ(gls_plateau_update(&state, 1, 1.99 + shift, 0.5, 0, 0.01, 0), 0.125) << "too little";
    EXPECT_EQ(gls_plateau_update(&state, 1, 1.9 + shift, 0.5, 0, 0.01, 0), 0.125) << "better";
  }
}

// PyTorch 2.6's threshold_mode, mode and min_lr, on losses where its formula is right.
TEST(Schedules, OnPlateauByOtherMargins) {
  gls_plateau_params params;
  gls_plateau_defaults(&params);
  EXPECT_TRUE(params.reduction == 0.1 && params.threshold == 1e-4 && params.patience == 10 &&
              params.cooldown == 0 && params.lowest == 0.0 && !params.absolute && !params.ascending);
  params.patience = 0;
  params.reduction = 0.5;
  params.threshold = 0.25;
  const auto rates = [&](std::initializer_list<double> losses) {
    gls_plateau state = {};
    std::vector<double> result;
    for (const double loss : losses) result.push_back(gls_plateau_rate(&state, &params, 1.0, loss));
    return result;
  };
  using Rates = std::vector<double>;
  EXPECT_EQ(rates({4, 3.1, 2.9, 2.3, 2.0}), (Rates{1, 0.5, 0.5, 0.25, 0.25}));
  params.absolute = true;
  EXPECT_EQ(rates({4, 3.8, 3.7, 3.5, -1, -1.2, -1.3}), (Rates{1, 0.5, 0.5, 0.25, 0.25, 0.125, 0.125}));
  params.ascending = true;
  EXPECT_EQ(rates({-1, -0.8, -0.7, 0.1, 0.2}), (Rates{1, 0.5, 0.5, 0.5, 0.25}));
  params.absolute = false;
  EXPECT_EQ(rates({-4, -3.1, -2.9, 1, 1.2, 1.3}), (Rates{1, 0.5, 0.5, 0.5, 0.25, 0.25}));
  params.lowest = 0.3;
  EXPECT_EQ(rates({1, 1, 1, 1, 2}), (Rates{1, 0.5, 0.3, 0.3, 0.3}));
  params.lowest = 5;
  EXPECT_EQ(rates({1, 1, 1}), (Rates{1, 1, 1})) << "it raises no rate";
  EXPECT_TRUE(std::isnan(gls_plateau_rate(nullptr, &params, 1, 1)));
  gls_plateau state = {};
  EXPECT_TRUE(std::isnan(gls_plateau_rate(&state, nullptr, 1, 1)));
}

TEST(Schedules, HalfCosineStaysAtItsEnd) {
  for (uint32_t t = 0; t <= 30; ++t)
    EXPECT_EQ(gls_schedule_half_cosine(0.1, t, 30, 0.01), gls_schedule_cosine(0.1, t, 30, 0.01));
  for (const uint32_t t : {30u, 31u, 45u, 60u, UINT32_MAX})
    EXPECT_EQ(gls_schedule_half_cosine(0.1, t, 30, 0.01), 0.01);
  EXPECT_TRUE(std::isnan(gls_schedule_half_cosine(0.1, 1, 0, 0.01)));
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
