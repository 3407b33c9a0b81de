// SPDX-License-Identifier: Apache-2.0
// What is kept from call to call stays finite: every function of training/*.h that writes to a state stands
// in one of two lists here, and build/listed.sh compares them with the headers. KEPT: numbers that are not
// finite, or that would overflow, are refused, and nothing has been written. NOT_KEPT: why there is nothing
// to keep.

#include "glissade/glissade.h"
#include "support/check.hpp"
#include "support/list.hpp"
#include "support/reference.hpp"

namespace glissade {
namespace test {
namespace {

constexpr uint32_t kCount = 37;
const double kInfinity = __builtin_huge_val();
const double kBad[] = {__builtin_nan(""), kInfinity, -kInfinity};

// A buffer that is kept, and one that comes: all ordinary but for one.
struct Buffers {
  float kept[kCount], before[kCount], values[kCount];

  Buffers(double bad, size_t place, float first = 0.5f) {
    for (size_t i = 0; i < kCount; ++i) {
      kept[i] = before[i] = first;
      values[i] = static_cast<float>(i);
    }
    values[place] = static_cast<float>(bad);
  }
  bool same() const { return first_difference(kept, before, kCount) == kCount; }
};

// update(buffers) with one bad value anywhere is the error, and writes nothing.
template <class Update>
bool refuses(double bad, gls_status error, Update update, float first = 0.5f) {
  bool refused = true;
  for (size_t place = 0; place < kCount; ++place) {
    Buffers b(bad, place, first);
    refused = refused && update(b) == error && b.same();
  }
  Buffers good(1.0, 0);
  return refused && update(good) == GLS_OK && !good.same();
}

template <class State>
bool same_bytes(const State& a, const State& b) {
  return __builtin_memcmp(&a, &b, sizeof a) == 0;
}

bool accumulate(double bad) {
  const auto add = [](Buffers& b) { return gls_accumulate(b.kept, b.values, 2.0f, kCount); };
  return refuses(bad, GLS_ERROR_NOT_FINITE, add) && refuses(2e38, GLS_ERROR_NOT_FINITE, add) &&
         refuses(1e38, GLS_ERROR_NOT_FINITE, add, 2e38f) && refuses(bad, GLS_ERROR_NOT_FINITE, add, 2e38f);
}
bool axpy(double bad) {
  const auto move = [](Buffers& b) { return gls_axpy(b.kept, b.values, -2.0, b.kept, kCount); };
  return refuses(bad, GLS_ERROR_NOT_FINITE, move) && refuses(2e38, GLS_ERROR_NOT_FINITE, move) &&
         refuses(-1e38, GLS_ERROR_NOT_FINITE, move, 2e38f);
}
bool mean_update(double bad) {
  return refuses(bad, GLS_ERROR_NOT_FINITE,
                 [](Buffers& b) { return gls_mean_update(b.kept, b.values, 2, kCount); }) &&
         refuses(bad, GLS_ERROR_NOT_FINITE,
                 [](Buffers& b) { return gls_mean_update(b.kept, b.values, 1, kCount); });
}
bool ema_update(double bad) {
  return refuses(bad, GLS_ERROR_NOT_FINITE,
                 [](Buffers& b) { return gls_ema_update(b.kept, b.values, 0.9, kCount); });
}
bool fisher_update(double bad) {
  constexpr size_t kN = 6;  // kN^2 <= kCount
  const auto update = [](Buffers& b) { return gls_fisher_update(b.kept, b.values + kCount - kN, 2, kN); };
  bool refused = true;
  for (const double value : {bad, 0x1p64, -1e20}) {
    for (size_t place = kCount - kN; place < kCount; ++place) {
      Buffers b(value, place);
      refused = refused && update(b) == GLS_ERROR_GRADIENT && b.same();
    }
  }
  Buffers largest(0x1.fffffep63, kCount - 1);
  return refused && update(largest) == GLS_OK && is_finite(largest.kept[kN * kN - 1]);
}
bool fisher_diagonal_update(double bad) {
  const auto update = [](Buffers& b) { return gls_fisher_diagonal_update(b.kept, b.values, 2, kCount); };
  return refuses(bad, GLS_ERROR_GRADIENT, update) && refuses(0x1p64, GLS_ERROR_GRADIENT, update);
}
bool running_mean_update(double bad) {
  gls_running_mean state = {};
  const double mean = gls_running_mean_update(&state, 0.9, 3.0), before = state.mean;
  const double left_out = gls_running_mean_update(&state, 0.9, bad);
  return mean > 2.9 && mean < 3.1 && left_out != left_out && state.mean == before && state.updates == 1;
}
bool early_stopping_update(double bad) {
  gls_early_stopping state = {};
  bool stop = true;
  Buffers first(0.0, 0);
  bool ok = gls_early_stopping_update(&state, 3.0, 0, 9, first.values, first.kept, kCount, &stop) == GLS_OK;
  const gls_early_stopping before = state;
  stop = true;
  ok = ok && refuses(bad, GLS_ERROR_NOT_FINITE, [&](Buffers& b) {
         state = before;
         const gls_status status =
             gls_early_stopping_update(&state, 2.0, 0, 9, b.values, b.kept, kCount, &stop);
         return status == GLS_OK || (same_bytes(state, before) && stop) ? status : GLS_ERROR_ORDER;
       });
  state = before;  // a loss that is not finite counts, and is never the best
  Buffers b(1.0, 0);
  ok = ok && gls_early_stopping_update(&state, bad, 0, 9, b.values, b.kept, kCount, &stop) == GLS_OK;
  gls_early_stopping none = {};
  ok = ok && gls_early_stopping_update(&none, bad, 0, 9, b.values, b.kept, kCount, &stop) == GLS_OK;
  return ok && b.same() && state.best == 3.0 && state.best_update == 1 && none.best_update == 0;
}
bool gradient_report_update(double bad) {  // by its own way: it counts them, beside the sum of the others
  gls_gradient_report report = {};
  Buffers b(bad, 3);
  return gls_gradient_report_update(&report, b.values, kCount) == GLS_OK && report.not_finite == 1 &&
         report.sum_of_squares < 1e6 && report.largest == static_cast<float>(kCount - 1);
}
bool loss_scale_update(double bad) {
  gls_loss_scaler state = {8.0f, 3};
  const gls_loss_scaler before = state;
  gls_loss_scaler_params params;
  bool refused = true;
  for (double gls_loss_scaler_params::*field :
       {&gls_loss_scaler_params::first_scale, &gls_loss_scaler_params::growth,
        &gls_loss_scaler_params::backoff}) {
    gls_loss_scaler_defaults(&params);
    params.*field = bad;
    refused = refused && gls_loss_scale_update(&state, &params, true) == GLS_ERROR_RANGE;
  }
  gls_loss_scaler_defaults(&params);
  state.scale = 0x1p127f;
  state.clean = params.growth_interval;
  const bool stays = gls_loss_scale_update(&state, &params, false) == GLS_OK && state.scale == 0x1p127f;
  return refused && stays && before.clean == 3;
}
bool plateau(double bad, bool ascending) {
  gls_plateau_params params;
  gls_plateau_defaults(&params);
  params.ascending = ascending;
  gls_plateau state = {}, none = {};
  const double rate = gls_plateau_rate(&state, &params, 0.5, 3.0);
  gls_plateau_rate(&state, &params, 0.5, bad);
  gls_plateau_rate(&none, &params, 0.5, bad);
  const double next = gls_plateau_rate(&none, &params, 0.5, 7.0);  // the first that is finite is the best
  const gls_plateau before = state;
  const double refused = gls_plateau_rate(&state, &params, bad, 3.0);
  return rate == 0.5 && next == 0.5 && state.best == 3.0 && state.waiting == 1 && none.best == 7.0 &&
         refused != refused && same_bytes(state, before);
}
bool plateau_rate(double bad) { return plateau(bad, false) && plateau(bad, true); }
bool plateau_update(double bad) {
  gls_plateau state = {};
  gls_plateau_update(&state, 0.5, 3.0, 0.1, 2, 0.1, 0);
  gls_plateau_update(&state, 0.5, bad, 0.1, 2, 0.1, 0);
  return state.best == 3.0 && state.waiting == 1;
}
bool root_search_update(double bad) {
  gls_root_search state = {};
  bool ok = bad == kInfinity || gls_root_search_update(&state, bad, 0.1, 1e-6) == GLS_SEARCH_FAILED;
  ok = ok && (bad == kInfinity || gls_root_search_update(&state, -5, 0.1, 1e-6) == GLS_SEARCH_FAILED);
  gls_root_search later = {};
  ok = ok && gls_root_search_update(&later, -1.0, 0.1, 1e-6) == GLS_SEARCH_TRY;
  for (int i = 0; i < 3 && ok; ++i) {  // an infinite slope is a side; NaN is none
    const gls_search answer = gls_root_search_update(&later, bad, 0.1, 1e-6);
    ok = answer == (bad == bad ? GLS_SEARCH_TRY : GLS_SEARCH_FAILED);
  }
  return ok && later.alpha >= 0.0 && later.alpha < 1.0;
}
bool backtracking_update(double bad) {
  gls_backtracking state = {}, later = {};
  bool ok = gls_backtracking_update(&state, bad, -1, 0.1, 0.5, 1e-4) == GLS_SEARCH_FAILED &&
            gls_backtracking_update(&state, -5, -1, 0.1, 0.5, 1e-4) == GLS_SEARCH_FAILED;
  ok = ok && gls_backtracking_update(&later, 1.0, -1, 0.5, 0.5, 1e-4) == GLS_SEARCH_TRY;
  return ok && gls_backtracking_update(&later, bad, -1, 0.5, 0.5, 1e-4) == GLS_SEARCH_TRY &&
         later.alpha == 0.25 && later.first_loss == 1.0;
}

struct Entry {
  const char* name;
  bool (*refuses)(double bad);
};
#define KEPT(name) \
  { "gls_" #name, name }
constexpr Entry kKept[] = {
    KEPT(accumulate),          KEPT(axpy),
    KEPT(mean_update),         KEPT(ema_update),
    KEPT(fisher_update),       KEPT(fisher_diagonal_update),
    KEPT(running_mean_update), KEPT(early_stopping_update),
    KEPT(loss_scale_update),   KEPT(gradient_report_update),
    KEPT(plateau_rate),        KEPT(plateau_update),
    KEPT(root_search_update),  KEPT(backtracking_update),
};

// The functions named _unguarded, and these.
#define NOT_KEPT(name, reason) reason
[[maybe_unused]] constexpr const char* kNotKept[] = {
    NOT_KEPT(ema_corrected, "a reading"),
    NOT_KEPT(dot, "a result"),
    NOT_KEPT(quadratic_step_length, "a result"),
    NOT_KEPT(natural_gradient, "a result, and space to work in"),
    NOT_KEPT(natural_gradient_diagonal, "a result"),
    NOT_KEPT(clip_values, "gradients, which the next step looks at; NaN stays NaN, as in PyTorch"),
    NOT_KEPT(add_noise, "gradients, which the next step looks at"),
    NOT_KEPT(replay_add, "integers"),
    NOT_KEPT(replay_forget, "integers"),
    NOT_KEPT(replay_restore_from, "integers"),
    NOT_KEPT(replay_settle, "integers"),
    NOT_KEPT(replay_wipe, "integers"),
    NOT_KEPT(skip, "counts; what comes is a status"),
    NOT_KEPT(noise_defaults, "defaults"),
    NOT_KEPT(loss_scaler_defaults, "defaults"),
    NOT_KEPT(plateau_defaults, "defaults"),
};

void check_kept() {
  for (const Entry& entry : kKept) {
    for (const double bad : kBad) CHECK(entry.refuses(bad), entry.name, " on ", gls_backend_active());
  }
}

// A weight of 1 copies and one of 0 keeps, whatever the other side is; and what is between two floats is one.
void check_ends() {
  const float nan = bits_to_float(0x7fc00000u), infinite = bits_to_float(0x7f800000u), large = 3e38f;
  for (const float spoilt : {nan, infinite, -infinite, -large}) {
    for (const float value : {1.5f, large, -0.0f, 0x1p-149f}) {
      for (uint32_t n : {uint32_t{1}, kCount}) {
        Buffers b(0.0, 0, spoilt), diagonal(0.0, 0, spoilt), ema(0.0, 0, spoilt);
        for (float& x : b.values) x = value;
        for (float& x : diagonal.values) x = 1.5f;
        bool ok = gls_mean_update(b.kept, b.values, 1, n) == GLS_OK &&
                  gls_ema_update(ema.kept, b.values, 0.0, n) == GLS_OK &&
                  gls_fisher_diagonal_update(diagonal.kept, diagonal.values, 1, n) == GLS_OK;
        for (size_t i = 0; i < n; ++i) {
          const bool flushes = gls_backend_flushes_subnormals(active_index()) && value == 0x1p-149f;
          ok = ok && (flushes || (same_value(b.kept[i], value) && same_value(ema.kept[i], value))) &&
               diagonal.kept[i] == 2.25f;
        }
        CHECK(ok, "begins anew, ", n, " on ", gls_backend_active());
      }
    }
    float fisher[4] = {spoilt, spoilt, spoilt, spoilt};
    const float gradient[2] = {2, -3};
    CHECK(gls_fisher_update(fisher, gradient, 1, 2) == GLS_OK && fisher[0] == 4 && fisher[1] == -6 &&
              fisher[2] == -6 && fisher[3] == 9,
          "a matrix begins anew on ", gls_backend_active());
    gls_running_mean one = {static_cast<double>(spoilt), 7};
    CHECK(gls_running_mean_update(&one, 0.0, 1.5) == 1.5 && one.mean == 1.5, "one number begins anew");
  }
  for (uint32_t n : {uint32_t{1}, kCount}) {
    Buffers mean(0.0, 0, large), ema(0.0, 0, large), third(0.0, 0, -large);
    for (size_t i = 0; i < kCount; ++i) mean.values[i] = -large;
    bool ok = gls_mean_update(mean.kept, mean.values, 2, n) == GLS_OK &&
              gls_ema_update(ema.kept, mean.values, 0.9, n) == GLS_OK &&
              gls_mean_update(third.kept, third.before, 3, n) == GLS_OK;
    for (size_t i = 0; i < n; ++i) {
      ok = ok && mean.kept[i] == 0.0f && ema.kept[i] > 2.3999e38f && ema.kept[i] < 2.4001e38f &&
           third.kept[i] == -large;
    }
    CHECK(ok, "the distance is no float, ", n, " on ", gls_backend_active());
  }
}

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  using namespace glissade::test;
  on_each_backend([] {
    check_kept();
    check_ends();
  });
  return finish();
}
