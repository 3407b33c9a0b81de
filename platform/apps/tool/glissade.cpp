// SPDX-License-Identifier: Apache-2.0
// The demo's job for any speaker, and lists of what there is.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>

#include "apps/tool/any_rule.hpp"
#include "apps/tool/commands.hpp"
#include "apps/tool/files.hpp"
#include "apps/tool/vowels.hpp"

namespace glissade {

using namespace demo;

namespace {

Report run(const std::vector<Speaker>& speakers, const DemoOptions& options, double* milliseconds) {
  const Weights pretrained = pretrain(speakers, options.speaker);
  const Recordings& owner = speakers[static_cast<size_t>(options.speaker)].recordings;
  Report report;
  double best = 1e300;
  for (int repeat = 0; repeat < 5; ++repeat) {
    const auto start = std::chrono::steady_clock::now();
    check(fine_tune(pretrained.data(), owner, options.repetitions, report));
    const std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - start;
    best = std::min(best, time.count());
  }
  *milliseconds = best;
  return report;
}

void run_one(const DemoOptions& options) {
  double milliseconds;
  const Report report = run(read_vowels(options.data), options, &milliseconds);
  std::printf("backend %s\nspeaker %d\n", gls_backend_active(), options.speaker);
  print_report(report);
  std::printf("time %.2f ms\n", milliseconds);
}

void run_all(DemoOptions options) {
  const std::vector<Speaker> speakers = read_vowels(options.data);
  uint32_t sum_before = 0, sum_after = 0, worst_before = kTests, worst_after = kTests;
  std::printf("speaker  before  after  crc\n");
  const auto percent = [](uint32_t correct) { return 100.0 * correct / kTests; };
  for (options.speaker = 0; options.speaker < kSpeakers; ++options.speaker) {
    double milliseconds;
    const Report report = run(speakers, options, &milliseconds);
    std::printf("%7d  %5.1f%%  %4.1f%%  %08x\n", options.speaker, percent(report.correct_before),
                percent(report.correct_after), report.crc);
    sum_before += report.correct_before;
    sum_after += report.correct_after;
    worst_before = std::min(worst_before, report.correct_before);
    worst_after = std::min(worst_after, report.correct_after);
  }
  std::printf("   mean  %5.1f%%  %4.1f%%\n", percent(sum_before) / kSpeakers, percent(sum_after) / kSpeakers);
  std::printf("  worst  %5.1f%%  %4.1f%%\n", percent(worst_before), percent(worst_after));
}

}  // namespace

void run_demo(const DemoOptions& options) { options.all ? run_all(options) : run_one(options); }

void write_pretrained(const PretrainOptions& options) {
  const std::vector<Speaker> speakers = read_vowels(options.data);
  const Weights weights = pretrain(speakers, options.speaker);
  const Recordings& owner = speakers[static_cast<size_t>(options.speaker)].recordings;
  write_file(options.output, write_header(owner, weights, options.speaker));
}

void list_backends() {
  const char* const active = gls_backend_active();
  for (size_t i = 0; i < gls_backend_count(); ++i) {
    const std::string name = gls_backend_name(i);
    std::cout << name
              << (!gls_backend_supported(i)             ? ": not supported by this machine"
                  : active != nullptr && name == active ? ": active"
                                                        : "")
              << "\n";
  }
  if (active == nullptr) check(GLS_ERROR_BACKEND);
}

void list_rules() {
  std::printf("%-28s %5s %5s  %s\n", "rule", "slots", "state", "parameters, beside those that all have:");
  const std::vector<RuleFacts> rules = all_rules();
  std::printf("%-28s %5s %5s  weight_decay=0 decoupled_weight_decay=0 maximize=0\n", "", "", "bytes");
  for (const RuleFacts& rule : rules) {
    std::printf("%-28s %5d %5zu  %s\n", rule.name.c_str(), rule.slots, rule.state_bytes,
                rule.parameters.c_str());
  }
}

}  // namespace glissade
