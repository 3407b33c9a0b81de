// SPDX-License-Identifier: Apache-2.0
// Training with slots in 8 bits and in bfloat16 is as good as with floats; that rounding to nearest, and a v
// that may become 0, are not; and which rules do not bear it.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "apps/tool/any_rule.hpp"
#include "apps/tool/vowels.hpp"
#include "glissade/glissade.hpp"
#include "support/reference.hpp"
#include "support/slot_model.hpp"

namespace {

using namespace glissade;
using namespace glissade::test;

// What a step does to its float slots, one by one: number of the slot, of its step.
using Between = std::function<void(std::vector<float>&, bool has_sign, uint32_t t)>;

constexpr SlotForm kFloats = SlotForm::kFloat, kBits8 = SlotForm::k8Bit, kBfloat16 = SlotForm::kBfloat16;

// Any rule with its usual parameters, and slots in any form.
class Training {
 public:
  Training(const std::string& rule, size_t count, SlotForm form, uint32_t seed = 0)
      : info_(*gls_rule_named(rule.c_str())), slots_(3, std::vector<float>(count)) {
    for (size_t i = 0; i < info_.param_count; ++i) set(info_.params[i].name, info_.params[i].usual);
    float* const pointers[] = {slots_[0].data(), slots_[1].data(), slots_[2].data()};
    optimizer_ = in_form(form, gls_optimizer_of(&info_, params_, state_, nullptr, pointers, count));
    optimizer_.seed = seed;
  }
  void set(const std::string& name, double value) {
    for (size_t i = 0; i < info_.param_count; ++i) {
      const gls_param_info& param = info_.params[i];
      unsigned char* const field = reinterpret_cast<unsigned char*>(params_) + param.offset;
      if (name != param.name) continue;
      if (param.kind == GLS_PARAM_BOOL)
        *field = value > 0.5 ? 1 : 0;
      else
        memcpy(field, &value, sizeof value);
    }
  }
  // Weights are codes from now on; step() gives what they are as floats.
  void keep_weights_in_bfloat16() { codes_.assign(GLS_WEIGHTS_BFLOAT16_COUNT(optimizer_.count), 0); }
  void step(float* weights, const float* gradients, float scale = 1.0f) {
    optimizer_.weights = weights;
    if (!codes_.empty()) {
      optimizer_ = gls_weights_bfloat16(optimizer_, codes_.data());
      if (state_[0] == 0) {
        ASSERT_EQ(gls_floats_to_bfloat16(weights, codes_.data(), optimizer_.count), GLS_OK);
      }
    }
    ASSERT_EQ(gls_step_unguarded(&optimizer_, gls_gradient_buffer(gradients), scale), GLS_OK);
    for (size_t k = 0; between && k < info_.slot_count; ++k)
      between(slots_[k], info_.slots[k].is_signed, state_[0]);
    if (!codes_.empty()) {
      ASSERT_EQ(gls_bfloat16_to_floats(codes_.data(), weights, optimizer_.count), GLS_OK);
    }
  }
  const std::vector<float>& slot(size_t k) const { return slots_[k]; }

  Between between;  // only with floats

