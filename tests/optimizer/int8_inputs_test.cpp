// SPDX-License-Identifier: Apache-2.0
// Dense layers with int8 inputs give the bits of inputs that were decoded first: forward, backward, and in a
// step of every rule, on every backend. They are refused for the same reasons, and for their own.
#include "glissade/glissade.hpp"
#include "support/check.hpp"
#include "support/matrix.hpp"

namespace glissade {
namespace test {
namespace {

#ifdef GLISSADE_SMALL
constexpr uint32_t kMostInputs = 19, kMostOutputs = 11;
#else
constexpr uint32_t kMostInputs = 35, kMostOutputs = 37;
#endif
constexpr uint32_t kMostSamples = 18, kRowCount = 7;  // a block of 16 samples, and more than there are rows
constexpr uint32_t kFew = 120;                        // weights of a step
constexpr float kGuard = 12345.0f;

constexpr float kScales[] = {0.05f,   1.0f / 3, 0x1p-126f,    0x1.000002p-126f, 0x1.abcdeep-120f,
                             1.5e36f, 0x1p-8f,  3.4028235e38f};
constexpr int32_t kZeroPoints[] = {-128, -3, 0, 1, 127};

struct Shape {
  uint32_t samples, inputs, outputs;
  uint32_t weights() const { return (inputs + 1) * outputs; }
};

bool same(const float* a, const float* b, uint32_t count) { return first_difference(a, b, count) == count; }

// A layer's factors, twice: int8, and decoded.
struct Factored {
  int8_t table[kRowCount * kMostInputs];
  uint32_t rows[kMostSamples];
  float x[kMostSamples * kMostInputs], dy[kMostSamples * kMostOutputs];
  gls_int8_inputs inputs;

