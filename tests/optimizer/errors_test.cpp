// SPDX-License-Identifier: Apache-2.0
// Every way in which a step is refused, and that nothing was written then.
#include "support/check.hpp"
#include "support/matrix.hpp"

namespace glissade {
namespace test {
namespace {

constexpr size_t kHuge[] = {SIZE_MAX, SIZE_MAX / sizeof(float), PTRDIFF_MAX / sizeof(float) + 1};

// Whether a hyper-parameter is a number, not a switch.
#define GLISSADE_OPTION(pytorch_name, field, other)                      \
  template <class Params>                                                \
  constexpr auto is_number_##field(int)->decltype(Params::field, true) { \
    return sizeof(Params::field) == sizeof(double);                      \
  }                                                                      \
  template <class Params>                                                \
  constexpr bool is_number_##field(long) {                               \
    return false;                                                        \
  }
#include "apps/tool/options.inc"

template <class Rule>
void check_errors(const char* name) {
  using Params = typename Rule::Params;
  const float not_a_number = bits_to_float(0x7fc00000);
  const Params good;
  typename Rule::State state = {}, untouched = {};
  Set set(0), before(1);
  set.fill(3);
  before.fill(3);
  const auto expect = [&](Status wanted, Status got, const char* what) {
    CHECK(got == wanted && state.step == untouched.step && set == before, name, ": ", what, ", status ",
          static_cast<uint32_t>(-got));
  };
  const auto try_step = [&](const Params* params, typename Rule::State* s, float* w, const float* g,
                            float scale, float* const* slots,
                            size_t n) { return step<Rule>(params, s, w, g, scale, slots, n); };
  float *const w = set.buffers[0], *const g = set.buffers[1], *const *slots = set.buffers + 2;
  expect(GLS_ERROR_NULL, try_step(nullptr, &state, w, g, 1, slots, kCount), "null params");
  expect(GLS_ERROR_NULL, try_step(&good, nullptr, w, g, 1, slots, kCount), "null state");
  expect(GLS_ERROR_NULL, try_step(&good, &state, nullptr, g, 1, slots, kCount), "null weights");
  expect(GLS_ERROR_NULL, try_step(&good, &state, w, nullptr, 1, slots, kCount), "null gradients");
  for (int k = 0; k < Rule::kSlots; ++k) {
    float* missing[] = {set.buffers[2], set.buffers[3], set.buffers[4]};
    missing[k] = nullptr;
    expect(GLS_ERROR_NULL, try_step(&good, &state, w, g, 1, missing, kCount), "a null slot");
  }
  float* const odd = reinterpret_cast<float*>(reinterpret_cast<uintptr_t>(w) + 2);
  expect(GLS_ERROR_ALIGNMENT, try_step(&good, &state, odd, g, 1, slots, 1), "odd weights");
  expect(GLS_ERROR_ALIGNMENT, try_step(&good, &state, w, odd, 1, slots, 1), "odd gradients");
  expect(GLS_ERROR_RANGE, try_step(&good, &state, w, g, not_a_number, slots, kCount), "a scale that is NaN");
  expect(GLS_ERROR_RANGE, try_step(&good, &state, w, g, bits_to_float(0x7f800000), slots, kCount),
         "an infinite scale");
  const double never[] = {static_cast<double>(not_a_number), 1e39, -1e39, -1.0};
  const auto refuse_all = [&](const Params& bad, const char* option, double value) {
    const bool may_be_negative = same_text(option, "dampening") && value == -1.0;
    if (!may_be_negative) expect(GLS_ERROR_RANGE, try_step(&bad, &state, w, g, 1, slots, kCount), option);
  };
#define GLISSADE_OPTION(pytorch_name, field, other)                                                         \
  for (const double value : never) {                                                                        \
    Params bad;                                                                                             \
    if (is_number_##field<Params>(0) && golden::set_##field(bad, value, 0)) refuse_all(bad, #field, value); \
  }
#include "apps/tool/options.inc"
  const struct {
    const char* option;
    double value;
  } ends[] = {{"betas[0]", 1.0}, {"betas[1]", 1.0},      {"beta", 1.0},
              {"rho", 1.5},      {"etas[0]", 0.0},       {"etas[0]", 1.0},
              {"etas[1]", 1.0},  {"step_sizes[1]", 0.0}, {"step_sizes[0]", 1e3}};
  for (const auto& end : ends) {
    Params bad;
    if (golden::set_option(bad, end.option, end.value)) {
      expect(GLS_ERROR_RANGE, try_step(&bad, &state, w, g, 1, slots, kCount), end.option);
    }
  }
  Params vanishing;  // an epsilon that would be 0, or flushed to it, in float
  if (golden::set_option(vanishing, "eps", 1e-39)) {
    expect(GLS_ERROR_RANGE, try_step(&vanishing, &state, w, g, 1, slots, kCount), "an epsilon that vanishes");
  }
  const Sgd::Params sgd;
  const Momentum::Params momentum;
  Sgd::State sgd_state = {};
  Momentum::State momentum_state = {};
  gls_coefficients c;
  CHECK(begin<Rule>(&good, &state, 1, nullptr) == GLS_ERROR_NULL && state.step == 0, name,
        ": null coefficients");
  Params wrong;
  wrong.learning_rate = -1.0;
  CHECK(begin<Rule>(nullptr, &state, 1, &c) == GLS_ERROR_NULL &&
            begin<Rule>(&good, nullptr, 1, &c) == GLS_ERROR_NULL &&
            begin<Rule>(&wrong, &state, 1, &c) == GLS_ERROR_RANGE &&
            begin<Rule>(&good, &state, not_a_number, &c) == GLS_ERROR_RANGE &&
            step_unguarded<Rule>(&wrong, &state, w, g, 1, slots, kCount) == GLS_ERROR_RANGE &&
            state.step == 0,
        name, ": begin refuses");
  CHECK(begin<Rule>(&good, &untouched, 1, &c) == GLS_OK, name, ": begin");
  untouched = {};
  expect(GLS_ERROR_NULL, sweep<Rule>(nullptr, w, g, slots, kCount), "a sweep without coefficients");
  const gls_coefficients unfilled = {};
  expect(GLS_ERROR_ORDER, sweep<Rule>(&unfilled, w, g, slots, kCount), "coefficients that nothing filled");
  gls_coefficients others;
  const bool others_begun = __is_same(Rule, Sgd)
                                ? begin<Momentum>(&momentum, &momentum_state, 1, &others) == GLS_OK
                                : begin<Sgd>(&sgd, &sgd_state, 1, &others) == GLS_OK;
  CHECK(others_begun, name, ": another rule's begin");
  expect(GLS_ERROR_ORDER, sweep<Rule>(&others, w, g, slots, kCount), "coefficients of another rule");
  gls_optimizer optimizer = optimizer_of<Rule>(&good, &state, w, slots, kCount);
  expect(GLS_ERROR_NULL, gls_step(&optimizer, gls_gradients(), 1), "gradients without a source");
  expect(GLS_ERROR_NULL, gls_step(nullptr, gls_gradient_buffer(g), 1), "no optimizer");
  optimizer = {};
  expect(GLS_ERROR_NULL, gls_step(&optimizer, gls_gradient_buffer(g), 1), "an optimizer without a rule");
  expect(GLS_ERROR_NULL, gls_begin(&optimizer, 1, &c), "begin without a rule");
  expect(GLS_ERROR_NULL, gls_begin(nullptr, 1, &c), "begin without an optimizer");
  CHECK(gls_saved_bytes(nullptr) == 0 && gls_saved_bytes(&optimizer) == 0, name, ": nothing to save");
  gls_flush_subnormals(nullptr);
  expect(GLS_ERROR_NULL, sweep<Rule>(&c, nullptr, g, slots, kCount), "a sweep without weights");
  for (const size_t huge : kHuge) {
    expect(GLS_ERROR_RANGE, try_step(&good, &state, w, g, 1, slots, huge), "more weights than memory holds");
    expect(GLS_ERROR_RANGE, sweep<Rule>(&c, w, g, slots, huge), "a sweep beyond memory");
  }
  const OptimizerView<Rule> view = view_of<Rule>(&state, slots, kCount);
  expect(GLS_ERROR_RANGE, view.sweep(c, w, g, kCount, 1), "a slice beyond the end");
  expect(GLS_ERROR_RANGE, view.sweep(c, w, g, kCount + 1, 0), "an empty slice beyond the end");
  expect(GLS_ERROR_RANGE, view.sweep(c, w, g, 1, SIZE_MAX), "a slice that wraps around");
  const Params params;
  CHECK(step<Rule>(&params, &state, nullptr, static_cast<const float*>(nullptr), 1, slots, 0) == GLS_OK, name,
        ": no weights need no buffers");
  state.step = UINT32_MAX;
  CHECK(begin<Rule>(&good, &state, 1, &c) == GLS_OK && state.step == UINT32_MAX, name,
        ": the step count stays at its end");
}

// Where a gradient of 0 and an epsilon of 0 are NaN, such an epsilon is refused unless it is allowed.
template <class Rule>
void check_zero_epsilon(const char* name) {
  typename Rule::Params without, allowed;
  if (!golden::set_epsilon(without, 0.0, 0)) return;
  golden::set_epsilon(allowed, 0.0, 0);
  golden::set_allow_zero_epsilon(allowed, 1.0, 0);
  typename Rule::State state = {};
  state.step = 100;
  float weight = 1.0f, gradient = 0.0f, memory[GLS_SLOTS_MOST] = {};
  float* slots[GLS_SLOTS_MOST];
  for (size_t k = 0; k < GLS_SLOTS_MOST; ++k) slots[k] = memory + k;
  const Status status = step<Rule>(&allowed, &state, &weight, &gradient, 1.0f, slots, 1);
  CHECK(status == GLS_OK && Rule::valid(without) == (weight == weight), name, ": an epsilon of 0");
}

template <class Rule>
bool begins(const typename Rule::Params& params) {
  typename Rule::State state = {};
  gls_coefficients c;
  return begin<Rule>(&params, &state, 1.0f, &c) == GLS_OK;
}

void check_nesterov() {
  Momentum::Params params;
  params.nesterov = true;
  CHECK(begins<Momentum>(params), "Nesterov with momentum");
  params.dampening = 0.1;
  CHECK(!begins<Momentum>(params), "Nesterov with dampening");
  params.dampening = 0.0;
  params.momentum = 0.0;
  CHECK(!begins<Momentum>(params), "Nesterov without momentum");
}

// Without momentum its rule is SGD, and its slot stays as it is.
void check_no_momentum() {
  Set set(0), plain(1);
  set.fill(3);
  plain.fill(3);
  Momentum::Params params;
  params.momentum = 0.0;
  const Sgd::Params sgd;
  params.learning_rate = sgd.learning_rate;
  Momentum::State state = {};
  Sgd::State sgd_state = {};
  Status status = GLS_OK;
  for (int i = 0; i < 2 && status == GLS_OK; ++i) {
    status = step<Momentum>(&params, &state, set.buffers[0], set.buffers[1], 1.0f, set.buffers + 2, kCount);
    if (status == GLS_OK)
      status =
          step<Sgd>(&sgd, &sgd_state, plain.buffers[0], plain.buffers[1], 1.0f, plain.buffers + 2, kCount);
  }
  CHECK(status == GLS_OK && set == plain, "momentum 0");
}

// What another rule is for is refused by this one.
void check_relatives() {
  RmsProp::Params rmsprop;
  rmsprop.momentum = 0.5;
  CHECK(!begins<RmsProp>(rmsprop) && begins<RmsPropMomentum>(rmsprop), "RMSprop with momentum");
  Adagrad::Params adagrad;
  adagrad.mean = true;
  CHECK(!begins<Adagrad>(adagrad) && begins<AdagradEpsilonInside>(adagrad), "Adagrad with a mean");
}

// Sizes that no memory holds, alone or multiplied: an error everywhere, and nothing written.
void check_huge() {
  Set set(0), before(1);
  set.fill(3);
  before.fill(3);
  float *const a = set.buffers[0], *const b = set.buffers[1], *const c = set.buffers[2],
               *const d = set.buffers[3];
  double sum = 7.0;
  gls_gradient_report look = {};
  const size_t half = size_t{1} << (sizeof(size_t) * 4);  // its square is 0 in a size_t
  for (const size_t n : kHuge) {
    const Status statuses[] = {gls_relu_forward(a, b, n),
                               gls_relu_backward(a, b, c, n),
                               gls_tanh_forward(a, b, n),
                               gls_sigmoid_forward(a, b, n),
                               gls_dense_forward(a, b, c, 1, n, 2),
                               gls_dense_forward(a, b, c, 1, half, half),
                               gls_dense_forward(a, b, c, half, half, 1),
                               gls_dense_forward(a, b, c, half, 1, half),
                               gls_dense_backward(a, b, c, d, nullptr, 1, half, half),
                               gls_dense_input_gradients(a, b, c, half, 1, half),
                               gls_batch_norm_train(a, b, c, d, a, half, half, 0.1, 1e-5),
                               gls_batch_norm_backward(a, b, c, d, a, b, half, half),
                               gls_batch_norm_infer(a, b, c, d, half, half, 1e-5),
                               gls_softmax_cross_entropy(a, 0, b, c, n),
                               gls_weighted_cross_entropy(a, 0, b, c, d, n),
                               gls_sigmoid_cross_entropy(a, b, nullptr, c, d, n),
                               gls_mean_squared_error(a, b, c, d, n),
                               gls_l2_penalty(a, 0.1, b, &sum, n),
                               gls_fisher_update(a, b, 1, half),
                               gls_fisher_diagonal_update(a, b, 1, n),
                               gls_natural_gradient(a, 0.1, b, c, d, &sum, half),
                               gls_natural_gradient_diagonal(a, 0.1, b, c, &sum, n),
                               gls_gradient_report_update(&look, a, n),
                               gls_clip_values(a, n, 1.0f)};
    uint32_t which = 0;
    for (const Status status : statuses) CHECK(status == GLS_ERROR_RANGE, "huge size ", which++);
  }
  CHECK(set == before && sum == 7.0, "a huge size writes nothing");
}

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  using namespace glissade::test;
  check_nesterov();
  check_no_momentum();
  check_relatives();
  check_huge();
  for_each_rule([](const auto& tested) { check_zero_epsilon<decltype(rule_of(tested))>(tested.name); });
  on_each_backend([] {
    for_each_rule([](const auto& tested) { check_errors<decltype(rule_of(tested))>(tested.name); });
  });
  return finish();
}
