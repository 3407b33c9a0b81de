// SPDX-License-Identifier: Apache-2.0
// `glissade replay`: golden files against PyTorch's bits, logged gradients for the device's bits, and the log
// of a head's training for the device's CRC.
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <iostream>

#include "apps/tool/commands.hpp"
#include "apps/tool/files.hpp"
#include "apps/tool/head_log_file.hpp"
#include "apps/tool/replay_case.hpp"
#include "apps/tool/text.hpp"

namespace glissade {
namespace {

using Buffers = std::map<std::string, const float*>;  // by PyTorch's names

std::string words(const float* values, size_t n) {
  std::string text;
  for (size_t i = 0; i < n; ++i) {
    uint32_t bits;
    std::memcpy(&bits, values + i, sizeof bits);
    char word[9];
    std::snprintf(word, sizeof word, "%08x", bits);
    text += word;
  }
  return text;
}

// Runs one case over n weights and calls look(step, buffers).
template <class Look>
void run(const ReplayCase& c, uint32_t n, Look look) {
  const golden::Case golden = c.golden();
  (void)golden::with_rule(golden, false, [&](const auto& match) {
    constexpr int kSlots = std::decay_t<decltype(match)>::Rule::kSlots;
    std::vector<std::vector<float>> memory(2 + kSlots, std::vector<float>(n));
    float* buffers[3 + static_cast<size_t>(kSlots)] = {};
    // NOLINTNEXTLINE(misc-const-correctness): SGD has no slots
    Buffers by_name = {{kParams, memory[0].data()}};
    for (size_t k = 0; k < memory.size(); ++k) buffers[k] = memory[k].data();
    for (size_t k = 0; k < kSlots; ++k) by_name[match.slot_names[k]] = buffers[2 + k];
    const auto look_here = [&](uint32_t step) { look(step, by_name); };
    const gls_status status =
        c.is_logged ? golden::run(match, golden, c.logged, buffers, n, look_here)
                    : golden::run(match, golden, golden::Generated{golden}, buffers, n, look_here);
    if (status != GLS_OK) c.json.fail(gls_status_text(status));
    return true;
  });
}

// Differing words of a case, the first of them, and its buffers at the end.
struct Comparison {
  size_t differing = 0;
  std::string first;
  Json computed;

