// SPDX-License-Identifier: Apache-2.0
// A TensorFlow Lite model as a file has it: verified, with every index in range. Nothing else reads the
// tables unchecked, and nothing is copied out of them.
#ifndef GLISSADE_PLATFORM_TFLITE_MODEL_FILE_HPP
#define GLISSADE_PLATFORM_TFLITE_MODEL_FILE_HPP

#include <flatbuffers/flatbuffers.h>
#include <stddef.h>
#include <stdint.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "tflite_generated.h"

namespace glissade {

enum class Refusal {
#define GLISSADE_REFUSAL(name, text) name,
#include "apps/tool/tflite/refusals.inc"
};
const char* text_of(Refusal refusal);

// One line: "where: name of the refusal", and ": detail" where there is more to say.
class Refused : public std::runtime_error {
 public:
  Refused(Refusal why, const std::string& where, const std::string& detail = "");
  const Refusal which;
};

// The bytes [begin, end) of a table, vtable, vector or string.
struct Part {
  size_t begin, end;
};

// Every part that the schema knows, once for each way that leads to it: what is there twice has two users.
// Refused: Refusal::kBroken, with the table's name as "subgraphs[0].tensors[3].quantization".
std::vector<Part> parts_of(const std::string& bytes);

class ModelFile {
 public:
  // Refused: Refusal::kIdentifier to kCompressed.
  explicit ModelFile(std::string bytes);
  ~ModelFile() = default;
  ModelFile(const ModelFile&) = delete;
  ModelFile& operator=(const ModelFile&) = delete;

  const std::string& bytes() const { return bytes_; }
  const std::vector<Part>& parts() const { return parts_; }
  const tflite::Model& root() const { return *root_; }
  const tflite::SubGraph& graph() const { return *graph_; }
  size_t offset_of(const void* place) const;  // in the file

  size_t operator_count() const;
  const tflite::Operator& operation(size_t index) const;
  tflite::BuiltinOperator code(size_t index) const;
  std::string name(size_t index) const;  // "operator 11 FULLY_CONNECTED"
  std::vector<int> inputs(size_t index) const;
  std::vector<int> outputs(size_t index) const;

  size_t tensor_count() const;
  const tflite::Tensor& tensor(int index) const;
  std::string tensor_name(int index) const;  // "tensor 24 "name""
  std::vector<int> shape(int index) const;
  const flatbuffers::Vector<uint8_t>* constant(int index) const;  // its bytes; null: it is computed

 private:
  void check_indices() const;
  void check_tensors() const;

  std::string bytes_;
  std::vector<Part> parts_;
  const tflite::Model* root_ = nullptr;
  const tflite::SubGraph* graph_ = nullptr;
};

template <class T>
std::vector<T> elements(const flatbuffers::Vector<T>* vector) {
  return vector == nullptr ? std::vector<T>() : std::vector<T>(vector->begin(), vector->end());
}
template <class T>
size_t size_of(const T* vector) {  // a string, too
  return vector == nullptr ? 0 : vector->size();
}
inline std::string text_of(const flatbuffers::String* text) { return text == nullptr ? "" : text->str(); }

}  // namespace glissade

#endif
