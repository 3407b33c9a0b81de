// SPDX-License-Identifier: Apache-2.0
// The cases of golden files (tests/golden/README.md) and of logged gradients, read and checked as a whole.
#ifndef GLISSADE_PLATFORM_LINUX_REPLAY_CASE_HPP
#define GLISSADE_PLATFORM_LINUX_REPLAY_CASE_HPP

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "apps/tool/golden.hpp"
#include "apps/tool/json_file.hpp"

namespace glissade {

constexpr const char* kParams = "params";  // the weights, where a case names a rule's buffers

struct Snapshot {
  uint32_t step;
  std::map<std::string, std::vector<float>> buffers;  // by PyTorch's names
};

// Weights at the start and every step's gradients, as a device logged them.
struct Logged {
  std::vector<float> weights;
  std::vector<std::vector<float>> gradients;

  uint32_t steps() const { return static_cast<uint32_t>(gradients.size()); }
  float first_weight(uint32_t i) const { return weights[i]; }
  float gradient(uint32_t step, uint32_t i) const { return gradients[step - 1][i]; }
};

struct ReplayCase {
  // Throws std::runtime_error, with file, line and column, for anything unknown, missing, of another type,
  // out of range or without effect.
  explicit ReplayCase(const JsonValue& value);

  golden::Case golden() const {
    return {optimizer.c_str(), options.data(), options.size(), seed, gradient_exponent, changing, slot_form};
  }
  uint32_t steps() const { return is_logged ? logged.steps() : golden::Generated::steps(); }
  bool expects_nothing() const { return snapshots.empty() && checksums.empty(); }

  JsonValue json;
  std::string optimizer;
  SlotForm slot_form = SlotForm::kFloat;
  std::deque<std::string> names;  // of options; these point to them
  std::vector<golden::Option> options;
  bool is_logged, changing = false;
  Logged logged;  // if is_logged; otherwise the next two
  uint32_t seed = 0;
  int32_t gradient_exponent = 0;
  uint32_t n = 0;  // weights
  std::vector<Snapshot> snapshots;
  std::map<std::string, uint32_t> checksums;   // by the buffers' names
  uint32_t checksum_step = 0, checksum_n = 0;  // after this step of so many weights

 private:
  void read_options(const JsonValue& all);
  void read_slots(const JsonValue& name);
  void read_gradients();
  void read_expected();
};

// A file and its cases, which point into it.
struct ReplayFile {
  ReplayFile(const std::string& path, const std::string& text);
  ~ReplayFile() = default;
  ReplayFile(const ReplayFile&) = delete;
  ReplayFile& operator=(const ReplayFile&) = delete;

  JsonFile file;
  std::deque<ReplayCase> cases;
};

}  // namespace glissade

#endif
