// SPDX-License-Identifier: Apache-2.0
// Changes of a model in place: bytes that one table alone uses.
#ifndef GLISSADE_PLATFORM_TFLITE_EDITS_HPP
#define GLISSADE_PLATFORM_TFLITE_EDITS_HPP

#include <string>
#include <type_traits>
#include <vector>

#include "apps/tool/tflite/model_file.hpp"

namespace glissade {

class Edits {
 public:
  explicit Edits(const ModelFile& model) : model_(model) {}

  // bytes go to place, a pointer into the model. where: whose they are, for a message. The same bytes may be
  // set at the same place by each of their users.
  void set(const void* place, const std::string& bytes, const std::string& where);
  template <class Number>
  void set(const void* place, Number value, const std::string& where) {
    static_assert(std::is_arithmetic<Number>::value, "little-endian, as it lies");
    const Number stored = flatbuffers::EndianScalar(value);
    set(place, std::string(reinterpret_cast<const char*>(&stored), sizeof stored), where);
  }

  // The same, but left as it is where there are other users.
  template <class Number>
  void set_if_alone(const void* place, Number value) {
    set(place, value, "");
  }

  // Refused: Refusal::kSharedVector, where apply() would not have to change a byte, too.
  void check_alone() const;

  // The changed model, verified. Refused: Refusal::kSharedVector. left: how many were left as they are.
  std::string apply(size_t* left) const;

 private:
  struct Edit {
    size_t at;
    std::string bytes, where;  // where: empty: left as it is where there are other users
    int64_t users;
  };
  std::vector<Edit> in_order() const;
  std::vector<int64_t> users_of(const std::vector<Edit>& edits) const;

  const ModelFile& model_;
  std::vector<Edit> edits_;
};

}  // namespace glissade

#endif
