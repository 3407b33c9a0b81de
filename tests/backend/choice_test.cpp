// SPDX-License-Identifier: Apache-2.0
// The choice among backends, src/backend/backend.cpp, over a list and a machine of this test's own.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "backend/backend.hpp"
#include "cpu/hosted.hpp"

namespace {

bool supported[3];
const char* requested;
std::function<void()> while_it_is_asked;

std::string active() {
  const char* const name = gls_backend_active();
  return name == nullptr ? "none" : name;
}

std::string explain(const char* name) {
  char line[200];
  gls_backend_explain(name, line, sizeof line);
  return line;
}

}  // namespace

namespace glissade {

// What hosted.cpp answers.
const char* requested_backend() { return requested; }
bool processor_supports(size_t index) {
  if (while_it_is_asked) std::exchange(while_it_is_asked, nullptr)();
  return supported[index];
}

// What kernels.cpp holds.
extern const BackendTraits traits;
const BackendTraits traits = {4, false, false};
namespace first {
extern const Kernels kernels;
const Kernels kernels = {};
}  // namespace first
namespace second {
extern const Kernels kernels;
const Kernels kernels = {};
}  // namespace second
namespace third {
extern const Kernels kernels;
const Kernels kernels = {};
}  // namespace third

}  // namespace glissade

namespace {

class Choice : public testing::Test {
 protected:
  Choice() {
    for (bool& each : supported) each = true;
    requested = nullptr;
    while_it_is_asked = nullptr;
    EXPECT_EQ(gls_backend_force(nullptr), GLS_OK);
  }
};

TEST_F(Choice, TakesTheFirstThatIsSupported) {
  for (unsigned has = 0; has < 8; ++has) {
    for (unsigned i = 0; i < 3; ++i) supported[i] = (has >> i & 1) != 0;
    EXPECT_EQ(gls_backend_force(nullptr), GLS_OK);
    const char* const expected = supported[0]   ? "first"
                                 : supported[1] ? "second"
                                 : supported[2] ? "third"
                                                : "none";
    EXPECT_EQ(active(), expected);
    EXPECT_EQ(glissade::active_backend().is_none(), has == 0);
  }
}

// A list without scalar, on a machine that has none of it.
TEST_F(Choice, IsAnErrorWhereNothingIsSupported) {
  for (bool& each : supported) each = false;
  EXPECT_EQ(active(), "none");
  for (const char* const name : {"first", "second", "third", "fourth", ""}) {
    EXPECT_EQ(gls_backend_force(name), GLS_ERROR_BACKEND);
  }
  EXPECT_EQ(explain("first"),
            "backend \"first\" is not supported by this machine; this machine has no backend");
}

TEST_F(Choice, ObeysTheEnvironment) {
  requested = "second";
  EXPECT_EQ(active(), "second");
  EXPECT_EQ(gls_backend_force(nullptr), GLS_OK);
  supported[1] = false;
  EXPECT_EQ(active(), "none");
  EXPECT_EQ(explain(nullptr),
            "backend \"second\" is not supported by this machine; this machine has first third");
  EXPECT_EQ(gls_backend_force("third"), GLS_OK);
  EXPECT_EQ(active(), "third");
  EXPECT_EQ(gls_backend_force("second"), GLS_ERROR_BACKEND);
  EXPECT_EQ(active(), "third");
}

// The other thread's call comes at the worst moment: when this one has begun to choose.
TEST_F(Choice, KeepsWhatIsForcedWhileItIsMade) {
  for (const char* const request : {static_cast<const char*>(nullptr), "first", "second"}) {
    EXPECT_EQ(gls_backend_force(nullptr), GLS_OK);
    requested = request;
    while_it_is_asked = [] { EXPECT_EQ(gls_backend_force("third"), GLS_OK); };
    EXPECT_EQ(active(), "third");
    EXPECT_EQ(active(), "third");
  }
}

TEST_F(Choice, KeepsWhatIsForcedAmongThreads) {
  for (int round = 0; round < 2000; ++round) {
    EXPECT_EQ(gls_backend_force(nullptr), GLS_OK);
    std::thread chooses([] { active(); });
    EXPECT_EQ(gls_backend_force("third"), GLS_OK);
    EXPECT_EQ(active(), "third");
    chooses.join();
    ASSERT_EQ(active(), "third") << "round " << round;
  }
}

}  // namespace
