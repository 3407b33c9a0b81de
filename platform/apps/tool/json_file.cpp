// SPDX-License-Identifier: Apache-2.0
#include "apps/tool/json_file.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "apps/tool/files.hpp"
#include "apps/tool/text.hpp"

namespace glissade {
namespace {

// The bytes of a text; the parser's place is known to whoever holds the counter.
class Counted {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  Counted(const char* at, const char** reached) : at_(at), reached_(reached) {}
  const char& operator*() const { return *at_; }
  Counted& operator++() {
    *reached_ = ++at_;
    return *this;
  }
  bool operator==(const Counted& other) const { return at_ == other.at_; }
  bool operator!=(const Counted& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  const char** reached_;
};

bool has_zero(const Json& text) { return text.get_ref<const std::string&>().find('\0') != std::string::npos; }

// How many values begin before `wanted` does, and whether it is in `json`.
bool count_to(const Json& json, const Json& wanted, size_t& count) {
  if (&json == &wanted) return true;
  ++count;
  if (!json.is_structured()) return false;
  return std::any_of(json.begin(), json.end(),
                     [&](const Json& child) { return count_to(child, wanted, count); });
}

}  // namespace

JsonFile::JsonFile(std::string path, std::string text) : path_(std::move(path)), text_(std::move(text)) {
  using Event = Json::parse_event_t;
  const char *reached = text_.data(), *const end = reached + text_.size();
  size_t last = 0;                           // the end of what the parser told of last
  std::vector<std::set<std::string>> names;  // of each object that is open
  const auto look = [&](int depth, Event event, Json& parsed) {
    constexpr int kDeepest = 32;
    const size_t start = std::min(text_.find_first_not_of(" \t\r\n,:", last), text_.size());
    last = static_cast<size_t>(reached - text_.data());
    if (depth > kDeepest) throw std::runtime_error(where(start) + ": nested too deeply");
    if (event == Event::object_start) names.emplace_back();
    if (event == Event::object_end) names.pop_back();
    if (event == Event::key && !names.back().insert(parsed.get<std::string>()).second) {
      throw std::runtime_error(where(start) + ": " + parsed.dump() + " a second time");
    }
    if (parsed.is_string() && has_zero(parsed)) throw std::runtime_error(where(start) + ": U+0000 in a text");
    if (event == Event::object_start || event == Event::array_start || event == Event::value) {
      offsets_.push_back(start);
    }
    return true;
  };
  try {
    root_ = Json::parse(Counted(reached, &reached), Counted(end, &reached), look);
  } catch (const Json::out_of_range& error) {
    throw std::runtime_error(where(static_cast<size_t>(reached - text_.data())) + ": " + error.what());
  } catch (const Json::exception& error) {  // with line and column
    throw std::runtime_error(path_ + ": " + error.what());
  }
}

std::string JsonFile::where(size_t offset) const {
  const auto line = std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(offset), '\n') + 1;
  const size_t newline = offset == 0 ? std::string::npos : text_.rfind('\n', offset - 1);
  const size_t column = newline == std::string::npos ? offset + 1 : offset - newline;
  return path_ + ":" + std::to_string(line) + ":" + std::to_string(column);
}

void JsonFile::fail(const Json& value, const std::string& what) const {
  size_t count = 0;
  const bool found = count_to(root_, value, count);
  throw std::runtime_error((found ? where(offsets_.at(count)) : path_) + ": " + what);
}

void JsonValue::wanted(const std::string& what) const {
  const std::string text = json_.dump(-1, ' ', true);
  fail(what + ", not " + (text.size() > 60 ? text.substr(0, 60) + "..." : text));
}

void JsonValue::only(std::initializer_list<const char*> names) const {
  for (const auto& [name, value] : members()) {
    const auto same = [&known = name](const char* other) { return known == other; };
    if (std::none_of(names.begin(), names.end(), same)) {
      std::string all;
      for (const char* const other : names) all += std::string(" ") + other;
      value.fail("nothing here is called " + quoted(name) + "; there may be" + all);
    }
  }
}

JsonValue JsonValue::at(const char* name) const {
  if (!json_.is_object()) wanted("an object");
  const auto found = json_.find(name);
  if (found == json_.end()) fail(quoted(name) + " is missing");
  return {file_, *found};
}

std::vector<std::pair<std::string, JsonValue>> JsonValue::members() const {
  if (!json_.is_object()) wanted("an object");
  std::vector<std::pair<std::string, JsonValue>> result;
  for (const auto& [name, value] : json_.items()) result.emplace_back(name, JsonValue(file_, value));
  return result;
}

std::vector<JsonValue> JsonValue::elements() const {
  if (!json_.is_array()) wanted("a list");
  std::vector<JsonValue> result;
  for (const Json& value : json_) result.emplace_back(file_, value);
  return result;
}

std::string JsonValue::text() const {
  if (!json_.is_string()) wanted("a text");
  return json_.get<std::string>();
}

bool JsonValue::flag() const {
  if (!json_.is_boolean()) wanted("true or false");
  return json_.get<bool>();
}

double JsonValue::number() const {
  if (!json_.is_number()) wanted("a number");
  return json_.get<double>();
}

float JsonValue::real() const {
  const double value = number();
  if (!(std::abs(value) <= static_cast<double>(std::numeric_limits<float>::max())))
    wanted("a number of float's range");
  return static_cast<float>(value);
}

uint32_t JsonValue::word() const {
  const std::string digits = text();
  try {
    return parse_word(digits, "");
  } catch (const std::runtime_error&) {
    wanted("8 hexadecimal digits");
  }
}

int64_t JsonValue::whole(int64_t least, int64_t most) const {
  const bool fits = json_.is_number_unsigned() ? json_.get<uint64_t>() <= static_cast<uint64_t>(most)
                                               : json_.is_number_integer() && json_.get<int64_t>() <= most;
  if (!fits || json_.get<int64_t>() < least) {
    wanted("a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  }
  return json_.get<int64_t>();
}

}  // namespace glissade
