// SPDX-License-Identifier: Apache-2.0
#include "apps/tool/c_text.hpp"

#include <cctype>
#include <cstdio>
#include <filesystem>

#include "apps/tool/text.hpp"
#include "glissade/storage/saved.h"

namespace glissade {

std::string c_number(float value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.9g", static_cast<double>(value));
  std::string result = text;
  if (result.find_first_of(".e") == std::string::npos) result += ".0";
  return result + "f";
}
std::string c_number(int32_t value) { return value == INT32_MIN ? "-2147483647 - 1" : std::to_string(value); }

std::string c_crc32(const std::string& bytes) {
  return std::to_string(gls_crc32(0, bytes.data(), bytes.size())) + "u";
}

std::string c_identifier(const std::string& file) {
  std::string name = std::filesystem::path(file).stem().string();
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 || static_cast<unsigned char>(c) > 127) c = '_';
  }
  if (name.empty() || name == "_" || std::isdigit(static_cast<unsigned char>(name[0])) != 0)
    name = "model" + name;
  return name;
}

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::string in_comment(std::string text) {
  text = visible(text);
  for (const char* const mark : {"*/", "/*"}) {
    for (size_t at; (at = text.find(mark)) != std::string::npos;) text.insert(at + 1, " ");
  }
  return text;
}

template <class Number>
std::string c_array(const std::string& type, const std::string& name, const std::vector<Number>& values,
                    const std::string& says) {
  std::string text = "\n/* " + says + " */\nstatic const " + type + " " + name + "[" +
                     std::to_string(values.size()) + "] = {";
  std::string line;
  for (size_t i = 0; i < values.size(); ++i) {
    const std::string next = c_number(values[i]) + (i + 1 < values.size() ? "," : "");
    if (line.empty() || line.size() + next.size() + 1 > 110) {
      text += line + "\n  ";
      line = next;
    } else {
      line += " " + next;
    }
  }
  return text + line + "\n};\n";
}
template std::string c_array(const std::string&, const std::string&, const std::vector<float>&,
                             const std::string&);
template std::string c_array(const std::string&, const std::string&, const std::vector<int32_t>&,
                             const std::string&);

}  // namespace glissade
