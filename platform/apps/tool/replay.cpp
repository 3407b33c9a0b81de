// SPDX-License-Identifier: Apache-2.0
// `glissade replay`: golden files against PyTorch's bits, and logged gradients for the device's bits.
#include <algorithm>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "apps/tool/commands.hpp"
#include "apps/tool/golden.hpp"

namespace glissade {
namespace {

using golden::Option;
using Json = nlohmann::json;

// The case's options in golden.hpp's form; names holds those made here.
std::vector<Option> read_options(const Json& options, std::deque<std::string>& names) {
  std::vector<Option> result;
  for (const auto& [name, value] : options.items()) {
    if (value.is_array()) {
      for (size_t i = 0; i < value.size(); ++i) {
        names.push_back(name + "[" + std::to_string(i) + "]");
        result.push_back({names.back().c_str(), value[i]});
      }
    } else {
      const double number = value.is_boolean() ? (value.get<bool>() ? 1.0 : 0.0) : value.get<double>();
      if (value.is_boolean() && number == 0.0) continue;  // PyTorch's default
      result.push_back({name.c_str(), number});
    }
  }
  return result;
}

std::vector<float> read_words(const Json& json, size_t n, const std::string& where) {
  const auto fail = [&](const std::string& what) { throw std::runtime_error(where + ": " + what); };
  std::vector<float> values;
  if (json.is_array()) {
    for (const Json& number : json) {
      if (!number.is_number()) fail("not a number: " + number.dump());
      values.push_back(number.get<float>());
    }
  } else if (json.is_string()) {
    const std::string hex = json;
    if (hex.size() % 8 != 0 || hex.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) {
      fail("neither numbers nor words of 8 hexadecimal digits");
    }
    for (size_t i = 0; i < hex.size(); i += 8) {
      const uint32_t bits = static_cast<uint32_t>(std::stoul(hex.substr(i, 8), nullptr, 16));
      float value;
      std::memcpy(&value, &bits, sizeof value);
      values.push_back(value);
    }
  } else {
    fail("neither numbers nor words of 8 hexadecimal digits");
  }
  if (values.size() != n) fail(std::to_string(values.size()) + " values, not " + std::to_string(n));
  return values;
}

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

// What a device logged: its weights at the start, and every step's gradients.
struct Logged {
  std::vector<float> weights;
  std::vector<std::vector<float>> gradients;

  Logged(const Json& json, size_t n) : weights(read_words(json.at("weights"), n, "weights")) {
    for (const Json& step : json.at("gradients")) {
      gradients.push_back(read_words(step, n, "gradients of step " + std::to_string(gradients.size() + 1)));
    }
  }
  uint32_t steps() const { return static_cast<uint32_t>(gradients.size()); }
  float first_weight(uint32_t i) const { return weights[i]; }
  float gradient(uint32_t step, uint32_t i) const { return gradients[step - 1][i]; }
};

// A whole number that a case names, from least to most.
int64_t whole(const Json& json, const char* name, int64_t least, int64_t most) {
  if (!json.is_number_integer() || json < least || json > most) {
    throw std::runtime_error(std::string(name) + ": a whole number from " + std::to_string(least) + " to " +
                             std::to_string(most) + ", not " + json.dump());
  }
  return json.get<int64_t>();
}
constexpr int64_t kMostWeights = 1 << 20;

using Buffers = std::map<std::string, const float*>;  // by PyTorch's names

// Runs one case over `n` weights and calls look(step, buffers).
template <class Look>
void run(const Json& json, uint32_t n, Look look) {
  const std::string optimizer = json.at("optimizer");
  std::deque<std::string> names;
  const std::vector<Option> options = read_options(json.at("options"), names);
  const golden::Case c{
      optimizer.c_str(),
      options.data(),
      options.size(),
      static_cast<uint32_t>(whole(json.value("seed", Json(0)), "seed", 0, UINT32_MAX)),
      static_cast<int32_t>(whole(json.value("gradient_exponent", Json(0)), "gradient_exponent", -114, 124)),
      json.value("changing", false)};
  const bool known = golden::with_rule(c, false, [&](const auto& match) {
    constexpr int kSlots = std::decay_t<decltype(match)>::Rule::kSlots;
    std::vector<std::vector<float>> memory(2 + kSlots, std::vector<float>(n));
    float* buffers[3 + kSlots] = {};
    Buffers by_name = {{"params", memory[0].data()}};
    for (size_t k = 0; k < memory.size(); ++k) buffers[k] = memory[k].data();
    for (size_t k = 0; k < kSlots; ++k) by_name[match.slot_names[k]] = buffers[2 + k];
    const auto look_here = [&](uint32_t step) { look(step, by_name); };
    const gls_status status = json.contains("gradients")
                                  ? golden::run(match, c, Logged(json, n), buffers, n, look_here)
                                  : golden::run(match, c, golden::Generated{c}, buffers, n, look_here);
    if (status != GLS_OK) throw std::runtime_error(gls_status_text(status));
    return true;
  });
  if (!known) throw std::runtime_error("no rule here is PyTorch's " + optimizer);
}

uint32_t weight_count(const Json& json) {
  if (!json.contains("gradients")) return static_cast<uint32_t>(whole(json.at("n"), "n", 1, kMostWeights));
  const Json& weights = json.at("weights");
  return static_cast<uint32_t>(weights.is_string() ? weights.get<std::string>().size() / 8 : weights.size());
}

// Differing words of a case, and the first of them.
struct Comparison {
  size_t compared = 0, differing = 0;
  std::string first;

