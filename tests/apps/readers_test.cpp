// SPDX-License-Identifier: Apache-2.0
// The host program's readers take all of a text or none: every value of a golden file and of logged
// gradients, every field of the vowels' first rows, and every parameter of every rule, each spoilt in every
// way that is here. A new field, parameter or rule is spoilt too.
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <functional>
#include <sstream>

#include "apps/tool/any_rule.hpp"
#include "apps/tool/commands.hpp"
#include "apps/tool/json_file.hpp"
#include "apps/tool/text.hpp"
#include "apps/tool/vowels.hpp"

namespace {

using namespace glissade;

std::string file_of(const std::string& text) {
  const std::string path = GLISSADE_WORK "/readers_test_input";
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// What is said of text; empty: it is taken.
template <class Read>
std::string said(const std::string& text, Read read) {
  const std::string path = file_of(text);
  testing::internal::CaptureStdout();
  std::string result;
  try {
    read(path);
  } catch (const std::exception& error) {
    result = error.what();
    if (result.compare(0, path.size(), path) == 0) result.erase(0, path.size());
  }
  testing::internal::GetCapturedStdout();
  return result;
}

std::string said_of_replay(const std::string& text) {
  return said(text, [](const std::string& path) { replay({{path}, "scalar", ""}); });
}

// ":line:column: ...", or the parser's own words for it.
bool says_where(const std::string& message) {
  unsigned line = 0, column = 0;
  return std::sscanf(message.c_str(), ":%u:%u: ", &line, &column) == 2 ||
         message.find("line ") != std::string::npos;
}

const char* const kLogged =
    R"({"source": "a device", "cases": [{"optimizer": "adam", "options": {"lr": 0.5, "betas": [0.5, 0.75], "amsgrad": true,
    "maximize": false}, "weights": [1, 2], "gradients": [[1, -1], "3f80000000000000"], "changing": true}]})";

// The smallest cases with every field that there is.
std::vector<Json> documents() {
  Json golden = Json::parse(contents(GLISSADE_GOLDEN "/nadam_extreme.json"));
  golden["cases"] = Json::array({golden["cases"][0]});
  Json& first = golden["cases"][0];
  first["snapshots"] = Json::array({first["snapshots"][0]});
  return {golden, Json::parse(kLogged)};
}

// Calls see(value, pointer to it) for every value in a document.
void walk(Json& root, Json& value, const Json::json_pointer& at,
          const std::function<void(Json&, const Json::json_pointer&)>& see) {
  see(value, at);
  if (value.is_object()) {
    for (auto& [name, child] : value.items()) walk(root, child, at / name, see);
  } else if (value.is_array()) {
    for (size_t i = 0; i < value.size(); ++i) walk(root, value[i], at / i, see);
  }
}

TEST(ReplayReader, TakesTheWholeDocuments) {
  for (const Json& document : documents()) EXPECT_EQ(said_of_replay(document.dump()), "");
}

TEST(ReplayReader, RefusesEveryOtherType) {
  size_t spoilt = 0;
  for (Json& document : documents()) {
    const Json whole = document;
    walk(document, document, Json::json_pointer(""), [&](Json&, const Json::json_pointer& at) {
      for (const Json& other : {Json(), Json(true), Json(0.5), Json("12zz"), Json::object(), Json::array()}) {
        const Json& value = whole[at];
        const bool is_allowed = value.type() == other.type() && !value.is_structured() && !value.is_string();
        if (is_allowed || (value.is_string() && other.is_string() && at.to_string() == "/source")) continue;
        if (value.is_number() && other.is_number()) continue;
        Json mutant = whole;
        mutant[at] = other;
        if (mutant == whole || at.empty()) continue;
        // One option less is another case.
        if (at.to_string() == "/cases/0/options" && other == Json::object()) continue;
        const std::string message = said_of_replay(mutant.dump());
        EXPECT_TRUE(says_where(message)) << at << " as " << other << ": " << message;
        ++spoilt;
      }
    });
  }
  EXPECT_GT(spoilt, 150u);
}

