// SPDX-License-Identifier: Apache-2.0
// Checks for tests that run on hosts, under emulation and on boards alike.
#ifndef GLISSADE_TESTS_CHECK_HPP
#define GLISSADE_TESTS_CHECK_HPP

#include "boards/console.hpp"

namespace glissade {
namespace test {

inline uint32_t checks = 0, failures = 0;

// Ends a test program: prints the counts and returns the exit status. A program that checked nothing fails.
inline int finish() {
  print(checks, " checks, ", failures, " failed\n");
  return failures == 0 && checks > 0 ? 0 : 1;
}

}  // namespace test
}  // namespace glissade

// CHECK(condition, parts of a message that identifies the case...). Only the first failures are printed.
#define CHECK(condition, ...)                                                                           \
  do {                                                                                                  \
    ++glissade::test::checks;                                                                           \
    if (!(condition) && glissade::test::failures++ < 10) {                                              \
      glissade::print(__FILE__ ":", static_cast<uint32_t>(__LINE__), ": " #condition ": ", __VA_ARGS__, \
                      "\n");                                                                            \
    }                                                                                                   \
  } while (false)

#endif
