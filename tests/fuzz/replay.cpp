// SPDX-License-Identifier: Apache-2.0
#include "apps/tool/commands.hpp"
#include "file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  glissade::read_as_file(bytes, size, [](const std::string& path) {
    glissade::replay({{path}, "scalar", "/dev/null"});
  });
  return 0;
}
