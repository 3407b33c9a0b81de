// SPDX-License-Identifier: Apache-2.0
// Pictures as SVG files, drawn by gnuplot.
#ifndef GLISSADE_PLATFORM_LINUX_PLOT_HPP
#define GLISSADE_PLATFORM_LINUX_PLOT_HPP

#include <string>
#include <vector>

namespace glissade {

struct Series {
  std::string label;  // empty: not in the legend
  std::vector<double> x, y;
  enum Style { kLine, kThinGray, kPath, kStar, kDots } style = kLine;
  int color = 0;  // lines, paths and dots: an index into the palette
};

struct Panel {
  std::string title, x_label, y_label;
  std::vector<Series> series;
  bool log_y = false;
  bool legend = true;
  double window[4] = {0, 0, 0, 0};  // x from, to, y from, to; equal: as the data needs
  // Contour lines under the series: values[row * columns + column] over the window, at these levels.
  std::vector<double> values, levels;
  size_t columns = 0;
};

struct Figure {
  std::string title;
  std::vector<Panel> panels;
  int columns = 1;                // of panels
  int width = 900, height = 560;  // in pixels
};

// Writes the picture, or throws std::runtime_error and leaves no file. The text goes into it as it is.
void draw(const Figure& figure, const std::string& path);

}  // namespace glissade

#endif