 private:
  const gls_rule_info& info_;
  double params_[16] = {};
  uint32_t state_[4] = {};
  std::vector<std::vector<float>> slots_;
  std::vector<uint16_t> codes_;
  gls_optimizer optimizer_ = {};
};

// 8 bits as they would be with other random bits, or with another smallest code where E >= 32.
Between in_8_bits(bool to_nearest, uint32_t smallest) {
  return [=](std::vector<float>& slot, bool has_sign, uint32_t t) {
    for (size_t first = 0; first < slot.size(); first += 64) {
      int64_t k[64], largest = 0;
      for (size_t j = 0; j < 64; ++j) {
        const uint64_t r = to_nearest ? 0x80000000 : slot_model::random_bits(0, t, first / 64, j);
        largest = std::max(largest, k[j] = slot_model::eleven_bits(float_to_bits(slot[first + j]), r));
      }
      const int64_t lowest = 8 * (largest / 8 + 1) - (has_sign ? 128 : 256);
      for (size_t j = 0; j < 64; ++j) {
        int64_t code = k[j] - lowest;
        if (has_sign && code < 8) code = 0;
        if (!has_sign && largest >= 8 * 32) code = std::max<int64_t>(code, smallest);
        const uint32_t sign = has_sign ? float_to_bits(slot[first + j]) & 0x80000000u : 0;
        const int64_t kept = code <= 0 || code + lowest < 8 ? 0 : code + lowest;
        slot[first + j] = bits_to_float(sign | static_cast<uint32_t>(kept) << 20);
      }
    }
  };
}

Between in_bfloat16() {
  return [](std::vector<float>& slot, bool, uint32_t t) {
    for (size_t i = 0; i < slot.size(); ++i) {
      const uint64_t r = slot_model::random_bits(0, t, i / 64, i % 64);
      slot[i] = bits_to_float(uint32_t{slot_model::encode_bfloat16(float_to_bits(slot[i]), r)} << 16);
    }
  };
}

constexpr size_t kCount = 1024;
constexpr double kPi = 3.14159265358979323846;

uint32_t hash(uint32_t x) { return static_cast<uint32_t>(slot_model::hash(x)); }
float uniform(uint32_t x) { return static_cast<float>(hash(x) >> 8) * 0x1p-24f; }

// The mean loss after so many steps of a sum of parabolas, whose curvatures in each block lie over so many
// decades; with noise in proportion to the curvature and a rate that falls to 0, where there is noise.
double quadratic(Training& training, double rate, int decades, uint32_t steps, bool noisy,
                 uint32_t seed = 0) {
  std::vector<float> weights(kCount, 1.0f), gradients(kCount), curvatures(kCount);
  for (uint32_t i = 0; i < kCount; ++i)
    curvatures[i] = std::pow(10.0f, -static_cast<float>(decades) * uniform(i * 7 + 1));
  for (uint32_t t = 1; t <= steps; ++t) {
    training.set("learning_rate", noisy ? rate * 0.5 * (1 + std::cos(kPi * t / steps)) : rate);
    for (uint32_t i = 0; i < kCount; ++i) {
      const float noise = noisy ? uniform(t * 977 + i * 31 + seed * 7919) - 0.5f : 0.0f;
      gradients[i] = curvatures[i] * (weights[i] + noise);
    }
    training.step(weights.data(), gradients.data());
  }
  double loss = 0.0;
  for (uint32_t i = 0; i < kCount; ++i) loss += 0.5 * curvatures[i] * weights[i] * weights[i] / kCount;
  return loss;
}

double without_noise(SlotForm form, int decades, const Between& between = nullptr) {
  Training training("adam", kCount, form);
  training.between = between;
  return quadratic(training, 1e-2, decades, 3000, false);
}

// Of three seeds together.
double with_noise(const char* rule, double rate, SlotForm form, const Between& between = nullptr) {
  double sum = 0.0;
  for (uint32_t seed = 1; seed <= 3; ++seed) {
    Training training(rule, kCount, form, seed);
    training.between = between;
    sum += quadratic(training, rate, 2, 4000, true, seed);
  }
  return sum;
}

TEST(SlotConvergence, Quadratics) {
  for (int decades = 0; decades <= 5; ++decades) {
    for (const SlotForm form : {kFloats, kBits8, kBfloat16}) {
      const double loss = without_noise(form, decades);
      EXPECT_LT(loss, 1e-60) << decades << " decades, " << name_of(form);
    }
  }
}

// Rules, a rate, and how many times the loss with floats it may be.
constexpr struct {
  const char* rule;
  double rate, most;
} kNoisy[] = {{"adam", 1e-2, 1.03},
              {"adam_epsilon_inside", 1e-2, 1.03},
              {"momentum", 2e-2, 1.03},
              {"classical_momentum", 2e-2, 1.03},
              {"averaging_momentum", 2e-1, 1.03},
              {"rmsprop", 5e-3, 1.03},
              {"rmsprop_epsilon_inside", 5e-3, 1.03},
              {"rmsprop_momentum", 5e-3, 1.03},
              {"lion", 2e-3, 1.08},
              {"signum", 2e-3, 1.03},
              {"adagrad", 2e-1, 1.03},
              {"adagrad_epsilon_inside", 2e-1, 1.03},
              {"adadelta", 1, 1.03},
              {"amsgrad", 1e-2, 1.03},
              {"adamax", 1e-2, 1.03},
              {"nadam", 1e-2, 1.03},
              {"radam", 1e-2, 1.03}};

TEST(SlotConvergence, Noise) {
  std::set<std::string> rules;
  for (const auto& c : kNoisy) {
    const double floats = with_noise(c.rule, c.rate, kFloats);
    for (const SlotForm form : {kBits8, kBfloat16}) {
      const double ratio = with_noise(c.rule, c.rate, form) / floats;
      EXPECT_LT(ratio, c.most) << c.rule << ", " << name_of(form);
    }
    rules.insert(c.rule);
  }
  for (const RuleFacts& rule : all_rules())
    EXPECT_EQ(rules.count(rule.name), rule.has_forms && rule.slots > 0 ? 1u : 0u) << rule.name;
}

// Every rule bears weights in bfloat16.
TEST(SlotConvergence, WeightsInBfloat16) {
  std::map<std::string, double> rates = {
      {"sgd", 2e-1},  {"signsgd", 2e-3},          {"rprop", 1e-2},
      {"asgd", 2e-1}, {"rmsprop_centered", 5e-3}, {"rmsprop_centered_momentum", 5e-3}};
  for (const auto& c : kNoisy) rates[c.rule] = c.rate;
  for (const RuleFacts& rule : all_rules()) {
    ASSERT_EQ(rates.count(rule.name), 1u) << rule.name;
    double losses[2] = {};
    for (size_t coded = 0; coded < 2; ++coded) {
      Training training(rule.name, kCount, kFloats, 1);
      if (coded == 1) training.keep_weights_in_bfloat16();
      losses[coded] = quadratic(training, rates[rule.name], 2, 4000, true, 1);
    }
    EXPECT_LT(losses[1], 1.03 * losses[0]) << rule.name;
  }
}

// Speakers that a network does not know, pretrained without them and then fine-tuned, in both with slots in
// this form: the mean over all speakers and so many seeds.
struct VowelJob {
  double loss_before = 0.0, loss = 0.0, correct_before = 0.0, correct = 0.0;
};

VowelJob vowel_job(const std::vector<demo::Speaker>& speakers, SlotForm form) {
  constexpr uint32_t kSeeds = 6;
  constexpr double kRuns = kSeeds * demo::kSpeakers;
  VowelJob mean;
  for (uint32_t seed = 0; seed < kSeeds; ++seed) {
    for (int owner = 0; owner < demo::kSpeakers; ++owner) {
      const demo::Recordings& recordings = speakers[static_cast<size_t>(owner)].recordings;
      const demo::Pretrained made = demo::pretrain(speakers, owner, demo::kVowels, form, seed);
      demo::Report report = {};
      const gls_status status = with_slots(form, [&](auto slots) {
        return demo::fine_tune<decltype(slots)>(made.weights.data(), recordings, demo::kMostTrained, report);
      });
      EXPECT_EQ(status, GLS_OK);
      mean.loss_before += made.loss / kRuns;
      mean.loss += static_cast<double>(report.losses[demo::kEpochs - 1]) / kRuns;
      mean.correct_before += report.correct_before / (kRuns * demo::kTests);
      mean.correct += report.correct_after / (kRuns * demo::kTests);
    }
  }
  std::printf("%-8s pretrained: loss %.4f, correct %.4f; fine-tuned: loss %.4f, correct %.4f\n",
              name_of(form), mean.loss_before, mean.correct_before, mean.loss, mean.correct);
  return mean;
}

TEST(VowelJob, IsLearnedAsWellAsWithFloats) {
  const std::vector<demo::Speaker> speakers = demo::read_vowels(GLISSADE_DATA);
  const VowelJob floats = vowel_job(speakers, kFloats);
  EXPECT_GT(floats.correct, 0.88);
  for (const SlotForm form : {kBfloat16, kBits8}) {
    const VowelJob job = vowel_job(speakers, form);
    EXPECT_NEAR(job.loss_before, floats.loss_before, 0.05 * floats.loss_before);
    EXPECT_NEAR(job.loss, floats.loss, 0.05 * floats.loss);
    EXPECT_NEAR(job.correct_before, floats.correct_before, 0.005);
    EXPECT_NEAR(job.correct, floats.correct, 0.005);
  }
}

// Weights in bfloat16, with slots in any form: pretrained as well as floats. A network takes them as floats.
class Bfloat16Weights {
 public:
  Bfloat16Weights(SlotForm form, uint32_t seed) {
    params_.learning_rate = 3e-3;
    optimizer_ = gls_weights_bfloat16(in_form(form, gls_adam(&params_, &state_, nullptr, slots_[0].data(),
                                                             slots_[1].data(), demo::kWeights)),
                                      codes_.data());
    optimizer_.seed = seed;
  }
  void step(float* weights, const float* gradients, float scale) {
    if (state_.step == 0) {
      ASSERT_EQ(gls_floats_to_bfloat16(weights, codes_.data(), demo::kWeights), GLS_OK);
    }
    ASSERT_EQ(gls_step(&optimizer_, gls_gradient_buffer(gradients), scale), GLS_OK);
    ASSERT_EQ(gls_bfloat16_to_floats(codes_.data(), weights, demo::kWeights), GLS_OK);
  }

