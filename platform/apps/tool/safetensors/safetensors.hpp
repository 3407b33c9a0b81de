// SPDX-License-Identifier: Apache-2.0
// Files of tensors in the safetensors format (https://github.com/huggingface/safetensors), read and written:
// 8 bytes, the length of a header, little-endian; the header, JSON, {name: {"dtype", "shape", "data_offsets":
// [begin, end]}, "__metadata__": {text: text}}; the tensors' bytes, where offsets count from. A little-endian
// machine is assumed.
#ifndef GLISSADE_PLATFORM_SAFETENSORS_HPP
#define GLISSADE_PLATFORM_SAFETENSORS_HPP

#include <stddef.h>
#include <stdint.h>

#include <map>
#include <string>
#include <vector>

namespace glissade {

enum class Dtype { kFloat32, kBfloat16, kFloat16, kInt8 };
const char* name_of(Dtype dtype);  // "F32", "BF16", "F16", "I8"
size_t bytes_of(Dtype dtype);      // of one number

struct Tensor {
  Dtype dtype = Dtype::kFloat32;
  std::vector<size_t> shape;  // empty: one number
  std::string bytes;          // its numbers, the last index fastest
};

struct SafeTensors {
  std::map<std::string, Tensor> tensors;
  std::map<std::string, std::string> metadata;
};

// How many numbers a shape has.
size_t count_of(const std::vector<size_t>& shape);

// "[32, 9]"
std::string shape_text(const std::vector<size_t>& shape);

// The content of a file, once all of it is as the format says: a header of at most 100,000,000 bytes, no name
// a second time, no other dtype than these four, each tensor's bytes as many as its shape needs, and all of
// them one behind the other, without a hole or an overlap, from the header to the file's end. Otherwise
// std::runtime_error: "path: what".
SafeTensors parse_safetensors(const std::string& path, const std::string& bytes);

// The file's bytes, the same for the same content: the largest numbers first, each kind by name, behind a
// header that spaces fill to a multiple of 8 bytes, so that each tensor lies at a multiple of its numbers'
// size.
std::string write_safetensors(const SafeTensors& content);

// The numbers as float, exactly: those of kFloat32 bit for bit. kInt8 is std::logic_error: nothing says its
// scale.
std::vector<float> floats_of(const Tensor& tensor);

// As kFloat32. values: as many as the shape has.
Tensor tensor_of(std::vector<size_t> shape, const std::vector<float>& values);

}  // namespace glissade

#endif
