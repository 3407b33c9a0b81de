// SPDX-License-Identifier: Apache-2.0
// Slots in 8 bits and in bfloat16. A step of every rule, on every backend, beside a step of the same rule
// whose float slots a model in long hand decodes before and encodes after; and what such an optimizer
// refuses.

#include "support/check.hpp"
#include "support/list.hpp"
#include "support/slot_runs.hpp"

namespace glissade {
namespace test {
namespace {

static_assert(GLS_SLOTS_8BIT_BYTES(2, 0) == 0 && GLS_SLOTS_8BIT_BYTES(2, 1) == 8 &&
                  GLS_SLOTS_8BIT_BYTES(2, 63) == 128 && GLS_SLOTS_8BIT_BYTES(2, 64) == 136 &&
                  GLS_SLOTS_8BIT_BYTES(2, 683) == 2 * (683 + 11 + 2),
              "codes, a byte for each block, and up to a multiple of 4");
static_assert(GLS_SLOTS_BFLOAT16_COUNT(2, 0) == 0 && GLS_SLOTS_BFLOAT16_COUNT(2, 682) == 2 * 682 &&
                  GLS_SLOTS_BFLOAT16_COUNT(2, 683) == 2 * 684,
              "an even number");

// Gradients of one kind.
enum Kind { kOrdinary, kExtreme, kWide, kZeros, kOneHuge, kSubnormal, kAtExponent };

float gradient(Kind kind, size_t i, uint32_t exponent, Random& random) {
  const float x = random.ordinary();
  const uint32_t lower = random.below(40);
  switch (kind) {
    case kOrdinary:
      return x;
    case kExtreme:
      return random.extreme();
    case kWide:
      return bits_to_float((float_to_bits(x) & 0x807fffffu) | (1 + random.below(253)) << 23);
    case kZeros:
      return 0.0f;
    case kOneHuge:
      return i % kBlock == 17 ? 0x1p100f : x * 0x1p-60f;
    case kSubnormal:
      return bits_to_float(float_to_bits(x) & 0x807fffffu);
    case kAtExponent:
      break;
  }
  return bits_to_float((float_to_bits(x) & 0x807fffffu) | (exponent > lower ? exponent - lower : 0) << 23);
}

void check_steps(const gls_rule_info& info, Format format, Kind kind, size_t count, uint32_t exponent = 0) {
  Random random(exponent * 131 + static_cast<uint32_t>(count) * 7 + kind);
  start(info, format, count);
  for (uint32_t t = 1; t <= 3; ++t) {
    for (size_t i = 0; i < count; ++i) gradients[i] = gradient(kind, i, exponent, random);
    if (t == 3) gradients[count / 2] = 0.0f;
    const bool good = step_both(info, format, count, exponent, kBlock * (exponent % 3));
    CHECK(good, info.name, ", ", gls_backend_active(), ", format ", static_cast<uint32_t>(format), ", kind ",
          static_cast<uint32_t>(kind), ", count ", static_cast<uint32_t>(count), ", E ", exponent, ", step ",
          t);
  }
}

constexpr size_t kCounts[] = {0, 1, 7, 63, 64, 65, 130, 192, 200};
constexpr uint32_t kExponents[] = {0, 1, 2, 15, 16, 31, 32, 33, 142, 143, 144, 253, 254};

void check_all_steps() {
  for_each_rule_with_formats([](const gls_rule_info& info) {
    for (const Format format : {kBits8, kBfloat16}) {
      for (const Kind kind : {kOrdinary, kExtreme, kWide, kZeros, kOneHuge, kSubnormal}) {
        for (const size_t count : kCounts) check_steps(info, format, kind, count);
      }
      for (const uint32_t exponent : kExponents) check_steps(info, format, kAtExponent, 130, exponent);
    }
  });
}

// Every exponent, of momentum's first step, which copies the gradient, and of a u that is the gradient's
// size.
void check_all_exponents() {
  for (const char* const name : {"momentum", "adamax"}) {
    const gls_rule_info& info = *gls_rule_named(name);
    for (uint32_t exponent = 0; exponent < 255; ++exponent) {
      Random random(exponent);
      start(info, kBits8, kBlock);
      for (Run* const of : {&run, &expected}) {
        of->set(info, "momentum", 0.5);
        of->set(info, "beta2", 0.0);
        of->set(info, "allow_zero_epsilon", 1.0);
        of->set(info, "epsilon", 0.0);
      }
      for (size_t i = 0; i < kBlock; ++i) gradients[i] = gradient(kAtExponent, i, exponent, random);
      CHECK(step_both(info, kBits8, kBlock), name, ", ", gls_backend_active(), ", exponent ", exponent);
      gradients[5] = __builtin_huge_valf();
      gradients[9] = -__builtin_nanf("");
      CHECK(step_both(info, kBits8, kBlock), name, ", not finite, exponent ", exponent);
    }
  }
}

// A step that moves no slot changes no code and no E, whatever the random bits: momentum without momentum,
// and Adagrad without a gradient.
void check_rests() {
  for (float& g : gradients) g = 0.0f;
  for (const char* const name : {"momentum", "adagrad"}) {
    const gls_rule_info& info = *gls_rule_named(name);
    const bool has_sign = info.slots[0].is_signed;
    for (uint32_t e = 0; e < 256; ++e) {
      for (uint32_t part = 0; part < 4; ++part) {
        start(info, kBits8, kBlock);
        run.set(info, "momentum", 0.0);
        run.memory[kBlock] = static_cast<uint8_t>(e);
        for (uint32_t j = 0; j < kBlock; ++j) {
          uint32_t code = j == 0 && e != 0 ? (has_sign ? 120 : 248) + 4 * (part % 2) : 64 * part + j;
          const uint32_t magnitude = has_sign ? code % 128 : code, top = has_sign ? 128 : 256;
          const bool low = magnitude + 8 * (e + 1) < top + 8 || (has_sign && magnitude < 8);
          if (low) code -= magnitude;
          if (low && !has_sign && e >= 32) code = 1;
          if (e == 255 && magnitude > top - 8) code = top - 4;
          run.memory[j] = static_cast<uint8_t>(code);
        }
        expected = run;
        run.state[0] = 77 * e + part;
        const gls_optimizer o = run.of_codes(info, kBits8, kBlock);
        const bool stepped = gls_step_unguarded(&o, gls_gradient_buffer(gradients), 1.0f) == GLS_OK;
        run.state[0] = expected.state[0];
        for (float& weight : run.weights) weight = 0.5f;  // 0 / infinity is not looked at here
        CHECK(stepped && same(), name, ", ", gls_backend_active(), ", E ", e, ", part ", part);
      }
    }
  }
}

// Slices, parts with numbers of their own, and factors in place of a buffer: the same bits.
void check_cuts() {
  constexpr size_t kInputs = 9, kOutputs = 13, kCount = (kInputs + 1) * kOutputs, kSamples = 2;
  Random random(3);
  static int8_t values[kSamples * kInputs];
  static float inputs[kSamples * kInputs], outputs[kSamples * kOutputs];
  for (size_t i = 0; i < kSamples * kInputs; ++i) {
    values[i] = static_cast<int8_t>(random.next() >> 24);
    inputs[i] = 0.25f * static_cast<float>(values[i] - 3);
  }
  for (float& y : outputs) y = random.ordinary();
  const gls_factors layer = {inputs, outputs, kSamples, kInputs, kOutputs};
  const gls_int8_factors int8_layer = {
      {values, kSamples, nullptr, 0.25f, 3}, outputs, kSamples, kInputs, kOutputs};
  for (size_t i = 0; i < kCount; ++i) gradients[i] = 0.0f;
  float weights[kCount] = {};
  CHECK(
      gls_dense_backward(weights, inputs, outputs, gradients, nullptr, kSamples, kInputs, kOutputs) == GLS_OK,
      "gradients");
  const gls_gradients sources[] = {gls_gradient_buffer(gradients), gls_gradient_factors(&layer, 1),
                                   gls_gradient_int8_factors(&int8_layer, 1)};
  for_each_rule_with_formats([&](const gls_rule_info& info) {
    for (const Format format : {kBits8, kBfloat16}) {
      start(info, format, kCount);
      for (int t = 0; t < 3; ++t) {
        const gls_optimizer whole = expected.of_codes(info, format, kCount),
                            o = run.of_codes(info, format, kCount);
        bool good = gls_step(&whole, sources[0], 0.5f) == GLS_OK;
        if (t == 2) {
          gls_coefficients c;
          good = good && gls_begin(&o, 0.5f, &c) == GLS_OK &&
                 gls_sweep(&o, &c, sources[1], 128, 2) == GLS_OK &&
                 gls_sweep(&o, &c, sources[2], 0, 64) == GLS_OK &&
                 gls_sweep(&o, &c, sources[0], 64, 64) == GLS_OK &&
                 gls_sweep(&o, &c, sources[0], 64, 0) == GLS_OK;
        } else {
          good = good && gls_step(&o, sources[t + 1], 0.5f) == GLS_OK;
        }
        CHECK(good && same(), info.name, ", format ", static_cast<uint32_t>(format), ", step ",
              static_cast<uint32_t>(t));
      }
    }
  });
}

// A weight whose gradients are 0 stays where it is, whatever its neighbours do.
void check_still() {
  for_each_rule_with_formats([](const gls_rule_info& info) {
    for (const Format format : {kBits8, kBfloat16}) {
      start(info, format, kBlock);
      Random random(5);
      bool stepped = true;
      for (int t = 0; t < 50; ++t) {
        for (size_t i = 0; i < kBlock; ++i) gradients[i] = i % 3 == 0 ? 0.0f : random.ordinary() * 0x1p30f;
        const gls_optimizer o = run.of_codes(info, format, kBlock);
        stepped = stepped && gls_step(&o, gls_gradient_buffer(gradients), 1.0f) == GLS_OK;
      }
      for (size_t i = 0; i < kBlock; i += 3)
        CHECK(stepped && float_to_bits(run.weights[i]) == 0x3f000000u, info.name, ": weight ",
              static_cast<uint32_t>(i));
    }
  });
}

// Parts of one array of weights, each with a rule and a format of its own.
struct Groups {
  static constexpr size_t kCounts[] = {70, 3, 66}, kAll = 70 + 3 + 66;
  float weights[kAll], momentum[kCounts[1]];
  uint8_t bytes[GLS_SLOTS_8BIT_BYTES(2, kCounts[0])];
  uint16_t halves[GLS_SLOTS_BFLOAT16_COUNT(3, kCounts[2])];
  gls_adam_params adam;
  gls_momentum_params momentum_params;
  gls_amsgrad_params amsgrad;
  gls_adam_state adam_state;
  gls_momentum_state momentum_state;
  gls_amsgrad_state amsgrad_state;

