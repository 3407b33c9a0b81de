// SPDX-License-Identifier: Apache-2.0
#include "apps/tool/replay_case.hpp"

#include <algorithm>
#include <cstring>

#include "apps/tool/text.hpp"

namespace glissade {
namespace {

constexpr int64_t kMostWeights = 1 << 20;

float float_of(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

// Numbers, or words of 8 hexadecimal digits: the floats' bits.
std::vector<float> read_floats(const JsonValue& value, const std::string& name) {
  std::vector<float> floats;
  if (value.json().is_array()) {
    for (const JsonValue& number : value.elements()) floats.push_back(number.real());
    return floats;
  }
  const bool is_text = value.json().is_string();
  const std::string hex = is_text ? value.text() : "";
  if (!is_text || hex.size() % 8 != 0 ||
      hex.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) {
    value.fail(name + ": neither numbers nor words of 8 hexadecimal digits");
  }
  for (size_t i = 0; i < hex.size(); i += 8) floats.push_back(float_of(parse_word(hex.substr(i, 8), name)));
  return floats;
}

std::vector<float> read_floats(const JsonValue& value, size_t n, const std::string& name) {
  std::vector<float> floats = read_floats(value, name);
  if (floats.size() != n) {
    value.fail(name + ": " + std::to_string(floats.size()) + " values, not " + std::to_string(n));
  }
  return floats;
}

uint32_t whole(const JsonValue& value, int64_t least, int64_t most) {
  return static_cast<uint32_t>(value.whole(least, most));
}

// What PyTorch calls the slots of the case's rule.
std::vector<std::string> slots_of(const golden::Case& c) {
  return golden::with_rule(c, std::vector<std::string>(), [](const auto& match) {
    constexpr int kSlots = std::decay_t<decltype(match)>::Rule::kSlots;
    return std::vector<std::string>(match.slot_names, match.slot_names + kSlots);
  });
}

// Sets the option name, which the file gives as value, of a rule's parameters.
template <class Params>
void set(Params& params, const std::string& optimizer, const golden::Option& option, const JsonValue& value) {
  Params scratch;
  if (!golden::set_option(scratch, option.name, 1.0)) {
    value.fail(quoted(option.name) + " is no option of " + optimizer +
               ", or has no effect beside the others");
  }
  const bool is_flag = !golden::set_option(scratch, option.name, 0.5);
  (void)(is_flag ? value.flag() : value.number() != 0.0);  // the right type, or none
  (void)golden::set_option(params, option.name, option.value);
}

}  // namespace

ReplayCase::ReplayCase(const JsonValue& value)
    : json(value), is_logged(value.has("gradients") || value.has("weights")) {
  if (is_logged) {
    json.only({"optimizer", "options", "slots", "weights", "gradients", "changing", "snapshots", "crc32",
               "n_hash", "steps_hash"});
  } else {
    json.only({"optimizer", "options", "slots", "seed", "n", "gradient_exponent", "changing", "snapshots",
               "crc32", "n_hash", "steps_hash"});
  }
  optimizer = json.at("optimizer").text();
  if (json.has("changing")) changing = json.at("changing").flag();
  read_options(json.at("options"));
  if (json.has("slots")) read_slots(json.at("slots"));
  read_gradients();
  read_expected();
}

void ReplayCase::read_options(const JsonValue& all) {
  std::vector<JsonValue> values;  // of options
  const auto add = [&](const std::string& name, const JsonValue& value) {
    names.push_back(name);
    const bool is_flag = value.json().is_boolean();
    options.push_back({names.back().c_str(), is_flag ? static_cast<double>(value.flag()) : value.number()});
    values.push_back(value);
  };
  std::vector<std::pair<std::string, JsonValue>> ends;  // name[length] of each list
  for (const auto& [name, value] : all.members()) {
    if (name.find('[') != std::string::npos) value.fail("no option is called " + quoted(name));
    if (golden().chooses(name.c_str()) && !value.flag()) continue;
    if (!value.json().is_array()) {
      add(name, value);
      continue;
    }
    size_t i = 0;
    for (const JsonValue& element : value.elements()) add(name + "[" + std::to_string(i++) + "]", element);
    ends.emplace_back(name + "[" + std::to_string(i) + "]", value);
  }
  const bool known = golden::with_rule(golden(), false, [&](const auto& match) {
    using Match = std::decay_t<decltype(match)>;
    typename Match::Defaults params;
    for (size_t i = 0; i < options.size(); ++i) {
      if (!golden().chooses(options[i].name)) set(params, optimizer, options[i], values[i]);
    }
    for (const auto& [end, list] : ends) {
      if (end.find("[0]") != std::string::npos || golden::set_option(params, end.c_str(), 1.0)) {
        list.fail("more numbers belong into this list");
      }
    }
    if (!Match::Rule::valid(params)) all.fail("an option is out of its range, or two exclude each other");
    return true;
  });
  if (!known) json.at("optimizer").fail("no rule here is PyTorch's " + visible(optimizer));
}

void ReplayCase::read_slots(const JsonValue& name) {
  const std::string text = name.text();
  const auto* const found = std::find(std::begin(kSlotFormNames), std::end(kSlotFormNames), text);
  if (found == std::end(kSlotFormNames)) name.fail(quoted(text) + " is no form of slots");
  slot_form = kSlotForms[found - std::begin(kSlotFormNames)];
  const bool bears = golden::with_rule(golden(), false, [](const auto& match) {
    return kHasSlotFormats<typename std::decay_t<decltype(match)>::Rule>;
  });
  if (slot_form != SlotForm::kFloat && !bears) name.fail(visible(optimizer) + ": its slots are floats only");
}

void ReplayCase::read_gradients() {
  if (!is_logged) {
    seed = whole(json.at("seed"), 0, UINT32_MAX);
    n = whole(json.at("n"), 1, kMostWeights);
    if (!json.has("gradient_exponent")) return;
    gradient_exponent = static_cast<int32_t>(json.at("gradient_exponent").whole(-114, 124));
    return;
  }
  logged.weights = read_floats(json.at("weights"), "weights");
  n = static_cast<uint32_t>(std::min<size_t>(logged.weights.size(), kMostWeights + 1));
  if (n < 1 || n > kMostWeights)
    json.at("weights").fail("weights: from 1 to " + std::to_string(kMostWeights));
  for (const JsonValue& step : json.at("gradients").elements()) {
    logged.gradients.push_back(read_floats(step, n, "gradients of step " + std::to_string(steps() + 1)));
  }
  if (logged.gradients.empty()) json.at("gradients").fail("gradients: of no step");
}

void ReplayCase::read_expected() {
  const std::vector<std::string> slots = slots_of(golden());
  const auto check = [&](const std::string& name, const JsonValue& value) {
    if (std::find(slots.begin(), slots.end(), name) != slots.end()) return;
    value.fail("this rule has no state called " + quoted(name));
  };
  if (json.has("snapshots")) {
    for (const JsonValue& snapshot : json.at("snapshots").elements()) {
      snapshot.only({"step", kParams, "state"});
      Snapshot& read = snapshots.emplace_back();
      read.step = whole(snapshot.at("step"), 1, steps());
      read.buffers[kParams] = read_floats(snapshot.at(kParams), n, kParams);
      if (!snapshot.has("state")) continue;
      const JsonValue state = snapshot.at("state");
      if (slot_form != SlotForm::kFloat) state.fail("only the crc32 of slots that are not floats is compared");
      for (const auto& [name, value] : state.members()) {
        check(name, value);
        read.buffers[name] = read_floats(value, n, name);
      }
      for (const std::string& slot : slots) (void)state.at(slot.c_str());
    }
    if (snapshots.empty()) json.at("snapshots").fail("a list with nothing to compare");
  }
  if (json.has("crc32")) {
    for (const auto& [name, value] : json.at("crc32").members()) {
      if (name != kParams) check(name, value);
      checksums[name] = value.word();
    }
    if (checksums.empty()) json.at("crc32").fail("nothing to compare");
    checksum_n = whole(json.at("n_hash"), is_logged ? n : 1, is_logged ? n : kMostWeights);
    checksum_step = whole(json.at("steps_hash"), 1, steps());
  }
  for (const char* const name : {"n_hash", "steps_hash"}) {
    if (json.has(name) && checksums.empty())
      json.at(name).fail(quoted(name) + " has no effect without crc32");
  }
}

ReplayFile::ReplayFile(const std::string& path, const std::string& text) : file(path, text) {
  const JsonValue root(file, file.root());
  root.only({"source", "cases"});
  if (root.has("source")) (void)root.at("source").text();
  for (const JsonValue& value : root.at("cases").elements()) cases.emplace_back(value);
  if (cases.empty()) root.at("cases").fail("a list without cases");
}

}  // namespace glissade
