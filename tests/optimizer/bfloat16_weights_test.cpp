// SPDX-License-Identifier: Apache-2.0
// Weights in bfloat16. A step of every rule, with slots in every form, on every backend, beside a step of the
// same optimizer whose float weights a model in long hand encodes; how it is cut, saved and refused; and that
// weights rounded to nearest would stand still.

#include "glissade/training/threads.hpp"
#include "support/check.hpp"
#include "support/list.hpp"
#include "support/slot_runs.hpp"

namespace glissade {
namespace test {
namespace {

enum Slots { kFloatSlots, kSlotsOf8Bits, kSlotsOfBfloat16 };

// The codes of weights, and one that no step may touch.
struct Codes {
  alignas(4) uint16_t of[kMost + 2];
};
Codes codes, expected_codes;

gls_optimizer with_slots(const gls_rule_info& info, Run& of, Slots slots, size_t count) {
  if (slots == kFloatSlots) return of.of_floats(info, count);
  return of.of_codes(info, slots == kSlotsOf8Bits ? kBits8 : kBfloat16, count);
}

// Half of the time slots are set first.
gls_optimizer with_codes(const gls_rule_info& info, Slots slots, size_t count, Run& of = run,
                         Codes& weights = codes) {
  if (count % 2 == 0) return gls_weights_bfloat16(with_slots(info, of, slots, count), weights.of);
  const gls_optimizer o = gls_weights_bfloat16(of.of_floats(info, count), weights.of);
  if (slots == kFloatSlots) return o;
  return slots == kSlotsOf8Bits ? gls_slots_8bit(o, of.memory)
                                : gls_slots_bfloat16(o, reinterpret_cast<uint16_t*>(of.memory));
}

void begin(const gls_rule_info& info, Slots slots, size_t count) {
  start(info, slots == kSlotsOf8Bits ? kBits8 : kBfloat16, count);
  for (size_t i = 0; i < kMost + 2; ++i) {
    const float w = 0.01f * (static_cast<float>(i % 37) - 18.0f);
    codes.of[i] = i < count ? static_cast<uint16_t>(float_to_bits(w) >> 16) : uint16_t{0xa5a5};
  }
  expected_codes = codes;
}

bool all_same() {
  if (__builtin_memcmp(&codes, &expected_codes, sizeof codes) != 0) return false;
  for (size_t k = 0; k < kMostSlots; ++k) {
    if (first_difference(run.slots[k], expected.slots[k], kMost) != kMost) return false;
  }
  for (float& w : expected.weights) w = 0.5f;  // scratch
  return same();
}

// One step of both.
bool step_both_with_weights(const gls_rule_info& info, Slots slots, size_t count, uint32_t seed,
                            size_t first) {
  for (size_t i = 0; i < count; ++i)
    expected.weights[i] = bits_to_float(uint32_t{expected_codes.of[i]} << 16);
  gls_optimizer floats = with_slots(info, expected, slots, count), o = with_codes(info, slots, count);
  o.seed = floats.seed = seed;
  o.first = floats.first = first;
  const gls_gradients from = gls_gradient_buffer(gradients);
  const bool stepped =
      gls_step_unguarded(&floats, from, 1.0f) == GLS_OK && gls_step_unguarded(&o, from, 1.0f) == GLS_OK;
  for (size_t i = 0; i < count; ++i) {
    const uint64_t r =
        slot_model::random_bits(seed, expected.state[0], (first + i / kBlock * kBlock) / kBlock, i % kBlock);
    expected_codes.of[i] =
        slot_model::encode_bfloat16(float_to_bits(expected.weights[i]), r % 65536 * 65536);  // the lower half
  }
  return stepped && all_same();
}

template <class Work>
void for_each_rule_and_slots(Work work) {
  for (size_t i = 0; const gls_rule_info* const info = gls_rule_at(i); ++i) {
    for (const Slots slots : {kFloatSlots, kSlotsOf8Bits, kSlotsOfBfloat16}) {
      if (slots == kFloatSlots || has_formats(*info)) work(*info, slots);
    }
  }
}

constexpr uint32_t kCrc = 0x984a870e;  // of all codes, on every target

void check_all_steps() {
  uint32_t crc = 0;
  for_each_rule_and_slots([&](const gls_rule_info& info, Slots slots) {
    for (const uint32_t count : {0u, 1u, 63u, 64u, 65u, 130u, 200u}) {
      begin(info, slots, count);
      Random random(count);
      for (uint32_t t = 1; t <= 4; ++t) {
        for (size_t i = 0; i < count; ++i)
          gradients[i] = t < 4 ? random.ordinary() : i % 3 == 0 ? 0.0f : random.extreme();
        const bool good = step_both_with_weights(info, slots, count, t * 77, kBlock * (count % 3));
        CHECK(good, info.name, ", ", gls_backend_active(), ", slots ", static_cast<uint32_t>(slots),
              ", count ", static_cast<uint32_t>(count), ", step ", t);
        if (t < 4) crc = gls_crc32(crc, codes.of, 2 * count);
      }
    }
  });
  CHECK(crc == kCrc, "the CRC on ", gls_backend_active(), ": ", Hex{crc});
}

// Infinity, NaN, the largest number and subnormals, moved and not.
void check_special_weights() {
  const gls_rule_info& sgd = *gls_rule_named("sgd");
  for (const float g : {0.0f, 0x1p100f, -0x1p127f}) {
    begin(sgd, kFloatSlots, 2 * kBlock + 3);
    constexpr uint16_t kSpecial[] = {0x7f7f, 0xff7f, 0x7f80, 0xff80, 0x7fc0, 0x0001, 0x8000, 0x8001, 0x0080};
    for (size_t i = 0; i < 2 * kBlock + 3; ++i) {
      codes.of[i] = expected_codes.of[i] = kSpecial[i % 9];
      gradients[i] = g;
    }
    run.set(sgd, "learning_rate", 1.0);
    expected.set(sgd, "learning_rate", 1.0);
    CHECK(step_both_with_weights(sgd, kFloatSlots, 2 * kBlock + 3, 5, 0), "special weights on ",
          gls_backend_active());
    for (size_t i = 0; g == 0.0f && i < 2 * kBlock + 3; ++i) {
      const bool is_subnormal = (kSpecial[i % 9] & 0x7f80) == 0;  // 0 where vectors flush
      CHECK(codes.of[i] == kSpecial[i % 9] || is_subnormal, "a weight without a gradient moves");
    }
  }
}

// In slices, and with the gradients of a layer as factors: the same bits.
void check_cuts() {
  constexpr size_t kInputs = 9, kOutputs = 13, kCount = (kInputs + 1) * kOutputs;
  float inputs[kInputs], outputs[kOutputs], weights[kCount] = {};
  Random random(3);
  for (float& x : inputs) x = random.ordinary();
  for (float& y : outputs) y = random.ordinary();
  for (float& g : gradients) g = 0.0f;
  const gls_factors layer = {inputs, outputs, 1, kInputs, kOutputs};
  CHECK(gls_dense_backward(weights, inputs, outputs, gradients, nullptr, 1, kInputs, kOutputs) == GLS_OK,
        "gradients");
  const gls_gradients sources[] = {gls_gradient_factors(&layer, 1), gls_gradient_buffer(gradients)};
  for_each_rule_and_slots([&](const gls_rule_info& info, Slots slots) {
    begin(info, slots, kCount);
    bool good = true;
    for (uint32_t t = 0; t < 3; ++t) {
      const gls_optimizer whole = with_codes(info, slots, kCount, expected, expected_codes),
                          o = with_codes(info, slots, kCount);
      gls_coefficients c;
      good = good && gls_step(&whole, sources[1], 0.5f) == GLS_OK && gls_begin(&o, 0.5f, &c) == GLS_OK &&
             gls_sweep(&o, &c, sources[0], 128, 2) == GLS_OK &&
             gls_sweep(&o, &c, sources[t % 2], 64, 64) == GLS_OK &&
             gls_sweep(&o, &c, sources[0], 0, 64) == GLS_OK && all_same();
    }
    CHECK(good, info.name, ", slots ", static_cast<uint32_t>(slots), ": cut");
  });
}

constexpr size_t kSaved = 67;
unsigned char bytes[GLS_SAVED_BYTES_MAX(kMostSlots, kSaved)];

// Saved and restored between steps, a run goes on as if nothing had been; another format or seed is a
// mismatch.
void check_saved() {
  constexpr size_t kCount = kSaved;
  for_each_rule_and_slots([](const gls_rule_info& info, Slots slots) {
    begin(info, slots, kCount);
    codes.of[kCount] = expected_codes.of[kCount] = 0;  // saved too: whole words
    const gls_optimizer other = with_codes(info, slots, kCount, expected, expected_codes);
    gls_optimizer o = with_codes(info, slots, kCount);
    Random random(9);
    bool good = true;
    for (uint32_t t = 0; t < 3; ++t) {
      for (float& g : gradients) g = random.ordinary();
      // Of the other run nothing is left: it goes on from the saved bytes.
      good = good && gls_step(&o, gls_gradient_buffer(gradients), 1.0f) == GLS_OK &&
             gls_saved_bytes(&o) <= sizeof bytes && gls_save(&o, bytes, sizeof bytes) == GLS_OK &&
             bytes[3] == (slots == kFloatSlots     ? '8'
                          : slots == kSlotsOf8Bits ? '9'
                                                   : 10);
      for (size_t i = 0; i < kCount; ++i) expected_codes.of[i] = 0x1234;
      for (size_t k = 0; k < info.slot_count; ++k) {
        const size_t some =
            slots == kFloatSlots ? 0 : slot_bytes(slots == kSlotsOf8Bits ? kBits8 : kBfloat16, kCount);
        for (size_t i = 0; i < some; ++i) expected.memory[k * some + i] = 0x55;
        for (size_t i = 0; i < kCount && some == 0; ++i) expected.slots[k][i] = 3.0f;
      }
      for (uint32_t& word : expected.state) word = word == 0 ? 0 : 77;
      good = good && gls_restore(&other, bytes, sizeof bytes) == GLS_OK && all_same();
      gls_optimizer stranger = with_slots(info, expected, slots, kCount);
      good = good && gls_restore(&stranger, bytes, sizeof bytes) != GLS_OK;
      stranger = other;
      stranger.seed = 8;
      good = good && gls_restore(&stranger, bytes, sizeof bytes) == GLS_ERROR_MISMATCH && all_same();
    }
    CHECK(good, info.name, ", slots ", static_cast<uint32_t>(slots), ": saved");
    codes.of[3] = 0x7f80;
    CHECK(gls_save(&o, bytes, sizeof bytes) == GLS_ERROR_NOT_FINITE, info.name, ": an infinite weight");
  });
}

// Slots change their format beside such weights.
void check_copied() {
  const gls_rule_info& adam = *gls_rule_named("adam");
  begin(adam, kSlotsOf8Bits, 100);
  for (float& g : gradients) g = 0.5f;
  const gls_optimizer small = with_codes(adam, kSlotsOf8Bits, 100);
  const gls_optimizer floats = gls_weights_bfloat16(run.of_floats(adam, 100), codes.of);
  CHECK(gls_step(&small, gls_gradient_buffer(gradients), 1.0f) == GLS_OK &&
            gls_copy_slots(&small, &floats) == GLS_OK && run.slots[0][7] > 0.04f && run.slots[0][7] < 0.06f,
        "slots are copied");
}

// What is refused, and changes nothing.
void check_refusals() {
  const gls_rule_info& adam = *gls_rule_named("adam");
  const gls_gradients from = gls_gradient_buffer(gradients);
  for (float& g : gradients) g = 0.5f;
  begin(adam, kFloatSlots, 130);
  const auto refused = [&](gls_status status, const gls_optimizer& o, const char* what) {
    CHECK(gls_step(&o, from, 1.0f) == status && gls_step_unguarded(&o, from, 1.0f) == status &&
              gls_step_all(&o, &from, 1, 1.0f) == status && gls_guard(&o, from, 1.0f) == status && all_same(),
          what);
  };
  const gls_optimizer good = with_codes(adam, kFloatSlots, 130);
  gls_optimizer o = good;
  o.first = 32;
  refused(GLS_ERROR_RANGE, o, "first");
  refused(GLS_ERROR_NULL, gls_weights_bfloat16(good, nullptr), "no weights");
  unsigned char* const odd = reinterpret_cast<unsigned char*>(codes.of) + 1;
  refused(GLS_ERROR_ALIGNMENT, gls_weights_bfloat16(good, reinterpret_cast<uint16_t*>(odd)), "odd");
  refused(GLS_ERROR_OVERLAP, gls_weights_bfloat16(good, reinterpret_cast<uint16_t*>(run.slots[1])), "slots");
  refused(GLS_ERROR_OVERLAP, gls_weights_bfloat16(good, reinterpret_cast<uint16_t*>(gradients)), "gradients");
  for (const char* const name : kOnlyFloats) {
    o = gls_weights_bfloat16(gls_slots_8bit(run.of_floats(*gls_rule_named(name), 130), run.memory), codes.of);
    refused(GLS_ERROR_RANGE, o, name);
  }
  float inputs[] = {1.0f};
  const gls_factors layer = {inputs, reinterpret_cast<float*>(codes.of), 1, 1, 65};
  CHECK(gls_step(&good, gls_gradient_factors(&layer, 1), 1.0f) == GLS_ERROR_OVERLAP && all_same(), "factors");

  // Coupled decay looks at the weights.
  codes.of[70] = expected_codes.of[70] = 0x7e80;  // 2^126
  run.set(adam, "weight_decay", 1.0);
  expected.set(adam, "weight_decay", 1.0);
  CHECK(gls_step(&good, from, 1.0f) == GLS_ERROR_GRADIENT && all_same(), "a weight that is too large");
  codes.of[70] = expected_codes.of[70] = 0x3f80;
  CHECK(gls_guard(&good, from, 1.0f) == GLS_OK, "a weight that is not");

  // Two of one array, side by side, share nothing; one that begins in the other does.
  gls_sgd_params params = {GLS_SGD_DEFAULTS};
  gls_sgd_state states[2] = {};
  gls_optimizer both[] = {gls_weights_bfloat16(gls_sgd(&params, &states[0], nullptr, 64), codes.of),
                          gls_weights_bfloat16(gls_sgd(&params, &states[1], nullptr, 64), codes.of + 64)};
  const gls_gradients of_both[] = {from, from};
  CHECK(gls_step_all(both, of_both, 2, 1.0f) == GLS_OK, "side by side");
  both[1] = gls_weights_bfloat16(both[1], codes.of + 63);
  CHECK(gls_step_all(both, of_both, 2, 1.0f) == GLS_ERROR_OVERLAP, "one in the other");
}

// From 1, 500 steps of 1e-4: to nearest, no step would be seen.
void check_small_steps() {
  constexpr size_t kCount = 192;
  gls_sgd_params params = {GLS_SGD_DEFAULTS};
  params.learning_rate = 1e-4;
  gls_sgd_state state = {};
  const gls_optimizer o = gls_weights_bfloat16(gls_sgd(&params, &state, nullptr, kCount), codes.of);
  uint16_t moved = 0;
  const float step = 1.0f - 1e-4f;
  CHECK(gls_floats_to_bfloat16(&step, &moved, 1) == GLS_OK && moved == 0x3f80, "one step, to nearest");
  for (size_t i = 0; i < kCount; ++i) codes.of[i] = 0x3f80, gradients[i] = 1.0f;
  bool stepped = true;
  for (int t = 0; t < 500; ++t)
    stepped = stepped && gls_step(&o, gls_gradient_buffer(gradients), 1.0f) == GLS_OK;
  double mean = 0.0;
  for (size_t i = 0; i < kCount; ++i)
    mean += static_cast<double>(bits_to_float(uint32_t{codes.of[i]} << 16)) / kCount;
  CHECK(stepped && mean > 0.947 && mean < 0.953, "in the mean");
}

void check_conversions() {
  float floats[130];
  bool good = true;
  for (uint32_t first = 0; first < 65536; first += 128) {
    uint16_t from[130], back[130];
    for (uint32_t i = 0; i < 130; ++i) from[i] = static_cast<uint16_t>(first + i);
    good = good && gls_bfloat16_to_floats(from, floats, 130) == GLS_OK &&
           gls_floats_to_bfloat16(floats, back, 130) == GLS_OK;
    for (uint32_t i = 0; i < 130; ++i) {
      const bool is_nan = (from[i] & 0x7fffu) > 0x7f80u;
      good = good && float_to_bits(floats[i]) == uint32_t{from[i]} << 16 &&
             back[i] == (is_nan ? uint16_t{0x7fc0} : from[i]);
    }
  }
  CHECK(good, "there and back, on ", gls_backend_active());
  constexpr uint32_t kBits[] = {0x3f808000, 0x3f818000, 0x3f808001, 0x3f807fff, 0xff7fffff, 0x00008000};
  constexpr uint16_t kCodes[] = {0x3f80, 0x3f82, 0x3f81, 0x3f80, 0xff80, 0x0000};
  for (size_t i = 0; i < 6; ++i) {
    const float x = bits_to_float(kBits[i]);
    uint16_t code = 1;
    CHECK(gls_floats_to_bfloat16(&x, &code, 1) == GLS_OK && code == kCodes[i], "to nearest, ",
          static_cast<uint32_t>(i));
  }
  uint16_t* const inside = reinterpret_cast<uint16_t*>(floats + 3);
  unsigned char* const odd = reinterpret_cast<unsigned char*>(codes.of) + 1;
  CHECK(gls_bfloat16_to_floats(inside, floats, 8) == GLS_ERROR_OVERLAP &&
            gls_floats_to_bfloat16(floats, inside, 8) == GLS_ERROR_OVERLAP &&
            gls_bfloat16_to_floats(nullptr, floats, 8) == GLS_ERROR_NULL &&
            gls_floats_to_bfloat16(nullptr, codes.of, 8) == GLS_ERROR_NULL &&
            gls_bfloat16_to_floats(nullptr, nullptr, 0) == GLS_OK &&
            gls_bfloat16_to_floats(reinterpret_cast<uint16_t*>(odd), floats, 8) == GLS_ERROR_ALIGNMENT &&
            gls_floats_to_bfloat16(floats, codes.of, SIZE_MAX / 4) == GLS_ERROR_RANGE,
        "what conversions refuse");
}

// The C++ face has the C face's bits, on threads too.
template <class FormOfSlots>
void check_cpp_face() {
  constexpr size_t kCount = 66;
  static Optimizer<Adam, kCount, FormOfSlots, WeightsInBfloat16> optimizer;
  optimizer = {};
  const gls_rule_info& adam = *gls_rule_named("adam");
  const Slots slots = sizeof(typename FormOfSlots::Code) == 4   ? kFloatSlots
                      : sizeof(typename FormOfSlots::Code) == 1 ? kSlotsOf8Bits
                                                                : kSlotsOfBfloat16;
  begin(adam, slots, kCount);
  uint16_t weights[kCount];
  for (size_t i = 0; i < kCount; ++i) weights[i] = codes.of[i];
  Random random(4);
  bool good = true;
  for (int t = 0; t < 4; ++t) {
    for (float& g : gradients) g = random.ordinary();
    float own[kCount];
    for (size_t i = 0; i < kCount; ++i) own[i] = gradients[i];
    const gls_optimizer o = with_codes(adam, slots, kCount);
    good = good && gls_step(&o, gls_gradient_buffer(gradients), 1.0f) == GLS_OK;
    good = good && (t % 2 == 0 ? optimizer.step(weights, own)
                               : step_on_threads(2, optimizer.view(), weights, own)) == GLS_OK;
  }
  static_assert(optimizer.saved_bytes() <= sizeof bytes, "there is room");
  const gls_optimizer o = with_codes(adam, slots, kCount);
  good = good && optimizer.save(weights, {}, bytes, sizeof bytes) == GLS_OK &&
         bytes[3] == (slots == kFloatSlots     ? '8'
                      : slots == kSlotsOf8Bits ? '9'
                                               : 10) &&
         gls_saved_bytes(&o) == optimizer.saved_bytes();
  CHECK(good && __builtin_memcmp(weights, codes.of, sizeof weights) == 0, "the C++ face");
}

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  using namespace glissade;
  using namespace glissade::test;
  on_each_backend([] {
    check_all_steps();
    check_special_weights();
    check_conversions();
  });
  check_cuts();
  check_saved();
  check_copied();
  check_refusals();
  check_small_steps();
  check_cpp_face<SlotsInFloats>();
  check_cpp_face<SlotsIn8Bits>();
  check_cpp_face<SlotsInBfloat16>();
  return finish();
}
