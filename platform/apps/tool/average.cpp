// SPDX-License-Identifier: Apache-2.0
// `glissade average`: running means of a noisy series, with and without bias correction.
#include <cmath>
#include <cstdio>
#include <stdexcept>

#include "apps/tool/commands.hpp"
#include "apps/tool/lines.hpp"
#include "apps/tool/plot.hpp"
#include "apps/tool/text.hpp"

namespace glissade {
namespace {

// A year of daily temperatures: a season and noise, by the library's own generator.
std::vector<double> noisy_season() {
  constexpr size_t kDays = 365;
  float noise[kDays] = {};
  gls_noise_params params;
  gls_noise_defaults(&params);
  params.eta = 9.0;
  if (gls_add_noise(&params, 0, noise, 0, kDays) != GLS_OK) throw std::runtime_error("no noise");
  std::vector<double> series;
  for (size_t day = 0; day < kDays; ++day) {
    const double season = std::cos(2.0 * 3.14159265358979 * (static_cast<double>(day) - 200.0) / kDays);
    series.push_back(12.0 + 9.0 * season + static_cast<double>(noise[day]));
  }
  return series;
}

std::vector<double> read_series(const std::string& path) {
  Lines lines(path);
  std::vector<double> series;
  for (std::vector<Field> line; !(line = lines.next()).empty();) {
    if (line.size() > 1) throw std::runtime_error(line[1].where + ": one number a line, without commas");
    series.push_back(parse_number<double>(line[0].text, line[0].where));
  }
  if (series.empty()) throw std::runtime_error(path + ": no numbers");
  return series;
}

struct Means {
  std::vector<double> plain, corrected;
};

Means means_of(const std::vector<double>& series, double beta) {
  gls_running_mean state = {};
  Means means;
  for (const double value : series) {
    means.corrected.push_back(gls_running_mean_update(&state, beta, value));
    means.plain.push_back(state.mean);
  }
  return means;
}

}  // namespace

void average(const AverageOptions& options) {
  const std::vector<double> series = options.data.empty() ? noisy_season() : read_series(options.data);
  std::vector<Means> means;
  for (const double beta : options.betas) {
    if (!(beta >= 0.0 && beta < 1.0)) throw std::runtime_error("--beta: from 0 to below 1");
    means.push_back(means_of(series, beta));
  }
  if (options.output.empty()) {
    std::printf("t value");
    for (const double beta : options.betas) std::printf(" %g %g_corrected", beta, beta);
    std::printf("\n");
    for (size_t t = 0; t < series.size(); ++t) {
      std::printf("%zu %.9g", t + 1, series[t]);
      for (const Means& m : means) std::printf(" %.9g %.9g", m.plain[t], m.corrected[t]);
      std::printf("\n");
    }
    return;
  }
  Figure figure;
  figure.title = "running means: m = beta m + (1 - beta) x";
  figure.columns = 2;
  figure.height = 440;
  std::vector<double> t;
  t.reserve(series.size());
  for (size_t i = 0; i < series.size(); ++i) t.push_back(static_cast<double>(i + 1));
  for (const bool corrected : {false, true}) {
    Panel panel;
    panel.title = corrected ? "corrected: m / (1 - beta^t)" : "not corrected: starts at 0";
    panel.x_label = "t";
    panel.series.push_back({"", t, series, Series::kDots, 0});
    for (size_t k = 0; k < means.size(); ++k) {
      char text[40];
      std::snprintf(text, sizeof text, "beta %g", options.betas[k]);
      panel.series.push_back(
          {text, t, corrected ? means[k].corrected : means[k].plain, Series::kLine, static_cast<int>(k)});
    }
    figure.panels.push_back(panel);
  }
  draw(figure, options.output);
}

}  // namespace glissade
