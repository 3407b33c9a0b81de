// SPDX-License-Identifier: Apache-2.0
// The host program: the demo's job for any speaker, the pretraining behind it, and this machine's backends.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>

#include "vowels.hpp"

namespace {

using namespace glissade::demo;

struct Options {
  std::string data = GLISSADE_DATA, output;
  int speaker = GLISSADE_DEMO_SPEAKER;
  uint32_t repetitions = kMostTrained;
};

Report run(const std::vector<Speaker>& speakers, const Options& options, double* milliseconds) {
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

void run_one(const Options& options) {
  double milliseconds;
  const Report report = run(read_vowels(options.data), options, &milliseconds);
  std::printf("backend %s\nspeaker %d\n", gls_backend_active(), options.speaker);
  print_report(report);
  std::printf("time %.2f ms\n", milliseconds);
}

void run_all(Options options) {
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

void write_pretrained(const Options& options) {
  const std::vector<Speaker> speakers = read_vowels(options.data);
  const Weights weights = pretrain(speakers, options.speaker);
  const Recordings& owner = speakers[static_cast<size_t>(options.speaker)].recordings;
  std::ofstream file(options.output);
  file << write_header(owner, weights, options.speaker);
  if (!file.flush()) throw std::runtime_error("cannot write " + options.output);
}

void list_backends() {
  const char* const active = gls_backend_active();
  for (size_t i = 0; i < gls_backend_count(); ++i) {
    const std::string name = gls_backend_name(i);
    std::cout << name
              << (!gls_backend_supported(i)             ? ": not supported by this processor"
                  : active != nullptr && name == active ? ": active"
                                                        : "")
              << "\n";
  }
  if (active == nullptr) check(GLS_ERROR_BACKEND);
}

}  // namespace

int main(int argument_count, char** arguments) {
  CLI::App app("Glissade on the host. The environment variable GLISSADE_BACKEND chooses the backend.");
  app.require_subcommand(1);
  Options options;
  bool all = false;
  CLI::App* const demo =
      app.add_subcommand("demo", "fine-tune the vowel recognizer for one speaker, or for all");
  CLI::App* const pretrain = app.add_subcommand("pretrain", "write the pretrained weights as a C++ header");
  for (CLI::App* const command : {demo, pretrain}) {
    command->add_option("--speaker", options.speaker, "the new owner")
        ->check(CLI::Range(0, kSpeakers - 1))
        ->capture_default_str();
    command->add_option("--data", options.data, "the file vowel.csv")->check(CLI::ExistingFile);
  }
  demo->add_option("--repetitions", options.repetitions, "of each vowel to learn from")
      ->check(CLI::Range(1u, kMostTrained))
      ->capture_default_str();
  demo->add_flag("--all", all, "every speaker in turn: mean and worst");
  pretrain->add_option("--output", options.output, "the header")->required();
  CLI::App* const backends = app.add_subcommand("backends", "list this machine's backends");
  CLI11_PARSE(app, argument_count, arguments);
  try {
    if (*backends) list_backends();
    if (*pretrain) write_pretrained(options);
    if (*demo && all) run_all(options);
    if (*demo && !all) run_one(options);
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << "\n";
    return 1;
  }
  return 0;
}
