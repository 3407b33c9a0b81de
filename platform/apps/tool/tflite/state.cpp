// SPDX-License-Identifier: Apache-2.0
#include "apps/tool/tflite/state.hpp"

#include <flatbuffers/base.h>

#include <cmath>

#include "apps/tool/tflite/model_file.hpp"
#include "glissade/storage/saved.h"

namespace glissade {
namespace {

constexpr char kMagic[] = "GLH1";
constexpr size_t kWord = 4, kFirst = 8 * kWord;

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
  check(bytes.size() > kFirst && bytes.compare(0, kWord, kMagic) == 0, "they do not begin with GLH1");
  Reader reader(bytes);
  HeadState state;
  const uint64_t inputs = reader.next<uint32_t>(), outputs = reader.next<uint32_t>(),
                 scales = reader.next<uint32_t>();
  check(inputs > 0 && inputs < bytes.size() && outputs > 0 && outputs < bytes.size(), "its counts");
  check(scales == 1 || scales == outputs, "the number of its scales");
  const uint64_t size = kFirst + kWord * (scales + outputs + 1) + inputs * outputs;
  check(bytes.size() == size, std::to_string(bytes.size()) + " bytes, not " + std::to_string(size));
  state.input_count = static_cast<size_t>(inputs);
  state.output_count = static_cast<size_t>(outputs);
  state.input_scale = reader.next<float>();
  state.output_scale = reader.next<float>();
  state.input_zero = reader.next<int32_t>();
  state.output_zero = reader.next<int32_t>();
  state.weight_scales = reader.next<float>(static_cast<size_t>(scales));
  state.biases = reader.next<int32_t>(state.output_count);
  state.weights = bytes.substr(reader.at(), state.input_count * state.output_count);
  const uint32_t crc = gls_crc32(0, bytes.data(), bytes.size() - kWord);
  check(flatbuffers::ReadScalar<uint32_t>(bytes.data() + bytes.size() - kWord) == crc, "its CRC");
  check(is_scale(state.input_scale) && is_scale(state.output_scale), "a scale");
  for (const float scale : state.weight_scales) check(is_scale(scale), "a scale");
  check(is_zero_point(state.input_zero) && is_zero_point(state.output_zero), "a zero point");
  return state;
}

}  // namespace glissade
