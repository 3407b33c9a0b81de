// SPDX-License-Identifier: Apache-2.0
// `glissade tflite FILE --patch STATE`: a learned head, in place.
#include <algorithm>

#include "apps/tool/tflite/edits.hpp"
#include "apps/tool/tflite/int8_layer.hpp"
#include "apps/tool/tflite/rewrite.hpp"
#include "glissade/storage/saved.h"

namespace glissade {
namespace {

// The file's head as bytes: what it has, and what it shall have.
struct Rows {
  std::string weights, biases;
  std::vector<float> scales;
};

Rows rows_of(const ModelFile& model, const Head& head) {
  const auto text = [](const flatbuffers::Vector<uint8_t>& bytes) {
    return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  };
  return {text(*model.constant(head.weights)), head.biases < 0 ? "" : text(*model.constant(head.biases)),
          weight_scales(model, head)};
}

// Who else uses a constant tensor or its bytes; empty: nobody.
std::string other_user(const ModelFile& model, const Head& head, int tensor) {
  for (size_t i = 0; i < model.operator_count(); ++i) {
    const std::vector<int> inputs = model.inputs(i);
    if (std::count(inputs.begin(), inputs.end(), tensor) > (i == head.index ? 1 : 0)) return model.name(i);
  }
  for (const auto* tensors : {model.graph().inputs(), model.graph().outputs()}) {
    const std::vector<int> all = elements(tensors);
    if (std::find(all.begin(), all.end(), tensor) != all.end()) return "the model's inputs or outputs";
  }
  const uint32_t buffer = model.tensor(tensor).buffer();
  for (int i = 0; i < static_cast<int>(model.tensor_count()); ++i) {
    if (i != tensor && model.tensor(i).buffer() == buffer) return model.tensor_name(i);
  }
  for (size_t i = 0; i < size_of(model.root().metadata()); ++i) {
    if (model.root().metadata()->Get(static_cast<uint32_t>(i))->buffer() == buffer) return "metadata";
  }
  return "";
}

// The least bias of a row that shall never win: with weights of 0 it is the sum itself, which no engine may
// shift out of 32 bits.
int32_t lowest_bias(const Head& head, int left_shift) {
  const int64_t most = INT32_MAX - int64_t{32640} * static_cast<int64_t>(head.input_count);
  return static_cast<int32_t>(-(most >> left_shift));
}

// Does the lowest bias reach the lowest output with this scale? A row that was always zero may have had a
// tiny one.
bool reaches_lowest(const HeadState& state, float scale) {
  constexpr double kSums = 0x1p30, kOutputs = 255.0;
  return static_cast<double>(state.input_scale) * scale / state.output_scale * kSums >= kOutputs;
}

void store(std::string& bytes, size_t at, int32_t value) { flatbuffers::WriteScalar(&bytes[at], value); }

class Patch {
 public:
  Patch(const ModelFile& model, const Head& head)
      : model_(model), head_(head), old_(rows_of(model, head)), edits_(model) {}

  void learned(const HeadState& state, const std::vector<size_t>& rows);
  void constants(const Rows& rows);
  void scales(const std::vector<float>& scales);
  void output(float scale, int zero);
  const Edits& edits() const { return edits_; }

 private:
  Rows new_rows(const HeadState& state, const std::vector<size_t>& rows) const;
  void bias_scales(const std::vector<float>& scales);

