// SPDX-License-Identifier: Apache-2.0
#include "apps/tool/safetensors/safetensors.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "apps/tool/safetensors/strict_json.hpp"
#include "apps/tool/text.hpp"

namespace glissade {
namespace {

using Json = nlohmann::json;

constexpr size_t kLengthBytes = 8, kMostHeader = 100000000;  // as the format's own library
constexpr const char* kMetadata = "__metadata__";
constexpr Dtype kDtypes[] = {Dtype::kFloat32, Dtype::kBfloat16, Dtype::kFloat16, Dtype::kInt8};

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what); }

uint64_t length_of_header(const std::string& bytes) {
  if (bytes.size() < kLengthBytes) fail("no safetensors: fewer than 8 bytes");
  uint64_t length;
  std::memcpy(&length, bytes.data(), sizeof length);
  if (length > kMostHeader)
    fail("no safetensors: a header of " + std::to_string(length) + " bytes is too long");
  if (length > bytes.size() - kLengthBytes)
    fail("cut off: the header has " + std::to_string(length) + " bytes, and " +
         std::to_string(bytes.size() - kLengthBytes) + " are there");
  return length;
}

Json parse_header(const std::string& text) {
  if (text.empty() || text[0] != '{') fail("no safetensors: its header does not begin with {");
  return parse_strictly(text, 3, "header");
}

// A whole number from 0 on.
size_t size_of(const Json& json, const std::string& what) {
  if (!json.is_number_unsigned()) fail(what + " is not a list of whole numbers from 0 on");
  const auto number = json.get<uint64_t>();
  if (number > PTRDIFF_MAX) fail(what + " has a number that is too large");
  return static_cast<size_t>(number);
}

std::vector<size_t> sizes_of(const Json& json, const std::string& what) {
  if (!json.is_array()) fail(what + " is not a list of whole numbers from 0 on");
  std::vector<size_t> sizes;
  for (const Json& size : json) sizes.push_back(size_of(size, what));
  return sizes;
}

Dtype parse_dtype(const Json& json, const std::string& what) {
  for (const Dtype dtype : kDtypes) {
    if (json == name_of(dtype)) return dtype;
  }
  fail(what + ": dtype " + (json.is_string() ? quoted(json.get<std::string>()) : "that is no text") +
       " is none of F32, BF16, F16, I8");
}

size_t checked_bytes(const Tensor& tensor, const std::string& what) {
  size_t bytes = bytes_of(tensor.dtype);
  for (const size_t extent : tensor.shape) {
    if (__builtin_mul_overflow(bytes, extent, &bytes) || bytes > PTRDIFF_MAX)
      fail(what + ": a shape that no memory holds");
  }
  return bytes;
}

// Where a tensor's bytes lie, counted from the header's end.
struct Range {
  size_t begin, end;
  const std::string* name;
  Tensor* tensor;
};

Range parse_tensor(const std::string& name, const Json& json, Tensor& tensor) {
  const std::string what = quoted(name);
  if (!json.is_object()) fail(what + " is not an object");
  for (const auto& [field, value] : json.items()) {
    if (field != "dtype" && field != "shape" && field != "data_offsets")
      fail(what + ": nothing there is called " + quoted(field));
  }
  for (const char* const field : {"dtype", "shape", "data_offsets"}) {
    if (!json.contains(field)) fail(what + ": \"" + field + "\" is missing");
  }
  tensor.dtype = parse_dtype(json["dtype"], what);
  tensor.shape = sizes_of(json["shape"], what + ": shape");
  const std::vector<size_t> ends = sizes_of(json["data_offsets"], what + ": data_offsets");
  if (ends.size() != 2 || ends[1] < ends[0]) fail(what + ": data_offsets are not a begin and an end");
  const size_t needed = checked_bytes(tensor, what);
  if (ends[1] - ends[0] != needed)
    fail(what + ": " + std::to_string(ends[1] - ends[0]) + " bytes, where " + name_of(tensor.dtype) + " " +
         shape_text(tensor.shape) + " has " + std::to_string(needed));
  return {ends[0], ends[1], &name, &tensor};
}

void parse_metadata(const Json& json, std::map<std::string, std::string>& metadata) {
  if (!json.is_object()) fail("__metadata__ is not an object");
  for (const auto& [name, value] : json.items()) {
    if (!value.is_string()) fail("__metadata__: " + quoted(name) + " is no text");
    metadata[name] = value.get<std::string>();
  }
}

