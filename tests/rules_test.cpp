// SPDX-License-Identifier: Apache-2.0
// What a step promises besides its bits: cut anywhere, in any order, at any floating-point mode; every option matters;
// errors write nothing.
#include "check.hpp"
#include "float_mode.hpp"
#include "matrix.hpp"

namespace glissade {
namespace test {
namespace {

constexpr size_t kCount = kLongest;
float memory[2][kBuffers][kCount];

struct Set {
  float* buffers[kBuffers];
  explicit Set(int which) {
    for (size_t k = 0; k < kBuffers; ++k) buffers[k] = memory[which][k];
  }
  void fill(uint32_t seed) {
    Random random(seed);
    for (size_t i = 0; i < kCount; ++i) {
      buffers[0][i] = random.ordinary();
      buffers[1][i] = random.ordinary();
      for (size_t k = 2; k < kBuffers; ++k) buffers[k][i] = 0.0f;
    }
  }
  bool operator==(const Set& other) const {
    size_t k = 0;
    while (k < kBuffers && first_difference(buffers[k], other.buffers[k], kCount) == kCount) ++k;
    return k == kBuffers;
  }
};

template <class Rule>
Status take_steps(const typename Rule::Params& params, Set& set, uint32_t steps) {
  typename Rule::State state = {};
  Status status = GLS_OK;
  for (uint32_t i = 0; i < steps && status == GLS_OK; ++i) {
    status = step<Rule>(&params, &state, set.buffers[0], set.buffers[1], 1.0f, set.buffers + 2, kCount);
  }
  return status;
}

// Whole, and cut into random slices taken from the end to the start.
template <class Rule>
void check_slices(const char* name) {
  typename Rule::Params params;
  params.weight_decay = 0.1;
  for (uint32_t seed = 0; seed < 50; ++seed) {
    Set whole(0), sliced(1);
    whole.fill(seed);
    sliced.fill(seed);
    Random random(seed + 1000);
    typename Rule::State state = {};
    OptimizerView<Rule> optimizer{&state, {}, kCount};
    for (int k = 0; k < Rule::kSlots; ++k) optimizer.slots[k] = sliced.buffers[2 + k];
    Status status = take_steps<Rule>(params, whole, 2);
    for (int step = 0; step < 2; ++step) {
      typename Rule::Coefficients c;
      if (status == GLS_OK) status = optimizer.begin(c, params);
      for (size_t end = kCount; end > 0 && status == GLS_OK;) {
        const size_t first = random.below(static_cast<uint32_t>(end));
        status = optimizer.sweep(c, sliced.buffers[0], sliced.buffers[1], first, end - first);
        end = first;
      }
    }
    CHECK(status == GLS_OK && whole == sliced, name, " sliced, seed ", seed);
  }
}

template <class Rule>
void check_permutation(const char* name) {
  constexpr size_t kStride = 24;  // no common divisor with 67
  Set straight(0), permuted(1);
  straight.fill(7);
  for (size_t k = 0; k < kBuffers; ++k) {
    for (size_t i = 0; i < kCount; ++i) permuted.buffers[k][i] = straight.buffers[k][i * kStride % kCount];
  }
  const typename Rule::Params params;
  const bool ok = take_steps<Rule>(params, straight, 3) == GLS_OK && take_steps<Rule>(params, permuted, 3) == GLS_OK;
  bool same = ok;
  for (size_t k = 0; k < kBuffers; ++k) {
    for (size_t i = 0; i < kCount; ++i) same = same && permuted.buffers[k][i] == straight.buffers[k][i * kStride % kCount];
  }
  CHECK(same, name, " permuted");
}

template <class Rule>
void check_options(const char* name) {
  for_each_option<Rule>([&](const auto& params, const char* option) {
    typename Rule::Params usual;
    usual.weight_decay = 0.375;
    Set base(0), changed(1);
    base.fill(11);
    changed.fill(11);
    const bool ok = take_steps<Rule>(usual, base, 3) == GLS_OK && take_steps<Rule>(params, changed, 3) == GLS_OK;
    const bool differs = first_difference(base.buffers[0], changed.buffers[0], kCount) != kCount;
    CHECK(ok && differs != same_text(option, "nothing"), name, " with ", option, " changed");
  });
}

// A caller who flushes and rounds to zero gets the same bits, and keeps that mode.
template <class Rule>
void check_float_mode(const Tested<Rule>& tested) {
  const typename Rule::Params params;
  Set set(0);
  const FloatModeRegister before = read_float_mode();
  write_float_mode(before | kFloatModeMask);
  const FloatModeRegister callers = read_float_mode();
  const size_t wrong = step_and_compare(tested, params, set.buffers, kCount, 5);
  const FloatModeRegister after = read_float_mode();
  write_float_mode(before);
  CHECK(wrong == kBuffers, tested.name, " under another floating-point mode, buffer ", static_cast<uint32_t>(wrong));
  CHECK(((after ^ callers) & kFloatModeMask) == 0, tested.name, " must restore the floating-point mode");
}

// Every way to be refused, and that nothing was written.
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
  const auto try_step = [&](const Params* params, typename Rule::State* s, float* w, const float* g, float scale,
                            float* const* slots, size_t n) { return step<Rule>(params, s, w, g, scale, slots, n); };
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
  expect(GLS_ERROR_RANGE, try_step(&good, &state, w, g, bits_to_float(0x7f800000), slots, kCount), "an infinite scale");
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
  typename Rule::Coefficients c;
  CHECK(begin<Rule>(&good, &state, 1, nullptr) == GLS_ERROR_NULL && state.step == 0, name, ": null coefficients");
  CHECK(begin<Rule>(&good, &untouched, 1, &c) == GLS_OK, name, ": begin");
  untouched = {};
  expect(GLS_ERROR_NULL, sweep<Rule>(nullptr, w, g, slots, kCount), "a sweep without coefficients");
  expect(GLS_ERROR_NULL, sweep<Rule>(&c, nullptr, g, slots, kCount), "a sweep without weights");
  OptimizerView<Rule> view{&state, {}, kCount};
  for (int k = 0; k < Rule::kSlots; ++k) view.slots[k] = slots[k];
  expect(GLS_ERROR_RANGE, view.sweep(c, w, g, kCount, 1), "a slice beyond the end");
  expect(GLS_ERROR_RANGE, view.sweep(c, w, g, 1, SIZE_MAX), "a slice that wraps around");
  Params params;
  CHECK(step<Rule>(&params, &state, nullptr, nullptr, 1, slots, 0) == GLS_OK, name, ": no weights need no buffers");
  state.step = UINT32_MAX;
  CHECK(begin<Rule>(&good, &state, 1, &c) == GLS_OK && state.step == UINT32_MAX, name, ": the step count stays at its end");
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

// PyTorch's first buffer is the gradient itself, whatever dampening says: -0 stays -0.
void check_first_momentum() {
  Momentum::Params params;
  params.dampening = 0.5;
  Momentum::State state = {};
  float weights[2] = {1.0f, 1.0f}, buffer[2] = {};
  const float gradients[2] = {-0.0f, 3.0f};
  float* const slots[] = {buffer};
  const Status status = step<Momentum>(&params, &state, weights, gradients, 1.0f, slots, 2);
  CHECK(status == GLS_OK && float_to_bits(buffer[0]) == 0x80000000u && buffer[1] == 3.0f, "the first momentum buffer");
}

// Gradients whose squares are subnormal, then none: m decays through the subnormals. Whatever the unit does with
// them, it is what its reference does; and the two references differ, so the run did meet them.
void check_long_subnormal_run() {
  static float buffers[3][4][kCount];  // who; weights, gradients, m, v
  const Adam::Params params;
  Adam::State state = {};
  bool same = true, met = false;
  for (auto& set : buffers) {
    Random random(17);
    for (float& weight : set[0]) weight = random.ordinary();
    for (size_t i = 0; i < kCount; ++i) set[1][i] = random.ordinary() * 1e-19f, set[2][i] = set[3][i] = 0.0f;
  }
  for (uint32_t step = 0; step < 1200; ++step) {
    Adam::Coefficients c;
    if (begin<Adam>(&params, &state, step < 20 ? 1.0f : 0.0f, &c) != GLS_OK) same = false;
    float* slots[3][2] = {};
    for (int who = 0; who < 3; ++who) slots[who][0] = buffers[who][2], slots[who][1] = buffers[who][3];
    if (sweep<Adam>(&c, buffers[0][0], buffers[0][1], slots[0], kCount) != GLS_OK) same = false;
    reference::kernels.sweep_adam(c, buffers[1][0], buffers[1][1], slots[1], kCount);
    reference_flush::kernels.sweep_adam(c, buffers[2][0], buffers[2][1], slots[2], kCount);
    const int expected = &expected_kernels() == &reference::kernels ? 1 : 2;
    for (int k = 0; k < 4; ++k) {
      same = same && first_difference(buffers[0][k], buffers[expected][k], kCount) == kCount;
      met = met || first_difference(buffers[1][k], buffers[2][k], kCount) != kCount;
    }
  }
  CHECK(same && met, "a long run through subnormals on ", gls_backend_active());
}

void check_active_backend() {
  for_each_rule([](const auto& tested) {
    using Rule = decltype(rule_of(tested));
    check_slices<Rule>(tested.name);
    check_permutation<Rule>(tested.name);
    check_options<Rule>(tested.name);
    check_float_mode(tested);
    check_errors<Rule>(tested.name);
  });
  check_long_subnormal_run();
}

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  glissade::test::check_nesterov();
  glissade::test::check_first_momentum();
  glissade::test::on_each_backend(glissade::test::check_active_backend);
  return glissade::test::finish();
}
