// SPDX-License-Identifier: Apache-2.0
// slots FOLDER [--write]: the golden files by a model in long hand (rule_model.hpp,
// ../support/slot_model.hpp). Their checksums must be PyTorch's where slots are floats, which shows that the
// model is right, and the model's own where they are not. --write: those of slots.json become the model's.
#include <cstdio>
#include <filesystem>
#include <stdexcept>

#include "apps/tool/files.hpp"
#include "apps/tool/replay_case.hpp"
#include "rule_model.hpp"
#include "support/slot_model.hpp"

namespace {

using namespace glissade;
using namespace glissade::test;

// A slot's numbers; a smaller form's bytes as they lie in memory, and what they stand for.
class Slot {
 public:
  Slot(SlotForm form, bool has_sign, size_t n) : form_(form), has_sign_(has_sign), values_(n) {}
  float* values() { return values_.data(); }
  uint32_t crc() const {
    return form_ == SlotForm::kFloat ? gls_crc32(0, values_.data(), 4 * values_.size())
                                     : gls_crc32(0, bytes_.data(), bytes_.size());
  }
  // What a step has left becomes codes, and these numbers again.
  void round(uint32_t seed, uint32_t t) {
    const size_t n = values_.size();
    const size_t bytes = form_ == SlotForm::k8Bit ? n + (n + 63) / 64 : 2 * n;
    bytes_.assign((bytes + 3) / 4 * 4, 0);  // whole words
    for (size_t first = 0; first < n && form_ != SlotForm::kFloat; first += 64) {
      const size_t some = n - first < 64 ? n - first : 64;
      uint32_t bits[64];
      std::memcpy(bits, values_.data() + first, 4 * some);
      uint8_t* const exponent = bytes_.data() + n + first / 64;
      if (form_ == SlotForm::k8Bit)
        slot_model::encode_8bit(bits, some, has_sign_, seed, t, first / 64, bytes_.data() + first, exponent);
      for (size_t j = 0; j < some; ++j) {
        if (form_ == SlotForm::k8Bit) {
          bits[j] = slot_model::decode_8bit(bytes_[first + j], has_sign_, *exponent);
          continue;
        }
        const uint16_t code =
            slot_model::encode_bfloat16(bits[j], slot_model::random_bits(seed, t, first / 64, j));
        bytes_[2 * (first + j)] = static_cast<uint8_t>(code % 256);
        bytes_[2 * (first + j) + 1] = static_cast<uint8_t>(code / 256);
        bits[j] = static_cast<uint32_t>(code) << 16;
      }
      std::memcpy(values_.data() + first, bits, 4 * some);
    }
  }

 private:
  SlotForm form_;
  bool has_sign_;
  std::vector<float> values_;
  std::vector<uint8_t> bytes_;
};

// The checksums of a case, by its buffers' names.
std::map<std::string, uint32_t> checksums(const ReplayCase& c) {
  const golden::Case golden = c.golden();
  const golden::Generated source = {golden};
  const uint32_t n = c.checksum_n;
  std::vector<Slot> slots;
  std::vector<std::string> names;
  golden::with_rule(golden, false, [&](const auto& match) {
    using Rule = typename std::decay_t<decltype(match)>::Rule;
    if constexpr (Rule::kSlots > 0) {
      for (size_t k = 0; k < Rule::kSlots; ++k) {
        slots.emplace_back(c.slot_form, Rule::kSlotInfo[k].is_signed, n);
        names.emplace_back(match.slot_names[k]);
      }
    }
    return true;
  });
  RuleModel model(golden);
  std::vector<float> weights(n), gradients(n);
  for (uint32_t i = 0; i < n; ++i) weights[i] = source.first_weight(i);
  for (uint32_t t = 1; t <= c.checksum_step; ++t) {
    float* pointers[3] = {};
    for (size_t k = 0; k < slots.size(); ++k) pointers[k] = slots[k].values();
    for (uint32_t i = 0; i < n; ++i) gradients[i] = source.gradient(t, i);
    model.step(t, weights.data(), gradients.data(), pointers, n);
    for (Slot& slot : slots) slot.round(c.seed, t);
  }
  std::map<std::string, uint32_t> result = {{kParams, gls_crc32(0, weights.data(), 4 * n)}};
  for (size_t k = 0; k < slots.size(); ++k) result[names[k]] = slots[k].crc();
  return result;
}

struct Counts {
  size_t floats = 0, small = 0, wrong = 0;
};

// Compares a file with the model. result: the file with the model's checksums.
void check(const std::filesystem::path& path, Json& result, Counts& counts) {
  const ReplayFile file(path.string(), read_file(path.string()));
  result = file.file.root();
  for (size_t i = 0; i < file.cases.size(); ++i) {
    const ReplayCase& c = file.cases[i];
    if (!RuleModel(c.golden()).is_known()) continue;
    ++(c.slot_form == SlotForm::kFloat ? counts.floats : counts.small);
    for (const auto& [name, crc] : checksums(c)) {
      char text[9];
      std::snprintf(text, sizeof text, "%08x", crc);
      result["cases"][i]["crc32"][name] = text;
      const auto found = c.checksums.find(name);
      if (found != c.checksums.end() && found->second == crc) continue;
      std::printf("FAILED: %s, case %zu, %s, %s: the model's CRC is %s\n", path.filename().c_str(), i,
                  c.optimizer.c_str(), name.c_str(), text);
      ++counts.wrong;
    }
  }
}

// Every rule that bears them is there in both smaller forms.
size_t missing(const ReplayFile& file) {
  size_t result = 0;
#define GLISSADE_RULE(name, Rule_, slot_count)                                                          \
  for (const SlotForm form : {SlotForm::kBfloat16, SlotForm::k8Bit}) {                                  \
    bool found = slot_count == 0 || !kHasSlotFormats<Rule_>;                                            \
    for (const ReplayCase& c : file.cases) {                                                            \
      found = found || (c.slot_form == form && golden::with_rule(c.golden(), false, [](const auto& match) { \
                          return std::decay_t<decltype(match)>::Rule::kRule == Rule_::kRule;            \
                        }));                                                                            \
    }                                                                                                   \
    if (!found) std::printf("FAILED: slots.json has no " #name " in %s\n", name_of(form));              \
    result += found ? 0 : 1;                                                                            \
  }
#include "optimizer/rules.inc"
#undef GLISSADE_RULE
  return result;
}

int run(const std::filesystem::path& folder, bool writes) {
  Counts counts;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    Json result;
    check(entry.path(), result, counts);
    if (entry.path().filename() != "slots.json") continue;
    if (writes) write_file(entry.path().string(), result.dump(1) + "\n");
    counts.wrong += missing(ReplayFile(entry.path().string(), read_file(entry.path().string())));
  }
  std::printf("%zu cases with float slots, %zu with smaller ones: %zu checksums are not the model's\n",
              counts.floats, counts.small, counts.wrong);
  return counts.wrong == 0 && counts.floats > 50 && counts.small > 0 ? 0 : 1;
}

}  // namespace

int main(int argument_count, char** arguments) {
  if (argument_count < 2) return 2;
  try {
    return run(arguments[1], argument_count > 2 && std::string(arguments[2]) == "--write");
  } catch (const std::exception& error) {
    std::printf("FAILED: %s\n", error.what());
    return 1;
  }
}