  void add(bool differs, const std::string& where) {
    ++compared;
    if (differs && differing++ == 0) first = where;
  }
  void compare(const Json& expected, const float* values, size_t n, const std::string& where) {
    const std::vector<float> right = read_words(expected, n, where);
    for (size_t i = 0; i < n; ++i) {
      add(std::memcmp(&right[i], values + i, sizeof(float)) != 0, where + "[" + std::to_string(i) + "]");
    }
  }
};

const float* buffer_called(const Buffers& buffers, const std::string& name) {
  const auto found = buffers.find(name);
  if (found == buffers.end()) throw std::runtime_error("this rule has no state called " + name);
  return found->second;
}

// Compares with the case's snapshots and checksums, and puts those of a logged run into it.
Comparison compare(Json& json) {
  Comparison result;
  const uint32_t n = weight_count(json);
  const Json snapshots = json.value("snapshots", Json::array());
  size_t reached = 0;
  Json computed;
  run(json, n, [&](uint32_t step, const Buffers& buffers) {
    for (const Json& snapshot : snapshots) {
      if (snapshot.at("step") != step) continue;
      const std::string where = "step " + std::to_string(step) + " ";
      result.compare(snapshot.at("params"), buffers.at("params"), n, where + "params");
      for (const auto& [name, hex] : snapshot.at("state").items()) {
        result.compare(hex, buffer_called(buffers, name), n, where + name);
      }
      ++reached;
    }
    computed = {{"step", step}, {"params", words(buffers.at("params"), n)}, {"state", Json::object()}};
    for (const auto& [name, values] : buffers) {
      if (name != "params") computed["state"][name] = words(values, n);
    }
  });
  if (reached != snapshots.size()) throw std::runtime_error("a snapshot lies beyond the run");
  if (snapshots.empty()) json["snapshots"] = Json::array({computed});
  if (!json.contains("crc32")) return result;
  const uint32_t n_hash = static_cast<uint32_t>(whole(json.at("n_hash"), "n_hash", 1, kMostWeights));
  run(json, n_hash, [&](uint32_t step, const Buffers& buffers) {
    if (step != json.at("steps_hash")) return;
    for (const auto& [name, hex] : json.at("crc32").items()) {
      const uint32_t crc = gls_crc32(0, buffer_called(buffers, name), n_hash * sizeof(float));
      result.add(crc != std::stoul(hex.get<std::string>(), nullptr, 16), "the CRC of " + name);
    }
  });
  return result;
}

// Prints a line for one case and says whether it is as expected.
bool report(const std::string& file, size_t index, Json& json) {
  std::cout << gls_backend_active() << " " << file << " " << index << " "
            << json.at("optimizer").get<std::string>() << " " << json.at("options").dump() << ": ";
  const Comparison comparison = compare(json);
  if (comparison.differing > 0) {
    std::cout << comparison.differing << " words differ, first " << comparison.first << "\n";
  } else if (comparison.compared > 0) {
    std::cout << "same\n";
  } else {
    const std::string params = json["snapshots"][0].at("params");
    std::cout << "computed, params " << params.substr(0, 40) << (params.size() > 40 ? "..." : "") << "\n";
  }
  return comparison.differing == 0;
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

// A run through subnormals, on a backend that flushes them.
bool cannot_keep(const Json& json) {
  size_t active = 0;
  while (std::string(gls_backend_name(active)) != gls_backend_active()) ++active;
  return gls_backend_flushes_subnormals(active) && json.value("gradient_exponent", 0) < 0;
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
      files.push_back(path);
      continue;
    }
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      if (entry.path().extension() == ".json") files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

Json read(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot be read");
  return Json::parse(file);
}

}  // namespace

bool replay(const ReplayOptions& options) {
  const std::vector<std::filesystem::path> files = files_of(options.paths);
  if (!options.output.empty() && (files.size() != 1 || options.backend.empty())) {
    throw std::runtime_error("--output takes one file and one --backend");
  }
  size_t cases = 0, failures = 0;
  Json result;
  for (const std::string& backend : backends_to_run(options.backend)) {
    force(backend);
    for (const auto& path : files) {
      try {
        result = read(path);
        size_t index = 0;
        for (Json& json : result.at("cases")) {
          if (cannot_keep(json)) {
            std::cout << backend << " " << path.filename() << " " << index++
                      << ": left out: its subnormals are flushed\n";
            continue;
          }
          ++cases;
          failures += !report(path.filename(), index++, json);
        }
      } catch (const std::exception& error) {
        std::cout << std::flush;
        throw std::runtime_error(path.string() + ": " + error.what());
      }
    }
  }
  std::cout << cases << " cases run, " << failures << " failed\n";
  if (cases == 0) throw std::runtime_error("no case in what was named");
  if (!options.output.empty()) {
    std::ofstream file(options.output);
    file << result.dump() << "\n";
    if (!file.flush()) throw std::runtime_error("cannot write " + options.output);
  }
  return failures == 0;
}

}  // namespace glissade
