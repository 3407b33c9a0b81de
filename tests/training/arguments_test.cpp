// SPDX-License-Identifier: Apache-2.0
// Every argument out of its range is refused, each for itself, and a status has a text. (The rules' own are
// errors_test's, the buffers' too.)
#include "glissade/glissade.hpp"
#include "support/check.hpp"

namespace {

const double kNan = __builtin_nan(""), kInfinity = __builtin_huge_val();
const double kBad[] = {-1.0, kNan, kInfinity};

bool is_nan(double x) { return x != x; }

// Is a number refused where it is negative, NaN or infinite, and taken where it is 1?
template <class Call>
bool refuses(Call call) {
  bool refused = !is_nan(call(1.0));
  for (const double bad : kBad) refused = refused && is_nan(call(bad));
  return refused;
}
// And a status.
template <class Call>
bool refuses_status(Call call) {
  bool refused = call(1.0) == GLS_OK;
  for (const double bad : kBad) refused = refused && call(bad) == GLS_ERROR_RANGE;
  return refused;
}

void check_schedules() {
  const uint32_t milestone = 3;
  CHECK(refuses([](double x) { return gls_schedule_staircase(x, 1, 2, 0.5); }) &&
            refuses([](double x) { return gls_schedule_staircase(0.1, 1, 2, x); }) &&
            is_nan(gls_schedule_staircase(0.1, 1, 0, 0.5)),
        "staircase");
  CHECK(refuses([&](double x) { return gls_schedule_multi_step(x, 1, &milestone, 1, 0.5); }) &&
            refuses([&](double x) { return gls_schedule_multi_step(0.1, 1, &milestone, 1, x); }) &&
            is_nan(gls_schedule_multi_step(0.1, 1, nullptr, 1, 0.5)) &&
            gls_schedule_multi_step(0.1, 1, nullptr, 0, 0.5) == 0.1,
        "multi_step");
  CHECK(refuses([](double x) { return gls_schedule_constant(x, 1, 0.5, 5); }) &&
            refuses([](double x) { return gls_schedule_constant(0.1, 1, x, 5); }),
        "constant");
  CHECK(refuses([](double x) { return gls_schedule_linear(x, 1, 0.5, 1, 5); }) &&
            refuses([](double x) { return gls_schedule_linear(0.1, 1, x, 1, 5); }) &&
            refuses([](double x) { return gls_schedule_linear(0.1, 1, 0.5, x, 5); }) &&
            is_nan(gls_schedule_linear(0.1, 1, 0.5, 1, 0)),
        "linear");
  CHECK(refuses([](double x) { return gls_schedule_exponential(x, 1, 0.5); }) &&
            refuses([](double x) { return gls_schedule_exponential(0.1, 1, x); }),
        "exponential");
  CHECK(refuses([](double x) { return gls_schedule_polynomial(x, 1, 5, 2); }) &&
            refuses([](double x) { return gls_schedule_polynomial(0.1, 1, 5, x); }) &&
            is_nan(gls_schedule_polynomial(0.1, 1, 5, 0)) && is_nan(gls_schedule_polynomial(0.1, 1, 0, 2)),
        "polynomial");
  CHECK(refuses([](double x) { return gls_schedule_cosine(x, 1, 5, 0); }) &&
            refuses([](double x) { return gls_schedule_cosine(0.1, 1, 5, x); }) &&
            is_nan(gls_schedule_cosine(0.1, 1, 0, 0)),
        "cosine");
  CHECK(refuses([](double x) { return gls_schedule_cosine_restarts(x, 1, 5, 2, 0); }) &&
            refuses([](double x) { return gls_schedule_cosine_restarts(0.1, 1, 5, 2, x); }) &&
            is_nan(gls_schedule_cosine_restarts(0.1, 1, 0, 2, 0)) &&
            is_nan(gls_schedule_cosine_restarts(0.1, 1, 5, 0, 0)),
        "cosine_restarts");
  CHECK(refuses([](double x) { return gls_schedule_cyclic(x, 1, 1, 5, 5, GLS_CYCLE_TRIANGULAR, 0); }) &&
            refuses([](double x) { return gls_schedule_cyclic(0, x, 1, 5, 5, GLS_CYCLE_TRIANGULAR, 0); }) &&
            refuses([](double x) { return gls_schedule_cyclic(0, 1, 1, 5, 5, GLS_CYCLE_EXPONENTIAL, x); }) &&
            is_nan(gls_schedule_cyclic(0, 1, 1, 0, 5, GLS_CYCLE_TRIANGULAR, 0)) &&
            is_nan(gls_schedule_cyclic(0, 1, 1, 5, 0, GLS_CYCLE_TRIANGULAR, 0)),
        "cyclic");
  CHECK(refuses([](double x) { return gls_schedule_inverse_time(x, 1, 1); }) &&
            refuses([](double x) { return gls_schedule_inverse_time(1, 1, x); }) &&
            is_nan(gls_schedule_inverse_time(1, 0, 1)) &&
            refuses([](double x) { return gls_schedule_inverse_root(x, 1, 1); }) &&
            refuses([](double x) { return gls_schedule_inverse_root(1, 1, x); }) &&
            is_nan(gls_schedule_inverse_root(1, 0, 1)),
        "inverse_time, inverse_root");
  CHECK(refuses([](double x) { return gls_schedule_noam(x, 1, 64, 10); }) &&
            is_nan(gls_schedule_noam(1, 0, 64, 10)) && is_nan(gls_schedule_noam(1, 1, 0, 10)) &&
            is_nan(gls_schedule_noam(1, 1, 64, 0)),
        "noam");
  CHECK(refuses([](double x) { return gls_schedule_wsd(x, 1, 2, 3, 4, 0); }) &&
            refuses([](double x) { return gls_schedule_wsd(1, 1, 2, 3, 4, x); }),
        "wsd");
}

void check_one_cycle() {
  const gls_one_cycle good = {0.1, 100, 0.3, 25, 1e4, false, false};
  const double last = gls_schedule_one_cycle(&good, 99);
  CHECK(!is_nan(last) && gls_schedule_one_cycle(&good, 100) == last &&
            gls_schedule_one_cycle(&good, UINT32_MAX) == last,
        "the last rate stays");
  const auto with = [&](auto change) {
    return [&good, change](double x) {
      gls_one_cycle changed = good;
      change(changed, x);
      return gls_schedule_one_cycle(&changed, 1);
    };
  };
  const auto rising = with([](gls_one_cycle& c, double x) { c.rising = x; });
  const auto first = with([](gls_one_cycle& c, double x) { c.first_divisor = x; });
  const auto other = with([](gls_one_cycle& c, double x) { c.last_divisor = x; });
  const auto total = with([](gls_one_cycle& c, double x) { c.total = static_cast<uint32_t>(x); });
  CHECK(refuses(with([](gls_one_cycle& c, double x) { c.highest = x; })), "highest");
  CHECK(is_nan(rising(0)) && is_nan(rising(1)) && is_nan(rising(-1)) && is_nan(rising(kNan)) &&
            is_nan(rising(0.01)),
        "rising");
  CHECK(is_nan(first(0)) && is_nan(first(kNan)) && is_nan(other(0)) && is_nan(other(kNan)) &&
            is_nan(total(0)) && is_nan(total(3)) && is_nan(gls_schedule_one_cycle(nullptr, 1)),
        "divisors, total, null");
}

void check_plateau() {
  const auto rate = [](double first_rate, double reduction, double threshold) {
    gls_plateau state = {};
    return gls_plateau_update(&state, first_rate, 1.0, reduction, 2, threshold, 0);
  };
  CHECK(refuses([&](double x) { return rate(x, 0.5, 0.0); }) && rate(1, 0.5, 0) == 1.0, "rate");
  CHECK(is_nan(rate(1, 0, 0)) && is_nan(rate(1, 1, 0)) && is_nan(rate(1, kNan, 0)) &&
            is_nan(rate(1, 0.5, -0.5)) && is_nan(rate(1, 0.5, 1)) && is_nan(rate(1, 0.5, kNan)) &&
            is_nan(gls_plateau_update(nullptr, 1, 1, 0.5, 2, 0, 0)),
        "reduction, threshold, null");
}

void check_gradients() {
  float values[2] = {3, 4};
  gls_gradient_report report = {};
  CHECK(gls_gradient_report_update(nullptr, values, 2) == GLS_ERROR_NULL &&
            gls_gradient_report_update(&report, values, 2) == GLS_OK,
        "report");
  CHECK(is_nan(static_cast<double>(gls_clip_scale(&report, -1.0))) &&
            is_nan(static_cast<double>(gls_clip_scale(&report, kNan))) &&
            is_nan(static_cast<double>(gls_clip_scale(nullptr, 1.0))) &&
            gls_clip_scale(&report, kInfinity) == 1.0f && gls_clip_scale(&report, 1e39) == 1.0f,
        "max_norm");
  report.not_finite = UINT32_MAX - 1;
  const float infinite[3] = {__builtin_huge_valf(), __builtin_huge_valf(), __builtin_huge_valf()};
  CHECK(gls_gradient_report_update(&report, infinite, 3) == GLS_OK && report.not_finite == UINT32_MAX,
        "not_finite stays at its end");
  CHECK(refuses_status([&](double x) { return gls_clip_values(values, 2, static_cast<float>(x)); }),
        "largest");
  gls_noise_params noise;
  const auto with_noise = [&](double eta, double gamma) {
    gls_noise_defaults(&noise);
    noise.eta = eta;
    noise.gamma = gamma;
    return gls_add_noise(&noise, 1, values, 0, 2);
  };
  CHECK(refuses_status([&](double x) { return with_noise(x, 0.5); }) &&
            refuses_status([&](double x) { return with_noise(0.1, x); }) &&
            gls_add_noise(nullptr, 1, values, 0, 2) == GLS_ERROR_NULL &&
            gls_add_noise(&noise, 1, nullptr, 0, 2) == GLS_ERROR_NULL,
        "noise");
  gls_skipped skipped = {};
  CHECK(gls_skip(nullptr, GLS_OK, 1) == GLS_ERROR_NULL &&
            gls_skip(&skipped, GLS_ERROR_RANGE, 1) == GLS_ERROR_RANGE,
        "skip");
}

void check_loss_scaler() {
  const auto update = [](auto change) {
    gls_loss_scaler state = {};
    gls_loss_scaler_params params;
    gls_loss_scaler_defaults(&params);
    change(params);
    const bool scale_too = is_nan(static_cast<double>(gls_loss_scale(&state, &params)));
    const gls_status status = gls_loss_scale_update(&state, &params, true);
    return status == GLS_ERROR_RANGE && scale_too && state.scale == 0.0f;
  };
  const auto bad = [&](double gls_loss_scaler_params::*field) {
    bool refused = true;
    for (const double value : kBad)
      refused = refused && update([&](gls_loss_scaler_params& p) { p.*field = value; });
    return refused;
  };
  CHECK(bad(&gls_loss_scaler_params::first_scale) && bad(&gls_loss_scaler_params::growth) &&
            bad(&gls_loss_scaler_params::backoff) &&
            update([](gls_loss_scaler_params& p) { p.backoff = 1.0; }) &&
            update([](gls_loss_scaler_params& p) { p.backoff = 0.0; }) &&
            update([](gls_loss_scaler_params& p) { p.growth = 0.5; }) &&
            update([](gls_loss_scaler_params& p) { p.first_scale = 0.0; }) &&
            update([](gls_loss_scaler_params& p) { p.growth_interval = 0; }),
        "loss scaling");
  gls_loss_scaler state = {};
  gls_loss_scaler_params params;
  gls_loss_scaler_defaults(&params);
  CHECK(is_nan(static_cast<double>(gls_loss_scale(nullptr, &params))) &&
            is_nan(static_cast<double>(gls_loss_scale(&state, nullptr))) &&
            gls_loss_scale_update(nullptr, &params, false) == GLS_ERROR_NULL &&
            gls_loss_scale_update(&state, nullptr, false) == GLS_ERROR_NULL,
        "null");
}

void check_averages_and_passes() {
  float mean[2] = {1, 2}, corrected[2];
  const float values[2] = {3, 4};
  const double decays[] = {-0.5, 1.0, kNan};
  for (const double decay : decays) {
    CHECK(gls_ema_update(mean, values, decay, 2) == GLS_ERROR_RANGE &&
              gls_ema_corrected(mean, decay, 1, corrected, 2) == GLS_ERROR_RANGE,
          "decay");
  }
  CHECK(gls_ema_corrected(mean, 0.5, 0, corrected, 2) == GLS_ERROR_RANGE &&
            gls_mean_update(mean, values, 0, 2) == GLS_ERROR_RANGE,
        "no updates");
  CHECK(gls_mean_update(nullptr, values, 1, 2) == GLS_ERROR_NULL &&
            gls_ema_update(nullptr, values, 0.5, 2) == GLS_ERROR_NULL &&
            gls_ema_corrected(nullptr, 0.5, 1, corrected, 2) == GLS_ERROR_NULL &&
            gls_accumulate(nullptr, values, 1.0f, 2) == GLS_ERROR_NULL,
        "null");
  uint32_t order = 7;
  CHECK(gls_shuffle(nullptr, 0, 1, 1) == GLS_OK && gls_shuffle(nullptr, 1, 1, 1) == GLS_ERROR_NULL &&
            gls_shuffle(&order, 0, 1, 1) == GLS_OK && order == 7,
        "nothing to shuffle");
  gls_early_stopping state = {};
  bool stop = false;
  CHECK(gls_early_stopping_update(nullptr, 1, 0, 1, nullptr, nullptr, 0, &stop) == GLS_ERROR_NULL &&
            gls_early_stopping_update(&state, 1, 0, 1, nullptr, nullptr, 0, nullptr) == GLS_ERROR_NULL &&
            gls_early_stopping_update(&state, 1, 0, 1, values, nullptr, 2, &stop) == GLS_ERROR_NULL &&
            gls_early_stopping_update(&state, 1, 0, 1, nullptr, mean, 2, &stop) == GLS_ERROR_NULL &&
            refuses_status([&](double x) {
              return gls_early_stopping_update(&state, 1, x, 1, nullptr, nullptr, 0, &stop);
            }),
        "early stopping");
}

void check_directions() {
  float fisher[4] = {2, 0, 0, 2}, workspace[4], direction[2], large[4] = {__builtin_huge_valf(), 0, 0, 1};
  const float gradient[2] = {1, 1};
  double slope;
  CHECK(gls_fisher_update(fisher, gradient, 0, 2) == GLS_ERROR_RANGE &&
            gls_fisher_diagonal_update(fisher, gradient, 0, 2) == GLS_ERROR_RANGE,
        "number 0");
  CHECK(gls_natural_gradient(fisher, 0, gradient, workspace, direction, nullptr, 2) == GLS_ERROR_NULL &&
            gls_natural_gradient_diagonal(fisher, 0, gradient, direction, nullptr, 2) == GLS_ERROR_NULL &&
            refuses_status([&](double x) {
              return gls_natural_gradient(fisher, x, gradient, workspace, direction, &slope, 2);
            }) &&
            refuses_status([&](double x) {
              return gls_natural_gradient_diagonal(fisher, x, gradient, direction, &slope, 2);
            }) &&
            gls_natural_gradient(large, 0, gradient, workspace, direction, &slope, 2) == GLS_ERROR_CURVATURE,
        "natural gradient");
  CHECK(refuses([](double x) { return gls_natural_rate(1.0, x); }) && is_nan(gls_natural_rate(1.0, 0.0)) &&
            is_nan(gls_natural_rate(-1.0, 1.0)) && is_nan(gls_natural_rate(kNan, 1.0)) &&
            gls_natural_rate(0.0, 1.0) == 0.0 && is_nan(gls_natural_rate(0.0, kNan)),
        "natural rate");
}

void check_step_lengths() {
  const float a[2] = {1, 2};
  float point[2];
  double result;
  CHECK(gls_dot(nullptr, a, &result, 2) == GLS_ERROR_NULL && gls_dot(a, a, nullptr, 2) == GLS_ERROR_NULL &&
            gls_axpy(nullptr, a, 1, point, 2) == GLS_ERROR_NULL &&
            gls_axpy(a, a, kNan, point, 2) == GLS_ERROR_RANGE &&
            gls_axpy(a, a, kInfinity, point, 2) == GLS_ERROR_RANGE &&
            gls_quadratic_step_length(nullptr, a, &result, 2) == GLS_ERROR_NULL &&
            gls_quadratic_step_length(a, nullptr, &result, 2) == GLS_ERROR_NULL &&
            gls_quadratic_step_length(a, a, nullptr, 2) == GLS_ERROR_NULL,
        "null, range");
  CHECK(is_nan(gls_newton_step_length(1, -1, 1)) && is_nan(gls_newton_step_length(1, kInfinity, 1)) &&
            gls_newton_step_length(1, 2, 1) == -0.5,
        "newton");
  const auto root = [](double derivative, double first, double tolerance) {
    gls_root_search state = {};
    return gls_root_search_update(&state, derivative, first, tolerance);
  };
  CHECK(root(-1, 1, 0.1) == GLS_SEARCH_TRY && root(kNan, 1, 0.1) == GLS_SEARCH_FAILED &&
            root(1, 1, 0.1) == GLS_SEARCH_FAILED && root(-1, 0, 0.1) == GLS_SEARCH_FAILED &&
            root(-1, -1, 0.1) == GLS_SEARCH_FAILED && root(-1, kInfinity, 0.1) == GLS_SEARCH_FAILED &&
            root(-1, 1, 0) == GLS_SEARCH_FAILED && root(-1, 1, kNan) == GLS_SEARCH_FAILED &&
            gls_root_search_update(nullptr, -1, 1, 0.1) == GLS_SEARCH_FAILED,
        "root search");
  gls_root_search endless = {};
  CHECK(gls_root_search_update(&endless, -1, 1e308, 0.1) == GLS_SEARCH_TRY &&
            gls_root_search_update(&endless, -1, 1e308, 0.1) == GLS_SEARCH_FAILED && endless.alpha == 0.0,
        "a slope that falls for ever");
  const auto back = [](double loss, double slope, double first, double shrink, double decrease) {
    gls_backtracking state = {};
    return gls_backtracking_update(&state, loss, slope, first, shrink, decrease);
  };
  const double bad[] = {0.0, 1.0, -0.5, kNan};
  bool refused =
      back(1, -1, 1, 0.5, 0.1) == GLS_SEARCH_TRY && back(kInfinity, -1, 1, 0.5, 0.1) == GLS_SEARCH_FAILED;
  for (const double x : bad) {
    refused =
        refused && back(1, -1, 1, x, 0.1) == GLS_SEARCH_FAILED && back(1, -1, 1, 0.5, x) == GLS_SEARCH_FAILED;
    if (x < 1.0 || is_nan(x))
      refused = refused && back(1, -x, 1, 0.5, 0.1) == GLS_SEARCH_FAILED &&
                back(1, -1, x, 0.5, 0.1) == GLS_SEARCH_FAILED;
  }
  CHECK(refused && gls_backtracking_update(nullptr, 1, -1, 1, 0.5, 0.1) == GLS_SEARCH_FAILED, "backtracking");
  gls_backtracking state = {};
  CHECK(gls_backtracking_update(&state, 1, -1, 1, 0.5, 0.9) == GLS_SEARCH_TRY &&
            gls_backtracking_update(&state, 0.9, -1, 1, 0.5, 0.9) == GLS_SEARCH_TRY && state.alpha == 0.5,
        "falls, but not enough");
  gls_backtracking smallest = {};
  CHECK(gls_backtracking_update(&smallest, 1, -1, 5e-324, 0.5, 0.9) == GLS_SEARCH_TRY &&
            gls_backtracking_update(&smallest, 2, -1, 5e-324, 0.5, 0.9) == GLS_SEARCH_FAILED,
        "no smaller step");
}

// A power that no double holds: the rate has fallen to nothing, and is no NaN.
void check_power() {
  gls_asgd_params params;
  gls_asgd_defaults(&params);
  params.alpha = 1e9;
  gls_asgd_state state = {};
  gls_coefficients c;
  state.step = UINT32_MAX;
  const gls_optimizer asgd = gls_asgd(&params, &state, nullptr, nullptr, 0);
  CHECK(gls_begin(&asgd, 1.0f, &c) == GLS_OK && state.eta >= 0.0f && state.eta < 1e-30f, "asgd at the end");
}

void check_batch_norm() {
  float memory[6][4] = {};
  bool refused = true;
  for (int missing = 0; missing < 6; ++missing) {
    float* p[6] = {memory[0], memory[1], memory[2], memory[3], memory[4], memory[5]};
    p[missing] = nullptr;
    refused = refused && gls_batch_norm_backward(p[0], p[1], p[2], p[3], p[4], p[5], 2, 2) == GLS_ERROR_NULL;
  }
  CHECK(refused, "null");
}

void check_look_ahead() {
  const float w[2] = {1, 2};
  float ahead[2] = {7, 7};
  gls_classical_momentum_params params;
  gls_classical_momentum_defaults(&params);
  CHECK(gls_classical_momentum_look_ahead(nullptr, w, w, ahead, 2) == GLS_ERROR_NULL &&
            gls_classical_momentum_look_ahead(&params, nullptr, w, ahead, 2) == GLS_ERROR_NULL &&
            gls_classical_momentum_look_ahead(&params, w, nullptr, ahead, 2) == GLS_ERROR_NULL &&
            gls_classical_momentum_look_ahead(&params, w, w, nullptr, 2) == GLS_ERROR_NULL,
        "null");
  params.momentum = 1.5;
  CHECK(gls_classical_momentum_look_ahead(&params, w, w, ahead, 2) == GLS_ERROR_RANGE && ahead[0] == 7.0f,
        "range");
}

void check_texts() {
  bool own = true;
  for (int status = 0; status >= GLS_ERROR_OVERLAP; --status) {
    for (int other = 1; other > status; --other) {
      const char* a = gls_status_text(static_cast<gls_status>(status));
      const char* b = gls_status_text(static_cast<gls_status>(other));
      while (*a != '\0' && *a == *b) ++a, ++b;
      own = own && *a != *b;
    }
  }
  CHECK(own, "every status has a text of its own, and what is none has another");
}

void check_backends() {
  CHECK(gls_backend_name(gls_backend_count()) == nullptr && gls_backend_width(gls_backend_count()) == 0 &&
            !gls_backend_flushes_subnormals(gls_backend_count()) &&
            !gls_backend_supported(gls_backend_count()),
        "no such backend");
  char line[8];
  CHECK(gls_backend_force("none") == GLS_ERROR_BACKEND &&
            gls_backend_explain("none", line, sizeof line) > sizeof line && line[7] == '\0' &&
            gls_backend_explain(nullptr, nullptr, 0) > 0,
        "no such name");
}

}  // namespace

int program(int, char**) {
  check_schedules();
  check_one_cycle();
  check_plateau();
  check_gradients();
  check_loss_scaler();
  check_averages_and_passes();
  check_directions();
  check_step_lengths();
  check_batch_norm();
  check_look_ahead();
  check_power();
  check_texts();
  check_backends();
  return glissade::test::finish();
}
