// SPDX-License-Identifier: Apache-2.0
#include "apps/tool/plot.hpp"

#include <cmath>
#include <sstream>
#include <stdexcept>

#include "apps/tool/files.hpp"
#include "apps/tool/process.hpp"

namespace glissade {
namespace {

// Okabe and Ito's colours, which the colour-blind can tell apart, and two more.
constexpr const char* kPalette[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                    "#56b4e9", "#e69f00", "#7a5195", "#555555"};
constexpr size_t kColors = sizeof kPalette / sizeof *kPalette;

// A gnuplot string in single quotes, where only the quote itself is special.
std::string literal(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("''") : std::string(1, c);
  return result + "'";
}

std::string style(const Series& series) {
  const std::string color = kPalette[static_cast<size_t>(series.color) % kColors];
  switch (series.style) {
    case Series::kThinGray:
      return "with lines lw 1 lc rgb '#bbbbbb'";
    case Series::kPath:
      return "with linespoints lw 2 pt 7 ps 0.35 lc rgb '" + color + "'";
    case Series::kStar:
      return "with points pt 3 ps 1.3 lw 2 lc rgb '#222222'";
    case Series::kDots:
      return "with points pt 7 ps 0.35 lc rgb '#aaaaaa'";
    case Series::kLine:
      break;
  }
  return "with lines lw 2.2 lc rgb '" + color + "'";
}

void write_data(std::ostream& script, const std::string& name, const std::vector<double>& x,
                const std::vector<double>& y) {
  script << name << " << EOD\n";
  for (size_t i = 0; i < x.size(); ++i) {
    if (std::isfinite(x[i]) && std::isfinite(y[i]))
      script << x[i] << " " << y[i] << "\n";
    else
      script << "\n";  // a gap
  }
  script << "EOD\n";
}

// The contour lines as a data block of lines.
void write_contours(std::ostream& script, const Panel& panel, const std::string& name) {
  script << name << "_grid << EOD\n";
  const size_t rows = panel.values.size() / panel.columns;
  const auto at = [&](int first, size_t i, size_t n) {
    return panel.window[first] + (panel.window[first + 1] - panel.window[first]) * static_cast<double>(i) /
                                     static_cast<double>(n - 1);
  };
  for (size_t row = 0; row < rows; ++row) {
    for (size_t column = 0; column < panel.columns; ++column) {
      script << at(0, column, panel.columns) << " " << at(2, row, rows) << " "
             << panel.values[row * panel.columns + column] << "\n";
    }
    script << "\n";
  }
  script
      << "EOD\nunset logscale\nset contour base\nunset surface\nset view map\nset cntrparam levels discrete ";
  for (size_t i = 0; i < panel.levels.size(); ++i) script << (i > 0 ? "," : "") << panel.levels[i];
  script << "\nset table " << name << "\nsplot " << name << "_grid using 1:2:3 with lines\nunset table\n"
         << "unset contour\nset surface\n";
}

void write_panel(std::ostream& script, const Panel& panel, size_t number) {
  const std::string name = "$p" + std::to_string(number);
  if (!panel.levels.empty()) write_contours(script, panel, name + "_contours");
  for (size_t i = 0; i < panel.series.size(); ++i) {
    write_data(script, name + "_" + std::to_string(i), panel.series[i].x, panel.series[i].y);
  }
  script << "set title " << literal(panel.title) << " noenhanced\nset xlabel " << literal(panel.x_label)
         << " noenhanced\nset ylabel " << literal(panel.y_label) << " noenhanced\n"
         << (panel.log_y ? "set logscale y\nset format y '%g'\n" : "unset logscale y\nset format y '%g'\n")
         << (panel.legend ? "set key\n" : "unset key\n");
  const auto range = [&](const char* axis, double from, double to) {
    script << "set " << axis << "range [";
    if (from != to)
      script << from << ":" << to;
    else
      script << "*:*";
    script << "]\n";
  };
  range("x", panel.window[0], panel.window[1]);
  range("y", panel.window[2], panel.window[3]);
  script << "plot ";
  bool first = true;
  if (!panel.levels.empty()) {
    script << name << "_contours using 1:2 with lines lw 0.8 lc rgb '#c8c8c8' notitle";
    first = false;
  }
  for (size_t i = 0; i < panel.series.size(); ++i) {
    const Series& series = panel.series[i];
    script << (first ? "" : ", \\\n  ") << name << "_" << i << " using 1:2 " << style(series) << " "
           << (series.label.empty() ? "notitle" : "title " + literal(series.label) + " noenhanced");
    first = false;
  }
  script << "\n";
}

void write_script(std::ostream& script, const Figure& figure) {
  script.precision(7);
  const int count = static_cast<int>(figure.panels.size());
  script
      << "set terminal svg size " << figure.width << "," << figure.height
      << " dynamic font 'Helvetica,Arial,sans-serif,13' background '#ffffff' rounded\n"
      << "set border 3 lc rgb '#555555'\nset tics nomirror out scale 0.6 textcolor rgb '#333333'\n"
      << "set grid lc rgb '#ececec' lw 0.6\nset key outside below center horizontal samplen 2 spacing 1.15\n"
      << "set clip one\nset clip two\n";
  if (count > 1) {
    script << "set multiplot layout " << (count + figure.columns - 1) / figure.columns << ","
           << figure.columns << " title " << literal(figure.title) << " noenhanced\n";
  }
  for (size_t i = 0; i < figure.panels.size(); ++i) write_panel(script, figure.panels[i], i);
  if (count > 1) script << "unset multiplot\n";
}

// The first line of what gnuplot says that is more than the place of the error.
std::string first_line(const std::string& text) {
  const size_t first = text.find_first_not_of(" \t^\n");
  return first == std::string::npos ? "" : text.substr(first, text.find('\n', first) - first);
}

bool is_whole(const std::string& picture) {
  const std::string end = "</svg>";
  const size_t last = picture.find_last_not_of('\n') + 1;
  return last >= end.size() && picture.compare(last - end.size(), end.size(), end) == 0;
}

}  // namespace

void draw(const Figure& figure, const std::string& path) {
  std::ostringstream script;
  write_script(script, figure);
  const Ended plot = run_program({"gnuplot", "--default-settings", "-"}, script.str());
  if (!plot.found) throw std::runtime_error("pictures need gnuplot, which is not here (Debian: gnuplot-nox)");
  if (!plot.well) throw std::runtime_error("gnuplot: " + first_line(plot.errors));
  if (!is_whole(plot.output)) throw std::runtime_error("gnuplot ended early: the picture is not whole");
  write_file(path, plot.output);
}

}  // namespace glissade
