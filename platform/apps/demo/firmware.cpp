// SPDX-License-Identifier: Apache-2.0
// The demo's first job as firmware.
#include "apps/demo/firmware.hpp"

#include "apps/demo/pretrained.hpp"

using namespace glissade::demo;

int program(int, char**) {
  return run_firmware<Report>(
      [](Report& report) { return fine_tune(kPretrained, kOwner, kMostTrained, report); }, "backend ");
}
