// SPDX-License-Identifier: Apache-2.0
#include "apps/tool/vowels.hpp"

#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <utility>

#include "apps/tool/any_rule.hpp"
#include "apps/tool/lines.hpp"
#include "apps/tool/text.hpp"

namespace glissade {
namespace demo {
namespace {

constexpr int kPretrainEpochs = 60;
constexpr size_t kBatch = 33;

// A small generator of its own: std's distributions differ between libraries.
class Random {
 public:
  explicit Random(uint32_t seed) : state_(20261122 + uint64_t{seed}) {}
  uint32_t next() {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<uint32_t>(state_ >> 33);
  }
  uint32_t below(size_t limit) { return next() % static_cast<uint32_t>(limit); }
  float symmetric() { return static_cast<float>(static_cast<int32_t>(next() >> 7) - (1 << 23)) * 0x1p-23f; }

 private:
  uint64_t state_;
};

// Uniform within 1/sqrt(inputs), as PyTorch starts a linear layer; biases at 0.
void start(float* weights, size_t inputs, size_t outputs, Random& random) {
  const float bound = 1.0f / std::sqrt(static_cast<float>(inputs));
  for (size_t i = 0; i < inputs * outputs; ++i) weights[i] = random.symmetric() * bound;
}

std::string row_text(const float* values, size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) {
    char number[40];
    std::snprintf(number, sizeof number, "%af,", static_cast<double>(values[i]));
    text += number;
  }
  return text;
}

}  // namespace

void check(Status status) {
  if (status == GLS_OK) return;
  char line[300];
  gls_backend_explain(nullptr, line, sizeof line);
  throw std::runtime_error(status == GLS_ERROR_BACKEND ? line : gls_status_text(status));
}

namespace {

constexpr const char* kWords[kVowels] = {"hid", "hId", "hEd", "hAd", "hYd", "had",
                                         "hOd", "hod", "hUd", "hud", "hed"};

void expect(const Field& field, const std::string& wanted) {
  if (field.text != wanted) {
    throw std::runtime_error(field.where + ": " + quoted(field.text) + ", where " + quoted(wanted) +
                             " belongs");
  }
}

std::vector<Field> read_row(Lines& lines) {
  const std::vector<Field> row = lines.next();
  if (row.empty()) throw std::runtime_error(lines.where() + ": the file ends early");
  constexpr size_t kColumns = 2 + kFeatures;
  if (row.size() < kColumns)
    throw std::runtime_error(row.back().where + ": a column is missing behind this one");
  if (row.size() > kColumns) throw std::runtime_error(row[kColumns].where + ": a column too many");
  return row;
}

}  // namespace

std::vector<Speaker> read_vowels(const std::string& path) {
  Lines lines(path);
  const std::vector<Field> names = read_row(lines);
  expect(names[0], "speaker");
  expect(names[1], "vowel");
  for (size_t k = 0; k < kFeatures; ++k) expect(names[2 + k], "x" + std::to_string(k));
  std::vector<Speaker> speakers(kSpeakers);
  for (size_t number = 0; number < kSpeakers * kRows; ++number) {
    const std::vector<Field> row = read_row(lines);
    expect(row[0], std::to_string(number / kRows));
    expect(row[1], kWords[number % kVowels]);
    float* const features = speakers[number / kRows].recordings[number % kRows];
    for (size_t k = 0; k < kFeatures; ++k)
      features[k] = parse_number<float>(row[2 + k].text, row[2 + k].where);
  }
  if (const std::vector<Field> more = lines.next(); !more.empty()) {
    throw std::runtime_error(more[0].where + ": a row too many");
  }
  return speakers;
}

Pretrained pretrain(const std::vector<Speaker>& speakers, int owner, size_t vowels, SlotForm slots,
                    uint32_t seed) {
  const std::unique_ptr<AnyRule> rule = make_rule("adam:learning_rate=0.003", kWeights, slots, seed);
  return pretrain_by([&rule](float* weights, const float* gradients,
                             float gradient_scale) { rule->step(weights, gradients, gradient_scale); },
                     speakers, owner, vowels, seed);
}

Pretrained pretrain_by(const Step& step, const std::vector<Speaker>& speakers, int owner, size_t vowels,
                       uint32_t seed) {
  std::vector<std::pair<const float*, size_t>> rows;  // features and label
  for (int speaker = 0; speaker < kSpeakers; ++speaker) {
    for (size_t row = 0; speaker != owner && row < kRows; ++row) {
      if (row % kVowels >= vowels) continue;
      rows.emplace_back(speakers.at(static_cast<size_t>(speaker)).recordings[row], row % kVowels);
    }
  }
  Random random(seed);
  Pretrained result = {};
  Weights &weights = result.weights, gradients;
  start(weights.data(), kFeatures, 32, random);
  start(weights.data() + Dense<kFeatures, 32>::kWeights, 32, kVowels, random);
  Net net;
  for (int epoch = 0; epoch < kPretrainEpochs; ++epoch) {
    for (size_t i = rows.size() - 1; i > 0; --i) std::swap(rows[i], rows[random.below(i + 1)]);
    double loss_sum = 0.0;
    size_t first = 0;
    for (; first + kBatch <= rows.size(); first += kBatch) {
      gradients.fill(0.0f);
      for (size_t i = first; i < first + kBatch; ++i) {
        float loss;
        check(net.learn(weights.data(), rows[i].first, rows[i].second, gradients.data(), &loss));
        loss_sum += static_cast<double>(loss);
      }
      step(weights.data(), gradients.data(), 1.0f / kBatch);
    }
    result.loss = loss_sum / static_cast<double>(first);
  }
  return result;
}

std::string write_header(const Recordings& owner, const Weights& weights, int owner_number) {
  std::string text =
      "// SPDX-License-Identifier: Apache-2.0\n"
      "// Generated by `./dev pretrain`; a test regenerates it and compares. Recordings of speaker " +
      std::to_string(owner_number) +
      " and a network\n// trained on the 14 others; from tests/data/vowel.csv (CC BY 4.0, see the README.md "
      "there).\n"
      "// clang-format off\n"
      "#ifndef GLISSADE_PLATFORM_DEMO_PRETRAINED_HPP\n#define GLISSADE_PLATFORM_DEMO_PRETRAINED_HPP\n\n"
      "#include \"apps/demo/fine_tune.hpp\"\n\nnamespace glissade {\nnamespace demo {\n\n"
      "constexpr Recordings kOwner = {\n";
  for (const auto& row : owner) text += "    {" + row_text(row, kFeatures) + "},\n";
  text += "};\n\nconstexpr float kPretrained[kWeights] = {\n";
  for (size_t i = 0; i < kWeights; i += 6) {
    text += "    " + row_text(weights.data() + i, kWeights - i < 6 ? kWeights - i : 6) + "\n";
  }
  return text + "};\n\n}  // namespace demo\n}  // namespace glissade\n\n#endif\n";
}

}  // namespace demo
}  // namespace glissade
