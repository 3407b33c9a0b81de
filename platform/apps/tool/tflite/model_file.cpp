// SPDX-License-Identifier: Apache-2.0
#include "apps/tool/tflite/model_file.hpp"

#include <utility>

#include "apps/tool/text.hpp"

namespace glissade {
namespace {

// The name by which TensorFlow Lite Micro's interpreter knows compressed models.
constexpr const char* kCompression = "COMPRESSION_METADATA";

void check_index(bool ok, const std::string& where, int64_t index) {
  if (!ok) throw Refused(Refusal::kIndex, where, std::to_string(index));
}

std::string element(const char* vector, size_t index) { return vector + ("[" + std::to_string(index) + "]"); }

}  // namespace

const char* text_of(Refusal refusal) {
  constexpr const char* kTexts[] = {
#define GLISSADE_REFUSAL(name, text) text,
#include "apps/tool/tflite/refusals.inc"
  };
  return kTexts[static_cast<size_t>(refusal)];
}

Refused::Refused(Refusal why, const std::string& where, const std::string& detail)
    : std::runtime_error((where.empty() ? "" : where + ": ") + text_of(why) +
                         (detail.empty() ? "" : ": " + detail)),
      which(why) {}

ModelFile::ModelFile(std::string bytes) : bytes_(std::move(bytes)) {
  constexpr size_t kHead = 2 * sizeof(flatbuffers::uoffset_t);
  if (bytes_.size() < kHead || !tflite::ModelBufferHasIdentifier(bytes_.data())) {
    throw Refused(Refusal::kIdentifier, "");
  }
  if (bytes_.size() >= FLATBUFFERS_MAX_BUFFER_SIZE) throw Refused(Refusal::kBroken, "its size");
  parts_ = parts_of(bytes_);
  flatbuffers::Verifier verifier(reinterpret_cast<const uint8_t*>(bytes_.data()), bytes_.size());
  if (!tflite::VerifyModelBuffer(verifier)) throw Refused(Refusal::kBroken, "its tables");
  root_ = tflite::GetModel(bytes_.data());
  const size_t graphs = size_of(root_->subgraphs());
  if (graphs > 1) throw Refused(Refusal::kSubgraphs, "subgraphs", "there are " + std::to_string(graphs));
  check_index(graphs == 1, "subgraphs", 0);
  graph_ = root_->subgraphs()->Get(0);
  check_tensors();
  check_indices();
}

void ModelFile::check_tensors() const {
  for (size_t i = 0; i < size_of(root_->metadata()); ++i) {
    const auto& metadata = *root_->metadata()->Get(static_cast<uint32_t>(i));
    if (text_of(metadata.name()) == kCompression) throw Refused(Refusal::kCompressed, element("metadata", i));
    check_index(metadata.buffer() < size_of(root_->buffers()), element("metadata", i), metadata.buffer());
  }
  for (size_t i = 0; i < size_of(root_->buffers()); ++i) {
    if (root_->buffers()->Get(static_cast<uint32_t>(i))->offset() > 1) {
      throw Refused(Refusal::kExternal, element("buffers", i));
    }
  }
  if (size_of(root_->external_buffers()) != 0) throw Refused(Refusal::kExternal, "external_buffers");
  for (int i = 0; i < static_cast<int>(tensor_count()); ++i) {
    const uint32_t buffer = tensor(i).buffer();
    check_index(buffer < size_of(root_->buffers()), element("tensors", static_cast<size_t>(i)), buffer);
    if (tensor(i).external_buffer() != 0) throw Refused(Refusal::kExternal, tensor_name(i));
  }
}

void ModelFile::check_indices() const {
  const auto tensors = static_cast<int64_t>(tensor_count());
  const auto check = [tensors](const std::vector<int>& indices, int least, const std::string& where) {
    for (const int index : indices) check_index(index >= least && index < tensors, where, index);
  };
  check(elements(graph_->inputs()), 0, "subgraphs[0].inputs");
  check(elements(graph_->outputs()), 0, "subgraphs[0].outputs");
  for (size_t i = 0; i < operator_count(); ++i) {
    const std::string where = element("subgraphs[0].operators", i);
    check_index(operation(i).opcode_index() < size_of(root_->operator_codes()), where,
                operation(i).opcode_index());
    check(inputs(i), -1, where + ".inputs");
    check(outputs(i), 0, where + ".outputs");
    check(elements(operation(i).intermediates()), 0, where + ".intermediates");
  }
  for (size_t i = 0; i < size_of(root_->signature_defs()); ++i) {
    const auto& signature = *root_->signature_defs()->Get(static_cast<uint32_t>(i));
    for (const auto* maps : {signature.inputs(), signature.outputs()}) {
      for (size_t k = 0; k < size_of(maps); ++k) {
        const uint32_t index = maps->Get(static_cast<uint32_t>(k))->tensor_index();
        check_index(index < tensors, element("signature_defs", i), index);
      }
    }
  }
}

size_t ModelFile::offset_of(const void* place) const {
  return static_cast<size_t>(static_cast<const char*>(place) - bytes_.data());
}

size_t ModelFile::operator_count() const { return size_of(graph_->operators()); }

const tflite::Operator& ModelFile::operation(size_t index) const {
  return *graph_->operators()->Get(static_cast<uint32_t>(index));
}

tflite::BuiltinOperator ModelFile::code(size_t index) const {
  const auto& code = *root_->operator_codes()->Get(operation(index).opcode_index());
  return std::max(code.builtin_code(), static_cast<tflite::BuiltinOperator>(code.deprecated_builtin_code()));
}

std::string ModelFile::name(size_t index) const {
  const auto& operator_code = *root_->operator_codes()->Get(operation(index).opcode_index());
  std::string name = tflite::EnumNameBuiltinOperator(code(index));
  if (name.empty()) name = std::to_string(static_cast<int>(code(index)));
  if (code(index) == tflite::BuiltinOperator::CUSTOM)
    name += " " + quoted(text_of(operator_code.custom_code()));
  return "operator " + std::to_string(index) + " " + name;
}

std::vector<int> ModelFile::inputs(size_t index) const { return elements(operation(index).inputs()); }
std::vector<int> ModelFile::outputs(size_t index) const { return elements(operation(index).outputs()); }

size_t ModelFile::tensor_count() const { return size_of(graph_->tensors()); }

const tflite::Tensor& ModelFile::tensor(int index) const {
  return *graph_->tensors()->Get(static_cast<uint32_t>(index));
}

std::string ModelFile::tensor_name(int index) const {
  return "tensor " + std::to_string(index) + " " + quoted(text_of(tensor(index).name()));
}

std::vector<int> ModelFile::shape(int index) const { return elements(tensor(index).shape()); }

const flatbuffers::Vector<uint8_t>* ModelFile::constant(int index) const {
  const auto* const data = root_->buffers()->Get(tensor(index).buffer())->data();
  return size_of(data) == 0 || tensor(index).is_variable() ? nullptr : data;
}

}  // namespace glissade
