// SPDX-License-Identifier: Apache-2.0
// A walk over a model by the schema's type tables, with FlatBuffers' checks at each step: its own verifier
// says only yes or no.
#include <flatbuffers/minireflect.h>

#include "apps/tool/tflite/model_file.hpp"

namespace glissade {
namespace {

using flatbuffers::TypeCode;
using flatbuffers::TypeTable;
using flatbuffers::voffset_t;

class Walk {
 public:
  explicit Walk(const std::string& bytes)
      : base_(reinterpret_cast<const uint8_t*>(bytes.data())), size_(bytes.size()), verifier_(base_, size_) {}

  std::vector<Part> run() {
    add(0, 2 * sizeof(flatbuffers::uoffset_t));  // where the root is, and the identifier
    table(target(0), *tflite::ModelTypeTable());
    return parts_;
  }

 private:
  struct Step {
    const char* name;
    size_t index;  // kNoIndex: the field itself
  };
  static constexpr size_t kNoIndex = SIZE_MAX;

  [[noreturn]] void fail() const {
    std::string where;
    for (const Step& step : path_) {
      if (step.index != kNoIndex)
        where += "[" + std::to_string(step.index) + "]";
      else
        where += (where.empty() ? "" : ".") + std::string(step.name);
    }
    throw Refused(Refusal::kBroken, where.empty() ? "its root" : where);
  }
  void check(bool ok) const {
    if (!ok) fail();
  }
  void add(size_t begin, size_t size) { parts_.push_back({begin, begin + size}); }

  size_t target(size_t at) const {
    const size_t offset = verifier_.VerifyOffset(at);
    check(offset != 0);
    return at + offset;
  }

  void table(size_t at, const TypeTable& type) {
    check(verifier_.VerifyTableStart(base_ + at));
    const auto& fields = *reinterpret_cast<const flatbuffers::Table*>(base_ + at);
    const uint8_t* const vtable = fields.GetVTable();
    const auto vtable_size = flatbuffers::ReadScalar<voffset_t>(vtable);
    add(static_cast<size_t>(vtable - base_), vtable_size);
    if (vtable_size >= 2 * sizeof(voffset_t)) {
      add(at, flatbuffers::ReadScalar<voffset_t>(vtable + sizeof(voffset_t)));
    }
    for (size_t i = 0; i < type.num_elems; ++i) {
      const voffset_t offset =
          fields.GetOptionalFieldOffset(flatbuffers::FieldIndexToOffset(static_cast<voffset_t>(i)));
      if (offset == 0) continue;
      path_.push_back({type.names[i], kNoIndex});
      field(at, offset, type, i);
      path_.pop_back();
    }
    verifier_.EndTable();
  }

  void field(size_t at, voffset_t offset, const TypeTable& type, size_t i) {
    const TypeCode code = type.type_codes[i];
    const auto kind = static_cast<flatbuffers::ElementaryType>(code.base_type);
    const TypeTable* const of = code.sequence_ref < 0 ? nullptr : type.type_refs[code.sequence_ref]();
    if (code.is_repeating) {
      vector(target(at + offset), kind, of);
    } else if (kind == flatbuffers::ET_STRING) {
      const size_t text = target(at + offset);
      check(verifier_.VerifyString(reinterpret_cast<const flatbuffers::String*>(base_ + text)));
      add(text, sizeof(flatbuffers::uoffset_t) + read_size(text) + 1);
    } else if (kind == flatbuffers::ET_SEQUENCE && of->st == flatbuffers::ST_TABLE) {
      table(target(at + offset), *of);
    } else if (kind == flatbuffers::ET_SEQUENCE) {
      one_of(target(at + offset), *of, at, i);
    } else {
      const size_t size = flatbuffers::InlineSize(kind, of);
      check(verifier_.VerifyFieldStruct(base_ + at, offset, size, size));
    }
  }

  // A union's value: its kind is the field in front of it.
  void one_of(size_t at, const TypeTable& kinds, size_t owner, size_t i) {
    const auto& fields = *reinterpret_cast<const flatbuffers::Table*>(base_ + owner);
    const auto kind =
        fields.GetField<uint8_t>(flatbuffers::FieldIndexToOffset(static_cast<voffset_t>(i - 1)), 0);
    for (size_t k = 0; k < kinds.num_elems; ++k) {
      const int64_t value = kinds.values == nullptr ? static_cast<int64_t>(k) : kinds.values[k];
      if (value != kind || kinds.type_codes[k].sequence_ref < 0) continue;
      table(at, *kinds.type_refs[kinds.type_codes[k].sequence_ref]());
      return;
    }
    add(at, sizeof(flatbuffers::soffset_t));  // a table that the schema does not know
  }

  void vector(size_t at, flatbuffers::ElementaryType kind, const TypeTable* of) {
    const bool tables = kind == flatbuffers::ET_SEQUENCE;
    const size_t each = tables ? sizeof(flatbuffers::uoffset_t) : flatbuffers::InlineSize(kind, of);
    check(verifier_.VerifyVectorOrString(base_ + at, each));
    const size_t first = at + sizeof(flatbuffers::uoffset_t), count = read_size(at);
    check(first % each == 0 || tables);  // FlatBuffers' verifier looks at the length's place alone
    add(at, sizeof(flatbuffers::uoffset_t) + count * each);
    for (size_t k = 0; tables && k < count; ++k) {
      path_.push_back({nullptr, k});
      table(target(first + k * each), *of);
      path_.pop_back();
    }
  }

  size_t read_size(size_t at) const { return flatbuffers::ReadScalar<flatbuffers::uoffset_t>(base_ + at); }

  const uint8_t* base_;
  size_t size_;
  flatbuffers::Verifier verifier_;
  std::vector<Step> path_;
  std::vector<Part> parts_;
};

}  // namespace

std::vector<Part> parts_of(const std::string& bytes) { return Walk(bytes).run(); }

}  // namespace glissade
