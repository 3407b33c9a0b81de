// SPDX-License-Identifier: Apache-2.0
#include "glissade/training/schedules.h"

#include "backend/gate.hpp"
#include "numbers/doubles.hpp"

using namespace glissade;

namespace {

const double kNotANumber = __builtin_nan("");

// (1 + cos(pi x)) / 2 = cos^2(pi x / 2), for x in [0, 1], by the series of the half that is nearer to 0.
double falling_cosine(double x) {
  const bool near_end = x > 0.5;
  const double angle = (near_end ? 1.0 - x : x) * 1.57079632679489661923, square = angle * angle;
  // sin^2 of at most pi / 4 is accurate; cos^2 is 1 - sin^2.
  double series = 1.0;
  for (int n = 18; n >= 2; n -= 2) series = 1.0 - series * square / (n * (n + 1.0));
  const double sine = angle * series;
  return near_end ? sine * sine : 1.0 - sine * sine;
}

// From first at x = 0 to last at x = 1.
double anneal(double first, double last, double x, bool linear) {
  return linear ? first + (last - first) * x : last + (first - last) * falling_cosine(x);
}

bool above_0(double x) { return x > 0.0 && not_negative(x); }
bool inside_0_1(double x) { return x > 0.0 && x < 1.0; }

// gamma^n, relatively within 1e-12. Squaring has an error of up to n 2^-53, so many steps go by the
// logarithm, in two halves: there the root is a double where the power is one.
double raised(double gamma, uint32_t n) {
  if (n <= 1024) return power(gamma, n);
  const double half = power(gamma, 0.5 * n);
  return half * half;
}

double staircase(double rate, uint32_t t, uint32_t period, double gamma) {
  if (period == 0 || !not_negative(rate) || !not_negative(gamma)) return kNotANumber;
  return rate * raised(gamma, t / period);
}

double multi_step(double rate, uint32_t t, const uint32_t* milestones, size_t count, double gamma) {
  if (check_pointers(count, milestones) != GLS_OK || !not_negative(rate) || !not_negative(gamma))
    return kNotANumber;
  uint32_t passed = 0;
  for (size_t i = 0; i < count; ++i) passed += milestones[i] <= t ? 1u : 0u;
  return rate * raised(gamma, passed);
}

double constant(double rate, uint32_t t, double factor, uint32_t total) {
  if (!not_negative(rate) || !not_negative(factor)) return kNotANumber;
  return t < total ? rate * factor : rate;
}

double linear(double rate, uint32_t t, double first, double last, uint32_t total) {
  if (total == 0 || !not_negative(rate) || !not_negative(first) || !not_negative(last)) return kNotANumber;
  return rate * (first + (last - first) * (t < total ? t : total) / total);
}

double polynomial(double rate, uint32_t t, uint32_t total, double exponent) {
  if (total == 0 || !not_negative(rate) || !above_0(exponent)) return kNotANumber;
  return t < total ? rate * power(1.0 - static_cast<double>(t) / total, exponent) : 0.0;
}

double cosine(double rate, uint32_t t, uint32_t half_period, double lowest) {
  if (half_period == 0 || !not_negative(rate) || !not_negative(lowest)) return kNotANumber;
  const uint32_t phase = t % half_period, half = t / half_period;
  const uint32_t from_top = half % 2 == 0 ? phase : half_period - phase;
  return anneal(rate, lowest, static_cast<double>(from_top) / half_period, false);
}

double half_cosine(double rate, uint32_t t, uint32_t length, double lowest) {
  return cosine(rate, t < length ? t : length, length, lowest);
}

double cosine_restarts(double rate, uint32_t t, uint32_t period, uint32_t growth, double lowest) {
  if (period == 0 || growth == 0 || !not_negative(rate) || !not_negative(lowest)) return kNotANumber;
  if (growth == 1) t %= period;
  uint64_t length = period;
  for (; t >= length; length *= growth) t -= static_cast<uint32_t>(length);
  return anneal(rate, lowest, static_cast<double>(t) / static_cast<double>(length), false);
}

double cyclic(double lowest, double highest, uint32_t t, uint32_t up, uint32_t down, gls_cycle cycle,
              double gamma) {
  const uint64_t period = uint64_t{up} + down;
  if (up == 0 || down == 0 || !not_negative(lowest) || !not_negative(highest)) return kNotANumber;
  const double phase = static_cast<double>(t % period);
  const double height = phase <= up ? phase / up : (static_cast<double>(period) - phase) / down;
  double scale = kNotANumber;
  if (cycle == GLS_CYCLE_TRIANGULAR) scale = 1.0;
  if (cycle == GLS_CYCLE_TRIANGULAR2) scale = power(0.5, static_cast<uint32_t>(t / period));
  if (cycle == GLS_CYCLE_EXPONENTIAL && not_negative(gamma)) scale = raised(gamma, t);
  return lowest + (highest - lowest) * height * scale;
}

double one_cycle(const gls_one_cycle* c, uint32_t t) {
  if (c == nullptr || !(c->rising * c->total > 1.0) || !not_negative(c->highest) || !(c->rising < 1.0) ||
      !above_0(c->first_divisor) || !above_0(c->last_divisor)) {
    return kNotANumber;
  }
  const double first = c->highest / c->first_divisor, last = first / c->last_divisor;
  const double at = t < c->total ? t : c->total - 1.0;
  const double peak = c->rising * c->total - 1.0, end = c->total - 1.0;
  if (at <= peak) return anneal(first, c->highest, at / peak, c->linear);
  if (!c->three_phases) return anneal(c->highest, last, (at - peak) / (end - peak), c->linear);
  const double valley = 2.0 * c->rising * c->total - 2.0;
  if (at <= valley) return anneal(c->highest, first, (at - peak) / (valley - peak), c->linear);
  return anneal(first, last, (at - valley) / (end - valley), c->linear);
}

double inverse_time(double rate, uint32_t epoch, double decay) {
  if (epoch == 0 || !not_negative(rate) || !not_negative(decay)) return kNotANumber;
  return rate / (1.0 + decay * epoch);
}

double inverse_root(double rate, uint32_t epoch, double k) {
  if (epoch == 0 || !not_negative(rate) || !not_negative(k)) return kNotANumber;
  return rate * k / square_root(epoch);
}

double noam(double factor, uint32_t step, uint32_t model, uint32_t warmup) {
  if (step == 0 || model == 0 || warmup == 0 || !not_negative(factor)) return kNotANumber;
  const double falling = 1.0 / square_root(step), rising = step / (warmup * square_root(warmup));
  return factor / square_root(model) * (falling < rising ? falling : rising);
}

double wsd(double rate, uint32_t t, uint32_t warmup, uint32_t stable, uint32_t decay, double lowest) {
  if (!not_negative(rate) || !not_negative(lowest)) return kNotANumber;
  if (t < warmup) return rate * t / warmup;
  const uint64_t falling = uint64_t{warmup} + stable;
  if (t < falling) return rate;
  const double into = static_cast<double>(t - falling);
  return into < decay ? anneal(rate, lowest, into / decay, true) : lowest;
}

bool valid_plateau(const gls_plateau_params& p) {
  return inside_0_1(p.reduction) && not_negative(p.threshold) && (p.absolute || p.threshold < 1.0) &&
         not_negative(p.lowest);
}

// A margin of threshold * |best|, away from best also where best is below 0.
bool beats_best(const gls_plateau_params& p, double best, double loss) {
  const double margin = p.ascending ? p.threshold : -p.threshold;
  const double bound = p.absolute ? best + margin : best * (1.0 + (best < 0.0 ? -margin : margin));
  return finite(loss) && (p.ascending ? loss > bound : loss < bound);
}

void take_loss(gls_plateau& s, const gls_plateau_params& p, double loss) {
  if (!s.started) {
    s.started = true;
    s.factor = 1.0;
    s.best = p.ascending ? -__builtin_huge_val() : __builtin_huge_val();
  }
  if (beats_best(p, s.best, loss)) {
    s.best = loss;
    s.waiting = 0;
  } else {
    count_step(s.waiting);
  }
  if (s.resting > 0) {
    --s.resting;
    s.waiting = 0;
  }
  if (s.waiting > p.patience) {
    s.factor *= p.reduction;
    s.resting = p.cooldown;
    s.waiting = 0;
  }
}

double plateau_rate(gls_plateau* state, const gls_plateau_params* params, double rate, double loss) {
  if (state == nullptr || params == nullptr || !not_negative(rate) || !valid_plateau(*params)) return kNotANumber;
  take_loss(*state, *params, loss);
  const double fallen = rate * state->factor, lowest = params->lowest < rate ? params->lowest : rate;
  return fallen < lowest ? lowest : fallen;
}

}  // namespace

