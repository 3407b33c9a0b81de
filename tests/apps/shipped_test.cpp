// SPDX-License-Identifier: Apache-2.0
// The demo's second job from end to end: what the device patches by offsets is the file that `glissade tflite
// --patch` makes of the head that `glissade replay` learns from the device's log.
#include "apps/tool/shipped.hpp"

#include <gtest/gtest.h>

#include "apps/tool/head_log_file.hpp"
#include "apps/tool/tflite/rewrite.hpp"

namespace {

using namespace glissade;
using namespace glissade::demo;

TEST(ShippedModel, IsPatchedOnTheDeviceAsOnTheDesk) {
  const std::vector<Speaker> speakers = read_vowels(GLISSADE_DATA);
  for (const int owner : {0, 7}) {
    const MadeModel made(speakers, owner, kVowels);
    const std::string shipped(reinterpret_cast<const char*>(made.file().bytes), made.file().size);
    OwnerReport report;
    testing::internal::CaptureStdout();
    const Status status =
        learn_owner(made.file(), speakers[static_cast<size_t>(owner)].recordings, kMostTrained, true, report);
    const std::string text = testing::internal::GetCapturedStdout();
    ASSERT_EQ(status, GLS_OK);
    const std::string on_device(reinterpret_cast<const char*>(report.patched), made.file().size);

    std::string state;
    testing::internal::CaptureStdout();
    EXPECT_TRUE(run_head_log(HeadLog("log", text), &state).same);
    testing::internal::GetCapturedStdout();
    const ModelFile model(shipped);
    const std::string on_desk = patch_model(model, Heads(model).last(), parse_state(state), {}).bytes;
    EXPECT_NE(on_device, shipped);
    EXPECT_TRUE(on_device == on_desk) << "owner " << owner;
  }
}

}  // namespace
