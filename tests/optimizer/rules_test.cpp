// SPDX-License-Identifier: Apache-2.0
// What a step promises besides its bits: cut anywhere, in any order, at any floating-point mode; every option
// matters; errors write nothing.
#include "cpu/float_mode.hpp"
#include "support/check.hpp"
#include "support/matrix.hpp"

namespace glissade {
namespace test {
namespace {

// Gradients that shrink, pass zero and grow the other way.
float scale_of(uint32_t step) { return 1.0f - 0.3f * static_cast<float>(step); }

template <class Rule>
Status take_steps(const typename Rule::Params& params, Set& set, uint32_t steps) {
  typename Rule::State state = {};
  Status status = GLS_OK;
  for (uint32_t i = 0; i < steps && status == GLS_OK; ++i) {
    status =
        step<Rule>(&params, &state, set.buffers[0], set.buffers[1], scale_of(i), set.buffers + 2, kCount);
  }
  return status;
}

// A step cut between its slices: other work of the same rule comes between, a slice that is refused, and a
// power-cut's worth of time; coefficients and buffers are all that it needs to go on. A step begun twice has
// counted twice, and its last begin counts.
template <class Rule>
void check_interrupted(const char* name) {
  const typename Rule::Params params;
  Set whole(0), cut(1);
  whole.fill(7);
  cut.fill(7);
  typename Rule::State state = {}, cut_state = {}, other_state = {};
  gls_coefficients c = {}, other = {};
  float other_memory[4][3] = {{1, 2, 3}, {1, 1, 1}, {}, {}};
  float other_third[3] = {};
  float* const other_slots[] = {other_memory[2], other_memory[3], other_third};
  const OptimizerView<Rule> view = view_of<Rule>(&cut_state, cut.buffers + 2, kCount);
  Status status = GLS_OK;
  for (size_t step = 0; step < 3 && status == GLS_OK; ++step) {
    status = step_unguarded<Rule>(&params, &state, whole.buffers[0], whole.buffers[1], 1.0f,
                                  whole.buffers + 2, kCount);
    if (status == GLS_OK) status = view.begin(c, params);
    if (status == GLS_OK) status = view.sweep(c, cut.buffers[0], cut.buffers[1], 0, 13);
    const bool refused = view.sweep(c, cut.buffers[0], cut.buffers[1], kCount - 1, 2) == GLS_ERROR_RANGE &&
                         view.sweep(c, nullptr, cut.buffers[1], 13, 1) == GLS_ERROR_NULL;
    if (!refused) status = GLS_ERROR_RANGE;
    if (status == GLS_OK)
      status =
          test::step<Rule>(&params, &other_state, other_memory[0], other_memory[1], 0.5f, other_slots, 3);
    if (status == GLS_OK) status = view.sweep(c, cut.buffers[0], cut.buffers[1], 13, kCount - 13);
  }
  CHECK(status == GLS_OK && whole == cut && __builtin_memcmp(&state, &cut_state, sizeof state) == 0, name,
        " interrupted");
  typename Rule::State twice = {}, once = {};
  status = begin<Rule>(&params, &twice, 1.0f, &c);
  if (status == GLS_OK) status = begin<Rule>(&params, &twice, 1.0f, &c);
  if (status == GLS_OK) status = begin<Rule>(&params, &once, 1.0f, &other);
  if (status == GLS_OK) status = begin<Rule>(&params, &once, 1.0f, &other);
  CHECK(status == GLS_OK && twice.step == 2 && __builtin_memcmp(&c, &other, sizeof c) == 0, name,
        " begun twice is the second step");
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
    const OptimizerView<Rule> optimizer = view_of<Rule>(&state, sliced.buffers + 2, kCount);

    Status status = take_steps<Rule>(params, whole, 2);
    for (uint32_t step = 0; step < 2; ++step) {
      gls_coefficients c;
      if (status == GLS_OK) status = optimizer.begin(c, params, scale_of(step));
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
  const bool ok =
      take_steps<Rule>(params, straight, 3) == GLS_OK && take_steps<Rule>(params, permuted, 3) == GLS_OK;
  bool same = ok;
  for (size_t k = 0; k < kBuffers; ++k) {
    for (size_t i = 0; i < kCount; ++i)
      same = same && permuted.buffers[k][i] == straight.buffers[k][i * kStride % kCount];
  }
  CHECK(same, name, " permuted");
}

template <class Rule>
void check_options(const char* name) {
  for_each_option<Rule>([&](const auto& params, const char* option) {
    const typename Rule::Params usual = usual_params<Rule>();
    Set base(0), changed(1);
    base.fill(11);
    changed.fill(11);
    const bool ok =
        take_steps<Rule>(usual, base, 10) == GLS_OK && take_steps<Rule>(params, changed, 10) == GLS_OK;
    const bool differs = !(base == changed);
    const bool same = same_text(option, "nothing") || same_text(option, "allow_zero_epsilon");
    CHECK(ok && differs != same, name, " with ", option, " changed");
  });
}

// A caller who flushes and rounds to zero gets the same bits, and keeps that mode.
template <class Rule>
void check_float_mode(const Tested<Rule>& tested) {
  const typename Rule::Params params;
  Set set(0);
  const FloatModeRegister before = read_float_mode();
  // Rounding to zero, and flushing where that can be said; RISC-V has no mode 7.
  write_float_mode(before | (kFloatModeMask == 7 ? 1 : kFloatModeMask));
  const FloatModeRegister callers = read_float_mode();
  const size_t wrong = step_and_compare(tested, params, set.buffers, kCount, 5);
  const FloatModeRegister after = read_float_mode();
  write_float_mode(before);
  CHECK(wrong == kBuffers, tested.name, " under another floating-point mode, buffer ",
        static_cast<uint32_t>(wrong));
  CHECK(((after ^ callers) & kFloatModeMask) == 0, tested.name, " must restore the floating-point mode");
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
  CHECK(status == GLS_OK && float_to_bits(buffer[0]) == 0x80000000u && buffer[1] == 3.0f,
        "the first momentum buffer");
}

// Gradients whose squares are subnormal, then none: m decays through the subnormals. Whatever the unit does
// with them, it is what its reference does; and the two references differ, so the run did meet them.
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
    gls_coefficients c;
    if (begin<Adam>(&params, &state, step < 20 ? 1.0f : 0.0f, &c) != GLS_OK) same = false;
    float* slots[3][2] = {};
    for (int who = 0; who < 3; ++who) slots[who][0] = buffers[who][2], slots[who][1] = buffers[who][3];
    if (sweep<Adam>(&c, buffers[0][0], buffers[0][1], slots[0], kCount) != GLS_OK) same = false;
    reference::kernels.sweep_adam(inside(c).of_rule, buffers[1][0], buffers[1][1], slots[1], kCount);
    reference_flush::kernels.sweep_adam(inside(c).of_rule, buffers[2][0], buffers[2][1], slots[2], kCount);
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
    check_interrupted<Rule>(tested.name);
    check_permutation<Rule>(tested.name);
    check_options<Rule>(tested.name);
    check_float_mode(tested);
  });
  check_long_subnormal_run();
}

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  glissade::test::check_first_momentum();
  glissade::test::on_each_backend(glissade::test::check_active_backend);
  return glissade::test::finish();
}
