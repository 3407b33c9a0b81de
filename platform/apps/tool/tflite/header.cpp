// SPDX-License-Identifier: Apache-2.0
// `glissade tflite FILE --header`: the head, for firmware.
#include <filesystem>

#include "apps/tool/c_text.hpp"
#include "apps/tool/tflite/int8_layer.hpp"
#include "apps/tool/tflite/rewrite.hpp"

namespace glissade {
namespace {

class Header {
 public:
  Header(const ModelFile& model, const Head& head, const std::string& name)
      : model_(model), head_(head), name_(name) {}

  void define(const std::string& what, const std::string& value, const std::string& says) {
    text_ += "#define " + upper(name_) + "_" + what + " " + value + " /* " + says + " */\n";
  }
  void define(const std::string& what, size_t value, const std::string& says) {
    define(what, std::to_string(value) + "u", says);
  }
  template <class Number>
  void array(const std::string& type, const std::string& what, const std::vector<Number>& values,
             const std::string& says) {
    text_ += c_array(type, name_ + "_" + what, values, says);
  }
  void add(const std::string& text) { text_ += text; }
  const std::string& text() const { return text_; }

  void sizes();
  void offsets();
  void head();

 private:
  std::string offset(const void* place) const { return std::to_string(model_.offset_of(place)) + "u"; }

  const ModelFile& model_;
  const Head& head_;
  std::string name_, text_;
};

void Header::sizes() {
  define("FILE_BYTES", model_.bytes().size(), "of the file that this was written from");
  define("FILE_CRC32", c_crc32(model_.bytes()), "gls_crc32 of it");
  try {
    const std::string front = cut_model(model_, head_).bytes;
    define("CUT_CRC32", c_crc32(front),
           "of the file that --cut writes: what stays as it is while the head learns");
  } catch (const Refused& refused) {
    add("/* It cannot be cut here. " + in_comment(refused.what()) + " */\n");
  }
  define("OPERATOR", head_.index, "the head's, counted from 0");
  define("INPUTS", head_.input_count, "features");
  define("OUTPUTS", head_.output_count, "rows");
  define("SCALES", weight_scales(model_, head_).size(), "of the weights: one, or one for each row");
  define("INPUT_SCALE", c_number(input_scale(model_, head_)), "it belongs to the layers in front");
  define("INPUT_ZERO", "(" + std::to_string(input_zero(model_, head_)) + ")", "zero point");
  define("OUTPUT_SCALE", c_number(output_scale(model_, head_)), "of its outputs");
  define("OUTPUT_ZERO", "(" + std::to_string(output_zero(model_, head_)) + ")", "zero point");
  define("ACTIVATION", std::to_string(static_cast<int>(head_.activation)),
         "gls_int8_activation: " + std::string(tflite::EnumNameActivationFunctionType(head_.activation)));
}

void Header::offsets() {
  const std::string why = why_not_patched(model_, head_);
  if (!why.empty()) {
    add("\n/* No offsets: a learned head cannot be put back into this file. " + in_comment(why) + " */\n");
    return;
  }
  const Reach reach = reach_of(model_, head_);
  add("\n/* Where the bytes are in the file, for a model in RAM or in a slot of flash that can be written. "
      "*/\n");
  define("WEIGHTS_AT", offset(model_.constant(head_.weights)->data()), "int8_t[OUTPUTS][INPUTS]");
  define("WEIGHT_SCALES_AT", offset(model_.tensor(head_.weights).quantization()->scale()->data()),
         "float[SCALES]");
  if (head_.biases >= 0) {
    define("BIASES_AT", offset(model_.constant(head_.biases)->data()), "int32_t[OUTPUTS]");
    const auto* const q = model_.tensor(head_.biases).quantization();
    if (q != nullptr && size_of(q->scale()) != 0) {
      define("BIAS_SCALES_AT", offset(q->scale()->data()),
             "float[" + std::to_string(size_of(q->scale())) + "]: INPUT_SCALE * the weights' scale");
    }
  }
  if (reach.stops != model_.operator_count()) {
    add("/* The output's scale stays: " + in_comment(model_.name(reach.stops)) + " needs it. */\n");
    return;
  }
  std::string scales, zeros;
  for (const int tensor : reach.tensors) {
    const auto* const q = model_.tensor(tensor).quantization();
    scales += (scales.empty() ? "" : ", ") + offset(q->scale()->data());
    zeros += (zeros.empty() ? "" : ", ") + offset(q->zero_point()->data());
  }
  define("OUTPUT_SCALES_AT", "{" + scales + "}", "a float at each");
  define("OUTPUT_ZEROS_AT", "{" + zeros + "}", "an int64_t at each");
}

void Header::head() {
  const auto* const weights = model_.constant(head_.weights);
  std::vector<int32_t> integers, biases(head_.output_count);
  for (const uint8_t byte : *weights) integers.push_back(static_cast<int8_t>(byte));
  for (size_t c = 0; head_.biases >= 0 && c < head_.output_count; ++c) {
    biases[c] = flatbuffers::ReadScalar<int32_t>(model_.constant(head_.biases)->data() + 4 * c);
  }
  array("float", "weight_scales", weight_scales(model_, head_), "Of the weights: real = scale * integer.");
  array("int8_t", "int8_weights", integers, "As the file has them, and gls_int8_dense: [OUTPUTS][INPUTS].");
  array("int32_t", "int8_biases", biases, "In units of INPUT_SCALE * the weights' scale.");
  array("float", "weights", Int8Layer(model_, head_).in_float(),
        "The same in float, turned, as gls_dense_forward() takes them: [INPUTS][OUTPUTS], then the biases.");
}

}  // namespace

std::string header_of(const ModelFile& model, const Head& head, const std::string& file) {
  const bool last = Heads(model).last().index == head.index;
  const std::string name = c_identifier(file) + "_head" + (last ? "" : std::to_string(head.index)),
                    guard = upper(name) + "_H";
  Header header(model, head, name);
  header.add("/* The head of " + in_comment(std::filesystem::path(file).filename().string()) +
             ", written by `glissade tflite --header`. */\n#ifndef " + guard + "\n#define " + guard +
             "\n\n#include <stdint.h>\n\n");
  header.sizes();
  header.offsets();
  header.head();
  header.add("\n#endif\n");
  return header.text();
}

}  // namespace glissade