  template <class Next>
  void fill(const Shape& shape, Random& random, Next next) {
    for (int8_t& value : table) value = static_cast<int8_t>(static_cast<int32_t>(random.below(256)) - 128);
    table[0] = -128;
    table[1] = 127;
    for (uint32_t& row : rows) row = random.below(kRowCount);
    const bool listed = shape.samples > kRowCount || random.below(3) > 0;
    inputs = {table, kRowCount, listed ? rows : nullptr, kScales[random.below(8)],
              kZeroPoints[random.below(5)]};
    for (uint32_t s = 0; s < shape.samples; ++s) {
      const int8_t* const row = table + (listed ? rows[s] : s) * shape.inputs;
      for (uint32_t i = 0; i < shape.inputs; ++i) {
        x[s * shape.inputs + i] = inputs.scale * static_cast<float>(row[i] - inputs.zero_point);
      }
    }
    for (uint32_t i = 0; i < shape.samples * shape.outputs; ++i) dy[i] = next();
  }
  gls_int8_factors int8(const Shape& s) const { return {inputs, dy, s.samples, s.inputs, s.outputs}; }
  gls_factors decoded(const Shape& s) const { return {x, dy, s.samples, s.inputs, s.outputs}; }
};

Factored layers[2];
float weights[(kMostInputs + 1) * kMostOutputs], results[2][(kMostInputs + 1) * kMostOutputs + 1];

void check_layer(const Shape& shape, bool extreme) {
  Random random(shape.samples * 4096 + shape.inputs * 64 + shape.outputs);
  const auto next = [&] { return extreme ? random.extreme() : random.ordinary(); };
  Factored& layer = layers[0];
  layer.fill(shape, random, next);
  for (uint32_t i = 0; i < shape.weights(); ++i) weights[i] = next();
  const auto start = [&](uint32_t count) {
    for (uint32_t i = 0; i < count; ++i) results[0][i] = results[1][i] = next();
    results[0][count] = results[1][count] = kGuard;
  };
  const auto agree = [&](uint32_t count, Status status, Status int8_status) {
    return status == GLS_OK && int8_status == GLS_OK && same(results[0], results[1], count + 1);
  };
  const uint32_t samples = shape.samples, inputs = shape.inputs, outputs = shape.outputs;
  start(samples * outputs);
  const Status forward = gls_dense_forward(weights, layer.x, results[0], samples, inputs, outputs);
  const Status forward_int8 =
      gls_dense_forward_int8(weights, &layer.inputs, results[1], samples, inputs, outputs);
  CHECK(agree(samples * outputs, forward, forward_int8), "forward ", samples, "x", inputs, "x", outputs,
        " on ", gls_backend_active());
  start(shape.weights());
  const Status backward =
      gls_dense_backward(weights, layer.x, layer.dy, results[0], nullptr, samples, inputs, outputs);
  const Status backward_int8 =
      gls_dense_backward_int8(&layer.inputs, layer.dy, results[1], samples, inputs, outputs);
  CHECK(agree(shape.weights(), backward, backward_int8), "backward ", samples, "x", inputs, "x", outputs,
        " on ", gls_backend_active());
}

void check_layers() {
  constexpr uint32_t kSamples[] = {0, 1, 4, 13, kMostSamples};
  for (const uint32_t samples : kSamples) {
    for (uint32_t inputs = 0; inputs <= kMostInputs; ++inputs) {
      const uint32_t most = samples * kMostOutputs < sizeof results[0] / sizeof(float)
                                ? kMostOutputs
                                : static_cast<uint32_t>(sizeof results[0] / sizeof(float) - 1) / samples;
      for (uint32_t outputs = 1; outputs <= most; outputs += outputs < 9 ? 1 : 5) {
        check_layer({samples, inputs, outputs}, (inputs + outputs) % 4 == 0);
      }
    }
  }
}

float memory[2][kBuffers][kFew + 1];  // of a step on decoded factors, and on int8
constexpr Shape kShapes[][2] = {{{1, 3, 11}, {1, 7, 8}},  {{1, 1, 35}, {1, 9, 1}}, {{3, 6, 11}, {3, 4, 8}},
                                {{2, 0, 37}, {2, 6, 11}}, {{5, 2, 9}, {5, 0, 11}}, {{0, 2, 20}, {1, 14, 4}},
                                {{1, 19, 1}, {4, 3, 9}},  {{1, 9, 0}, {2, 3, 16}}, {{18, 19, 3}, {17, 1, 11}},
                                {{1, 2, 32}, {18, 0, 3}}};

// Both steps of a rule, over the same weights and slots.
template <class Rule>
class Steps {
 public:
  // Layers that `next` makes.
  template <class Next>
  Steps(const Shape (&shapes)[2], Random& random, Next next)
      : count_(shapes[0].weights() + shapes[1].weights()) {
    for (int k = 0; k < 2; ++k) {
      layers[k].fill(shapes[k], random, next);
      int8_[k] = layers[k].int8(shapes[k]);
      decoded_[k] = layers[k].decoded(shapes[k]);
    }
    for (size_t k = 0; k < kBuffers; ++k) {
      for (uint32_t i = 0; i <= count_; ++i) {
        const float value = i == count_ ? kGuard : random.ordinary();
        memory[0][k][i] = memory[1][k][i] = k > 2 ? value * value : value;
      }
    }
  }
  OptimizerView<Rule> view(int who) {
    float* const slots[] = {memory[who][2], memory[who][3], memory[who][4]};
    return view_of<Rule>(&states_[who], slots, count_);
  }
  // work(view, weights, gradients) of both; whether it gives the same, and leaves the same.
  template <class Work>
  bool agree(Work work) {
    const Status status = work(view(0), memory[0][0], Factors{decoded_, 2});
    if (work(view(1), memory[1][0], Int8Factors{int8_, 2}) != status) return false;
    return is_same();
  }
  bool is_same() const {
    bool all = __builtin_memcmp(&states_[0], &states_[1], sizeof states_[0]) == 0;
    for (size_t k = 0; k < kBuffers; ++k) all = all && same(memory[0][k], memory[1][k], count_ + 1);
    return all;
  }
  uint32_t count() const { return count_; }
  Int8Factors int8() const { return {int8_, 2}; }
  Factors decoded() const { return {decoded_, 2}; }

