// SPDX-License-Identifier: Apache-2.0
// Int8 layers, prepared and forward: the engines' numbers for every size, on every backend.
#include "numbers/int8.hpp"

#include "layers/int8_model.hpp"
#include "support/check.hpp"
#include "support/list.hpp"
#include "support/reference.hpp"

namespace glissade {
namespace test {
namespace {

#if defined(GLISSADE_SMALL)
constexpr uint32_t kSparse = 11, kMostBytes = 4096;
#elif defined(GLISSADE_SLOW)
constexpr uint32_t kSparse = 7, kMostBytes = 20 * 4096;
#else
constexpr uint32_t kSparse = 1, kMostBytes = 20 * 4096;
#endif
constexpr uint32_t kEdges = 256, kMostInputs = 4096, kMostOutputs = 20, kMostSamples = 3, kGuard = 8;
constexpr gls_int8_rounding kRoundings[] = {GLS_INT8_DOUBLE_ROUNDING, GLS_INT8_SINGLE_ROUNDING};
constexpr gls_int8_activation kActivations[] = {GLS_INT8_NO_ACTIVATION, GLS_INT8_RELU, GLS_INT8_RELU_N1_TO_1,
                                                GLS_INT8_RELU6};

int8_t weights[kMostBytes], x[kMostInputs + kMostSamples];
int8_t y[kEdges + 2 * kGuard];
int32_t biases[kEdges];
float scales[kMostOutputs];
gls_int8_multiplier multipliers[kEdges];
static_assert(kMostOutputs * kMostSamples <= kEdges, "outputs have room");

int8_t byte(Random& random) {
  constexpr int8_t kSpecial[] = {-128, 127, -127, 0};
  const uint32_t choice = random.below(5);
  return choice == 0 ? kSpecial[random.below(4)] : static_cast<int8_t>(random.next() >> 24);
}

int32_t word(Random& random) {
  const uint32_t bits = random.next() >> random.below(32);
  return static_cast<int32_t>(random.below(2) == 0 ? bits : 0 - bits);
}

gls_int8_dense layer_of(size_t inputs, size_t outputs, size_t scale_count) {
  gls_int8_dense l = {};
  l.weights = weights;
  l.biases = biases;
  l.weight_scales = scales;
  l.multipliers = multipliers;
  l.scale_count = scale_count;
  l.input_count = inputs;
  l.output_count = outputs;
  l.input_scale = 0.047439117f;
  l.output_scale = 0.0883171782f;
  return l;
}

// The same outputs as the model's, and nothing written around them.
void check_forward(const gls_int8_dense& l, size_t samples, const char* what) {
  const size_t count = samples * l.output_count;
  for (int8_t& byte : y) byte = 99;
  const Status status = gls_int8_dense_forward(&l, x, y + kGuard, samples);
  bool same = status == GLS_OK;
  for (size_t i = 0; i < count && same; ++i) {
    const size_t c = i % l.output_count;
    const int32_t acc = model::sum(l, x + i / l.output_count * l.input_count, c);
    same = y[kGuard + i] == model::output(l, acc, l.multipliers[l.scale_count == 1 ? 0 : c]);
  }
  for (size_t i = 0; i < kGuard; ++i) same = same && y[i] == 99 && y[kGuard + count + i] == 99;
  CHECK(same, what, ": ", static_cast<uint32_t>(samples), "x", static_cast<uint32_t>(l.input_count), "x",
        static_cast<uint32_t>(l.output_count), ", ", static_cast<uint32_t>(l.scale_count), " scales, on ",
        gls_backend_active());
}

// In NUMERICS' words: the product of one scale is a float, of several a double.
void check_the_vector() {
  for (size_t count = 1; count <= 2; ++count) {
    gls_int8_dense l = layer_of(1, 2, count);
    scales[0] = scales[1] = 0.0154921459f;
    biases[0] = biases[1] = -6308;
    weights[0] = weights[1] = x[0] = 0;
    const bool done = gls_int8_dense_prepare(&l) == GLS_OK && gls_int8_dense_forward(&l, x, y, 1) == GLS_OK;
    CHECK(done && y[1] == (count == 1 ? -52 : -53), "the vector: ", static_cast<uint32_t>(y[1]));
    CHECK(count == 2 || (multipliers[0].multiplier == 1143701849 && multipliers[0].shift == -6), "M, shift");
  }
}

// Numbers whose last bits, first bits or neighbours decide.
int32_t edge_of_sum(uint32_t i) {
  const int32_t power = static_cast<int32_t>(uint32_t{1} << (i / 8));
  const uint32_t offsets[] = {0, 1, 2, UINT32_MAX, UINT32_MAX - 1, 0x2aaaaaaa, 0x7fffffff, 0x80000000};
  const int32_t value = wrapped_sum(power, static_cast<int32_t>(offsets[i % 8]));
  return i % 16 < 8 ? value : wrapped_sum(0, static_cast<int32_t>(0 - static_cast<uint32_t>(value)));
}

int32_t edge_of_multiplier(uint32_t i) {
  if (i == 0) return 0;
  const uint32_t low = 1u << 30, step = i / 8 < 30 ? 1u << (i / 8) : 0x2aaaaaaau;
  const uint32_t kind = i % 8;
  const uint32_t values[] = {
      low + step, low + step - 1,   2 * low - step, 2 * low - step - (step < low ? 1 : 0),
      low | step, low ^ (step - 1), low + step / 3, 2 * low - 1 - step / 3};
  const uint32_t value = values[kind];
  return static_cast<int32_t>(value < low || value >= 2 * low ? low + (value & (low - 1)) : value);
}

// Sums that come out near a half, or near the ends, after multiplier and shift.
int32_t near_a_half(gls_int8_multiplier m, uint32_t i) {
  const int32_t halves = static_cast<int32_t>(i % 64) * 8 - 256 + static_cast<int32_t>(i % 3);
  int64_t acc = int64_t{halves} * (1 << 30);
  const int32_t bits = -m.shift;
  acc = bits >= 0 && bits < 24 ? acc * (1 << bits) / (m.multiplier == 0 ? 1 : m.multiplier) : halves;
  return model::cut(static_cast<uint64_t>(acc) + (i / 64) - 1);
}

void check_scaling(gls_int8_rounding rounding) {
  gls_int8_dense l = layer_of(1, kEdges, kEdges);
  scales[0] = 1.0f;
  weights[0] = 0;
  l.rounding = rounding;
  l.least = -128;
  l.most = 127;
  l.prepared = 1;
  for (uint32_t i = 0; i < kEdges; ++i) weights[i] = 0;
  for (uint32_t k = 0; k < kEdges; k += kSparse) {
    for (int32_t shift = -31; shift <= 30; shift += kSparse > 1 ? 3 : 1) {
      const gls_int8_multiplier m = {edge_of_multiplier(k), shift};
      l.output_zero = static_cast<int32_t>(k % 3) - 1;
      for (const bool halves : {false, true}) {
        for (uint32_t i = 0; i < kEdges; ++i) {
          biases[i] = halves ? near_a_half(m, i) : edge_of_sum(i);
          multipliers[i] = m;
          const int32_t got =
              rounding == GLS_INT8_SINGLE_ROUNDING ? scaled_once(biases[i], m) : scaled_twice(biases[i], m);
          CHECK(got == model::scaled(biases[i], m, rounding), "sum ", static_cast<uint32_t>(biases[i]),
                " by ", static_cast<uint32_t>(m.multiplier), ", shift ", static_cast<uint32_t>(shift));
        }
        check_forward(l, 1, "scaling");
      }
    }
  }
}

// A layer of random numbers, prepared: its multipliers are the model's.
gls_int8_dense random_layer(size_t inputs, size_t outputs, uint32_t seed) {
  Random random(seed);
  gls_int8_dense l = layer_of(inputs, outputs, seed % 2 == 0 ? 1 : outputs);
  for (size_t i = 0; i < inputs * outputs; ++i) weights[i] = byte(random);
  for (size_t i = 0; i < outputs; ++i) {
    biases[i] = seed % 5 == 0 ? word(random) : static_cast<int32_t>(random.next() >> 16) - 32768;
    scales[i] = (random.ordinary() + 1.1f) * 0.01f;
  }
  if (seed % 7 == 0) l.biases = nullptr;
  l.output_scale = (random.ordinary() + 1.1f) * static_cast<float>(inputs) * 0.05f;
  l.input_zero = byte(random);
  l.output_zero = byte(random) / 2;
  l.activation = kActivations[random.below(4)];
  l.rounding = kRoundings[random.below(2)];
  const Status status = gls_int8_dense_prepare(&l);
  bool same = status == GLS_OK;
  for (size_t c = 0; c < l.scale_count && same; ++c) {
    const gls_int8_multiplier wanted = model::multiplier_of(l, c);
    same = multipliers[c].multiplier == wanted.multiplier && multipliers[c].shift == wanted.shift;
  }
  CHECK(same, "multipliers, seed ", seed);
  return l;
}

void check_size(size_t samples, size_t inputs, size_t outputs, uint32_t seed) {
  if (inputs * outputs > sizeof weights || samples * inputs > sizeof x) return;
  Random random(seed);
  for (size_t i = 0; i < samples * inputs; ++i) x[i] = byte(random);
  check_forward(random_layer(inputs, outputs, seed), samples, "a layer");
}

void check_sizes() {
  uint32_t seed = 0;
  for (size_t inputs = 1; inputs <= 70; ++inputs) {
    for (size_t outputs = 1; outputs <= kMostOutputs; ++outputs) {
      if (++seed % kSparse == 0) check_size(seed % (kMostSamples + 1), inputs, outputs, seed);
    }
  }
  constexpr size_t kWide[] = {1, 2, 5, 20};
  constexpr size_t kLong[] = {127, 128, 255, 256, 257, 640, 1000, 1023, 4000, 4095, 4096};
  for (const size_t inputs : kLong) {
    for (const size_t outputs : kWide) check_size(1, inputs, outputs, ++seed);
  }
  for (size_t inputs = 71; inputs <= kMostInputs; inputs += 37 * kSparse) check_size(1, inputs, 1, ++seed);
}

// The largest products, with both signs and all zero points at the ends.
void check_extremes() {
  constexpr int8_t kEnds[] = {-128, 127};
  constexpr int32_t kBiases[] = {INT32_MAX, INT32_MIN, 0};
  for (const int8_t w : kEnds) {
    for (const int8_t input : kEnds) {
      for (const int8_t zero : kEnds) {
        const size_t inputs = kMostBytes < kMostInputs ? kMostBytes : kMostInputs;
        gls_int8_dense l = random_layer(inputs, 1, 3);
        for (size_t d = 0; d < inputs; ++d) weights[d] = w;
        for (size_t d = 0; d < inputs; ++d) x[d] = input;
        l.input_zero = zero;
        for (const int32_t bias : kBiases) {
          biases[0] = bias;
          check_forward(l, 1, "the largest products");
        }
      }
    }
  }
}

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  using namespace glissade::test;
  on_each_backend([] {
    check_the_vector();
    for (const gls_int8_rounding rounding : kRoundings) check_scaling(rounding);
    check_sizes();
    check_extremes();
  });
  return finish();
}
