// SPDX-License-Identifier: Apache-2.0
// The host program: its command line, the demo's job for any speaker, and lists of what there is.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>

#include "apps/tool/any_rule.hpp"
#include "apps/tool/commands.hpp"
#include "apps/tool/functions.hpp"
#include "apps/tool/vowels.hpp"

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

void list_rules() {
  std::printf("%-28s %5s %5s  %s\n", "rule", "slots", "state", "parameters, beside those that all have:");
  const std::vector<glissade::RuleFacts> rules = glissade::all_rules();
  std::printf("%-28s %5s %5s  weight_decay=0 decoupled_weight_decay=0 maximize=0\n", "", "", "bytes");
  for (const glissade::RuleFacts& rule : rules) {
    std::printf("%-28s %5d %5zu  %s\n", rule.name.c_str(), rule.slots, rule.state_bytes,
                rule.parameters.c_str());
  }
}

}  // namespace

int main(int argument_count, char** arguments) {
  using namespace glissade;
  CLI::App app("Glissade on the host. The environment variable GLISSADE_BACKEND chooses the backend.");
  app.require_subcommand(1);
  const auto output_option = [](CLI::App* command, std::string& output, const char* what) {
    return command->add_option("-o,--output", output, what);
  };
  const std::string rule_help =
      "a rule, as in momentum:learning_rate=0.01,momentum=0.9; may be given several times";

  Options options;
  bool all = false;
  CLI::App* const demo_command =
      app.add_subcommand("demo", "fine-tune the vowel recognizer for one speaker, or for all");
  demo_command->add_option("--repetitions", options.repetitions, "of each vowel to learn from")
      ->check(CLI::Range(1u, kMostTrained))
      ->capture_default_str();
  demo_command->add_flag("--all", all, "every speaker in turn: mean and worst");
  CLI::App* const pretrain_command =
      app.add_subcommand("pretrain", "write the pretrained weights as a C++ header");
  output_option(pretrain_command, options.output, "the header")->required();

  app.add_subcommand("backends", "list this machine's backends")->callback(list_backends);
  app.add_subcommand("rules", "list the rules, their slots and their parameters")->callback(list_rules);

  ScheduleOptions schedule_options;
  CLI::App* const schedule_command = app.add_subcommand("schedule", "the rates of a learning-rate schedule");
  schedule_command->footer("Schedules, and their parameters in the classic picture:" + schedule_names());
  schedule_command->add_option("name", schedule_options.name, "which")->required();
  schedule_command->add_option("parameters", schedule_options.parameters, "name=value ...");
  schedule_command->add_option("--steps", schedule_options.steps, "how many")
      ->check(CLI::Range(1u, 1000000u))
      ->capture_default_str();
  output_option(schedule_command, schedule_options.output, "a picture (SVG) instead of text");

  ReplayOptions replay_options;
  CLI::App* const replay_command = app.add_subcommand(
      "replay", "run golden files, or logged gradients, and compare with the bits they expect");
  replay_command->footer(
      "Files as in tests/golden/README.md. A case may hold \"weights\" and \"gradients\" (a list per step),\n"
      "as numbers or as hexadecimal words, instead of a seed; without snapshots it is only computed.");
  replay_command->add_option("paths", replay_options.paths, "files, or folders of *.json")
      ->required()
      ->check(CLI::ExistingPath);
  replay_command->add_option("--backend", replay_options.backend,
                             "one backend instead of all that this machine has");
  output_option(replay_command, replay_options.output, "the one file again, with what was computed");

  CompareOptions compare_options;
  CLI::App* const compare_command =
      app.add_subcommand("compare", "rules on the vowel job: a table, and curves of loss and gradient norm");
  compare_command->add_option("--rule", compare_options.rules, rule_help + "; without: all");
  output_option(compare_command, compare_options.output, "a picture (SVG)");

  AverageOptions average_options;
  CLI::App* const average_command =
      app.add_subcommand("average", "running means of a series, with and without bias correction");
  average_command->add_option("--data", average_options.data,
                              "a file with a number per line; without: a noisy season");
  average_command->add_option("--beta", average_options.betas, "decays")->capture_default_str();
  output_option(average_command, average_options.output, "a picture (SVG) instead of text");

  TrajectoryOptions trajectory_options;
  CLI::App* const trajectory_command =
      app.add_subcommand("trajectory", "the way that rules take over a function");
  std::string functions;
  for (const Function& function : all_functions()) {
    if (function.start.size() <= 2) functions += "\n  " + function.name + ": " + function.formula;
  }
  trajectory_command->footer("Functions:" + functions);
  trajectory_command->add_option("--function", trajectory_options.function, "on which")
      ->capture_default_str();
  trajectory_command->add_option("--rule", trajectory_options.rules,
                                 rule_help + "; without: the classic picture's");
  trajectory_command->add_option("--start", trajectory_options.start, "from where: x, or x y");
  trajectory_command->add_option("--steps", trajectory_options.steps, "how many")
      ->check(CLI::Range(1u, 1000000u));
  trajectory_command->add_flag("--panels", trajectory_options.panels, "a panel for each rule");
  output_option(trajectory_command, trajectory_options.output, "a picture (SVG)");

  for (CLI::App* const command : {demo_command, pretrain_command, compare_command}) {
    command->add_option("--speaker", options.speaker, "the new owner")
        ->check(CLI::Range(0, kSpeakers - 1))
        ->capture_default_str();
    command->add_option("--data", options.data, "the file vowel.csv")->check(CLI::ExistingFile);
  }

  try {
    app.parse(argument_count, arguments);
    compare_options.data = options.data;
    compare_options.speaker = options.speaker;
    if (*pretrain_command) write_pretrained(options);
    if (*demo_command && all) run_all(options);
    if (*demo_command && !all) run_one(options);
    if (*schedule_command) schedule(schedule_options);
    if (*replay_command) return replay(replay_options) ? 0 : 1;
    if (*compare_command) compare(compare_options);
    if (*average_command) average(average_options);
    if (*trajectory_command) trajectory(trajectory_options);
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << "\n";
    return 2;
  }
  return 0;
}
