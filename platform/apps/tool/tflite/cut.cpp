// SPDX-License-Identifier: Apache-2.0
// `glissade tflite FILE --cut`: a few integers, in place.
#include <algorithm>

#include "apps/tool/tflite/edits.hpp"
#include "apps/tool/tflite/rewrite.hpp"

namespace glissade {
namespace {

using tflite::BuiltinOperator;

void check_cut(const ModelFile& model, const Head& head) {
  bool computed = false;
  for (size_t i = 0; i < head.index; ++i) {
    const std::vector<int> outputs = model.outputs(i);
    computed = computed || std::find(outputs.begin(), outputs.end(), head.input) != outputs.end();
  }
  if (!computed) throw Refused(Refusal::kCutAtStart, model.name(head.index), model.tensor_name(head.input));
  for (size_t i = head.index; i < model.operator_count(); ++i) {
    if (model.code(i) == BuiltinOperator::ASSIGN_VARIABLE || model.code(i) == BuiltinOperator::CALL_ONCE) {
      throw Refused(Refusal::kKeepsState, model.name(i));
    }
  }
}

// A vector is its length and its elements.
template <class T>
void shorten(Edits& edits, const flatbuffers::Vector<T>* vector, size_t length, const std::string& where) {
  if (vector->size() != length) edits.set(vector, static_cast<uint32_t>(length), where);
}

void set_signature(Edits& edits, const tflite::SignatureDef& signature, const Head& head,
                   const std::string& where) {
  if (size_of(signature.outputs()) == 0) return;
  const tflite::TensorMap* const first = signature.outputs()->Get(0);
  if (first->tensor_index() != static_cast<uint32_t>(head.input)) {
    const void* const place =
        reinterpret_cast<const flatbuffers::Table*>(first)->GetAddressOf(tflite::TensorMap::VT_TENSOR_INDEX);
    if (place == nullptr) throw Refused(Refusal::kSignatureDefault, where);
    edits.set(place, static_cast<uint32_t>(head.input), where);
  }
  shorten(edits, signature.outputs(), 1, where);
}

// Which tensors the operators in front of the head, the inputs and the new output name.
std::vector<bool> named(const ModelFile& model, const Head& head) {
  std::vector<bool> result(model.tensor_count());
  const auto name = [&result](const std::vector<int>& tensors) {
    for (const int tensor : tensors) {
      if (tensor >= 0) result[static_cast<size_t>(tensor)] = true;
    }
  };
  for (size_t i = 0; i < head.index; ++i) {
    name(model.inputs(i));
    name(model.outputs(i));
    name(elements(model.operation(i).intermediates()));
  }
  name(elements(model.graph().inputs()));
  name({head.input});
  return result;
}

// TensorFlow Lite Micro plans memory for a tensor that nobody names: none where it has no elements.
size_t empty_shapes(const ModelFile& model, const Head& head, Edits& edits) {
  const std::vector<bool> stays = named(model, head);
  size_t emptied = 0;
  for (int i = 0; i < static_cast<int>(model.tensor_count()); ++i) {
    if (stays[static_cast<size_t>(i)] || model.constant(i) != nullptr || model.shape(i).empty()) continue;
    edits.set_if_alone(model.tensor(i).shape()->data(), int32_t{0});
    ++emptied;
  }
  return emptied;
}

std::string count(size_t n, const std::string& what) {
  return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

std::string outputs_gone(const ModelFile& model, const Head& head) {
  std::string text;
  for (const int output : elements(model.graph().outputs())) {
    if (output != head.input) text += (text.empty() ? "; gone: " : ", ") + model.tensor_name(output);
  }
  return text;
}

}  // namespace

Rewritten cut_model(const ModelFile& model, const Head& head) {
  check_cut(model, head);
  const tflite::SubGraph& graph = model.graph();
  if (size_of(graph.outputs()) == 0) throw Refused(Refusal::kIndex, "subgraphs[0].outputs", "there is none");
  Edits edits(model);
  shorten(edits, graph.operators(), head.index, "subgraphs[0].operators");
  edits.set(graph.outputs()->data(), static_cast<int32_t>(head.input), "subgraphs[0].outputs");
  shorten(edits, graph.outputs(), 1, "subgraphs[0].outputs");
  for (size_t i = 0; i < size_of(model.root().signature_defs()); ++i) {
    set_signature(edits, *model.root().signature_defs()->Get(static_cast<uint32_t>(i)), head,
                  "signature_defs[" + std::to_string(i) + "].outputs");
  }
  const size_t emptied = empty_shapes(model, head, edits);
  Rewritten result;
  size_t left = 0;
  result.bytes = edits.apply(&left);
  const size_t biases = head.biases < 0 ? 0 : model.constant(head.biases)->size();
  result.report =
      "keeps " + std::to_string(head.index) + " of " + count(model.operator_count(), "operator") + "\n" +
      "the output is " + model.tensor_name(head.input) + outputs_gone(model, head) + "\n" +
      count(emptied - left, "tensor") + " that nobody names any more: shape[0] is 0\n" +
      (left == 0 ? "" : count(left, "tensor") + " more keep their shape: another table uses it too\n") +
      count(model.constant(head.weights)->size() + biases, "byte") + " of the head stay in the file\n";
  return result;
}

}  // namespace glissade
