// SPDX-License-Identifier: Apache-2.0
#include "apps/tool/files.hpp"
#include "apps/tool/head_log_file.hpp"
#include "file.hpp"

namespace {

// A log may ask for any time; one that asks for little is run, too.
bool is_quick(const glissade::HeadLog& log) {
  uint64_t work = 0;
  for (const glissade::HeadSetup& setup : log.setups)
    work += uint64_t{setup.head.inputs} * setup.head.outputs;
  for (const glissade::HeadCall& call : log.calls) {
    const bool trains =
        call.what == glissade::HeadCall::kTrainBegin || call.what == glissade::HeadCall::kTrain;
    work += trains ? uint64_t{call.number} * 10 : 1;
  }
  return work < 5000;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  glissade::read_as_file(bytes, size, [](const std::string& path) {
    const glissade::HeadLog log(path, glissade::read_file(path));
    if (is_quick(log)) glissade::run_head_log(log);
  });
  return 0;
}
