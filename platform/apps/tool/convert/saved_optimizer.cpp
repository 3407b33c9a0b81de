// SPDX-License-Identifier: Apache-2.0
#include "apps/tool/convert/saved_optimizer.hpp"

#include <cstring>
#include <stdexcept>

#include "apps/tool/text.hpp"

namespace glissade {
namespace {

constexpr char kMagics[] = {'1', '7', '6'};  // in the order of kSlotForms: storage/saved.h
constexpr size_t kHeaderBytes = 32;

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what); }

void check(gls_status status) {
  if (status != GLS_OK) fail(gls_status_text(status));
}

// The optimizer with slots in this form, and memory for them.
class View {
 public:
  View(SavedOptimizer& saved, SlotForm form) : memory_(saved.rule->slot_count) {
    float* slots[GLS_SLOTS_MOST + 1] = {};
    for (size_t k = 0; k < memory_.size(); ++k) {
      memory_[k].resize(slot_bytes(form, saved.weights.size()) / sizeof(uint32_t) + 1);  // not null
      slots[k] =
          form == SlotForm::kFloat ? saved.slots[k].data() : reinterpret_cast<float*>(memory_[k].data());
    }
    optimizer_ = in_form(form, gls_optimizer_of(saved.rule, saved.params.data(), saved.state.data(),
                                                saved.weights.data(), slots, saved.weights.size()));
    optimizer_.seed = saved.seed;
  }
  const gls_optimizer* get() const { return &optimizer_; }

 private:
  std::vector<std::vector<uint32_t>> memory_;
  gls_optimizer optimizer_ = {};
};

uint32_t word_at(const std::string& bytes, size_t index) {
  uint32_t word;
  std::memcpy(&word, bytes.data() + sizeof word * index, sizeof word);
  return word;
}

const gls_rule_info* rule_of_crc(uint32_t crc) {
  for (size_t i = 0;; ++i) {
    const gls_rule_info* const rule = gls_rule_at(i);
    if (rule == nullptr || gls_crc32(0, rule->name, std::strlen(rule->name)) == crc) return rule;
  }
}

SavedOptimizer parse(const std::string& bytes) {
  if (bytes.size() < kHeaderBytes) fail("cut off: no saved bytes are so few");
  SavedOptimizer saved;
  const char* const magic = static_cast<const char*>(std::memchr(kMagics, bytes[3], sizeof kMagics));
  if (std::memchr("89\n", bytes[3], 3) != nullptr)
    fail("an optimizer with weights in bfloat16, which are not read here");
  if (magic == nullptr)
    fail(
        "saved bytes, but not an optimizer's: a head's, samples or a store; `glissade tflite` reads a "
        "head's");
  saved.form = kSlotForms[magic - kMagics];
  const gls_rule_info* const rule = rule_of_crc(word_at(bytes, 2));
  if (rule == nullptr) fail("saved bytes of a rule that is not known here");
  uint64_t count = word_at(bytes, 6);
  if (saved.form == SlotForm::kFloat)
    count |= static_cast<uint64_t>(word_at(bytes, 7)) << 32;
  else
    saved.seed = word_at(bytes, 7);
  if (count > bytes.size() / sizeof(float)) fail("cut off, or damaged");
  saved.start(rule, static_cast<size_t>(count));
  const View floats(saved, SlotForm::kFloat), view(saved, saved.form);
  const size_t size = gls_saved_bytes(view.get());
  if (size != bytes.size())
    fail(std::string(rule->name) + " of " + std::to_string(count) + " weights has " + std::to_string(size) +
         " saved bytes, not " + std::to_string(bytes.size()));
  check(gls_restore(view.get(), bytes.data(), bytes.size()));
  if (saved.form != SlotForm::kFloat) check(gls_copy_slots(view.get(), floats.get()));
  return saved;
}

}  // namespace

void SavedOptimizer::start(const gls_rule_info* which, size_t count) {
  rule = which;
  params.assign(rule->params_bytes / sizeof params[0] + 1, 0);
  state.assign(rule->state_bytes / sizeof state[0], 0);
  weights.resize(count);
  weights.reserve(1);  // data() is not null
  slots.assign(rule->slot_count, std::vector<float>(count));
  for (std::vector<float>& slot : slots) slot.reserve(1);
  for (size_t i = 0; i < rule->param_count; ++i) set_param(rule->params[i], rule->params[i].usual);
}

double SavedOptimizer::param(const gls_param_info& info) const {
  const char* const field = reinterpret_cast<const char*>(params.data()) + info.offset;
  double value = *field != 0 ? 1.0 : 0.0;
  if (info.kind == GLS_PARAM_DOUBLE) std::memcpy(&value, field, sizeof value);
  return value;
}

void SavedOptimizer::set_param(const gls_param_info& info, double value) {
  char* const field = reinterpret_cast<char*>(params.data()) + info.offset;
  if (info.kind == GLS_PARAM_DOUBLE)
    std::memcpy(field, &value, sizeof value);
  else
    *field = value > 0.0 ? 1 : 0;
}

bool looks_saved(const std::string& bytes) { return bytes.compare(0, 3, "GLS") == 0; }

SavedOptimizer parse_saved(const std::string& path, const std::string& bytes) {
  try {
    return parse(bytes);
  } catch (const std::runtime_error& error) {
    fail(path + ": " + error.what());
  }
}

std::string write_saved(const SavedOptimizer& saved) {
  SavedOptimizer copy = saved;
  const View floats(copy, SlotForm::kFloat), view(copy, copy.form);
  if (copy.form != SlotForm::kFloat) check(gls_copy_slots(floats.get(), view.get()));
  std::string bytes(gls_saved_bytes(view.get()), '\0');
  check(gls_save(view.get(), bytes.data(), bytes.size()));
  return bytes;
}

}  // namespace glissade
