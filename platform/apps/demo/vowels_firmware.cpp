// SPDX-License-Identifier: Apache-2.0
// The demo's third job as firmware.
#include "apps/demo/firmware.hpp"
#include "apps/demo/pretrained.hpp"
#include "apps/demo/shipped.hpp"

using namespace glissade::demo;

int program(int, char**) {
  return run_firmware<VowelsReport>(
      [](VowelsReport& report) { return learn_vowels(kSomeVowels, kOwner, kMostTrained, report); },
      "# backend ");
}