  void add(bool differs, const std::string& where) {
    if (differs && differing++ == 0) first = where;
  }
  void compare(const std::vector<float>& right, const float* values, const std::string& where) {
    for (size_t i = 0; i < right.size(); ++i) {
      // NOLINTNEXTLINE(bugprone-suspicious-memory-comparison,cert-*): bits, also of zeros and NaNs
      add(std::memcmp(&right[i], values + i, sizeof(float)) != 0, where + "[" + std::to_string(i) + "]");
    }
  }
};

Comparison compare(const ReplayCase& c) {
  Comparison result;
  run(c, c.n, [&](uint32_t step, const Buffers& buffers) {
    for (const Snapshot& snapshot : c.snapshots) {
      if (snapshot.step != step) continue;
      for (const auto& [name, right] : snapshot.buffers) {
        result.compare(right, buffers.at(name), "step " + std::to_string(step) + " " + name);
      }
    }
    if (step != c.steps()) return;
    result.computed = {{"step", step}, {kParams, words(buffers.at(kParams), c.n)}};
    if (c.slot_form != SlotForm::kFloat) return;
    result.computed["state"] = Json::object();
    for (const auto& [name, values] : buffers) {
      if (name != kParams) result.computed["state"][name] = words(values, c.n);
    }
  });
  if (c.checksums.empty()) return result;
  run(c, c.checksum_n, [&](uint32_t step, const Buffers& buffers) {
    if (step != c.checksum_step) return;
    for (const auto& [name, right] : c.checksums) {
      const size_t bytes = slot_bytes(name == kParams ? SlotForm::kFloat : c.slot_form, c.checksum_n);
      result.add(gls_crc32(0, buffers.at(name), bytes) != right, "the CRC of " + name);
    }
  });
  return result;
}

struct Counts {
  size_t run = 0, failed = 0, computed = 0;
};

// Runs one case on the active backend, and prints a line. computed: null, or for what was computed.
void run_one(const ReplayCase& c, const std::string& name, size_t index, Counts& counts, Json* computed) {
  const std::string start = std::string(gls_backend_active()) + " " + name + " " + std::to_string(index);
  size_t active = 0;
  while (std::string(gls_backend_name(active)) != gls_backend_active()) ++active;
  if (gls_backend_flushes_subnormals(active) && c.gradient_exponent < 0) {
    std::cout << start << ": left out: its subnormals are flushed\n";
    return;
  }
  const Comparison comparison = compare(c);
  ++counts.run;
  if (comparison.differing > 0) ++counts.failed;
  if (c.expects_nothing()) ++counts.computed;
  std::cout << start << " " << c.optimizer << " " << c.json.at("options").json().dump(-1, ' ', true) << ": ";
  if (comparison.differing > 0) {
    std::cout << comparison.differing << " words differ, first " << comparison.first << "\n";
  } else if (!c.expects_nothing()) {
    std::cout << "same\n";
  } else {
    const std::string params = comparison.computed.at(kParams);
    std::cout << "computed, params " << params.substr(0, 40) << (params.size() > 40 ? "..." : "") << "\n";
  }
  if (computed != nullptr && c.snapshots.empty())
    (*computed)["snapshots"] = Json::array({comparison.computed});
}

std::vector<std::string> backends_to_run(const std::string& only) {
  if (!only.empty()) return {only};
  std::vector<std::string> result;
  for (size_t i = 0; i < gls_backend_count(); ++i) {
    const std::string name = gls_backend_name(i);
    if (gls_backend_supported(i))
      result.push_back(name);
    else
      std::cout << name << ": skipped: no " << name << " here\n";
  }
  return result;
}

void force(const std::string& backend) {
  if (gls_backend_force(backend.c_str()) == GLS_OK) return;
  char line[300];
  gls_backend_explain(backend.c_str(), line, sizeof line);
  throw std::runtime_error(line);
}

std::vector<std::filesystem::path> files_of(const std::vector<std::string>& paths) {
  std::vector<std::filesystem::path> files;
  for (const std::string& path : paths) {
    if (!std::filesystem::is_directory(path)) {
      files.emplace_back(path);
      continue;
    }
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      if (entry.path().extension() == ".json") files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

// What was named: golden files and logged gradients, and logs of heads.
struct Files {
  std::deque<ReplayFile> cases;
  std::deque<HeadLog> logs;
};

// Every file is read and checked before the first case runs.
Files read_all(const ReplayOptions& options) {
  Files files;
  for (const auto& path : files_of(options.paths)) {
    const std::string text = read_file(path.string());
    if (HeadLog::is_one(text)) {
      files.logs.emplace_back(path.string(), text);
      continue;
    }
    for (const ReplayCase& c : files.cases.emplace_back(path.string(), text).cases) {
      if (c.expects_nothing() && !c.is_logged && options.output.empty()) {
        c.json.fail("nothing to compare with: no snapshots and no crc32 (--output writes what is computed)");
      }
    }
  }
  return files;
}

void run_log(const HeadLog& log, Counts& counts, std::string* state) {
  const HeadLogResult result = run_head_log(log, state);
  ++counts.run;
  if (!result.same) ++counts.failed;
  if (result.compared == 0) ++counts.computed;
}

}  // namespace

bool replay(const ReplayOptions& options) {
  const Files files = read_all(options);
  const bool writes = !options.output.empty();
  if (writes && (files.cases.size() + files.logs.size() != 1 || options.backend.empty()))
    throw std::runtime_error("--output takes one file and one --backend");
  Counts counts;
  Json result;
  std::string state;  // of a log
  if (writes && files.logs.empty()) result = files.cases[0].file.root();
  for (const std::string& backend : backends_to_run(options.backend)) {
    force(backend);
    for (const HeadLog& log : files.logs) run_log(log, counts, writes ? &state : nullptr);
    for (const ReplayFile& file : files.cases) {
      const std::string name = quoted(std::filesystem::path(file.file.path()).filename().string());
      for (size_t i = 0; i < file.cases.size(); ++i) {
        run_one(file.cases[i], name, i, counts, result.is_null() ? nullptr : &result["cases"][i]);
      }
    }
  }
  std::cout << counts.run << " cases run, " << counts.failed << " failed";
  if (counts.computed > 0) std::cout << ", " << counts.computed << " only computed: nothing to compare with";
  std::cout << "\n";
  if (counts.run == 0) throw std::runtime_error("no case in what was named");
  if (writes) write_file(options.output, files.logs.empty() ? result.dump() + "\n" : state);
  return counts.failed == 0;
}

}  // namespace glissade
