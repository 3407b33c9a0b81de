// SPDX-License-Identifier: Apache-2.0
// Text that a user gave: numbers, settings by name, and how it stands in a message.
#ifndef GLISSADE_PLATFORM_LINUX_TEXT_HPP
#define GLISSADE_PLATFORM_LINUX_TEXT_HPP

#include <stdint.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace glissade {

// The one reader of numbers: all of the text is a decimal number, finite, and of this type's range; a + may
// stand before it. The locale does not matter. Otherwise std::runtime_error: "what: "text" is not a number".
// Number: double, float, int, uint32_t.
template <class Number>
Number parse_number(const std::string& text, const std::string& what);
extern template double parse_number(const std::string&, const std::string&);
extern template float parse_number(const std::string&, const std::string&);
extern template int parse_number(const std::string&, const std::string&);
extern template uint32_t parse_number(const std::string&, const std::string&);

// parse_number, from least to most.
template <class Number>
Number parse_within(const std::string& text, const std::string& what, Number least, Number most) {
  const Number value = parse_number<Number>(text, what);
  if (value < least || value > most) {
    throw std::runtime_error(what + ": from " + std::to_string(least) + " to " + std::to_string(most) +
                             ", not " + text);
  }
  return value;
}

// The bits in text, 8 hexadecimal digits, or std::runtime_error.
uint32_t parse_word(const std::string& text, const std::string& what);

// text cut at each separator: one part more than there are separators.
std::vector<std::string> split(const std::string& text, char separator);

// text without blanks and tabs at its ends.
std::string trimmed(const std::string& text);

struct Setting {
  std::string text, name;
  double value;
};
// From "name=value" each. std::runtime_error begins with what: not of that form, no number, a name twice.
std::vector<Setting> parse_settings(const std::vector<std::string>& texts, const std::string& what);

// text on one line, with \n, \t, \r and \xNN for what would not be seen: control characters, blanks of other
// kinds, marks of direction, and bytes that are not UTF-8.
std::string visible(const std::string& text);

// visible, in double quotes.
std::string quoted(const std::string& text);

}  // namespace glissade

#endif
