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

// The rate with the lowest last loss; a description that names one keeps it.
Run best_run(const std::string& description, SlotForm slots, const Weights& weights,
             const Recordings& recordings) {
  if (description.find("learning_rate=") != std::string::npos)
    return train(description, slots, 0.0, weights, recordings);
  Run best;
  for (const double rate : {1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0}) {
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

}  // namespace

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
