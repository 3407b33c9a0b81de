// SPDX-License-Identifier: Apache-2.0
// Stated intervals are the ones that are checked. Every number (a double or a float that is handed over, or a
// field of parameters) of training/*.h stands in intervals.inc with the interval that its header states;
// build/listed.sh compares the list with the headers. Each is tried at its ends, just inside, just outside,
// and with NaN, infinities and more than any float.

#include "glissade/glissade.h"
#include "support/check.hpp"
#include "support/list.hpp"
#include "support/reference.hpp"

namespace glissade {
namespace test {
namespace {

constexpr double kInfinity = __builtin_huge_val(), kDoubleMax = 1.7976931348623157e308;

struct Interval {
  double least;
  bool takes_least;
  double most;
  bool takes_most;

  bool takes(double x) const {
    return (x > least || (takes_least && x == least)) && (x < most || (takes_most && x == most));
  }
};
// As headers write them. The first four are of numbers that become floats.
constexpr Interval kFloatFrom0{0, true, kFloatMax, true};    // >= 0
constexpr Interval kFloatAbove0{0, false, kFloatMax, true};  // > 0
constexpr Interval kFloatFrom1{1, true, kFloatMax, true};    // >= 1
constexpr Interval kAnyFloat_{-kFloatMax, true, kFloatMax, true};
constexpr Interval kNormalFloat{0x1p-126, true, kFloatMax, true};
constexpr Interval kFrom0To1{0, true, 1, false};                // [0, 1)
constexpr Interval kInside01_{0, false, 1, false};              // (0, 1)
constexpr Interval kDoubleFrom0{0, true, kDoubleMax, true};     // >= 0 and finite
constexpr Interval kDoubleAbove0{0, false, kDoubleMax, true};   // > 0 and finite
constexpr Interval kDoubleBelow0{-kDoubleMax, true, 0, false};  // negative and finite
constexpr Interval kAnyDouble{-kDoubleMax, true, kDoubleMax, true};
constexpr Interval kFrom0{0, true, kInfinity, true};  // also infinite
constexpr Interval kAbove0{0, false, kInfinity, true};

double next(double x, bool up) {
  if (x == 0.0) return up ? 0x1p-1074 : -0x1p-1074;
  uint64_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  bits += (x > 0.0) == up ? 1u : ~uint64_t{0};
  __builtin_memcpy(&x, &bits, sizeof bits);
  return x;
}
float next(float x, bool up) {
  if (x == 0.0f) return up ? 0x1p-149f : -0x1p-149f;
  return bits_to_float(float_to_bits(x) + ((x > 0.0f) == up ? 1u : ~0u));
}

// take(x): whether the call took x. Number is the argument's own type: other numbers do not reach the call.
template <class Number, class Take>
void check(const char* what, const Interval& interval, Take take) {
  const Number least = static_cast<Number>(interval.least), most = static_cast<Number>(interval.most);
  const Number tried[] = {least,
                          most,
                          next(least, true),
                          next(least, false),
                          next(most, true),
                          next(most, false),
                          Number(0),
                          Number(-1),
                          Number(0.5),
                          static_cast<Number>(__builtin_nan("")),
                          static_cast<Number>(kInfinity),
                          static_cast<Number>(-kInfinity),
                          static_cast<Number>(2 * kFloatMax),
                          static_cast<Number>(-2 * kFloatMax)};
  uint32_t which = 0;
  for (const Number x : tried) {
    CHECK(take(x) == interval.takes(static_cast<double>(x)), what, ", try ", which);
    ++which;
  }
}

bool is_number(double x) { return x == x; }
bool fits(gls_status status) { return status != GLS_ERROR_RANGE; }

const uint32_t kMilestone = 3;
const float kZeros[4] = {}, kOnes[4] = {1, 1, 1, 1};
float written[16];
double slope;
bool stop;

template <class Change>
double with_cycle(Change change) {
  gls_one_cycle cycle = {0.1, 100, 0.3, 25, 1e4, false, false};
  change(cycle);
  return gls_schedule_one_cycle(&cycle, 1);
}
template <class Change>
gls_status with_noise(Change change) {
  gls_noise_params params;
  gls_noise_defaults(&params);
  change(params);
  return gls_add_noise(&params, 1, written, 0, 4);
}
template <class Change>
gls_status with_scaler(Change change) {
  gls_loss_scaler_params params;
  gls_loss_scaler_defaults(&params);
  change(params);
  gls_loss_scaler state = {};
  const gls_status status = gls_loss_scale_update(&state, &params, true);
  const float scale = gls_loss_scale(&state, &params);
  return fits(status) == is_number(static_cast<double>(scale)) ? status : GLS_ERROR_ORDER;
}
template <class Change>
double with_plateau(Change change) {
  gls_plateau_params params;
  gls_plateau_defaults(&params);
  change(params);
  gls_plateau state = {};
  return gls_plateau_rate(&state, &params, 0.1, 1.0);
}
double plateau(double rate, double reduction, double threshold) {
  gls_plateau state = {};
  return gls_plateau_update(&state, rate, 1.0, reduction, 2, threshold, 0);
}
gls_search root(double derivative, double first_alpha, double tolerance) {
  gls_root_search state = {};
  return gls_root_search_update(&state, derivative, first_alpha, tolerance);
}
gls_search back(double loss, double slope_at_0, double first_alpha, double shrink, double decrease) {
  gls_backtracking state = {};
  return gls_backtracking_update(&state, loss, slope_at_0, first_alpha, shrink, decrease);
}
gls_status early(double min_delta) {
  gls_early_stopping state = {};
  return gls_early_stopping_update(&state, 1.0, min_delta, 1, nullptr, nullptr, 0, &stop);
}
double running(double beta, double value) {
  gls_running_mean state = {};
  return gls_running_mean_update(&state, beta, value);
}

void check_all() {
  gls_gradient_report report = {};
  report.sum_of_squares = 25.0;
  float matrix[4] = {2, 0, 0, 2};
#define INTERVAL(function, number, interval, taken) \
  check<double>(#function " " #number, interval, [&](double x) { return taken; });
#define FLOAT_INTERVAL(function, number, interval, taken) \
  check<float>(#function " " #number, interval, [&](float x) { return taken; });
#define ANY(function, number, reason) static_assert(sizeof(reason) > 1, "a reason");
#include "training/intervals.inc"
}

// Where a set is no interval.
void check_others() {
  for (const double x : {0.0, __builtin_nan(""), kInfinity, -kInfinity}) {
    CHECK(!is_number(gls_newton_step_length(1, 1, x)), "Newton's direction");
  }
  for (const double x : {0x1p-600, -0x1p900, 0x1p-1074, -0x1p1000}) {
    CHECK(gls_newton_step_length(1, 1, x) == -1.0 / x, "Newton's direction is any other");
  }
  for (const int cycle : {-1, 3, 1 << 30}) {
    CHECK(!is_number(gls_schedule_cyclic(0, 1, 1, 5, 5, static_cast<gls_cycle>(cycle), 0.5)), "no cycle ",
          static_cast<uint32_t>(cycle));
    CHECK(gls_batch_count_by(10, 4, static_cast<gls_last_batch>(cycle)) == 0 &&
              gls_batch_at_by(10, 4, static_cast<gls_last_batch>(cycle), 0).count == 0,
          "no way with the last batch ", static_cast<uint32_t>(cycle));
  }
  CHECK(!is_number(static_cast<double>(gls_gradient_scale(nullptr, 1.0, 0, 1.0f))), "no samples");
}

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  glissade::test::check_all();
  glissade::test::check_others();
  return glissade::test::finish();
}
