// SPDX-License-Identifier: Apache-2.0
// Any bytes as a file of tensors: an error, or content that is written and read again as the same.
#include "apps/tool/safetensors/safetensors.hpp"

#include <stdlib.h>

#include <stdexcept>

#include "glissade/base.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace glissade;
  try {
    const std::string file(reinterpret_cast<const char*>(bytes), size);
    const SafeTensors content = parse_safetensors("file", file);
    const std::string written = write_safetensors(content);
    const SafeTensors again = parse_safetensors("again", written);
    if (write_safetensors(again) != written || again.metadata != content.metadata) abort();
    for (const auto& [name, tensor] : content.tensors) {
      const Tensor& other = again.tensors.at(name);
      if (other.bytes != tensor.bytes || other.shape != tensor.shape || other.dtype != tensor.dtype) abort();
      if (tensor.dtype != Dtype::kInt8 && floats_of(tensor).size() != count_of(tensor.shape)) abort();
    }
  } catch (const std::runtime_error& error) {
    if (std::string(error.what()).compare(0, 6, "file: ") != 0) abort();
  }
  return 0;
}
