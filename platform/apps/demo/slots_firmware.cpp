// SPDX-License-Identifier: Apache-2.0
// The demo's first job as firmware, with Adam's slots in bfloat16 and then in 8 bits.
#include "apps/demo/firmware.hpp"
#include "apps/demo/pretrained.hpp"

using namespace glissade;
using namespace glissade::demo;

namespace {
template <class Slots>
int run(const char* backend) {
  return run_firmware<Report>(
      [](Report& report) { return fine_tune<Slots>(kPretrained, kOwner, kMostTrained, report); }, backend);
}
}  // namespace

int program(int, char**) {
  const int status = run<SlotsInBfloat16>("slots bfloat16, backend ");
  return status != 0 ? status : run<SlotsIn8Bits>("slots 8bit, backend ");
}