  const ModelFile& model_;
  const Head& head_;
  const Rows old_;
  Edits edits_;
};

Rows Patch::new_rows(const HeadState& state, const std::vector<size_t>& rows) const {
  Rows result = {std::string(old_.weights.size(), '\0'), std::string(old_.biases.size(), '\0'), old_.scales};
  const auto each = [](const std::vector<float>& scales, size_t row) {
    return scales.size() == 1 ? size_t{0} : row;
  };
  const float largest = *std::max_element(state.weight_scales.begin(), state.weight_scales.end());
  for (float& scale : result.scales) scale = reaches_lowest(state, scale) ? scale : largest;
  for (size_t i = 0; i < rows.size(); ++i) {
    result.weights.replace(rows[i] * head_.input_count, head_.input_count, state.weights,
                           i * head_.input_count, head_.input_count);
    result.scales[each(result.scales, rows[i])] = state.weight_scales[each(state.weight_scales, i)];
  }
  Int8Layer layer(model_, head_);
  layer.prepare(result.scales, state.output_scale, state.output_zero);
  for (size_t row = 0; row < head_.output_count && head_.biases >= 0; ++row) {
    store(result.biases, 4 * row, lowest_bias(head_, layer.left_shift(row)));
  }
  for (size_t i = 0; i < rows.size() && head_.biases >= 0; ++i)
    store(result.biases, 4 * rows[i], state.biases[i]);
  return result;
}

void Patch::learned(const HeadState& state, const std::vector<size_t>& rows) {
  const Rows fresh = new_rows(state, rows);
  constants(fresh);
  scales(fresh.scales);
  output(state.output_scale, state.output_zero);
}

void Patch::constants(const Rows& rows) {
  const auto set = [this](int tensor, const std::string& before, const std::string& after) {
    if (tensor < 0) return;
    const std::string user = before == after ? "" : other_user(model_, head_, tensor);
    if (!user.empty()) throw Refused(Refusal::kSharedBytes, model_.tensor_name(tensor), user);
    edits_.set(model_.constant(tensor)->data(), after, model_.tensor_name(tensor));
  };
  set(head_.weights, old_.weights, rows.weights);
  set(head_.biases, old_.biases, rows.biases);
}

void Patch::scales(const std::vector<float>& scales) {
  const auto* const place = model_.tensor(head_.weights).quantization()->scale();
  for (uint32_t i = 0; i < scales.size(); ++i) {
    edits_.set(place->data() + i, scales[i], model_.tensor_name(head_.weights) + " scale");
  }
  bias_scales(scales);
}

// The biases' scales are the inputs' times the weights'; engines look whether they are.
void Patch::bias_scales(const std::vector<float>& scales) {
  if (head_.biases < 0 || model_.tensor(head_.biases).quantization() == nullptr) return;
  const auto* const place = model_.tensor(head_.biases).quantization()->scale();
  if (size_of(place) == 0 || scales == old_.scales) return;
  if (place->size() != head_.output_count && place->size() != scales.size()) {
    throw Refused(Refusal::kScale, model_.tensor_name(head_.biases));
  }
  for (uint32_t i = 0; i < place->size(); ++i) {
    const size_t k = scales.size() == 1 ? 0 : i;
    if (scales[k] == old_.scales[k]) continue;  // the file's may be rounded otherwise
    edits_.set(place->data() + i, input_scale(model_, head_) * scales[k],
               model_.tensor_name(head_.biases) + " scale");
  }
}

void Patch::output(float scale, int zero) {
  const Reach reach = reach_of(model_, head_);
  const bool same = scale == output_scale(model_, head_) && zero == output_zero(model_, head_);
  if (same) return;
  if (reach.stops != model_.operator_count()) throw Refused(Refusal::kOutputScale, model_.name(reach.stops));
  for (const int tensor : reach.tensors) {
    const auto* const q = model_.tensor(tensor).quantization();
    const std::string where = model_.tensor_name(tensor) + " scale";
    edits_.set(q->scale()->data(), scale, where);
    edits_.set(q->zero_point()->data(), static_cast<int64_t>(zero), where);
  }
}

uint32_t crc_of(const std::string& bytes) { return gls_crc32(0, bytes.data(), bytes.size()); }

// Is this CRC-32 that of the file, of the file that --cut writes, or none?
bool is_of(const ModelFile& model, const Head& head, uint32_t crc) {
  if (crc == 0 || crc == crc_of(model.bytes())) return true;
  try {
    return crc == crc_of(cut_model(model, head).bytes);
  } catch (const Refused&) {
    return false;
  }
}

void check_state(const ModelFile& model, const Head& head, const HeadState& state) {
  const auto other = [](bool is, const std::string& what) {
    if (is) throw Refused(Refusal::kOtherHead, "", what);
  };
  other(state.input_count != head.input_count,
        std::to_string(state.input_count) + " inputs, not " + std::to_string(head.input_count));
  other(state.input_scale != input_scale(model, head) || state.input_zero != input_zero(model, head),
        "another scale or zero point of its inputs");
  other(state.activation != static_cast<uint32_t>(head.activation), "another fused activation");
  other(!is_of(model, head, state.model), "it was learned on another model (CRC-32 " +
                                              std::to_string(state.model) + ", here " +
                                              std::to_string(crc_of(model.bytes())) + ")");
  other(weight_scales(model, head).size() == 1 && state.weight_scales.size() > 1,
        "a scale for each output, where the file has one for all");
  if (state.output_count > head.output_count) {
    throw Refused(Refusal::kMoreClasses,
                  std::to_string(state.output_count) + " instead of " + std::to_string(head.output_count),
                  "cut the model, and leave the head in the library");
  }
}

void check_rows(const Head& head, const HeadState& state, std::vector<size_t>& rows) {
  if (rows.empty()) {
    for (size_t i = 0; i < state.output_count; ++i) rows.push_back(i);
  }
  if (rows.size() != state.output_count) {
    throw std::runtime_error("--rows: " + std::to_string(rows.size()) + " rows for " +
                             std::to_string(state.output_count) + " outputs");
  }
  std::vector<bool> taken(head.output_count);
  for (const size_t row : rows) {
    if (row >= head.output_count || taken[row]) {
      throw std::runtime_error("--rows: " + std::to_string(row) +
                               " is no row of the file, or is there twice");
    }
    taken[row] = true;
  }
}

void check_biases(const Head& head, const HeadState& state) {
  const bool zeros =
      std::all_of(state.biases.begin(), state.biases.end(), [](int32_t bias) { return bias == 0; });
  if (head.biases < 0 && (!zeros || state.output_count < head.output_count)) {
    throw Refused(Refusal::kNoBiases, "operator " + std::to_string(head.index));
  }
}

}  // namespace

Rewritten patch_model(const ModelFile& model, const Head& head, const HeadState& state,
                      std::vector<size_t> rows) {
  check_state(model, head, state);
  check_rows(head, state, rows);
  check_biases(head, state);
  Patch patch(model, head);
  patch.learned(state, rows);
  size_t left = 0, changed = 0;
  Rewritten result;
  result.bytes = patch.edits().apply(&left);
  for (size_t i = 0; i < result.bytes.size(); ++i) changed += result.bytes[i] != model.bytes()[i] ? 1 : 0;
  result.report = model.name(head.index) + ": " + std::to_string(state.output_count) + " of " +
                  std::to_string(head.output_count) + " rows learned, the others never win\n" +
                  std::to_string(changed) + " bytes changed\n";
  return result;
}

std::string why_not_patched(const ModelFile& model, const Head& head) {
  for (const int tensor : {head.weights, head.biases}) {
    const std::string user = tensor < 0 ? "" : other_user(model, head, tensor);
    if (!user.empty()) return Refused(Refusal::kSharedBytes, model.tensor_name(tensor), user).what();
  }
  Edits edits(model);
  const auto same = [&edits](const auto* vector, const std::string& where) {
    if (vector == nullptr) return;
    const auto* const begin = reinterpret_cast<const char*>(vector->Data());
    edits.set(begin, std::string(begin, vector->size() * sizeof(*vector->data())), where);
  };
  std::vector<int> tensors = reach_of(model, head).tensors;
  for (const int tensor : tensors)
    same(model.tensor(tensor).quantization()->zero_point(), model.tensor_name(tensor) + " zero_point");
  tensors.push_back(head.weights);
  if (head.biases >= 0 && model.tensor(head.biases).quantization() != nullptr) tensors.push_back(head.biases);
  for (const int tensor : tensors)
    same(model.tensor(tensor).quantization()->scale(), model.tensor_name(tensor) + " scale");
  same(model.constant(head.weights), model.tensor_name(head.weights));
  if (head.biases >= 0) same(model.constant(head.biases), model.tensor_name(head.biases));
  try {
    edits.check_alone();
  } catch (const Refused& refused) {
    return refused.what();
  }
  return "";
}

}  // namespace glissade
