// SPDX-License-Identifier: Apache-2.0
// The reader alone: what a log asks for may take any time.
#include "apps/tool/files.hpp"
#include "apps/tool/head_log_file.hpp"
#include "file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  glissade::read_as_file(bytes, size, [](const std::string& path) {
    const glissade::HeadLog log(path, glissade::read_file(path));
  });
  return 0;
}
