// SPDX-License-Identifier: Apache-2.0
// Functions of one or two variables (and one of three) that optimizers are looked at on.
#ifndef GLISSADE_PLATFORM_LINUX_FUNCTIONS_HPP
#define GLISSADE_PLATFORM_LINUX_FUNCTIONS_HPP

#include <string>
#include <vector>

namespace glissade {

using Point = std::vector<double>;

struct Function {
  std::string name, formula;
  double (*value)(const Point& x);
  Point (*gradient)(const Point& x);
  Point start;
  std::vector<Point> minima;  // all of the lowest, or empty
  double window[4];           // worth looking at: x from, to, y from, to
};

const std::vector<Function>& all_functions();

// Throws std::runtime_error that lists the names.
const Function& find_function(const std::string& name);

}  // namespace glissade

#endif