 private:
  typename Rule::State states_[2] = {};
  gls_int8_factors int8_[2];
  gls_factors decoded_[2];
  uint32_t count_;
};

template <class Rule>
void check_rule(const char* name) {
  for_each_option<Rule>([&](const typename Rule::Params& params, const char* option) {
    uint32_t seed = 0;
    for (const Shape(&shapes)[2] : kShapes) {
      for (int extreme = 0; extreme < 2; ++extreme) {
        Random random(++seed);
        Steps<Rule> steps(shapes, random,
                          [&] { return extreme == 1 ? random.extreme() : random.ordinary(); });
        const bool agrees = steps.agree([&](const auto& view, float* w, auto gradients) {
          const Status status = view.step_unguarded(w, gradients, params, -0.75f);
          return status == GLS_OK ? view.step_unguarded(w, gradients, params, 0.5f) : status;
        });
        CHECK(agrees, name, " with ", option, ", shapes ", seed);
      }
    }
  });
}

// A step on int8 factors, cut anywhere, from the end to the start, against a whole one on the decoded.
template <class Rule>
void check_slices(const char* name) {
  const typename Rule::Params params = usual_params<Rule>();
  uint32_t seed = 0;
  for (const Shape(&shapes)[2] : kShapes) {
    Random random(++seed);
    Steps<Rule> steps(shapes, random, [&] { return random.ordinary(); });
    gls_coefficients c;
    Status status = steps.view(0).step_unguarded(memory[0][0], steps.decoded(), params, -0.75f);
    if (status == GLS_OK) status = steps.view(1).begin(c, params, -0.75f);
    for (uint32_t end = steps.count(); end > 0 && status == GLS_OK;) {
      const uint32_t first = random.below(end);
      status = steps.view(1).sweep(c, memory[1][0], steps.int8(), first, end - first);
      end = first;
    }
    CHECK(status == GLS_OK && steps.is_same(), name, " in slices, shapes ", seed);
  }
}

// Output gradients around where the products reach the rule's bound, and now and then one is no number.
template <class Rule>
void check_guards(const char* name) {
  const typename Rule::Params usual = usual_params<Rule>();
  uint32_t refused = 0, wrong = 0;
  for (uint32_t seed = 0; seed < 200; ++seed) {
    Random random(seed);
    const int middle = static_cast<int>(Rule::kGradientBits) + static_cast<int>(random.below(16)) - 8;
    Steps<Rule> steps(kShapes[seed % 10], random, [&] {
      const float factor = random.ordinary() * bits_to_float(static_cast<uint32_t>(127 + middle) << 23);
      return random.below(4000) == 0 ? bits_to_float(0x7f800000u | random.below(2)) : factor;
    });
    const float scales[] = {1.0f, -0.3f, 0.0f, 7.0f};
    const float scale = scales[seed / 4 % 4];
    Status decided = GLS_OK;
    wrong += !steps.agree([&](const auto& view, float* w, auto gradients) {
      decided = view.guard(w, gradients, usual, scale);
      const Status status = view.step(w, gradients, usual, scale);
      return status == decided ? status : GLS_ERROR_ORDER;
    });
    refused += decided != GLS_OK;
  }
  CHECK(wrong == 0 && refused > 20 && refused < 180, name, ": guards that disagree: ", wrong,
        "; refused: ", refused);
}

// Inputs that are large by their scale alone, where output gradients are small; and a sum of several samples.
void check_exact_guard() {
  float w[4] = {1, 1, 1, 1};
  const Adam::Params params;
  const int8_t values[] = {127, -128};
  const float half = bits_to_float((127 + 30) << 23), below = bits_to_float(((127 + 30) << 23) - 1);
  const float dy[16] = {below, below, below, below, below, below, below, below,
                        below, below, below, below, below, below, below, below};
  const auto guarded = [&](float scale, uint32_t q, size_t samples) {
    const uint32_t rows[8] = {q, q, q, q, q, q, q, q};
    const gls_int8_factors layer = {{values, 2, rows, scale, -127}, dy, samples, 1, 2};
    return guard<Adam>(&params, w, Int8Factors{&layer, 1}, 1.0f, 4);
  };
  const float scale = half / 64.0f;  // 254 of it are 4 * 2^30 less a little, -1 is small
  CHECK(guarded(scale, 0, 1) == GLS_OK && guarded(scale * 1.01f, 0, 1) == GLS_ERROR_GRADIENT &&
            guarded(scale * 1.01f, 1, 1) == GLS_OK,
        "one product of 2^62");
  CHECK(guarded(scale / 4.0f, 0, 4) == GLS_OK && guarded(scale / 4.0f, 0, 5) == GLS_ERROR_GRADIENT,
        "a sum of 2^62");
}

// What is wrong with a layer's inputs, in a step and in each call.
void check_errors() {
  int8_t values[8] = {1, -2, 3, -4, 5, -6, 7, -8};
  uint32_t rows[3] = {1, 0, 1};
  float w[9] = {}, m[9] = {}, v[9] = {}, dy_[9] = {1, 1, 1, 1, 1, 1}, y[9] = {};
  Adam::Params params;
  Adam::State state = {};
  float* const slots[] = {m, v};
  const gls_optimizer adam = optimizer_of<Adam>(&params, &state, w, slots, 9);
  const gls_int8_inputs good = {values, 2, rows, 0.5f, -7};
  const auto all = [&](const gls_int8_inputs& inputs, size_t samples, size_t input_count,
                       bool nulls_are_errors) {
    const gls_int8_factors layer = {inputs, dy_, samples, input_count, 3};
    const gls_gradients gradients = gls_gradient_int8_factors(&layer, 1);
    const Status status = gls_step(&adam, gradients, 1.0f);
    gls_coefficients c = {};
    bool agree =
        gls_guard(&adam, gradients, 1.0f) == status && gls_step_all(&adam, &gradients, 1, 1.0f) == status;
    if (status != GLS_OK) agree = agree && gls_sweep(&adam, &c, gradients, 0, 9) == status;
    if (nulls_are_errors || status == GLS_OK) {
      agree = agree && gls_dense_forward_int8(w, &inputs, y, samples, input_count, 3) == status &&
              gls_dense_backward_int8(&inputs, dy_, y, samples, input_count, 3) == status;
    }
    return agree ? status : GLS_OK;
  };
  const auto expect = [&](Status wanted, gls_int8_inputs inputs, const char* what) {
    const Status got = all(inputs, 3, 2, true);
    float sum = 0.0f;
    for (int i = 0; i < 9; ++i) sum += y[i] * y[i] + m[i] * m[i] + v[i] + w[i] * w[i];
    CHECK(got == wanted && state.step == 0 && sum == 0.0f, what, ", status ", static_cast<uint32_t>(-got));
  };
  const auto with = [&](auto change) {
    gls_int8_inputs inputs = good;
    change(inputs);
    return inputs;
  };
  using Inputs = gls_int8_inputs;
  expect(GLS_ERROR_NULL, with([](Inputs& i) { i.values = nullptr; }), "no values");
  expect(GLS_ERROR_RANGE, with([](Inputs& i) { i.row_count = 1; }), "a row behind the last");
  expect(GLS_ERROR_RANGE, with([](Inputs& i) { i.row_count = 0; }), "no rows");
  expect(GLS_ERROR_RANGE, with([](Inputs& i) { i.rows = nullptr; }), "fewer rows than samples");
  expect(GLS_ERROR_RANGE, with([](Inputs& i) { i.row_count = SIZE_MAX / 2 + 1; }),
         "more rows than memory holds");
  expect(GLS_ERROR_ALIGNMENT, with([](Inputs& i) {
           i.rows = reinterpret_cast<const uint32_t*>(reinterpret_cast<uintptr_t>(i.rows) + 2);
         }),
         "odd rows");
  constexpr int32_t kNoZeroPoints[] = {-129, 128, INT32_MIN, INT32_MAX};
  for (const int32_t zero_point : kNoZeroPoints)
    expect(GLS_ERROR_RANGE, with([=](Inputs& i) { i.zero_point = zero_point; }),
           "a zero point that is no int8");
  constexpr float kNoScales[] = {
      0.0f, -0.5f, 0x1.fffffcp-127f, 0x1p-149f, __builtin_huge_valf(), __builtin_nanf("")};
  for (const float scale : kNoScales)
    expect(GLS_ERROR_RANGE, with([=](Inputs& i) { i.scale = scale; }), "a scale that is none");
  CHECK(gls_dense_forward_int8(w, nullptr, y, 3, 2, 3) == GLS_ERROR_NULL &&
            gls_dense_backward_int8(nullptr, dy_, y, 3, 2, 3) == GLS_ERROR_NULL &&
            gls_dense_forward_int8(w, &good, y, SIZE_MAX / 8, 2, 3) == GLS_ERROR_RANGE &&
            gls_dense_forward_int8(w, &good, y, 3, SIZE_MAX / 8, 3) == GLS_ERROR_RANGE,
        "no inputs, or too many");
  const auto step = [&](const gls_int8_factors& layer, size_t count) {
    return gls_step(&adam, gls_gradient_int8_factors(&layer, count), 1.0f);
  };
  CHECK(gls_step(&adam, gls_gradient_int8_factors(nullptr, 1), 1.0f) == GLS_ERROR_NULL &&
            step({good, nullptr, 3, 2, 3}, 1) == GLS_ERROR_NULL &&
            step({good, dy_, 3, 2, 3}, 0) == GLS_ERROR_RANGE &&
            step({good, dy_, 3, 2, 2}, 1) == GLS_ERROR_RANGE &&
            step({good, dy_, 3, 3, 3}, 1) == GLS_ERROR_RANGE &&
            step({good, dy_, SIZE_MAX, 2, 3}, 1) == GLS_ERROR_RANGE &&
            step({good, dy_, 3, SIZE_MAX, 3}, 1) == GLS_ERROR_RANGE && state.step == 0,
        "layers that are not the optimizer's");
  CHECK(step({{nullptr, 0, nullptr, 0.5f, 0}, nullptr, 0, 2, 3}, 1) == GLS_OK && state.step == 1,
        "no samples");
  CHECK(all(good, 3, 2, true) == GLS_OK && state.step == 3, "a good layer");
}

// Bytes that a step reads of what it writes: one at either end; and next to it, which is no error.
void check_overlaps() {
  struct {
    int8_t before[4];
    float w[3], m[3], v[3];
    int8_t behind[4];
  } room = {};
  Adam::Params params;
  Adam::State state = {};
  float* const slots[] = {room.m, room.v};
  const gls_optimizer adam = optimizer_of<Adam>(&params, &state, room.w, slots, 3);
  const float dy = 1.0f;
  const auto step = [&](const gls_int8_inputs& inputs, size_t samples) {
    const float all_dy[2] = {dy, dy};
    const gls_int8_factors layer = {inputs, all_dy, samples, 2, 1};
    return gls_step(&adam, gls_gradient_int8_factors(&layer, 1), 1.0f);
  };
  int8_t* const behind = room.behind;
  const int8_t apart[4] = {};
  const uint32_t rows[2] = {};
  CHECK(step({room.before + 1, 2, nullptr, 1.0f, 0}, 1) == GLS_ERROR_OVERLAP &&
            step({behind - 1, 1, nullptr, 1.0f, 0}, 1) == GLS_ERROR_OVERLAP &&
            step({reinterpret_cast<const int8_t*>(room.m) + 5, 1, rows, 1.0f, 0}, 2) == GLS_ERROR_OVERLAP,
        "values where weights or slots are");
  CHECK(step({apart, 2, reinterpret_cast<const uint32_t*>(room.before), 1.0f, 0}, 2) == GLS_ERROR_OVERLAP &&
            step({apart, 2, reinterpret_cast<const uint32_t*>(room.v), 1.0f, 0}, 1) == GLS_ERROR_OVERLAP &&
            state.step == 0,
        "rows where weights or slots are");
  CHECK(step({room.before, 2, nullptr, 1.0f, 0}, 1) == GLS_OK &&
            step({behind, 2, rows, 1.0f, 0}, 2) == GLS_OK &&
            step({apart, 2, reinterpret_cast<const uint32_t*>(room.before), 1.0f, 0}, 1) == GLS_OK,
        "memory that touches");
}

void check_active_backend() {
  check_layers();
  for_each_rule([](const auto& tested) {
    using Rule = decltype(rule_of(tested));
    check_rule<Rule>(tested.name);
    check_slices<Rule>(tested.name);
    check_guards<Rule>(tested.name);
  });
  check_exact_guard();
  check_errors();
  check_overlaps();
}

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  glissade::test::on_each_backend(glissade::test::check_active_backend);
  return glissade::test::finish();
}
