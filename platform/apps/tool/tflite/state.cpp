// SPDX-License-Identifier: Apache-2.0
#include "apps/tool/tflite/state.hpp"

#include <flatbuffers/base.h>

#include <cmath>

#include "apps/tool/tflite/model_file.hpp"
#include "glissade/storage/saved.h"

namespace glissade {
namespace {

constexpr char kMagic[] = "GLS5";
constexpr size_t kWord = 4, kFirst = 14 * kWord;

void check(bool ok, const std::string& what) {
  if (!ok) throw Refused(Refusal::kState, "", what);
}

class Reader {
 public:
  explicit Reader(const std::string& bytes) : bytes_(bytes) {}
  template <class Number>
  Number next() {
    const auto number = flatbuffers::ReadScalar<Number>(bytes_.data() + at_);
    at_ += sizeof number;
    return number;
  }
  template <class Number>
  std::vector<Number> next(size_t count) {
    std::vector<Number> numbers(count);
    for (Number& number : numbers) number = next<Number>();
    return numbers;
  }
  size_t at() const { return at_; }

 private:
  const std::string& bytes_;
  size_t at_ = kWord;
};

bool is_scale(float scale) { return std::isnormal(scale) && scale > 0.0f; }
bool is_zero_point(int32_t zero) { return zero >= -128 && zero <= 127; }

}  // namespace

HeadState parse_state(const std::string& bytes) {
  check(bytes.size() > kFirst && bytes.compare(0, kWord, kMagic) == 0, "they do not begin with GLS5");
  Reader reader(bytes);
  HeadState state;
  reader.next<uint64_t>();  // the library's version, and what kind of head it is
  const uint64_t inputs = reader.next<uint32_t>(), outputs = reader.next<uint32_t>();
  reader.next<uint32_t>();  // how many are held back
  const uint64_t scales = reader.next<uint32_t>();
  check(inputs > 0 && inputs < bytes.size() && outputs > 0 && outputs < bytes.size(), "its counts");
  check(scales == 1 || scales == outputs, "the number of its scales");
  const uint64_t size = kFirst + kWord * (scales + outputs) + inputs * outputs + outputs;
  check(bytes.size() >= size + kWord, "the last of " + std::to_string(size + kWord) + " bytes is missing");
  const auto* const end = bytes.data() + size;
  check(flatbuffers::ReadScalar<uint32_t>(end) == gls_crc32(0, bytes.data(), static_cast<size_t>(size)),
        "its CRC");
  state.input_count = static_cast<size_t>(inputs);
  state.output_count = static_cast<size_t>(outputs);
  state.model = reader.next<uint32_t>();
  state.input_scale = reader.next<float>();
  state.input_zero = reader.next<int32_t>();
  state.output_scale = reader.next<float>();
  state.output_zero = reader.next<int32_t>();
  state.activation = reader.next<uint32_t>();
  reader.next<uint32_t>();  // whether it was trained for this commit
  state.weight_scales = reader.next<float>(static_cast<size_t>(scales));
  state.biases = reader.next<int32_t>(state.output_count);
  state.weights = bytes.substr(reader.at(), state.input_count * state.output_count);
  check(is_scale(state.input_scale) && is_scale(state.output_scale), "a scale");
  for (const float scale : state.weight_scales) check(is_scale(scale), "a scale");
  check(is_zero_point(state.input_zero) && is_zero_point(state.output_zero), "a zero point");
  return state;
}

}  // namespace glissade
