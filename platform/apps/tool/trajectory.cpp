// SPDX-License-Identifier: Apache-2.0
// `glissade trajectory`: the way that rules take over a function.
#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "apps/tool/any_rule.hpp"
#include "apps/tool/commands.hpp"
#include "apps/tool/functions.hpp"
#include "apps/tool/plot.hpp"
#include "apps/tool/text.hpp"

namespace glissade {
namespace {

// The pictures that one expects of a function, when no rule is named.
struct Classic {
  const char* function;
  uint32_t steps;
  bool panels;
  std::vector<std::string> rules;
};
const std::vector<Classic> kClassics = {
    {"ellipse",
     60,
     true,
     {"sgd:learning_rate=0.016", "momentum:learning_rate=0.016,momentum=0.7",
      "momentum:learning_rate=0.016,momentum=0.9", "momentum:learning_rate=0.012,momentum=0.7,nesterov=1",
      "momentum:learning_rate=0.016,momentum=0.7,nesterov=1", "adam:learning_rate=0.3"}},
    {"ravine",
     60,
     true,
     {"sgd:learning_rate=1", "sgd:learning_rate=1e-7", "rmsprop:learning_rate=0.05",
      "adam:learning_rate=0.1"}},
    {"plateau",
     300,
     false,
     {"sgd:learning_rate=0.5", "momentum:learning_rate=0.5,momentum=0.9", "adam:learning_rate=0.1",
      "rprop:learning_rate=0.1"}},
    {"double_well",
     200,
     false,
     {"sgd:learning_rate=0.05", "momentum:learning_rate=0.05,momentum=0.9", "rmsprop:learning_rate=0.02"}},
    {"saddle",
     80,
     false,
     {"sgd:learning_rate=0.05", "momentum:learning_rate=0.05,momentum=0.8", "rmsprop:learning_rate=0.05",
      "adam:learning_rate=0.05"}},
    {"rosenbrock",
     600,
     false,
     {"sgd:learning_rate=0.001", "momentum:learning_rate=0.0003,momentum=0.9", "rmsprop:learning_rate=0.005",
      "adam:learning_rate=0.05"}},
    {"",
     300,
     false,
     {"sgd:learning_rate=0.01", "momentum:learning_rate=0.005,momentum=0.9", "adagrad:learning_rate=0.5",
      "adam:learning_rate=0.1"}},
};

const Classic& classic_of(const std::string& function) {
  for (const Classic& classic : kClassics) {
    if (function == classic.function) return classic;
  }
  return kClassics.back();
}

struct Way {
  std::vector<Point> points;  // the start and one per step
  bool lost = false;          // left the numbers, or the neighbourhood
};

Way walk(const Function& function, const std::string& description, const Point& start, uint32_t steps) {
  const std::unique_ptr<AnyRule> rule = make_rule(description, start.size());
  std::vector<float> weights(start.begin(), start.end()), gradients(start.size());
  Way way;
  for (uint32_t step = 0; step <= steps && !way.lost; ++step) {
    const Point at(weights.begin(), weights.end());
    way.points.push_back(at);
    const Point gradient = function.gradient(at);
    for (size_t i = 0; i < at.size(); ++i) {
      gradients[i] = static_cast<float>(gradient[i]);
      way.lost = way.lost || !std::isfinite(gradients[i]) || std::abs(at[i]) > 1e6;
    }
    rule->step(weights.data(), gradients.data(), 1.0f);
  }
  return way;
}

// "sgd:learning_rate=0.1" as a legend shows it: "sgd, rate 0.1".
std::string label(const std::string& description) {
  const std::vector<std::string> parts = split(description, ':');
  std::string text = parts[0];
  if (parts.size() < 2) return text;
  for (const std::string& setting : split(parts[1], ',')) {
    const std::vector<std::string> pair = split(setting, '=');
    const std::string name = pair[0] == "learning_rate" ? "rate" : pair[0];
    text += ", " + (setting == "nesterov=1" ? "Nesterov" : name + " " + pair[1]);
  }
  return text;
}

// Contour levels at equal shares of the window's area: close where it is steep or flat alike.
void add_contours(const Function& function, Panel& panel) {
  constexpr size_t kSide = 61, kLevels = 14;
  panel.columns = kSide;
  for (size_t row = 0; row < kSide; ++row) {
    for (size_t column = 0; column < kSide; ++column) {
      const double x = static_cast<double>(column) / (kSide - 1), y = static_cast<double>(row) / (kSide - 1);
      panel.values.push_back(function.value({panel.window[0] + x * (panel.window[1] - panel.window[0]),
                                             panel.window[2] + y * (panel.window[3] - panel.window[2])}));
    }
  }
  std::vector<double> sorted = panel.values;
  std::sort(sorted.begin(), sorted.end());
  for (size_t k = 1; k <= kLevels; ++k) {
    panel.levels.push_back(sorted[(sorted.size() - 1) * k * k / ((kLevels + 1) * (kLevels + 1))]);
  }
}

// The way as a line, up to where it leaves the window a hundredfold: what draws it cannot take larger
// numbers.
Series path(const Function& function, const Way& way, const std::string& text, int color) {
  Series series{text, {}, {}, way.points.size() > 400 ? Series::kLine : Series::kPath, color};
  double share = 1.0;  // of the segment that is drawn
  for (size_t step = 0; step < way.points.size() && share == 1.0; ++step) {
    const Point &to = way.points[step], &from = way.points[step == 0 ? 0 : step - 1];
    for (size_t k = 0; k < 2; ++k) {
      const double size = 100.0 * (function.window[2 * k + 1] - function.window[2 * k]);
      const double length = std::abs(to[k] - from[k]);
      if (!std::isfinite(length))
        share = 0.0;
      else if (length > size)
        share = std::min(share, size / length);
    }
    series.x.push_back(from[0] + (to[0] - from[0]) * share);
    series.y.push_back(from[1] + (to[1] - from[1]) * share);
  }
  return series;
}

Panel empty_panel(const Function& function) {
  Panel panel;
  panel.title = function.name + ": " + function.formula;
  panel.x_label = "x";
  panel.y_label = "y";
  std::copy(function.window, function.window + 4, panel.window);
  return panel;
}

Figure draw_plane(const Function& function, const std::vector<std::string>& rules,
                  const std::vector<Way>& ways, bool panels) {
  Figure figure;
  figure.title = function.name + ": " + function.formula;
  Series minima{"", {}, {}, Series::kStar};
  for (const Point& minimum : function.minima) {
    minima.x.push_back(minimum[0]);
    minima.y.push_back(minimum[1]);
  }
  for (size_t i = 0; i < rules.size(); ++i) {
    if (i == 0 || panels) {
      figure.panels.push_back(empty_panel(function));
      add_contours(function, figure.panels.back());
      if (!minima.x.empty()) figure.panels.back().series.push_back(minima);
    }
    const std::string text = label(rules[i]) + (ways[i].lost ? " (diverges)" : "");
    Panel& panel = figure.panels.back();
    panel.series.insert(panel.series.end() - (minima.x.empty() ? 0 : 1),
                        path(function, ways[i], panels ? "" : text, static_cast<int>(i)));
    if (panels) panel.title = text, panel.legend = false;
  }
  if (panels) {
    figure.columns = rules.size() > 1 ? 2 : 1;
    figure.height = 60 + 250 * static_cast<int>((rules.size() + 1) / 2);
  }
  return figure;
}

// In one dimension: the function with the ways on it, and x over the steps.
Figure draw_line(const Function& function, const std::vector<std::string>& rules,
                 const std::vector<Way>& ways) {
  Figure figure;
  figure.title = function.name + ": " + function.formula;
  figure.columns = 2;
  figure.height = 460;
  Panel on_it = empty_panel(function), over_time;
  on_it.title = "on the function";
  on_it.y_label = "f(x)";
  on_it.legend = false;
  over_time.title = "over the steps";
  over_time.x_label = "step";
  over_time.y_label = "x";
  over_time.window[2] = function.window[0];
  over_time.window[3] = function.window[1];
  Series curve{"", {}, {}, Series::kThinGray};
  for (int i = 0; i <= 400; ++i) {
    const double x = function.window[0] + (function.window[1] - function.window[0]) * i / 400;
    curve.x.push_back(x);
    curve.y.push_back(function.value({x}));
  }
  on_it.series.push_back(curve);
  for (size_t i = 0; i < rules.size(); ++i) {
    const std::string text = label(rules[i]) + (ways[i].lost ? " (diverges)" : "");
    Series points{"", {}, {}, Series::kPath, static_cast<int>(i)},
        line{text, {}, {}, Series::kLine, static_cast<int>(i)};
    for (size_t step = 0; step < ways[i].points.size(); ++step) {
      const double x = ways[i].points[step][0];
      points.x.push_back(x);
      points.y.push_back(function.value({x}));
      line.x.push_back(static_cast<double>(step));
      line.y.push_back(x);
    }
    on_it.series.push_back(points);
    over_time.series.push_back(line);
  }
  figure.panels = {on_it, over_time};
  return figure;
}

}  // namespace

void trajectory(const TrajectoryOptions& options) {
  const Function& function = find_function(options.function);
  if (function.start.size() > 2) throw std::runtime_error(function.name + " has more than two variables");
  const Classic& classic = classic_of(function.name);
  const std::vector<std::string>& rules = options.rules.empty() ? classic.rules : options.rules;
  const uint32_t steps = options.steps == 0 ? classic.steps : options.steps;
  const Point start = options.start.empty() ? function.start : options.start;
  if (start.size() != function.start.size()) {
    throw std::runtime_error("--start: " + function.name + " has " + std::to_string(function.start.size()) +
                             " variable(s)");
  }
  std::vector<Way> ways;
  for (const std::string& rule : rules) {
    ways.push_back(walk(function, rule, start, steps));
    const Point& last = ways.back().points.back();
    std::printf("%s: after %zu steps f = %.6g at", rule.c_str(), ways.back().points.size() - 1,
                function.value(last));
    for (const double x : last) std::printf(" %.6g", x);
    std::printf("%s\n", ways.back().lost ? " (diverges)" : "");
  }
  if (options.output.empty()) return;
  const bool panels = options.panels || (options.rules.empty() && classic.panels);
  draw(start.size() == 1 ? draw_line(function, rules, ways) : draw_plane(function, rules, ways, panels),
       options.output);
}

}  // namespace glissade