TEST(ReplayReader, RefusesNamesThatAreUnknownOrTwice) {
  size_t spoilt = 0;
  for (Json& document : documents()) {
    const Json whole = document;
    walk(document, document, Json::json_pointer(""), [&](Json& value, const Json::json_pointer& at) {
      if (!value.is_object()) return;
      Json unknown = whole;
      unknown[at]["surprise"] = 1;
      std::string message = said_of_replay(unknown.dump());
      EXPECT_TRUE(says_where(message)) << at << ": " << message;
      for (const auto& [name, child] : value.items()) {
        // The same name again with its own value, as the object's last.
        const std::string key = Json(name).dump();
        Json twice = whole;
        twice[at]["TWICE"] = child;
        std::string text = twice.dump();
        text.replace(text.find("\"TWICE\""), 7, key);
        message = said_of_replay(text);
        EXPECT_NE(message.find(key + " a second time"), std::string::npos) << at << ": " << message;
        EXPECT_TRUE(says_where(message)) << message;
        Json zero = whole;
        zero[at][name + std::string(1, '\0')] = child;
        zero[at].erase(name);
        EXPECT_TRUE(says_where(said_of_replay(zero.dump()))) << at << "/" << name << " and a NUL";
        spoilt += 3;
      }
    });
  }
  EXPECT_GT(spoilt, 90u);
}

// Every option of the file, as PyTorch's users might write it wrongly; and where nothing would be compared.
TEST(ReplayReader, RefusesWhatHasNoEffect) {
  const auto one = [](const std::string& inner) {
    return said_of_replay("{\"cases\": [{\"optimizer\": " + inner + "}]}");
  };
  const std::string logged = ", \"weights\": [1], \"gradients\": [[1]]";
  EXPECT_EQ(one("\"sgd\", \"options\": {}" + logged), "");
  for (const char* const options :
       {"\"nesterov\": 0.5, \"momentum\": 0.5", "\"nesterov\": true", "\"nesterov\": 1, \"momentum\": 0.5",
        "\"dampening\": 0.5", "\"maximize\": 2", "\"maximize\": 1", "\"amsgrad\": true", "\"amsgrad\": false",
        "\"centered\": true", "\"lr\": true", "\"lr\": [0.5]", "\"lr\": -1", "\"lr\": null",
        "\"lr\": \"0.5\"", "\"betas\": []", "\"foreach\": false", "\"lr\": 1e400", "\"lr\": NaN"}) {
    EXPECT_TRUE(says_where(one(std::string("\"sgd\", \"options\": {") + options + "}" + logged))) << options;
  }
  for (const char* const options :
       {"\"betas\": [0.5]", "\"betas\": [0.5, 0.5, 0.5]", "\"betas\": []", "\"betas\": 0.5",
        "\"betas[0]\": 0.5", "\"amsgrad\": 1", "\"betas\": [0.5, 1]"}) {
    EXPECT_TRUE(says_where(one(std::string("\"adam\", \"options\": {") + options + "}" + logged))) << options;
  }
  const std::string sgd = "\"sgd\", \"options\": {}", seed = sgd + ", \"seed\": 1, \"n\": 3";
  for (const std::string& inner :
       {seed, seed + ", \"snapshots\": []", seed + R"(, "crc32": {}, "n_hash": 3, "steps_hash": 3)",
        seed + R"(, "crc32": {"params": "00000000"}, "n_hash": 3, "steps_hash": 101)",
        seed + R"(, "crc32": {"params": "12zz"}, "n_hash": 3, "steps_hash": 1)",
        seed + R"(, "crc32": {"params": "0000000000"}, "n_hash": 3, "steps_hash": 1)",
        seed + R"(, "crc32": {"exp_avg": "00000000"}, "n_hash": 3, "steps_hash": 1)",
        seed + R"(, "snapshots": [{"step": 101, "params": [1, 2, 3]}])",
        seed + R"(, "snapshots": [{"step": 1}])", sgd + logged + ", \"seed\": 1", sgd + logged + ", \"n\": 1",
        sgd + logged + ", \"steps_hash\": 1", sgd + logged + ", \"gradient_exponent\": 1",
        sgd + ", \"weights\": [1], \"gradients\": []", sgd + ", \"weights\": [], \"gradients\": [[]]",
        sgd + ", \"weights\": [1], \"seed\": 1, \"n\": 1",
        sgd + ", \"weights\": [1], \"gradients\": [[1e39]]",
        sgd + ", \"weights\": [1], \"gradients\": [\"3f80000z\"]"}) {
    EXPECT_TRUE(says_where(one(inner))) << inner << one(inner);
  }
}

Json result_of(const std::string& text) {
  const std::string output = GLISSADE_WORK "/readers_test_output";
  EXPECT_EQ(said(text, [&](const std::string& path) { replay({{path}, "scalar", output}); }), "");
  return Json::parse(contents(output));
}

TEST(ReplayReader, TakesAByteOrderMarkAndCarriageReturns) {
  std::string text = "\xef\xbb\xbf" + Json::parse(kLogged).dump(2) + "\n";
  const Json right = result_of(text);
  for (size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) text.insert(at, "\r");
  EXPECT_EQ(result_of(text), right);
}

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
        if (other.back() != ',') {
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
