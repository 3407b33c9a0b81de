// SPDX-License-Identifier: Apache-2.0
// The host program's commands. Each throws std::runtime_error with one line for whatever its user got wrong.
#ifndef GLISSADE_PLATFORM_LINUX_COMMANDS_HPP
#define GLISSADE_PLATFORM_LINUX_COMMANDS_HPP

#include <stdint.h>

#include <string>
#include <utility>
#include <vector>

#include "apps/demo/fine_tune.hpp"
#include "apps/tool/slot_forms.hpp"

namespace glissade {

// fine_tune.hpp, and int8_jobs.hpp's two.
enum class DemoJob { kFineTune, kOwner, kVowels };

struct DemoOptions {
  DemoJob job = DemoJob::kFineTune;
  std::string data = GLISSADE_DATA;
  int speaker = GLISSADE_DEMO_SPEAKER;
  uint32_t repetitions = demo::kMostTrained;
  bool all = false, log = false;
  SlotForm slots = SlotForm::kFloat;  // of the first job
};
void run_demo(const DemoOptions& options);

// Writes platform/apps/demo/pretrained.hpp, with int8 shipped.hpp, with tflite the first of its files.
struct PretrainOptions {
  std::string data = GLISSADE_DATA, output;
  int speaker = GLISSADE_DEMO_SPEAKER;
  bool int8 = false, tflite = false;
};
void write_pretrained(const PretrainOptions& options);

void list_backends();
void list_rules();

// Rates of a schedule, as text or as a picture. parameters: "name=value"; empty: those of its classic
// picture.
struct ScheduleOptions {
  std::string name, output;
  std::vector<std::string> parameters;
  uint32_t steps = 100;
};
void schedule(const ScheduleOptions& options);
std::string schedule_names();  // with their parameters, a line each

// Golden files or logged gradients, run here. Returns whether all that had an expected result got it.
struct ReplayOptions {
  std::vector<std::string> paths;  // files, or folders of *.json
  std::string backend, output;
};
bool replay(const ReplayOptions& options);

// All rules that bear such slots, or some, on the vowel job.
struct CompareOptions {
  std::string data = GLISSADE_DATA, output;
  std::vector<std::string> rules;
  int speaker = GLISSADE_DEMO_SPEAKER;
  SlotForm slots = SlotForm::kFloat;
  bool bytes = false;
};
void compare(const CompareOptions& options);
// With `bytes`: every form of slots, in the mean of all speakers.
void compare_bytes(const CompareOptions& options);

// The running mean of a series: from a file with a number per line, or a noisy one of its own.
struct AverageOptions {
  std::string data, output;
  std::vector<double> betas = {0.5, 0.9, 0.98};
};
void average(const AverageOptions& options);

struct TrajectoryOptions {
  std::string function = "ellipse", output;
  std::vector<std::string> rules;
  std::vector<double> start;
  uint32_t steps = 0;  // 0: the classic picture's
  bool panels = false;
};
void trajectory(const TrajectoryOptions& options);

// What is in a TensorFlow Lite model, and changes of it. None of cut, header and state: a list.
struct TfliteOptions {
  std::string file, output, state, rows;
  int head = -1;  // its operator; -1: the last layer that can be one
  bool cut = false, header = false, in_place = false;
};
void rewrite_tflite(const TfliteOptions& options);

// A model, and its optimizer where it has one, from safetensors or saved bytes to another kind of file.
// Without output and to: what is in it.
enum class ConvertTo {
  kByName,
  kSafetensors,
  kSaved,
  kHeader,
  kTable
};  // kByName: as the output's name ends
struct ConvertOptions {
  std::string from, output, layers, like, rule;
  ConvertTo to = ConvertTo::kByName;
  SlotForm slots = SlotForm::kFloat;  // if has_slots: else as they are
  int group = -1;                     // of the parameters; -1: there is one
  bool has_slots = false, weights_only = false, leave_out = false;
};
void convert(const ConvertOptions& options);

}  // namespace glissade

#endif