extern "C" {

double gls_schedule_staircase(double rate, uint32_t t, uint32_t period, double gamma) {
  return in_scalar_mode(staircase, rate, t, period, gamma);
}

double gls_schedule_multi_step(double rate, uint32_t t, const uint32_t* milestones, size_t count,
                               double gamma) {
  return in_scalar_mode(multi_step, rate, t, milestones, count, gamma);
}

double gls_schedule_constant(double rate, uint32_t t, double factor, uint32_t total) {
  return in_scalar_mode(constant, rate, t, factor, total);
}

double gls_schedule_linear(double rate, uint32_t t, double first, double last, uint32_t total) {
  return in_scalar_mode(linear, rate, t, first, last, total);
}

double gls_schedule_exponential(double rate, uint32_t t, double gamma) {
  return in_scalar_mode(staircase, rate, t, 1, gamma);
}

double gls_schedule_polynomial(double rate, uint32_t t, uint32_t total, double exponent) {
  return in_scalar_mode(polynomial, rate, t, total, exponent);
}

double gls_schedule_cosine(double rate, uint32_t t, uint32_t half_period, double lowest) {
  return in_scalar_mode(cosine, rate, t, half_period, lowest);
}

double gls_schedule_half_cosine(double rate, uint32_t t, uint32_t length, double lowest) {
  return in_scalar_mode(half_cosine, rate, t, length, lowest);
}

double gls_schedule_cosine_restarts(double rate, uint32_t t, uint32_t period, uint32_t growth,
                                    double lowest) {
  return in_scalar_mode(cosine_restarts, rate, t, period, growth, lowest);
}

double gls_schedule_cyclic(double lowest, double highest, uint32_t t, uint32_t up, uint32_t down,
                           gls_cycle cycle, double gamma) {
  return in_scalar_mode(cyclic, lowest, highest, t, up, down, cycle, gamma);
}

double gls_schedule_one_cycle(const gls_one_cycle* c, uint32_t t) { return in_scalar_mode(one_cycle, c, t); }

double gls_schedule_inverse_time(double rate, uint32_t epoch, double decay) {
  return in_scalar_mode(inverse_time, rate, epoch, decay);
}

double gls_schedule_inverse_root(double rate, uint32_t epoch, double k) {
  return in_scalar_mode(inverse_root, rate, epoch, k);
}

double gls_schedule_noam(double factor, uint32_t step, uint32_t model, uint32_t warmup) {
  return in_scalar_mode(noam, factor, step, model, warmup);
}

double gls_schedule_wsd(double rate, uint32_t t, uint32_t warmup, uint32_t stable, uint32_t decay,
                        double lowest) {
  return in_scalar_mode(wsd, rate, t, warmup, stable, decay, lowest);
}

void gls_plateau_defaults(gls_plateau_params* params) { *params = {}; }

double gls_plateau_rate(gls_plateau* state, const gls_plateau_params* params, double rate, double loss) {
  return in_scalar_mode(plateau_rate, state, params, rate, loss);
}

double gls_plateau_update(gls_plateau* state, double rate, double loss, double reduction, uint32_t patience,
                          double threshold, uint32_t cooldown) {
  const gls_plateau_params params = {reduction, threshold, 0.0, patience, cooldown, false, false};
  return gls_plateau_rate(state, &params, rate, loss);
}

}  // extern "C"
