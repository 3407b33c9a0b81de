// SPDX-License-Identifier: Apache-2.0
#include "apps/tool/vowels.hpp"

#include "file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  glissade::read_as_file(bytes, size, [](const std::string& path) { glissade::demo::read_vowels(path); });
  return 0;
}