 private:
  gls_adam_params params_ = {GLS_ADAM_DEFAULTS};
  gls_adam_state state_ = {};
  std::vector<std::vector<float>> slots_{2, std::vector<float>(demo::kWeights)};
  std::vector<uint16_t> codes_ = std::vector<uint16_t>(GLS_WEIGHTS_BFLOAT16_COUNT(demo::kWeights));
  gls_optimizer optimizer_ = {};
};

TEST(VowelJob, IsLearnedAsWellWithWeightsInBfloat16) {
  const std::vector<demo::Speaker> speakers = demo::read_vowels(GLISSADE_DATA);
  constexpr uint32_t kSeeds = 3;
  const auto mean = [&](const auto& pretrain) {
    VowelJob result;
    for (uint32_t seed = 0; seed < kSeeds; ++seed) {
      for (int owner = 0; owner < demo::kSpeakers; ++owner) {
        const demo::Pretrained made = pretrain(owner, seed);
        demo::Report report = {};
        EXPECT_EQ(demo::fine_tune<SlotsInFloats>(made.weights.data(),
                                                 speakers[static_cast<size_t>(owner)].recordings,
                                                 demo::kMostTrained, report),
                  GLS_OK);
        result.loss_before += made.loss / (kSeeds * demo::kSpeakers);
        result.correct_before += static_cast<double>(report.correct_before) /
                                 (kSeeds * demo::kSpeakers * static_cast<double>(demo::kTests));
      }
    }
    return result;
  };
  const VowelJob floats = mean([&](int owner, uint32_t seed) {
    return demo::pretrain(speakers, owner, demo::kVowels, kFloats, seed);
  });
  for (const SlotForm form : {kFloats, kBfloat16, kBits8}) {
    const VowelJob job = mean([&](int owner, uint32_t seed) {
      Bfloat16Weights optimizer(form, seed);
      return demo::pretrain_by([&](float* w, const float* g, float scale) { optimizer.step(w, g, scale); },
                               speakers, owner, demo::kVowels, seed);
    });
    std::printf("weights in bfloat16, slots %s: loss %.4f, correct %.4f; floats: %.4f, %.4f\n", name_of(form),
                job.loss_before, job.correct_before, floats.loss_before, floats.correct_before);
    EXPECT_NEAR(job.loss_before, floats.loss_before, 0.05 * floats.loss_before);
    EXPECT_NEAR(job.correct_before, floats.correct_before, 0.015);  // 0.006 with 9 seeds
  }
}

// After one gradient in each block that is far too large: the loss of the others.
double after_a_shock(SlotForm form, const Between& between = nullptr) {
  Training training("adam", kCount, form);
  training.set("learning_rate", 1e-2);
  training.between = between;
  std::vector<float> weights(kCount, 1.0f), gradients(kCount);
  double loss = 0.0;
  for (uint32_t t = 1; t <= 1000; ++t) {
    for (uint32_t i = 0; i < kCount; ++i) gradients[i] = t == 20 && i % 64 == 9 ? 0x1p40f : weights[i];
    training.step(weights.data(), gradients.data());
  }
  for (uint32_t i = 0; i < kCount; ++i)
    loss += i % 64 == 9 ? 0.0 : static_cast<double>(weights[i]) * static_cast<double>(weights[i]) / kCount;
  return loss;
}

// The model of this file is the library's codec; rounding to nearest is worse; and where v may be 0, weights
// run away.
TEST(SlotConvergence, OtherCodesAreWorse) {
  EXPECT_EQ(without_noise(kFloats, 5, in_8_bits(false, 1)), without_noise(kBits8, 5));
  EXPECT_EQ(without_noise(kFloats, 5, in_bfloat16()), without_noise(kBfloat16, 5));
  EXPECT_GT(with_noise("adam", 1e-2, kFloats, in_8_bits(true, 1)), 1.1 * with_noise("adam", 1e-2, kFloats));
  EXPECT_LT(after_a_shock(kFloats), 1.0);
  EXPECT_LT(after_a_shock(kBits8), 1.0);
  EXPECT_EQ(after_a_shock(kFloats, in_8_bits(false, 1)), after_a_shock(kBits8));
  EXPECT_GT(after_a_shock(kFloats, in_8_bits(false, 0)), 1e3);
}

// Centered RMSprop as it would be: on a parabola far from its minimum, where a gradient hardly changes. The
// variance, a small difference of two slots, becomes 0, and a step is divided by epsilon.
TEST(SlotConvergence, CenteredRmsPropDoesNotBearIt) {
  const auto distance = [](const char* rule, const Between& between) {
    Training training(rule, kCount, kFloats);
    training.set("learning_rate", 1e-3);
    training.set("alpha", 0.9);
    training.set("momentum", rule == std::string("rmsprop_centered") ? 0.0 : 0.9);
    training.between = between;
    std::vector<float> weights(kCount, 10.0f);
    for (int t = 0; t < 1000; ++t) training.step(weights.data(), std::vector<float>(weights).data());
    float largest = 0.0f;
    for (const float w : weights) largest = std::max(largest, std::abs(w));
    return largest;
  };
  for (const char* const rule : {"rmsprop_centered", "rmsprop_centered_momentum"}) {
    EXPECT_LE(distance(rule, nullptr), 10.0f) << rule;
    EXPECT_GT(distance(rule, in_bfloat16()), 1e3f) << rule;
    EXPECT_GT(distance(rule, in_8_bits(false, 1)), 1e3f) << rule;
  }
}

// Rprop and the average of averaged SGD, as they would be in 8 bits.
TEST(SlotConvergence, RulesThatDoNotBearIt) {
  double rprop[2], average[2] = {};
  for (int coded = 0; coded < 2; ++coded) {
    Training signs("rprop", kCount, kFloats), asgd("asgd", kCount, kFloats);
    if (coded == 1) signs.between = asgd.between = in_8_bits(false, 1);
    rprop[coded] = quadratic(signs, 1e-2, 3, 50, false);
    asgd.set("learning_rate", 0.1);
    asgd.set("start_averaging", 100);
    std::vector<float> weights(kCount, 2.0f), gradients(kCount);
    for (uint32_t t = 1; t <= 1000; ++t) {
      for (uint32_t i = 0; i < kCount; ++i)
        gradients[i] = weights[i] - 1.3f + uniform(t * 977 + i * 31) - 0.5f;
      asgd.step(weights.data(), gradients.data());
    }
    for (const float x : asgd.slot(0))
      average[coded] += (static_cast<double>(x) - 1.3) * (static_cast<double>(x) - 1.3) / kCount;
  }
  EXPECT_GT(rprop[1], 5 * rprop[0]);
  EXPECT_GT(average[1], 10 * average[0]);
}

}  // namespace
