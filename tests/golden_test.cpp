// SPDX-License-Identifier: Apache-2.0
// golden_test [--backend NAME] DIR: every case of every golden file in DIR, on every backend of this machine
// (or one), against PyTorch's bits. A line per case and backend; exit status 1 when anything differs or
// cannot be run.
#include "golden.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "crc32.hpp"

namespace {

using glissade::golden::Option;
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

// Counts differing words of one case and remembers the first.
struct Comparison {
  size_t differing = 0;
  std::string first;

  void add(bool differs, const std::string& where) {
    if (differs && differing++ == 0) first = where;
  }

  void compare(const std::string& hex, const float* values, size_t n, const std::string& where) {
    if (hex.size() != 8 * n)
      throw std::runtime_error(where + " has " + std::to_string(hex.size()) + " hex digits");
    for (size_t i = 0; i < n; ++i) {
      uint32_t bits;
      std::memcpy(&bits, values + i, sizeof bits);
      const bool differs = std::stoul(hex.substr(8 * i, 8), nullptr, 16) != bits;
      add(differs, where + "[" + std::to_string(i) + "]");
    }
  }
};

// Runs one golden case over `n` weights and calls look(step, buffers by PyTorch's names).
template <class Look>
void run(const Json& json, uint32_t n, Look look) {
  const std::string optimizer = json.at("optimizer");
  std::deque<std::string> names;
  const std::vector<Option> options = read_options(json.at("options"), names);
  const glissade::golden::Case c{optimizer.c_str(), options.data(), options.size(), json.at("seed"),
                                  json.value("gradient_exponent", 0), json.value("changing", false)};
  const bool known = glissade::golden::with_rule(c, false, [&](const auto& match) {
    constexpr int kSlots = std::decay_t<decltype(match)>::Rule::kSlots;
    std::vector<std::vector<float>> memory(2 + kSlots, std::vector<float>(n));
    float* buffers[3 + kSlots] = {};
    std::map<std::string, const float*> by_name = {{"params", memory[0].data()}};
    for (size_t k = 0; k < memory.size(); ++k) buffers[k] = memory[k].data();
    for (size_t k = 0; k < kSlots; ++k) by_name[match.slot_names[k]] = buffers[2 + k];
    const gls_status status =
        glissade::golden::run(match, c, buffers, n, [&](uint32_t step) { look(step, by_name); });
    if (status != GLS_OK) throw std::runtime_error(gls_status_text(status));
    return true;
  });
  if (!known) throw std::runtime_error("no rule here is PyTorch's " + optimizer);
}

Comparison compare(const Json& json) {
  Comparison result;
  const uint32_t n = json.at("n");
  size_t compared = 0;
  run(json, n, [&](uint32_t step, const auto& buffers) {
    for (const Json& snapshot : json.at("snapshots")) {
      if (snapshot.at("step") != step) continue;
      const std::string where = "step " + std::to_string(step) + " ";
      result.compare(snapshot.at("params"), buffers.at("params"), n, where + "params");
      for (const auto& [name, hex] : snapshot.at("state").items()) {
        result.compare(hex, buffers.at(name), n, where + name);
      }
      ++compared;
    }
  });
  if (compared != json.at("snapshots").size()) throw std::runtime_error("a snapshot lies beyond the run");
  const uint32_t n_hash = json.at("n_hash");
  run(json, n_hash, [&](uint32_t step, const auto& buffers) {
    if (step != json.at("steps_hash")) return;
    for (const auto& [name, hex] : json.at("crc32").items()) {
      const bool differs = glissade::crc32(buffers.at(name), n_hash) !=
                           std::stoul(hex.template get<std::string>(), nullptr, 16);
      result.add(differs, "the CRC of " + name);
    }
  });
  return result;
}

// Prints a line for one case and says whether it is the same.
bool report(const std::string& file, size_t index, const Json& json) {
  std::cout << gls_backend_active() << " " << file << " " << index << " " << json.at("options").dump()
            << ": ";
  try {
    const Comparison comparison = compare(json);
    if (comparison.differing == 0) {
      std::cout << "same\n";
      return true;
    }
    std::cout << comparison.differing << " words differ, first " << comparison.first << "\n";
  } catch (const std::exception& error) {
    std::cout << error.what() << "\n";
  }
  return false;
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

}  // namespace

int main(int argument_count, char** arguments) {
  CLI::App app("Runs golden files against PyTorch's bits.");
  std::string directory, backend;
  app.add_option("DIR", directory, "a folder of golden files")->required()->check(CLI::ExistingDirectory);
  app.add_option("--backend", backend, "one backend instead of all that this machine has");
  CLI11_PARSE(app, argument_count, arguments);

  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  size_t cases = 0, failures = 0;
  for (const std::string& name : backends_to_run(backend)) {
    if (gls_backend_force(name.c_str()) != GLS_OK) {
      char line[200];
      gls_backend_explain(name.c_str(), line, sizeof line);
      std::cerr << line << "\n";
      return 1;
    }
    for (const auto& path : files) {
      try {
        const Json golden = Json::parse(std::ifstream(path));
        size_t index = 0;
        for (const Json& json : golden.at("cases")) {
          ++cases;
          failures += !report(path.filename(), index++, json);
        }
      } catch (const std::exception& error) {
        std::cout << path.filename().string() << ": " << error.what() << "\n";
        ++failures;
      }
    }
  }
  std::cout << cases << " cases run, " << failures << " failed\n";
  return failures == 0 && cases > 0 ? 0 : 1;
}
