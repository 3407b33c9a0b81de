// SPDX-License-Identifier: Apache-2.0
// The reader of golden files and of logged gradients takes all of a text or none: every value, spoilt in
// every way that is here. A new field is spoilt too.
#include <functional>

#include "apps/tool/commands.hpp"
#include "apps/tool/json_file.hpp"
#include "reading.hpp"

namespace {

using namespace glissade;

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
    "maximize": false}, "slots": "bfloat16", "weights": [1, 2], "gradients": [[1, -1], "3f80000000000000"], "changing": true}]})";

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
  const std::string output = GLISSADE_WORK "_output";
  EXPECT_EQ(said(text, [&](const std::string& path) { replay({{path}, "scalar", output}); }), "");
  return Json::parse(contents(output));
}

TEST(ReplayReader, TakesAByteOrderMarkAndCarriageReturns) {
  std::string text = "\xef\xbb\xbf" + Json::parse(kLogged).dump(2) + "\n";
  const Json right = result_of(text);
  for (size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) text.insert(at, "\r");
  EXPECT_EQ(result_of(text), right);
}

}  // namespace
