// SPDX-License-Identifier: Apache-2.0
// `glissade compare`: every rule on the demo's job, each with the best of a few learning rates.
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <stdexcept>

#include "apps/tool/any_rule.hpp"
#include "apps/tool/commands.hpp"
#include "apps/tool/plot.hpp"
#include "apps/tool/vowels.hpp"

namespace glissade {
namespace {

using namespace demo;

struct Run {
  double rate = 0.0;
  std::vector<double> losses, norms;  // a mean per epoch
  uint32_t correct = 0;               // of kTests, at the end
};

uint32_t count_correct(const float* weights, const Recordings& recordings) {
  static Net net;
  uint32_t correct = 0;
  for (size_t row = kRows - kTests; row < kRows; ++row) {
    check(net.forward(weights, recordings[row]));
    const float* const y = net.outputs();
    if (std::max_element(y, y + kVowels) == y + row % kVowels) ++correct;
  }
  return correct;
}

// kEpochs passes over the training rows, a repetition of all vowels per step, as the demo does it.
Run train(const std::string& description, SlotForm slots, double rate, Weights weights,
          const Recordings& recordings) {
  const std::unique_ptr<AnyRule> rule = make_rule(description, kWeights, slots);
  if (rate > 0.0) rule->set_learning_rate(rate);
  static Net net;
  Run run;
  run.rate = rule->learning_rate();
  for (uint32_t epoch = 0; epoch < kEpochs; ++epoch) {
    double loss_sum = 0.0, norm_sum = 0.0;
    for (uint32_t batch = 0; batch < kMostTrained; ++batch) {
      Weights gradients = {};
      for (size_t vowel = 0; vowel < kVowels; ++vowel) {
        float loss = 0.0f;
        check(net.learn(weights.data(), recordings[batch * kVowels + vowel], vowel, gradients.data(), &loss));
        loss_sum += static_cast<double>(loss) / (kMostTrained * kVowels);
      }
      gls_gradient_report report = {};
      check(gls_gradient_report_update(&report, gradients.data(), kWeights));
      norm_sum += gls_gradient_norm(&report) / kVowels / kMostTrained;
      rule->step(weights.data(), gradients.data(), 1.0f / kVowels);
    }
    run.losses.push_back(loss_sum);
    run.norms.push_back(norm_sum);
  }
  run.correct = count_correct(weights.data(), recordings);
  return run;
}

constexpr double kRates[] = {1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0};

// The rate with the lowest last loss; a description that names one keeps it.
Run best_run(const std::string& description, SlotForm slots, const Weights& weights,
             const Recordings& recordings) {
  if (description.find("learning_rate=") != std::string::npos)
    return train(description, slots, 0.0, weights, recordings);
  Run best;
  for (const double rate : kRates) {
    Run run = train(description, slots, rate, weights, recordings);
    const bool finite = std::isfinite(run.losses.back());
    if (finite && (best.losses.empty() || run.losses.back() < best.losses.back())) best = std::move(run);
  }
  return best.losses.empty() ? train(description, slots, 0.0, weights, recordings) : best;
}

Panel curves(const char* title, const std::vector<std::string>& names, const std::vector<Run>& runs,
             std::vector<double> Run::*values) {
  Panel panel;
  panel.title = title;
  panel.x_label = "epoch";
  panel.log_y = true;
  for (size_t i = 0; i < names.size(); ++i) {
    Series series{names[i], {}, {}, Series::kLine, static_cast<int>(i)};
    series.y = runs[i].*values;
    for (size_t epoch = 1; epoch <= series.y.size(); ++epoch) series.x.push_back(static_cast<double>(epoch));
    panel.series.push_back(series);
  }
  return panel;
}

// The voices that a network does not know, each with the weights that it was pretrained to without it.
struct Voice {
  const Recordings& recordings;
  Weights pretrained;
};

// What a rule comes to in the mean of all voices, with one rate.
struct Mean {
  double loss = 0.0, correct = 0.0;
};
Mean mean_over(const std::vector<Voice>& voices, const std::string& rule, SlotForm slots, double rate) {
  Mean mean;
  const double count = static_cast<double>(voices.size());
  for (const Voice& voice : voices) {
    const Run run = train(rule, slots, rate, voice.pretrained, voice.recordings);
    mean.loss += run.losses.back() / count;
    mean.correct += run.correct / count;
  }
  return mean;
}

// The rate with which a rule with float slots comes to the lowest mean loss.
double best_rate(const std::vector<Voice>& voices, const std::string& rule) {
  if (rule.find("learning_rate=") != std::string::npos) return make_rule(rule, 1)->learning_rate();
  double best = 0.0, least = 0.0;
  for (const double rate : kRates) {
    const double loss = mean_over(voices, rule, SlotForm::kFloat, rate).loss;
    if (std::isfinite(loss) && (best <= 0.0 || loss < least)) best = rate, least = loss;
  }
  return best;
}

std::vector<std::string> rules_with_forms() {
  std::vector<std::string> rules;
  for (const RuleFacts& rule : all_rules()) {
    if (rule.has_forms && rule.slots > 0) rules.push_back(rule.name);
  }
  return rules;
}

}  // namespace

void compare_bytes(const CompareOptions& options) {
  const std::vector<Speaker> speakers = read_vowels(options.data);
  const std::vector<std::string> rules = options.rules.empty() ? rules_with_forms() : options.rules;
  for (const std::string& rule : rules)
    (void)make_rule(rule, 1, SlotForm::k8Bit);  // complains before the work
  std::vector<Voice> voices;
  voices.reserve(kSpeakers);
  for (int owner = 0; owner < kSpeakers; ++owner)
    voices.push_back({speakers[static_cast<size_t>(owner)].recordings, pretrain(speakers, owner).weights});
  Panel panel;
  panel.title = "the vowel job, all speakers: slots in floats, bfloat16 and 8 bits";
  panel.x_label = "bytes of state for each weight";
  panel.y_label = "mean loss of the last epoch";
  panel.log_y = true;
  std::printf("%-28s %8s %10s %6s %10s %8s\n", "rule", "rate", "slots", "bytes", "last loss", "correct");
  for (size_t i = 0; i < rules.size(); ++i) {
    const double rate = best_rate(voices, rules[i]);
    Series line{rules[i], {}, {}, Series::kPath, static_cast<int>(i)};
    for (const SlotForm form : kSlotForms) {
      const Mean mean = mean_over(voices, rules[i], form, rate);
      const double slots = static_cast<double>(make_rule(rules[i], 1)->slots());
      const double bytes = slots * static_cast<double>(slot_bytes(form, kWeights)) / kWeights;
      std::printf("%-28s %8g %10s %6.2f %10.2e %5.1f/%u\n", rules[i].c_str(), rate, name_of(form), bytes,
                  mean.loss, mean.correct, static_cast<unsigned>(kTests));
      line.x.push_back(bytes);
      line.y.push_back(mean.loss);
      panel.window[1] = std::max(panel.window[1], bytes + 0.5);
    }
    panel.series.push_back(line);
  }
  if (options.output.empty()) return;
  Figure figure;
  figure.panels = {panel};
  draw(figure, options.output);
}

void compare(const CompareOptions& options) {
  const std::vector<Speaker> speakers = read_vowels(options.data);
  std::vector<std::string> rules = options.rules;
  if (rules.empty()) {
    for (const RuleFacts& rule : all_rules()) {
      if (options.slots == SlotForm::kFloat || rule.has_forms) rules.push_back(rule.name);
    }
  }
  for (const std::string& rule : rules) (void)make_rule(rule, 1, options.slots);  // complains before the work
  const bool progress = isatty(STDERR_FILENO) != 0;
  const Weights pretrained = pretrain(speakers, options.speaker).weights;
  const Recordings& owner = speakers[static_cast<size_t>(options.speaker)].recordings;
  std::printf("%-28s %8s %10s %10s %10s %8s\n", "rule", "rate", "first loss", "last loss", "last norm",
              "correct");
  std::vector<Run> runs;
  for (const std::string& rule : rules) {
    if (progress) std::fprintf(stderr, "\r%zu of %zu: %-40s", runs.size() + 1, rules.size(), rule.c_str());
    runs.push_back(best_run(rule, options.slots, pretrained, owner));
  }
  if (progress) std::fprintf(stderr, "\r%60s\r", "");
  for (size_t i = 0; i < rules.size(); ++i) {
    const Run& run = runs[i];
    std::printf("%-28s %8g %10.4f %10.2e %10.2e %5u/%u\n", rules[i].c_str(), run.rate, run.losses.front(),
                run.losses.back(), run.norms.back(), run.correct, static_cast<unsigned>(kTests));
  }
  if (options.output.empty()) return;
  Figure figure;
  figure.title = "the vowel job: speaker " + std::to_string(options.speaker);
  figure.columns = 2;
  figure.width = 1100;
  figure.height = 520;
  figure.panels = {curves("mean loss of an epoch", rules, runs, &Run::losses),
                   curves("mean norm of the gradient", rules, runs, &Run::norms)};
  draw(figure, options.output);
}

}  // namespace glissade
