// SPDX-License-Identifier: Apache-2.0
// Another program, run to its end.
#ifndef GLISSADE_PLATFORM_LINUX_PROCESS_HPP
#define GLISSADE_PLATFORM_LINUX_PROCESS_HPP

#include <string>
#include <vector>

namespace glissade {

struct Ended {
  bool found, well;  // found in PATH; ended with status 0
  std::string output, errors;
};

// Runs command, a name in PATH and its arguments, with these bytes as its standard input. No shell reads the
// command. Of the environment the program sees PATH and LD_LIBRARY_PATH alone, and no file stays behind, even
// where a signal ends us. std::runtime_error where there is no room for what goes in or comes out.
Ended run_program(const std::vector<std::string>& command, const std::string& input);

}  // namespace glissade

#endif
