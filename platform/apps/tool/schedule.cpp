// SPDX-License-Identifier: Apache-2.0
// `glissade schedule`: the rates of any schedule.
#include <cmath>
#include <cstdio>
#include <stdexcept>

#include "apps/tool/commands.hpp"
#include "apps/tool/plot.hpp"
#include "apps/tool/text.hpp"
#include "glissade/training/schedules.h"

namespace glissade {
namespace {

enum Kind { kReal, kWhole, kFlag };  // a flag is 0 or 1

struct Parameter {
  const char* name;
  double value;  // in the classic picture
  Kind kind = kReal;
};

using Values = std::vector<double>;

uint32_t whole(double x) { return static_cast<uint32_t>(x); }

gls_one_cycle one_cycle_of(const Values& v) {
  return {v[0], whole(v[1]), v[2], v[3], v[4], v[5] != 0.0, v[6] != 0.0};
}

struct Schedule {
  const char* name;
  std::vector<Parameter> parameters;
  double (*rate)(const Values& v, uint32_t t);
};

const std::vector<Schedule> kSchedules = {
    {"constant",
     {{"rate", 0.1}, {"factor", 1.0 / 3}, {"total", 5, kWhole}},
     [](const Values& v, uint32_t t) { return gls_schedule_constant(v[0], t, v[1], whole(v[2])); }},
    {"staircase",
     {{"rate", 0.1}, {"period", 30, kWhole}, {"gamma", 0.5}},
     [](const Values& v, uint32_t t) { return gls_schedule_staircase(v[0], t, whole(v[1]), v[2]); }},
    {"multi_step",
     {{"rate", 0.1}, {"first", 30, kWhole}, {"second", 60, kWhole}, {"third", 80, kWhole}, {"gamma", 0.3}},
     [](const Values& v, uint32_t t) {
       const uint32_t milestones[] = {whole(v[1]), whole(v[2]), whole(v[3])};
       return gls_schedule_multi_step(v[0], t, milestones, 3, v[4]);
     }},
    {"linear",
     {{"rate", 0.1}, {"first", 0.0}, {"last", 1.0}, {"total", 20, kWhole}},
     [](const Values& v, uint32_t t) { return gls_schedule_linear(v[0], t, v[1], v[2], whole(v[3])); }},
    {"exponential",
     {{"rate", 0.1}, {"gamma", 0.96}},
     [](const Values& v, uint32_t t) { return gls_schedule_exponential(v[0], t, v[1]); }},
    {"polynomial",
     {{"rate", 0.1}, {"total", 100, kWhole}, {"power", 2}},
     [](const Values& v, uint32_t t) { return gls_schedule_polynomial(v[0], t, whole(v[1]), v[2]); }},
    {"cosine",
     {{"rate", 0.1}, {"half_period", 100, kWhole}, {"lowest", 0.0}},
     [](const Values& v, uint32_t t) { return gls_schedule_cosine(v[0], t, whole(v[1]), v[2]); }},
    {"half_cosine",
     {{"rate", 0.1}, {"length", 100, kWhole}, {"lowest", 0.0}},
     [](const Values& v, uint32_t t) { return gls_schedule_half_cosine(v[0], t, whole(v[1]), v[2]); }},
    {"cosine_restarts",
     {{"rate", 0.1}, {"period", 15, kWhole}, {"growth", 2, kWhole}, {"lowest", 0.0}},
     [](const Values& v, uint32_t t) {
       return gls_schedule_cosine_restarts(v[0], t, whole(v[1]), whole(v[2]), v[3]);
     }},
    {"cyclic",
     {{"lowest", 0.01},
      {"highest", 0.1},
      {"up", 10, kWhole},
      {"down", 15, kWhole},
      {"mode", 0, kWhole},
      {"gamma", 0.98}},
     [](const Values& v, uint32_t t) {
       const gls_cycle modes[] = {GLS_CYCLE_TRIANGULAR, GLS_CYCLE_TRIANGULAR2, GLS_CYCLE_EXPONENTIAL};
       return v[4] > 2
                  ? NAN
                  : gls_schedule_cyclic(v[0], v[1], t, whole(v[2]), whole(v[3]), modes[whole(v[4])], v[5]);
     }},
    {"one_cycle",
     {{"highest", 0.1},
      {"total", 100, kWhole},
      {"rising", 0.3},
      {"first_divisor", 25},
      {"last_divisor", 1e4},
      {"three_phases", 0, kFlag},
      {"linear", 0, kFlag}},
     [](const Values& v, uint32_t t) {
       const gls_one_cycle cycle = one_cycle_of(v);
       return gls_schedule_one_cycle(&cycle, t);
     }},
    {"inverse_time",
     {{"rate", 0.1}, {"decay", 0.1}},
     [](const Values& v, uint32_t t) { return gls_schedule_inverse_time(v[0], t + 1, v[1]); }},
    {"inverse_root",
     {{"rate", 0.1}, {"k", 1.0}},
     [](const Values& v, uint32_t t) { return gls_schedule_inverse_root(v[0], t + 1, v[1]); }},
    {"noam",
     {{"factor", 1.0}, {"model", 512, kWhole}, {"warmup", 20, kWhole}},
     [](const Values& v, uint32_t t) { return gls_schedule_noam(v[0], t + 1, whole(v[1]), whole(v[2])); }},
    {"wsd",
     {{"rate", 0.1}, {"warmup", 10, kWhole}, {"stable", 60, kWhole}, {"decay", 30, kWhole}, {"lowest", 0.0}},
     [](const Values& v, uint32_t t) {
       return gls_schedule_wsd(v[0], t, whole(v[1]), whole(v[2]), whole(v[3]), v[4]);
     }},
};

std::string parameters_of(const Schedule& schedule) {
  std::string text;
  for (const Parameter& parameter : schedule.parameters) {
    char one[80];
    std::snprintf(one, sizeof one, " %s=%g", parameter.name, parameter.value);
    text += one;
  }
  return text;
}

const Schedule& find(const std::string& name) {
  std::string names;
  for (const Schedule& schedule : kSchedules) {
    if (schedule.name == name) return schedule;
    names += std::string(" ") + schedule.name;
  }
  throw std::runtime_error("no schedule is called " + quoted(name) + "; there are" + names);
}

// What is wrong with a parameter's value; empty: nothing.
std::string complaint(const Parameter& parameter, double value) {
  if (parameter.kind == kFlag && value != 0.0 && value != 1.0) return "0 or 1";
  if (!(value >= 0.0 && value < 4294967296.0)) return "from 0 to below 2^32";
  return parameter.kind == kWhole && value != std::floor(value) ? "a whole number" : "";
}

Values read_parameters(const Schedule& schedule, const std::vector<std::string>& settings) {
  Values values;
  for (const Parameter& parameter : schedule.parameters) values.push_back(parameter.value);
  for (const Setting& setting : parse_settings(settings, schedule.name)) {
    size_t k = 0;
    while (k < values.size() && setting.name != schedule.parameters[k].name) ++k;
    if (k == values.size()) {
      throw std::runtime_error(std::string(schedule.name) + ": " + quoted(setting.text) +
                               " sets nothing; it has" + parameters_of(schedule));
    }
    values[k] = setting.value;
    if (const std::string wrong = complaint(schedule.parameters[k], setting.value); !wrong.empty()) {
      throw std::runtime_error(std::string(schedule.name) + ": " + setting.text + ": " + wrong);
    }
  }
  return values;
}

}  // namespace

std::string schedule_names() {
  std::string text;
  for (const Schedule& schedule : kSchedules)
    text += std::string("\n  ") + schedule.name + parameters_of(schedule);
  return text;
}

void schedule(const ScheduleOptions& options) {
  const Schedule& schedule = find(options.name);
  const Values values = read_parameters(schedule, options.parameters);
  Series series{"", {}, {}};
  for (uint32_t t = 0; t < options.steps; ++t) {
    const double rate = schedule.rate(values, t);
    if (std::isnan(rate))
      throw std::runtime_error(options.name + ": these parameters make no sense together");
    series.x.push_back(t);
    series.y.push_back(rate);
  }
  if (options.output.empty()) {
    for (size_t t = 0; t < series.x.size(); ++t) std::printf("%zu %.17g\n", t, series.y[t]);
    return;
  }
  Panel panel;
  panel.title = options.name + ":" + parameters_of(schedule);
  for (const std::string& setting : options.parameters) panel.title = options.name + ": " + setting + " ...";
  panel.x_label = "step t";
  panel.y_label = "learning rate";
  panel.series.push_back(series);
  panel.legend = false;
  draw({"", {panel}, 1, 800, 420}, options.output);
}

}  // namespace glissade
