// SPDX-License-Identifier: Apache-2.0
// Every way in which a step is refused, and that nothing was written then.
#include "check.hpp"
#include "matrix.hpp"

namespace glissade {
namespace test {
namespace {

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

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  using namespace glissade::test;
  check_nesterov();
  on_each_backend([] {
    for_each_rule([](const auto& tested) { check_errors<decltype(rule_of(tested))>(tested.name); });
  });
  return finish();
}
