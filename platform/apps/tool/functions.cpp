// SPDX-License-Identifier: Apache-2.0
#include "apps/tool/functions.hpp"

#include <cmath>
#include <stdexcept>

#include "apps/tool/text.hpp"

namespace glissade {
namespace {

double square(double x) { return x * x; }

// Beale's three terms, and what each x is multiplied with.
constexpr double kBeale[3] = {1.5, 2.25, 2.625};
double beale_term(const Point& p, int k) { return kBeale[k] - p[0] + p[0] * std::pow(p[1], k + 1); }

const std::vector<Function> kFunctions = {
    {"ellipse",
     "x^2 + 50 y^2",
     [](const Point& p) { return square(p[0]) + 50 * square(p[1]); },
     [](const Point& p) -> Point {
       return {2 * p[0], 100 * p[1]};
     },
     {-4, 1.2},
     {{0, 0}},
     {-4.6, 2, -1.4, 1.4}},
    // A rate of 1 fits the first direction and is 10^7 times too large for the second.
    {"ravine",
     "(x^2 + 10^7 y^2) / 2",
     [](const Point& p) { return 0.5 * (square(p[0]) + 1e7 * square(p[1])); },
     [](const Point& p) -> Point {
       return {p[0], 1e7 * p[1]};
     },
     {-1, 1e-3},
     {{0, 0}},
     {-1.2, 0.4, -1.4e-3, 1.4e-3}},
    {"rosenbrock",
     "(1 - x)^2 + 100 (y - x^2)^2",
     [](const Point& p) { return square(1 - p[0]) + 100 * square(p[1] - square(p[0])); },
     [](const Point& p) -> Point {
       const double valley = p[1] - square(p[0]);
       return {-2 * (1 - p[0]) - 400 * p[0] * valley, 200 * valley};
     },
     {-1.2, 1},
     {{1, 1}},
     {-1.5, 1.5, -0.5, 1.8}},
    {"beale",
     "(1.5 - x + x y)^2 + (2.25 - x + x y^2)^2 + (2.625 - x + x y^3)^2",
     [](const Point& p) {
       return square(beale_term(p, 0)) + square(beale_term(p, 1)) + square(beale_term(p, 2));
     },
     [](const Point& p) -> Point {
       Point gradient = {0, 0};
       for (int k = 0; k < 3; ++k) {
         gradient[0] += 2 * beale_term(p, k) * (std::pow(p[1], k + 1) - 1);
         gradient[1] += 2 * beale_term(p, k) * (k + 1) * p[0] * std::pow(p[1], k);
       }
       return gradient;
     },
     {1, 1.5},
     {{3, 0.5}},
     {-0.5, 4, -1, 2}},
    {"himmelblau",
     "(x^2 + y - 11)^2 + (x + y^2 - 7)^2",
     [](const Point& p) { return square(square(p[0]) + p[1] - 11) + square(p[0] + square(p[1]) - 7); },
     [](const Point& p) -> Point {
       const double a = square(p[0]) + p[1] - 11, b = p[0] + square(p[1]) - 7;
       return {4 * p[0] * a + 2 * b, 2 * a + 4 * p[1] * b};
     },
     {-0.5, -1},
     {{3, 2}, {-2.805118, 3.131313}, {-3.779310, -3.283186}, {3.584428, -1.848127}},
     {-5, 5, -5, 5}},
    {"styblinski_tang",
     "sum (x^4 - 16 x^2 + 5 x) / 2",
     [](const Point& p) {
       double sum = 0;
       for (const double x : p) sum += 0.5 * (square(square(x)) - 16 * square(x) + 5 * x);
       return sum;
     },
     [](const Point& p) -> Point {
       return {2 * std::pow(p[0], 3) - 16 * p[0] + 2.5, 2 * std::pow(p[1], 3) - 16 * p[1] + 2.5};
     },
     {0.2, 0.1},
     {{-2.903534, -2.903534}},
     {-4.5, 4.5, -4.5, 4.5}},
    {"saddle",
     "x^2 - y^2",
     [](const Point& p) { return square(p[0]) - square(p[1]); },
     [](const Point& p) -> Point {
       return {2 * p[0], -2 * p[1]};
     },
     {-2, 1e-3},
     {},
     {-2.4, 2.4, -2, 2}},
    {"plateau",
     "1 - exp(-x^2 / 2)",
     [](const Point& p) { return 1 - std::exp(-0.5 * square(p[0])); },
     [](const Point& p) -> Point { return {p[0] * std::exp(-0.5 * square(p[0]))}; },
     {-4},
     {{0}},
     {-4.5, 3, 0, 1.05}},
    {"double_well",
     "x^4 / 4 - x^2 / 2 + x / 10",
     [](const Point& p) { return 0.25 * square(square(p[0])) - 0.5 * square(p[0]) + 0.1 * p[0]; },
     [](const Point& p) -> Point { return {std::pow(p[0], 3) - p[0] + 0.1}; },
     {1.8},
     {{-1.046681}},
     {-1.8, 2, -0.5, 1.4}},
    {"parabola",
     "|p - (1, -1, 1)|^2",
     [](const Point& p) { return square(p[0] - 1) + square(p[1] + 1) + square(p[2] - 1); },
     [](const Point& p) -> Point {
       return {2 * (p[0] - 1), 2 * (p[1] + 1), 2 * (p[2] - 1)};
     },
     {-1, 10, 1},
     {{1, -1, 1}},
     {-2, 2, -2, 11}},
};

}  // namespace

const std::vector<Function>& all_functions() { return kFunctions; }

const Function& find_function(const std::string& name) {
  std::string names;
  for (const Function& function : kFunctions) {
    if (function.name == name) return function;
    names += " " + function.name;
  }
  throw std::runtime_error("no function is called " + quoted(name) + "; there are" + names);
}

}  // namespace glissade
