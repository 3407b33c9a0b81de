// SPDX-License-Identifier: Apache-2.0
#include "apps/tool/text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <type_traits>

namespace glissade {

template <class Number>
Number parse_number(const std::string& text, const std::string& what) {
  Number value{};
  const char *first = text.data(), *const end = first + text.size();
  if (end - first > 1 && first[0] == '+' && first[1] != '-') ++first;
  const auto [stop, error] = std::from_chars(first, end, value);
  if (error == std::errc::invalid_argument || stop != end) {
    const char* const kind = std::is_integral_v<Number> ? " is not a whole number" : " is not a number";
    throw std::runtime_error(what + ": " + quoted(text) + kind);
  }
  if (error != std::errc() || !std::isfinite(static_cast<double>(value))) {
    throw std::runtime_error(what + ": " + quoted(text) + " is not a finite number that fits");
  }
  return value;
}
template double parse_number(const std::string&, const std::string&);
template float parse_number(const std::string&, const std::string&);
template int parse_number(const std::string&, const std::string&);
template uint32_t parse_number(const std::string&, const std::string&);

uint32_t parse_word(const std::string& text, const std::string& what) {
  uint32_t word = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, word, 16);
  if (error != std::errc() || stop != end || text.size() != 8) {
    throw std::runtime_error(what + ": " + quoted(text) + " is not 8 hexadecimal digits");
  }
  return word;
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  size_t first = 0;
  for (size_t at; (at = text.find(separator, first)) != std::string::npos; first = at + 1) {
    parts.push_back(text.substr(first, at - first));
  }
  parts.push_back(text.substr(first));
  return parts;
}

std::string trimmed(const std::string& text) {
  const size_t first = text.find_first_not_of(" \t"), last = text.find_last_not_of(" \t");
  return first == std::string::npos ? "" : text.substr(first, last - first + 1);
}

std::vector<Setting> parse_settings(const std::vector<std::string>& texts, const std::string& what) {
  std::vector<Setting> settings;
  for (const std::string& text : texts) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw std::runtime_error(what + ": " + quoted(text) + " is not name=value");
    }
    const std::string name = text.substr(0, equals);
    const auto same = [&](const Setting& other) { return other.name == name; };
    if (std::any_of(settings.begin(), settings.end(), same)) {
      throw std::runtime_error(what + ": " + quoted(name) + " is given twice");
    }
    settings.push_back(
        {text, name, parse_number<double>(text.substr(equals + 1), what + ": " + visible(name))});
  }
  return settings;
}

namespace {

// The code point whose UTF-8 begins at text[i], and its length in bytes; length 0 where there is none.
struct CodePoint {
  uint32_t value;
  size_t length;
};
CodePoint code_point(const std::string& text, size_t i) {
  const auto byte = [&](size_t k) { return static_cast<unsigned char>(text[k]); };
  const uint32_t lead = byte(i);
  if (lead < 0x80) return {lead, 1};
  const size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || i + length > text.size()) return {0, 0};
  uint32_t value = lead & (0xffu >> (length + 1));
  for (size_t k = i + 1; k < i + length; ++k) {
    if ((byte(k) & 0xc0u) != 0x80) return {0, 0};
    value = value << 6 | (byte(k) & 0x3fu);
  }
  const uint32_t least = length == 4 ? 0x10000 : length == 3 ? 0x800 : 0x80;
  return {value, value < least || value > 0x10ffff ? 0 : length};
}

bool is_seen(uint32_t c) {
  constexpr uint32_t kUnseen[][2] = {{0, 0x1f},        {0x7f, 0xa0},      {0xad, 0xad},     {0x61c, 0x61c},
                                     {0x180e, 0x180e}, {0x2000, 0x200f},  {0x2028, 0x202f}, {0x205f, 0x206f},
                                     {0x3000, 0x3000}, {0xd800, 0xdfff},  {0xfe00, 0xfe0f}, {0xfeff, 0xfeff},
                                     {0xfff0, 0xfffb}, {0xe0000, 0xe0fff}};
  return std::none_of(std::begin(kUnseen), std::end(kUnseen),
                      [c](const uint32_t(&range)[2]) { return c >= range[0] && c <= range[1]; });
}

}  // namespace

std::string visible(const std::string& text) {
  std::string result;
  for (size_t i = 0; i < text.size();) {
    const CodePoint c = code_point(text, i);
    const size_t length = std::max<size_t>(c.length, 1);
    if (c.length != 0 && is_seen(c.value)) {
      result += text.substr(i, length);
    } else if (const size_t known = std::string("\n\t\r").find(text[i]); known != std::string::npos) {
      result += std::string("\\") + "ntr"[known];
    } else {
      for (size_t k = i; k < i + length; ++k) {
        const auto byte = static_cast<unsigned char>(text[k]);
        result += {'\\', 'x', "0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15u]};
      }
    }
    i += length;
  }
  return result;
}

std::string quoted(const std::string& text) { return "\"" + visible(text) + "\""; }

}  // namespace glissade