  void optimizers(gls_optimizer (&of)[3]) {
    of[0] = gls_slots_8bit(gls_adam(&adam, &adam_state, weights, nullptr, nullptr, kCounts[0]), bytes);
    of[1] = gls_momentum(&momentum_params, &momentum_state, weights + 70, momentum, kCounts[1]);
    of[2] = gls_slots_bfloat16(
        gls_amsgrad(&amsgrad, &amsgrad_state, weights + 73, nullptr, nullptr, nullptr, kCounts[2]), halves);
  }
};
Groups together, alone;

// One step of all has the bits of a step of each, and is all or nothing.
void check_groups() {
  together = alone = {};
  gls_optimizer all[3], each[3];
  together.optimizers(all);
  alone.optimizers(each);
  Random random(3);
  const gls_gradients from[] = {gls_gradient_buffer(gradients), gls_gradient_buffer(gradients + 70),
                                gls_gradient_buffer(gradients + 73)};
  const auto are_same = [] { return __builtin_memcmp(&together, &alone, sizeof alone) == 0; };
  for (uint32_t t = 0; t < 4; ++t) {
    for (size_t i = 0; i < Groups::kAll; ++i) gradients[i] = random.ordinary();
    const float last = gradients[Groups::kAll - 1];
    gradients[Groups::kAll - 1] = __builtin_nanf("");
    CHECK(gls_step_all(all, from, 3, 0.5f) == GLS_ERROR_GRADIENT && are_same(), "none of the groups, step ",
          t);
    gradients[Groups::kAll - 1] = last;
    bool good = gls_step_all(all, from, 3, 0.5f) == GLS_OK && !are_same();
    for (size_t k = 0; k < 3; ++k) good = good && gls_step(&each[k], from[k], 0.5f) == GLS_OK;
    CHECK(good && are_same() && alone.adam_state.step == t + 1 && alone.bytes[0] != 0 && alone.halves[0] != 0,
          "all of the groups, step ", t);
  }
}

// What is refused, and changes nothing.
void check_refusals() {
  const gls_rule_info& adam = *gls_rule_named("adam");
  const gls_gradients from = gls_gradient_buffer(gradients);
  for (float& g : gradients) g = 0.5f;
  start(adam, kBits8, 130);
  const auto refused = [&](gls_status status, const gls_optimizer& o, const char* what) {
    gls_coefficients c;
    const gls_optimizer good = run.of_floats(adam, 130);
    const uint32_t step = run.state[0];
    const bool begun = gls_begin(&good, 1.0f, &c) == GLS_OK;
    run.state[0] = step;
    CHECK(begun && gls_step(&o, from, 1.0f) == status && gls_step_unguarded(&o, from, 1.0f) == status &&
              gls_step_all(&o, &from, 1, 1.0f) == status && gls_guard(&o, from, 1.0f) == status &&
              gls_sweep(&o, &c, from, 0, 64) == status && same(),
          what);
  };
  const gls_optimizer good = run.of_codes(adam, kBits8, 130);
  gls_optimizer o = good;
  o.first = 32;
  refused(GLS_ERROR_RANGE, o, "first");
  o = good;
  o.slots[1] = nullptr;
  refused(GLS_ERROR_NULL, o, "a slot that is null");
  refused(GLS_ERROR_NULL, gls_slots_8bit(run.of_floats(adam, 130), nullptr), "no memory");
  o = good;
  o.slots[1] = reinterpret_cast<float*>(reinterpret_cast<uint8_t*>(o.slots[0]) + 135);
  refused(GLS_ERROR_OVERLAP, o, "slots");
  o.slots[1] = reinterpret_cast<float*>(reinterpret_cast<uint8_t*>(gradients + 130) - 1);
  refused(GLS_ERROR_OVERLAP, o, "gradients");
  o.slots[1] = reinterpret_cast<float*>(reinterpret_cast<uint8_t*>(o.weights) + 1);
  refused(GLS_ERROR_OVERLAP, o, "weights");
  refused(GLS_ERROR_ALIGNMENT,
          gls_slots_bfloat16(run.of_floats(adam, 130), reinterpret_cast<uint16_t*>(run.memory + 1)), "odd");
  for (const char* const name : kOnlyFloats)
    refused(GLS_ERROR_RANGE, gls_slots_8bit(run.of_floats(*gls_rule_named(name), 130), run.memory), name);

  gls_coefficients c;
  CHECK(gls_begin(&good, 1.0f, &c) == GLS_OK, "begin");
  const uint32_t step = run.state[0];
  CHECK(gls_sweep(&good, &c, from, 32, 32) == GLS_ERROR_RANGE &&
            gls_sweep(&good, &c, from, 0, 63) == GLS_ERROR_RANGE &&
            gls_sweep(&good, &c, from, 64, 65) == GLS_ERROR_RANGE,
        "ranges");
  o = good;
  o.state = nullptr;
  CHECK(gls_sweep(&o, &c, from, 0, 64) == GLS_ERROR_NULL, "no state");
  run.state[0] = 0;
  CHECK(step == 1 && same(), "nothing written");
  gradients[70] = __builtin_huge_valf();
  CHECK(gls_step(&good, from, 1.0f) == GLS_ERROR_GRADIENT && same(), "the guard");
  float inputs[] = {1.0f};
  const gls_factors layer = {inputs, reinterpret_cast<float*>(run.memory), 1, 1, 65};
  CHECK(gls_step(&good, gls_gradient_factors(&layer, 1), 1.0f) == GLS_ERROR_OVERLAP && same(), "factors");
  const gls_optimizer none = {};
  o = gls_slots_8bit(none, run.memory);
  CHECK(gls_step(&o, from, 1.0f) == GLS_ERROR_NULL, "no rule");
}

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  using namespace glissade::test;
  on_each_backend([] {
    check_all_steps();
    check_all_exponents();
    check_rests();
  });
  check_cuts();
  check_still();
  check_groups();
  check_refusals();
  return finish();
}
