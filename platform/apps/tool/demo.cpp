// SPDX-License-Identifier: Apache-2.0
// The demo's jobs for any speaker, and for all.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <stdexcept>

#include "apps/tool/commands.hpp"
#include "apps/tool/files.hpp"
#include "apps/tool/shipped.hpp"

namespace glissade {

using namespace demo;

namespace {

using Speakers = std::vector<Speaker>;

// One speaker's job: what is made once, and then learned again and again.
std::function<void(Report&)> prepared(const Speakers& speakers, const DemoOptions& options, const Report*) {
  const Weights pretrained = pretrain(speakers, options.speaker).weights;
  return [pretrained, &speakers, options](Report& report) {
    const Recordings& owner = speakers[static_cast<size_t>(options.speaker)].recordings;
    check(with_slots(options.slots, [&](auto slots) {
      return fine_tune<decltype(slots)>(pretrained.data(), owner, options.repetitions, report);
    }));
  };
}
std::function<void(OwnerReport&)> prepared(const Speakers& speakers, const DemoOptions& options,
                                           const OwnerReport*) {
  const MadeModel model(speakers, options.speaker, kVowels);
  return [model, &speakers, options](OwnerReport& report) {
    const Recordings& owner = speakers[static_cast<size_t>(options.speaker)].recordings;
    check(learn_owner(model.file(), owner, options.repetitions, options.log, report));
  };
}
std::function<void(VowelsReport&)> prepared(const Speakers& speakers, const DemoOptions& options,
                                            const VowelsReport*) {
  const MadeModel model(speakers, options.speaker, kOldVowels);
  return [model, &speakers, options](VowelsReport& report) {
    const Recordings& owner = speakers[static_cast<size_t>(options.speaker)].recordings;
    check(learn_vowels(model.file(), owner, options.repetitions, report));
  };
}

// What a table has of a report.
struct Share {
  const char* name;
  uint32_t correct, tests;
  double percent() const { return 100.0 * correct / tests; }
};
std::vector<Share> shares(const Report& report) {
  return {{"before", report.correct_before, kTests}, {"after", report.correct_after, kTests}};
}
std::vector<Share> shares(const OwnerReport& report) {
  return {{"before", report.correct_before, kTests}, {"after", report.correct_after, kTests}};
}
std::vector<Share> shares(const VowelsReport& report) {
  return {{"before", report.before.old_vowels, kOldTests},
          {"old", report.with.old_vowels, kOldTests},
          {"new", report.with.new_vowels, kNewTests},
          {"old*", report.without.old_vowels, kOldTests},
          {"new*", report.without.new_vowels, kNewTests}};
}

template <class Report>
void run_one(const DemoOptions& options, const char* mark) {
  const Speakers speakers = read_vowels(options.data);
  const auto job = prepared(speakers, options, static_cast<const Report*>(nullptr));
  Report report;
  double best = 1e300;
  for (int repeat = 0; repeat < (options.log ? 1 : 5); ++repeat) {
    const auto start = std::chrono::steady_clock::now();
    job(report);
    const std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - start;
    best = std::min(best, time.count());
  }
  std::printf("%sbackend %s\n%sspeaker %d\n", mark, gls_backend_active(), mark, options.speaker);
  print_report(report);
  std::printf("%stime %.2f ms\n", mark, best);
}

void print_row(const char* name, const std::vector<double>& percents) {
  std::printf("%7s", name);
  for (const double percent : percents) std::printf("  %5.1f%%", percent);
}

template <class Report>
void run_all(DemoOptions options) {
  const Speakers speakers = read_vowels(options.data);
  std::vector<double> sums, worst;
  for (options.speaker = 0; options.speaker < kSpeakers; ++options.speaker) {
    Report report;
    prepared(speakers, options, static_cast<const Report*>(nullptr))(report);
    const std::vector<Share> row = shares(report);
    if (sums.empty()) {
      sums.resize(row.size());
      worst.resize(row.size(), 100.0);
      std::printf("speaker");
      for (const Share& share : row) std::printf("  %6s", share.name);
      std::printf("  crc\n");
    }
    std::vector<double> percents;
    for (size_t i = 0; i < row.size(); ++i) {
      percents.push_back(row[i].percent());
      sums[i] += percents[i] / kSpeakers;
      worst[i] = std::min(worst[i], percents[i]);
    }
    print_row(std::to_string(options.speaker).c_str(), percents);
    std::printf("  %08x\n", report.crc);
  }
  print_row("mean", sums);
  std::printf("\n");
  print_row("worst", worst);
  std::printf("\n");
}

template <class Report>
void run(const DemoOptions& options, const char* mark) {
  options.all ? run_all<Report>(options) : run_one<Report>(options, mark);
}

}  // namespace

void run_demo(const DemoOptions& options) {
  if (options.log && (options.all || options.job != DemoJob::kOwner)) {
    throw std::runtime_error("--log is for one speaker, and --job owner");
  }
  if (options.slots != SlotForm::kFloat && options.job != DemoJob::kFineTune) {
    throw std::runtime_error("--slots is for --job fine-tune: a head's slots are floats only");
  }
  const auto run_job = options.job == DemoJob::kOwner    ? run<OwnerReport>
                       : options.job == DemoJob::kVowels ? run<VowelsReport>
                                                         : run<Report>;
  run_job(options, options.job == DemoJob::kFineTune ? "" : "# ");
}

void write_pretrained(const PretrainOptions& options) {
  const Speakers speakers = read_vowels(options.data);
  if (options.tflite) {
    const MadeModel model(speakers, options.speaker, kVowels);
    write_file(options.output, {reinterpret_cast<const char*>(model.file().bytes), model.file().size});
    return;
  }
  if (options.int8) {
    const MadeModel all(speakers, options.speaker, kVowels), some(speakers, options.speaker, kOldVowels);
    write_file(options.output, write_shipped(all, some, options.speaker));
    return;
  }
  const Weights weights = pretrain(speakers, options.speaker).weights;
  const Recordings& owner = speakers[static_cast<size_t>(options.speaker)].recordings;
  write_file(options.output, write_header(owner, weights, options.speaker));
}

}  // namespace glissade
