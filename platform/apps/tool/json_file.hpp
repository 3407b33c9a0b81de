// SPDX-License-Identifier: Apache-2.0
// JSON files, read strictly: what is not asked for is refused, with file, line and column.
#ifndef GLISSADE_PLATFORM_LINUX_JSON_FILE_HPP
#define GLISSADE_PLATFORM_LINUX_JSON_FILE_HPP

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace glissade {

using Json = nlohmann::ordered_json;  // in the file's order

// Refuses what is no JSON, a name that an object has twice, and U+0000 in a name or a text.
class JsonFile {
 public:
  JsonFile(std::string path, std::string text);  // text: what is in the file
  const std::string& path() const { return path_; }
  const Json& root() const { return root_; }

  // std::runtime_error: "file:line:column: what", of one of root's values.
  [[noreturn]] void fail(const Json& value, const std::string& what) const;

 private:
  std::string where(size_t offset) const;

  std::string path_, text_;
  Json root_;
  std::vector<size_t> offsets_;  // of each value in text_, in the order in which values begin
};

// A value of a file. Its functions fail where the value is not what they ask for.
class JsonValue {
 public:
  JsonValue(const JsonFile& file, const Json& json) : file_(file), json_(json) {}
  const Json& json() const { return json_; }
  [[noreturn]] void fail(const std::string& what) const { file_.fail(json_, what); }

  void only(std::initializer_list<const char*> names) const;  // an object, with none but these names
  bool has(const char* name) const { return json_.contains(name); }
  JsonValue at(const char* name) const;
  std::vector<std::pair<std::string, JsonValue>> members() const;  // of an object
  std::vector<JsonValue> elements() const;                         // of an array

  std::string text() const;
  bool flag() const;      // true or false
  double number() const;  // finite
  float real() const;     // a number that a float holds, rounded
  uint32_t word() const;  // text of 8 hexadecimal digits
  int64_t whole(int64_t least, int64_t most) const;

 private:
  [[noreturn]] void wanted(const std::string& what) const;

  const JsonFile& file_;
  const Json& json_;
};

}  // namespace glissade

#endif