SafeTensors parse(const std::string& bytes) {
  const size_t first = kLengthBytes + static_cast<size_t>(length_of_header(bytes)),
               size = bytes.size() - first;
  const Json header = parse_header(bytes.substr(kLengthBytes, first - kLengthBytes));
  SafeTensors result;
  std::vector<Range> ranges;
  for (const auto& [name, value] : header.items()) {
    if (name == kMetadata) {
      parse_metadata(value, result.metadata);
    } else {
      const auto at = result.tensors.try_emplace(name).first;
      ranges.push_back(parse_tensor(at->first, value, at->second));
    }
  }
  std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
  });
  size_t reached = 0;
  for (const Range& range : ranges) {
    if (range.begin != reached)
      fail(quoted(*range.name) + (range.begin < reached ? " overlaps the tensor in front of it"
                                                        : ": there is a hole in front of it"));
    if (range.end > size)
      fail(quoted(*range.name) + " ends at byte " + std::to_string(range.end) + " of the data, which has " +
           std::to_string(size));
    range.tensor->bytes = bytes.substr(first + range.begin, range.end - range.begin);
    reached = range.end;
  }
  if (reached != size) fail(std::to_string(size - reached) + " bytes too many at the end");
  return result;
}

float from_float16(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000u) << 16, exponent = half >> 10 & 31u,
                 mantissa = half & 0x3ffu;
  uint32_t bits = sign | (exponent + 112) << 23 | mantissa << 13;
  if (exponent == 31) bits = sign | 0x7f800000u | mantissa << 13;
  float value;
  std::memcpy(&value, &bits, sizeof value);
  if (exponent != 0) return value;
  value = static_cast<float>(mantissa) * 0x1p-24f;  // exact, subnormal or 0
  return sign != 0 ? -value : value;
}

float from_bfloat16(uint16_t upper) {
  const uint32_t bits = static_cast<uint32_t>(upper) << 16;
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

}  // namespace

const char* name_of(Dtype dtype) {
  return dtype == Dtype::kFloat32    ? "F32"
         : dtype == Dtype::kBfloat16 ? "BF16"
         : dtype == Dtype::kFloat16  ? "F16"
                                     : "I8";
}

size_t bytes_of(Dtype dtype) { return dtype == Dtype::kFloat32 ? 4 : dtype == Dtype::kInt8 ? 1 : 2; }

size_t count_of(const std::vector<size_t>& shape) {
  size_t count = 1;
  for (const size_t extent : shape) count *= extent;
  return count;
}

std::string shape_text(const std::vector<size_t>& shape) {
  std::string text;
  for (const size_t extent : shape) text += (text.empty() ? "" : ", ") + std::to_string(extent);
  return "[" + text + "]";
}

SafeTensors parse_safetensors(const std::string& path, const std::string& bytes) {
  try {
    return parse(bytes);
  } catch (const std::runtime_error& error) {
    fail(path + ": " + error.what());
  }
}

std::string write_safetensors(const SafeTensors& content) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!content.metadata.empty()) header[kMetadata] = content.metadata;
  std::string data;
  for (const size_t bytes : {size_t{4}, size_t{2}, size_t{1}}) {
    for (const auto& [name, tensor] : content.tensors) {
      if (bytes_of(tensor.dtype) != bytes) continue;
      if (tensor.bytes.size() != count_of(tensor.shape) * bytes) throw std::logic_error(name + ": its size");
      header[name] = {{"dtype", name_of(tensor.dtype)},
                      {"shape", tensor.shape},
                      {"data_offsets", {data.size(), data.size() + tensor.bytes.size()}}};
      data += tensor.bytes;
    }
  }
  std::string text = header.dump();
  text.append((kLengthBytes - text.size() % kLengthBytes) % kLengthBytes, ' ');
  const uint64_t length = text.size();
  std::string result(sizeof length, '\0');
  std::memcpy(result.data(), &length, sizeof length);
  return result + text + data;
}

std::vector<float> floats_of(const Tensor& tensor) {
  if (tensor.dtype == Dtype::kInt8) throw std::logic_error("int8 is no float");
  std::vector<float> values(count_of(tensor.shape));
  if (tensor.dtype == Dtype::kFloat32) {
    if (!values.empty()) std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
    return values;
  }
  for (size_t i = 0; i < values.size(); ++i) {
    uint16_t bits;
    std::memcpy(&bits, tensor.bytes.data() + sizeof bits * i, sizeof bits);
    values[i] = tensor.dtype == Dtype::kBfloat16 ? from_bfloat16(bits) : from_float16(bits);
  }
  return values;
}

Tensor tensor_of(std::vector<size_t> shape, const std::vector<float>& values) {
  Tensor tensor;
  tensor.shape = std::move(shape);
  tensor.bytes.assign(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
  return tensor;
}

}  // namespace glissade
