// SPDX-License-Identifier: Apache-2.0
// Every way in which a step is refused, and that nothing was written then.
#include "check.hpp"
#include "matrix.hpp"

namespace glissade {
namespace test {
namespace {

constexpr size_t kHuge[] = {SIZE_MAX, SIZE_MAX / sizeof(float), PTRDIFF_MAX / sizeof(float) + 1};

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
  expect(GLS_ERROR_NULL, try_step(&good, &state, w, g, 1, nullptr, kCount), "null slots");
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
  constexpr const char* kOptions[] = {"lr", "weight_decay", "momentum", "dampening", "beta1", "beta2", "eps"};
  const double values[] = {static_cast<double>(not_a_number), 1e39, -1e39, -1.0, 1.0};
  for (const char* const option : kOptions) {
    for (const double value : values) {
      const bool positive_is_fine = !same_text(option, "beta1") && !same_text(option, "beta2");
      if (value == 1.0 && positive_is_fine) continue;
      if (value == -1.0 && same_text(option, "dampening")) continue;
      Params bad;
      if (!golden::set_option(bad, option, value)) continue;
      expect(GLS_ERROR_RANGE, try_step(&bad, &state, w, g, 1, slots, kCount), option);
    }
  }
  Params vanishing;  // an epsilon that would be 0, or flushed to it, in float
  if (golden::set_option(vanishing, "eps", 1e-39)) {
    expect(GLS_ERROR_RANGE, try_step(&vanishing, &state, w, g, 1, slots, kCount), "an epsilon that vanishes");
  }
  typename Rule::Coefficients c;
  CHECK(begin<Rule>(&good, &state, 1, nullptr) == GLS_ERROR_NULL && state.step == 0, name,
        ": null coefficients");
  CHECK(begin<Rule>(&good, &untouched, 1, &c) == GLS_OK, name, ": begin");
  untouched = {};
  expect(GLS_ERROR_NULL, sweep<Rule>(nullptr, w, g, slots, kCount), "a sweep without coefficients");
  expect(GLS_ERROR_NULL, sweep<Rule>(&c, nullptr, g, slots, kCount), "a sweep without weights");
  for (const size_t huge : kHuge) {
    expect(GLS_ERROR_RANGE, try_step(&good, &state, w, g, 1, slots, huge), "more weights than memory holds");
    expect(GLS_ERROR_RANGE, sweep<Rule>(&c, w, g, slots, huge), "a sweep beyond memory");
  }
  const OptimizerView<Rule> view = view_of<Rule>(&state, slots, kCount);
  expect(GLS_ERROR_RANGE, view.sweep(c, w, g, kCount, 1), "a slice beyond the end");
  expect(GLS_ERROR_RANGE, view.sweep(c, w, g, 1, SIZE_MAX), "a slice that wraps around");
  Params params;
  CHECK(step<Rule>(&params, &state, nullptr, nullptr, 1, slots, 0) == GLS_OK, name,
        ": no weights need no buffers");
  state.step = UINT32_MAX;
  CHECK(begin<Rule>(&good, &state, 1, &c) == GLS_OK && state.step == UINT32_MAX, name,
        ": the step count stays at its end");
}

void check_nesterov() {
  Momentum::Params params;
  params.nesterov = true;
  CHECK(Momentum::valid(params), "Nesterov with momentum");
  params.dampening = 0.1;
  CHECK(!Momentum::valid(params), "Nesterov with dampening");
  params.dampening = 0.0;
  params.momentum = 0.0;
  CHECK(!Momentum::valid(params), "Nesterov without momentum");
}

// Sizes that no memory holds, alone or multiplied: an error everywhere, and nothing written.
void check_huge() {
  Set set(0), before(1);
  set.fill(3);
  before.fill(3);
  float *const a = set.buffers[0], *const b = set.buffers[1], *const c = set.buffers[2], *const d = set.buffers[3];
  double sum = 7.0;
  gls_gradient_report look = {};
  const size_t half = size_t{1} << (sizeof(size_t) * 4);  // its square is 0 in a size_t
  for (const size_t n : kHuge) {
    const Status statuses[] = {
        gls_relu_forward(a, b, n), gls_relu_backward(a, b, c, n), gls_tanh_forward(a, b, n), gls_sigmoid_forward(a, b, n),
        gls_dense_forward(a, b, c, n, 2), gls_dense_forward(a, b, c, half, half), gls_dense_backward(a, b, c, d, nullptr, half, half),
        gls_batch_norm_train(a, b, c, d, a, half, half, 0.1, 1e-5), gls_batch_norm_backward(a, b, c, d, a, b, half, half),
        gls_batch_norm_infer(a, b, c, d, half, half, 1e-5), gls_softmax_cross_entropy(a, 0, b, c, n),
        gls_mean_squared_error(a, b, c, d, n), gls_l2_penalty(a, 0.1, b, &sum, n), gls_fisher_update(a, b, 1, half),
        gls_fisher_diagonal_update(a, b, 1, n), gls_natural_gradient(a, 0.1, b, c, d, &sum, half),
        gls_natural_gradient_diagonal(a, 0.1, b, c, &sum, n), gls_gradient_look(a, n, &look),
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
  check_huge();
  on_each_backend([] {
    for_each_rule([](const auto& tested) { check_errors<decltype(rule_of(tested))>(tested.name); });
  });
  return finish();
}
