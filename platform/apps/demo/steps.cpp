// SPDX-License-Identifier: Apache-2.0
// Firmware for counting what a step costs: rules, unguarded, and the guard, over 128 and over 256 weights, a
// line "<rule> <weights>" before each; an int8 layer of 8 outputs, forward; then the same written plainly.
// The difference over 128 is the instructions per weight; the rest is per step.
#include "../../../bench/plain.hpp"
#include "apps/demo/marks.hpp"
#include "boards/console.hpp"
#include "glissade/glissade.hpp"

namespace {

constexpr size_t kMost = 256;
float weights[kMost], gradients[kMost], slots[3][kMost];

template <class Step>
bool count(const char* name, Step step) {
  for (size_t n = kMost / 2; n <= kMost; n *= 2) {
    for (size_t i = 0; i < n; ++i) {
      weights[i] = static_cast<float>(i) * 0.37f - 40.0f;
      gradients[i] = static_cast<float>(i * 37 % 101) * 0.013f - 0.6f;
      slots[0][i] = gradients[i] * 0.9f;
      slots[1][i] = slots[2][i] = gradients[i] * gradients[i];
    }
    glissade::print(name, " ", static_cast<uint32_t>(n), "\n");
    if (step(n) != GLS_OK) return false;
  }
  return true;
}

gls_optimizer as_floats(const gls_optimizer& optimizer) { return optimizer; }

template <class Rule>
bool count(const char* name, gls_optimizer (*with_slots)(const gls_optimizer&) = as_floats) {
  return count(name, [with_slots](size_t n) {
    const typename Rule::Params params{};
    typename Rule::State state = {};
    state.step = 10;
    float* const pointers[] = {slots[0], slots[1], slots[2]};
    const gls_optimizer optimizer =
        with_slots(glissade::optimizer_of<Rule>(&params, &state, weights, pointers, n));
    count_begins();
    const gls_status status = gls_step_unguarded(&optimizer, gls_gradient_buffer(gradients), 0.5f);
    count_ends();
    return status;
  });
}

// The same with slots in fewer bytes, of ordinary numbers.
uint8_t codes[GLS_SLOTS_8BIT_BYTES(3, kMost)];
uint16_t halves[GLS_SLOTS_BFLOAT16_COUNT(3, kMost)];

template <class Rule>
gls_optimizer in_8bit(const gls_optimizer& floats) {
  const gls_optimizer optimizer = gls_slots_8bit(floats, codes);
  for (size_t k = 0; k < Rule::kSlots; ++k) {
    uint8_t* const slot = reinterpret_cast<uint8_t*>(optimizer.slots[k]);
    const bool has_sign = Rule::kSlotInfo[k].is_signed;
    for (size_t i = 0; i < floats.count; ++i)
      slot[i] = static_cast<uint8_t>(has_sign ? 100 + i * 37 % 19 + i % 2 * 128 : 200 + i * 37 % 50);
    for (size_t i = 0; i < floats.count / 64; ++i) slot[floats.count + i] = has_sign ? 124 : 121;
  }
  return optimizer;
}

template <class Rule>
gls_optimizer in_bfloat16(const gls_optimizer& floats) {
  const gls_optimizer optimizer = gls_slots_bfloat16(floats, halves);
  for (size_t i = 0; i < Rule::kSlots * floats.count; ++i)
    halves[i] = static_cast<uint16_t>(0x3c00 + i * 37 % 300);
  return optimizer;
}

bool count_guard() {
  return count("guard", [](size_t n) {
    const glissade::Adam::Params params;
    glissade::Adam::State state = {};
    float* const pointers[] = {slots[0], slots[1]};
    const gls_optimizer optimizer =
        glissade::optimizer_of<glissade::Adam>(&params, &state, weights, pointers, n);
    count_begins();
    const gls_status status = gls_guard(&optimizer, gls_gradient_buffer(gradients), 0.5f);
    count_ends();
    return status;
  });
}

// An int8 layer; its integers are the bytes of weights and gradients.
constexpr size_t kOutputs = 8;
const int8_t* bytes_of(const float* floats) { return reinterpret_cast<const int8_t*>(floats); }
int32_t biases[kOutputs];
int8_t outputs[kOutputs];

bool count_int8() {
  return count("int8", [](size_t n) {
    static gls_int8_multiplier multiplier = {1 << 30, -6};
    gls_int8_dense layer = {};
    layer.weights = bytes_of(weights);
    layer.biases = biases;
    layer.multipliers = &multiplier;
    layer.scale_count = layer.prepared = 1;
    layer.input_count = n / kOutputs;
    layer.output_count = kOutputs;
    layer.input_zero = layer.least = -128;
    layer.most = 127;
    count_begins();
    const gls_status status = gls_int8_dense_forward(&layer, bytes_of(gradients), outputs, 1);
    count_ends();
    return status;
  });
}

template <class Loop>
bool count_plain(const char* name, Loop loop) {
  return count(name, [loop](size_t n) {
    count_begins();
    loop(n);
    count_ends();
    return GLS_OK;
  });
}

}  // namespace

int program(int, char**) {
  using namespace glissade;
  if (gls_backend_active() == nullptr) return 1;  // chosen now, not while counting
  const bool ok =
      count<Sgd>("sgd") && count<Momentum>("momentum") && count<Adam>("adam") &&
      count<Momentum>("momentum_bfloat16", in_bfloat16<Momentum>) &&
      count<Momentum>("momentum_8bit", in_8bit<Momentum>) &&
      count<Adam>("adam_bfloat16", in_bfloat16<Adam>) && count<Adam>("adam_8bit", in_8bit<Adam>) &&
      count_guard() && count_int8() &&
      count_plain("plain_sgd", [](size_t n) { plain::sgd(weights, gradients, n, 0.5f, 1e-3f); }) &&
      count_plain("plain_momentum",
                  [](size_t n) { plain::momentum(weights, gradients, slots[0], n, 0.5f, 1e-3f, 0.9f); }) &&
      count_plain("plain_adam",
                  [](size_t n) {
                    plain::adam(weights, gradients, slots[0], slots[1], n, 0.5f, 1e-3f, 0.9f, 0.999f, 0.1f,
                                1e-8f);
                  }) &&
      count_plain("plain_int8", [](size_t n) {
        plain::int8_dense(bytes_of(weights), biases, bytes_of(gradients), outputs, n / kOutputs, kOutputs,
                          {-128, 0, 1 << 30, 6});
      });
  return ok ? 0 : 1;
}
