// SPDX-License-Identifier: Apache-2.0
// A step that takes dense layers' gradients from their factors is the step on the gradients multiplied out:
// the same bits, refused for the same reasons; for every rule, on every backend.
#include "glissade/layers/network.hpp"
#include "support/check.hpp"
#include "support/matrix.hpp"

namespace glissade {
namespace test {
namespace {

constexpr uint32_t kMostWeights = 176;

struct Shape {
  uint32_t samples, inputs, outputs;
  uint32_t weights() const { return (inputs + 1) * outputs; }
};

float x[2][40], dy[2][5 * 64];
float memory[2][kBuffers][kMostWeights + 1];  // the step on a buffer, and on factors

// Two layers one behind the other, with numbers that `next` makes.
template <class Next>
uint32_t fill(const Shape (&shapes)[2], gls_factors (&layers)[2], Random& random, Next next) {
  for (int k = 0; k < 2; ++k) {
    const Shape& shape = shapes[k];
    for (uint32_t i = 0; i < shape.samples * shape.inputs; ++i) x[k][i] = next();
    for (uint32_t i = 0; i < shape.samples * shape.outputs; ++i) dy[k][i] = next();
    layers[k] = {x[k], dy[k], shape.samples, shape.inputs, shape.outputs};
  }
  const uint32_t count = shapes[0].weights() + shapes[1].weights();
  for (size_t k = 0; k < kBuffers; ++k) {
    for (uint32_t i = 0; i < count; ++i) {
      const float value = k == 1 ? 0.0f : random.ordinary();
      memory[0][k][i] = memory[1][k][i] = k > 2 ? value * value : value;
    }
    memory[0][k][count] = memory[1][k][count] = 12345.0f;
  }
  return count;
}

Status multiply_out(const gls_factors (&layers)[2], float* gradients) {
  Status status = GLS_OK;
  for (const gls_factors& layer : layers) {
    if (status == GLS_OK) {
      status = gls_dense_backward(memory[0][0], layer.inputs, layer.output_gradients, gradients, nullptr,
                                  layer.samples, layer.input_count, layer.output_count);
    }
    gradients += (layer.input_count + 1) * layer.output_count;
  }
  return status;
}

// Steps both ways; whether all agrees.
template <class Rule>
bool agree(const typename Rule::Params& params, const gls_factors (&layers)[2], uint32_t count, float scale,
           bool guarded) {
  typename Rule::State states[2] = {};
  float* slots[2][3];
  for (int who = 0; who < 2; ++who) {
    for (int k = 0; k < 3; ++k) slots[who][k] = memory[who][2 + k];
  }
  const auto plain = view_of<Rule>(&states[0], slots[0], count);
  const auto fused = view_of<Rule>(&states[1], slots[1], count);
  const Factors factors{layers, 2};
  Status status = multiply_out(layers, memory[0][1]), fused_status = status;
  for (int step = 0; step < 2 && status == GLS_OK; ++step) {
    if (guarded) {
      if (guard<Rule>(&params, memory[0][0], memory[0][1], scale, count) !=
          guard<Rule>(&params, memory[1][0], factors, scale, count)) {
        return false;
      }
      status = plain.step(memory[0][0], memory[0][1], params, scale);
      fused_status = fused.step(memory[1][0], factors, params, scale);
    } else {
      status = plain.step_unguarded(memory[0][0], memory[0][1], params, scale);
      fused_status = fused.step_unguarded(memory[1][0], factors, params, scale);
    }
    if (status != fused_status) return false;
  }
  bool same = __builtin_memcmp(&states[0], &states[1], sizeof states[0]) == 0;
  for (size_t k = 0; k < kBuffers; ++k) {
    same = same && (k == 1 || first_difference(memory[0][k], memory[1][k], count + 1) == count + 1);
  }
  return same;
}

constexpr Shape kShapes[][2] = {{{1, 3, 35}, {1, 2, 3}},  {{1, 1, 64}, {1, 5, 1}},  {{3, 7, 11}, {3, 4, 16}},
                                {{2, 0, 37}, {2, 6, 17}}, {{5, 2, 33}, {5, 0, 61}}, {{0, 2, 20}, {1, 30, 2}},
                                {{1, 37, 1}, {4, 3, 31}}, {{1, 9, 0}, {2, 3, 32}}};

template <class Rule>
void check_rule(const char* name) {
  for_each_option<Rule>([&](const typename Rule::Params& params, const char* option) {
    uint32_t seed = 0;
    for (const Shape(&shapes)[2] : kShapes) {
      gls_factors layers[2];
      for (int extreme = 0; extreme < 2; ++extreme) {
        Random random(++seed);
        const uint32_t count =
            fill(shapes, layers, random, [&] { return extreme == 1 ? random.extreme() : random.ordinary(); });
        CHECK(agree<Rule>(params, layers, count, -0.75f, false), name, " with ", option, ", shapes ", seed);
      }
    }
  });
}

// A step on factors, cut anywhere, in the middle of rows and over layers, from the end to the start: the bits
// of the whole.
template <class Rule>
void check_slices(const char* name) {
  const typename Rule::Params params = usual_params<Rule>();
  uint32_t seed = 0;
  for (const Shape(&shapes)[2] : kShapes) {
    Random random(++seed);
    gls_factors layers[2];
    const uint32_t count = fill(shapes, layers, random, [&] { return random.ordinary(); });
    typename Rule::State states[2] = {};
    float* slots[2][3];
    for (int who = 0; who < 2; ++who) {
      for (int k = 0; k < 3; ++k) slots[who][k] = memory[who][2 + k];
    }
    const auto whole = view_of<Rule>(&states[0], slots[0], count);
    const auto sliced = view_of<Rule>(&states[1], slots[1], count);
    const Factors factors{layers, 2};
    gls_coefficients c;
    Status status = whole.step_unguarded(memory[0][0], factors, params, -0.75f);
    if (status == GLS_OK) status = sliced.begin(c, params, -0.75f);
    for (uint32_t end = count; end > 0 && status == GLS_OK;) {
      const uint32_t first = random.below(end);
      status = sliced.sweep(c, memory[1][0], factors, first, end - first);
      end = first;
    }
    bool same = status == GLS_OK;
    for (size_t k = 0; k < kBuffers; ++k) {
      same = same && (k == 1 || first_difference(memory[0][k], memory[1][k], count + 1) == count + 1);
    }
    CHECK(same, name, " in slices, shapes ", seed);
  }
}

// Factors around where their products reach the rule's bound: in one the guard must multiply out, and now and
// then one is no number.
template <class Rule>
void check_guards(const char* name) {
  const typename Rule::Params usual = usual_params<Rule>();
  uint32_t refused = 0, wrong = 0;
  for (uint32_t seed = 0; seed < 200; ++seed) {
    Random random(seed);
    gls_factors layers[2];
    const int middle = static_cast<int>(Rule::kGradientBits) / 2;
    const uint32_t count = fill(kShapes[seed % 4], layers, random, [&] {
      const uint32_t exponent = static_cast<uint32_t>(127 + middle - 4) + random.below(5);
      const float factor = random.ordinary() * bits_to_float(exponent << 23);
      return random.below(4000) == 0 ? bits_to_float(0x7f800000u | random.below(2)) : factor;
    });
    const float scales[] = {1.0f, -0.3f, 0.0f, 7.0f};
    const float scale = scales[seed / 4 % 4];
    wrong += !agree<Rule>(usual, layers, count, scale, true);
    refused += guard<Rule>(&usual, memory[1][0], Factors{layers, 2}, scale, count) != GLS_OK;
  }
  CHECK(wrong == 0 && refused > 0 && refused < 200, name, ": guards that disagree: ", wrong,
        "; refused: ", refused);
}

// A factor that is too large alone, where all it meets is small.
void check_exact_guard() {
  float weights[4] = {1, 1, 1, 1};
  const Adam::Params params;
  const float large = bits_to_float((127 + 100) << 23), small = bits_to_float((127 - 60) << 23);
  float inputs[1] = {large};
  float gradients[2] = {small, small};
  const gls_factors layer = {inputs, gradients, 1, 1, 2};
  const Factors factors{&layer, 1};
  CHECK(guard<Adam>(&params, weights, factors, 1.0f, 4) == GLS_OK, "2^100 * 2^-60 is a gradient of 2^40");
  gradients[1] = 1.0f;
  CHECK(guard<Adam>(&params, weights, factors, 1.0f, 4) == GLS_ERROR_GRADIENT, "2^100 is too much");
  inputs[0] = small;
  gradients[1] = large;
  CHECK(guard<Adam>(&params, weights, factors, 1.0f, 4) == GLS_ERROR_GRADIENT, "as a bias's gradient too");
  // Eight samples whose products are 2^59.9 each reach the bound of 2^62 together; a half of them does not.
  float many[8], gradients_of_many[16];
  for (float& value : many) value = bits_to_float(((127 + 30) << 23) - 1);
  for (float& value : gradients_of_many) value = many[0];
  gls_factors eight = {many, gradients_of_many, 8, 1, 2};
  const Factors sums{&eight, 1};
  CHECK(guard<Adam>(&params, weights, sums, 1.0f, 4) == GLS_ERROR_GRADIENT, "a sum that is too large");
  eight.samples = 3;
  CHECK(guard<Adam>(&params, weights, sums, 1.0f, 4) == GLS_OK, "one that is not");
  Adam::Params decaying;
  decaying.weight_decay = 0.5;
  weights[2] = bits_to_float((127 + 64) << 23);
  CHECK(guard<Adam>(&params, weights, sums, 1.0f, 4) == GLS_OK &&
            guard<Adam>(&decaying, weights, sums, 1.0f, 4) == GLS_ERROR_GRADIENT,
        "a weight whose decay is too large");
  // A scale that leaves no room for a power of two above 1: products are looked at, not factors.
  const float scale = bits_to_float((127 + 70) << 23);
  inputs[0] = small;
  gradients[0] = gradients[1] = bits_to_float((127 - 9) << 23);
  CHECK(guard<Adam>(&params, weights, factors, scale, 4) == GLS_OK, "2^-9 times 2^70 is a gradient of 2^61");
  gradients[1] = bits_to_float((127 - 8) << 23);
  CHECK(guard<Adam>(&params, weights, factors, scale, 4) == GLS_ERROR_GRADIENT, "2^62 is too much");
}

template <class Rule>
void check_errors(const char* name) {
  const typename Rule::Params params;
  typename Rule::State state = {};
  Set set(0), before(1);
  set.fill(3);
  before.fill(3);
  float inputs[4] = {1, 2, 3, 4}, gradients[6] = {1, 1, 1, 1, 1, 1};
  const auto try_step = [&](const gls_factors* layers, size_t layer_count, size_t count) {
    return step<Rule>(&params, &state, set.buffers[0], Factors{layers, layer_count}, 1.0f, set.buffers + 2,
                      count);
  };
  const auto expect = [&](Status wanted, const gls_factors& layer, size_t count, const char* what) {
    const Status got = try_step(&layer, 1, count);
    gls_coefficients c = {};
    const Factors factors{&layer, 1};
    CHECK(got == wanted && state.step == 0 && set == before &&
              sweep<Rule>(&c, set.buffers[0], factors, set.buffers + 2, count) == wanted &&
              guard<Rule>(&params, set.buffers[0], factors, 1.0f, count) == wanted,
          name, ": ", what, ", status ", static_cast<uint32_t>(-got));
  };
  const gls_factors good = {inputs, gradients, 2, 2, 3};
  float* const odd = reinterpret_cast<float*>(reinterpret_cast<uintptr_t>(inputs) + 2);
  expect(GLS_ERROR_RANGE, good, 8, "fewer weights than the layer has");
  expect(GLS_ERROR_RANGE, good, 10, "more weights than the layer has");
  expect(GLS_ERROR_NULL, {nullptr, gradients, 2, 2, 3}, 9, "null inputs");
  expect(GLS_ERROR_NULL, {inputs, nullptr, 2, 2, 3}, 9, "null output gradients");
  expect(GLS_ERROR_ALIGNMENT, {odd, gradients, 2, 2, 3}, 9, "odd inputs");
  expect(GLS_ERROR_ALIGNMENT, {inputs, odd, 2, 2, 3}, 9, "odd output gradients");
  expect(GLS_ERROR_RANGE, {inputs, gradients, SIZE_MAX, 2, 3}, 9, "more samples than memory holds");
  expect(GLS_ERROR_RANGE, {inputs, gradients, 0, SIZE_MAX, 3}, 0, "more inputs than memory holds");
  expect(GLS_ERROR_RANGE, {inputs, gradients, 0, SIZE_MAX / 3, 3}, 3, "weights that wrap around");
  expect(GLS_ERROR_RANGE, {inputs, gradients, 0, 0, SIZE_MAX}, 9, "more outputs than memory holds");
  CHECK(try_step(nullptr, 1, 9) == GLS_ERROR_NULL && try_step(nullptr, 0, 9) == GLS_ERROR_RANGE &&
            state.step == 0 && set == before,
        name, ": no layers");
  const gls_factors pair[2] = {{nullptr, gradients, 2, 2, 3}, good};
  CHECK(try_step(pair, 2, 18) == GLS_ERROR_NULL && state.step == 0 && set == before, name,
        ": null inputs of the first of two layers");
  CHECK(step<Rule>(&params, &state, nullptr, Factors{&good, 1}, 1.0f, set.buffers + 2, 9) == GLS_ERROR_NULL &&
            state.step == 0,
        name, ": null weights");
  CHECK(try_step(nullptr, 0, 0) == GLS_OK && state.step == 1, name, ": nothing to step");
  const gls_factors no_samples = {nullptr, nullptr, 0, 2, 3};
  float weights[9] = {}, slots[3][9] = {}, zeros[9] = {}, other[9] = {}, other_slots[3][9] = {};
  float* const at[] = {slots[0], slots[1], slots[2]};
  float* const other_at[] = {other_slots[0], other_slots[1], other_slots[2]};
  typename Rule::State states[2] = {};
  CHECK(step<Rule>(&params, &states[0], weights, Factors{&no_samples, 1}, 1.0f, at, 9) == GLS_OK &&
            step<Rule>(&params, &states[1], other, static_cast<const float*>(zeros), 1.0f, other_at, 9) ==
                GLS_OK &&
            first_difference(weights, other, 9) == 9 && first_difference(slots[0], other_slots[0], 27) == 27,
        name, ": no samples are a gradient of 0");
  CHECK(try_step(&good, 1, 9) == GLS_OK && state.step == 2 && !(set == before), name, ": a good layer");
}

void check_active_backend() {
  for_each_rule([](const auto& tested) {
    using Rule = decltype(rule_of(tested));
    check_rule<Rule>(tested.name);
    check_slices<Rule>(tested.name);
    check_guards<Rule>(tested.name);
    check_errors<Rule>(tested.name);
  });
  check_exact_guard();
}

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  glissade::test::on_each_backend(glissade::test::check_active_backend);
  return glissade::test::finish();
}
