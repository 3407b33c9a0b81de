// SPDX-License-Identifier: Apache-2.0
// The demo's second job as firmware. All that it prints is the log of the head's calls: `glissade replay`
// reads it.
#include "apps/demo/firmware.hpp"
#include "apps/demo/pretrained.hpp"
#include "apps/demo/shipped.hpp"

using namespace glissade::demo;

int program(int, char**) {
  return run_firmware<OwnerReport>(
      [](OwnerReport& report) { return learn_owner(kAllVowels, kOwner, kMostTrained, true, report); },
      "# backend ");
}
