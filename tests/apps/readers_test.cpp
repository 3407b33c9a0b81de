// SPDX-License-Identifier: Apache-2.0
// The host program's readers take all of a text or none: every field of the vowels' first rows and every
// parameter of every rule, each spoilt in every way that is here. A new parameter or rule is spoilt too.
#include <cstring>

#include "apps/tool/any_rule.hpp"
#include "apps/tool/text.hpp"
#include "apps/tool/vowels.hpp"
#include "reading.hpp"

namespace {

using namespace glissade;

// Of the vowels: what stands where is said, by line and column.
std::string said_of_vowels(const std::string& text) {
  return said(text, [](const std::string& path) { demo::read_vowels(path); });
}

const std::string& vowels() {
  static const std::string text = contents(GLISSADE_DATA);
  return text;
}

TEST(VowelReader, RefusesEveryFieldThatIsSpoilt) {
  ASSERT_EQ(said_of_vowels(vowels()), "");
  std::vector<std::string> lines = split(vowels(), '\n');
  size_t spoilt = 0;
  for (const size_t number : {0u, 1u, 2u, 500u, 990u}) {
    const std::vector<std::string> fields = split(lines[number], ',');
    ASSERT_EQ(fields.size(), 11u);
    for (size_t k = 0, column = 1; k < fields.size(); column += fields[k++].size() + 1) {
      const std::string& field = fields[k];
      for (const std::string& other :
           {std::string(), field + "x", field + std::string(1, '\0'), field + ".1.1", std::string("nan"),
            std::string("1e999"), "\xef\xbb\xbf" + field, field + ",", field + "\xc2\xa0", std::string("0x1"),
            "--" + field, "\"" + field + "\"", field + " 1", field + ";" + field}) {
        std::vector<std::string> spoilt_lines = lines;
        std::string& line = spoilt_lines[number];
        line.replace(column - 1, field.size(), other);
        std::string text;
        for (const std::string& part : spoilt_lines) text += part + "\n";
        if (number == 0 && k == 0 && other == "\xef\xbb\xbf" + field)
          continue;  // a byte order mark where it may be
        const std::string message = said_of_vowels(text);
        const std::string where = ":" + std::to_string(number + 1) + ":";
        EXPECT_EQ(message.compare(0, where.size(), where), 0) << quoted(other) << ": " << message;
        if (other.empty() || other.back() != ',') {
          EXPECT_EQ(message.find(where + std::to_string(column) + ": "), 0u)
              << quoted(other) << ": " << message;
        }
        EXPECT_EQ(visible(message), message);
        ++spoilt;
      }
    }
  }
  EXPECT_GT(spoilt, 600u);
}

TEST(VowelReader, RefusesEveryRowThatIsElsewhere) {
  const std::vector<std::string> lines = split(vowels(), '\n');
  const auto text_of = [](const std::vector<std::string>& some) {
    std::string text;
    for (const std::string& line : some) text += line + "\n";
    return text;
  };
  for (size_t number = 0; number < 990; number += 29) {
    std::vector<std::string> without = lines, twice = lines, swapped = lines;
    without.erase(without.begin() + static_cast<std::ptrdiff_t>(number));
    twice.insert(twice.begin() + static_cast<std::ptrdiff_t>(number), lines[number]);
    std::swap(swapped[number], swapped[number + 1]);
    EXPECT_TRUE(said_of_vowels(text_of(without)).find(":" + std::to_string(number + 1) + ":") == 0) << number;
    EXPECT_TRUE(said_of_vowels(text_of(twice)).find(":" + std::to_string(number + 2) + ":") == 0) << number;
    EXPECT_TRUE(said_of_vowels(text_of(swapped)).find(":" + std::to_string(number + 1) + ":") == 0) << number;
  }
  EXPECT_EQ(said_of_vowels(vowels().substr(0, vowels().size() / 2)).empty(), false);
}

TEST(VowelReader, TakesWhatMeansNothing) {
  const std::vector<demo::Speaker> right = demo::read_vowels(GLISSADE_DATA);
  std::string text = "# a remark\r\n\r\n";
  for (const std::string& line : split(vowels(), '\n')) {
    const std::vector<std::string> fields = split(line, ',');
    for (size_t k = 0; k < fields.size(); ++k) text += (k ? " ,\t" : "  ") + fields[k];
    text += " \r\n";
  }
  const std::vector<demo::Speaker> speakers =
      demo::read_vowels(file_of("\xef\xbb\xbf" + text + "\r\n\n# end"));
  EXPECT_EQ(std::memcmp(speakers.data(), right.data(), right.size() * sizeof right[0]), 0);
}

// By name: every parameter of every rule.
std::string said_of_rule(const std::string& description) {
  try {
    make_rule(description, 3);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

TEST(RuleReader, RefusesEveryParameterThatIsSpoilt) {
  size_t parameters = 0;
  for (const RuleFacts& rule : all_rules()) {
    EXPECT_EQ(said_of_rule(rule.name), "");
    EXPECT_NE(said_of_rule(rule.name + std::string(1, '\0')), "");
    for (const std::string& setting :
         split(rule.parameters + " weight_decay=0 decoupled_weight_decay=0 maximize=0", ' ')) {
      const std::string set = rule.name + ":" + setting, name = setting.substr(0, setting.find('='));
      EXPECT_EQ(said_of_rule(set), "");
      for (const std::string& wrong :
           {set + "x", set + ",", set + "," + setting, set + std::string(1, '\0'), set + " ",
            rule.name + ":" + name, rule.name + ":" + name + "=", rule.name + ":" + name + "= 1",
            rule.name + ":x" + setting, rule.name + ":" + name + "=nan", rule.name + ":" + name + "=inf",
            rule.name + ":" + name + "=1e999", rule.name + ":" + name + "=0,5",
            rule.name + ":" + name + "=0x1", set + ":" + setting}) {
        EXPECT_NE(said_of_rule(wrong), "") << quoted(wrong);
      }
      ++parameters;
    }
    for (const char* const flag : {"maximize", "decoupled_weight_decay"}) {
      EXPECT_NE(said_of_rule(rule.name + ":" + flag + "=0.5").find("0 or 1"), std::string::npos) << rule.name;
      EXPECT_NE(said_of_rule(rule.name + ":" + flag + "=2").find("0 or 1"), std::string::npos) << rule.name;
    }
  }
  EXPECT_GT(parameters, 100u);
}

TEST(Numbers, AreTakenWholeOrNotAtAll) {
  EXPECT_EQ(parse_number<double>("+1.5e-3", ""), 1.5e-3);
  EXPECT_EQ(parse_number<float>("-.5", ""), -0.5f);
  EXPECT_EQ(parse_number<uint32_t>("4294967295", ""), 4294967295u);
  EXPECT_EQ(parse_number<uint32_t>("010", ""), 10u);
  for (const char* const text : {"", " ", "+", "-", "+-1", "++1", "1 ", " 1", "1,5", "1.2.3", "1e", "0x10",
                                 "inf", "nan", "infinity", "1e999", "1f", "1\n", "\xd9\xa1"}) {
    EXPECT_THROW(parse_number<double>(text, ""), std::runtime_error) << text;
    EXPECT_THROW(parse_number<float>(text, ""), std::runtime_error) << text;
    EXPECT_THROW(parse_number<uint32_t>(text, ""), std::runtime_error) << text;
    EXPECT_THROW(parse_number<int>(text, ""), std::runtime_error) << text;
  }
  for (const char* const text : {"-1", "4294967296", "1.0", "1e3"}) {
    EXPECT_THROW(parse_number<uint32_t>(text, ""), std::runtime_error) << text;
  }
  EXPECT_THROW(parse_number<float>("1e39", ""), std::runtime_error);
  for (const char* const text :
       {"", "0", "12zz", "0123456z", "+1234567", "0x123456", "012345678", " 1234567", "-1234567"}) {
    EXPECT_THROW(parse_word(text, ""), std::runtime_error) << text;
  }
  EXPECT_EQ(parse_word("9b4108eA", ""), 0x9b4108eau);
}

TEST(Messages, ShowWhatWouldNotBeSeen) {
  EXPECT_EQ(visible("gr\xc3\xbc\xc3\x9f 1.csv"), "gr\xc3\xbc\xc3\x9f 1.csv");
  EXPECT_EQ(visible("a\r\n\tb\x7f\x1b"), "a\\r\\n\\tb\\x7f\\x1b");
  EXPECT_EQ(visible(std::string(1, '\0')), "\\x00");
  EXPECT_EQ(visible("\xef\xbb\xbf|\xe2\x80\xae|\xc2\xa0|\xff\xc3"),
            "\\xef\\xbb\\xbf|\\xe2\\x80\\xae|\\xc2\\xa0|\\xff\\xc3");
  EXPECT_EQ(visible("\xc0\xaf|\xed\xa0\x80"), "\\xc0\\xaf|\\xed\\xa0\\x80");
}

}  // namespace
