// SPDX-License-Identifier: Apache-2.0
// Slots copied from one format into another: from fewer bytes without a change, into fewer bytes as the model
// in long hand rounds.
#include "support/check.hpp"
#include "support/list.hpp"
#include "support/slot_runs.hpp"

namespace glissade {
namespace test {
namespace {

constexpr size_t kCounts[] = {0, 1, 64, 131};
constexpr uint32_t kStep = 0xfffffffe;
constexpr Format kFormats[] = {kBits8, kBfloat16};

gls_optimizer in_format(Run& of, const gls_rule_info& info, Format format, size_t count, uint32_t seed = 0) {
  gls_optimizer o = of.of_codes(info, format, count);
  o.seed = seed;
  o.first = 3 * kBlock;
  return o;
}

// Some numbers of all sizes; a slot that is never below 0 has none.
void fill_floats(const gls_rule_info& info, Run& of, size_t count, bool finite) {
  Random random(static_cast<uint32_t>(count) + 1);
  for (size_t k = 0; k < info.slot_count; ++k) {
    for (size_t i = 0; i < count; ++i) {
      float x = i < kBlock || finite ? random.ordinary() : random.extreme();
      if (!info.slots[k].is_signed) x = bits_to_float(float_to_bits(x) & 0x7fffffffu);
      of.slots[k][i] = x;
    }
  }
}

bool same_slots(const gls_rule_info& info, const Run& a, const Run& b, size_t count) {
  for (size_t k = 0; k < info.slot_count; ++k) {
    if (__builtin_memcmp(a.slots[k], b.slots[k], count * sizeof(float)) != 0) return false;
  }
  return true;
}

// Both runs the same, with floats, and codes of 0.
void start_with(const gls_rule_info& info, Format format, size_t count, bool finite) {
  start(info, format, count);
  fill_floats(info, run, count, finite);
  run.state[0] = kStep;
  expected = run;
}

void check_copies(const gls_rule_info& info, Format format, size_t count) {
  const auto told = [&](bool good, const char* what) {
    CHECK(good, info.name, ", ", gls_backend_active(), ", format ", static_cast<uint32_t>(format), ", count ",
          static_cast<uint32_t>(count), ": ", what);
  };
  for (const bool finite : {false, true}) {
    start_with(info, format, count, finite);
    const gls_optimizer floats = run.of_floats(info, count), codes = in_format(run, info, format, count, 5);
    encode(info, format, expected, count, 5, 3 * kBlock);
    told(gls_copy_slots(&floats, &codes) == GLS_OK && same() && same_slots(info, run, expected, count),
         "floats rounded");

    decode(info, format, expected, count);
    told(gls_copy_slots(&codes, &floats) == GLS_OK && same() && same_slots(info, run, expected, count),
         "codes as floats");
    run.state[0] = expected.state[0] = 77;
    for (size_t i = 0; i < info.slot_count * slot_bytes(format, count); ++i) run.memory[i] = 0;
    const gls_optimizer again = in_format(run, info, format, count, 6);
    told(gls_copy_slots(&floats, &again) == GLS_OK && same(), "codes again, with other random bits");
  }
}

// From each format into the other by way of floats, which changes nothing, and without.
void check_pairs(const gls_rule_info& info, size_t count) {
  for (const Format format : kFormats) {
    const Format other = format == kBits8 ? kBfloat16 : kBits8;
    start_with(info, format, count, true);
    const gls_optimizer floats = run.of_floats(info, count), codes = in_format(run, info, format, count);
    bool good = gls_copy_slots(&floats, &codes) == GLS_OK && gls_copy_slots(&codes, &floats) == GLS_OK;
    for (size_t i = 0; i < info.slot_count * slot_bytes(other, count); ++i) expected.memory[i] = 0;
    const gls_optimizer direct = in_format(expected, info, other, count, 9);
    good = good && gls_copy_slots(&codes, &direct) == GLS_OK;
    for (size_t i = 0; i < info.slot_count * slot_bytes(format, count); ++i) run.memory[i] = kGuardByte;
    for (size_t i = 0; i < info.slot_count * slot_bytes(other, count); ++i) run.memory[i] = 0;
    const gls_optimizer through = in_format(run, info, other, count, 9);
    good = good && gls_copy_slots(&floats, &through) == GLS_OK;
    for (size_t i = 0; i < info.slot_count * slot_bytes(other, count); ++i)
      good = good && run.memory[i] == expected.memory[i];
    CHECK(good, info.name, ": into the other format, count ", static_cast<uint32_t>(count));
  }
}

// Floats into floats, of every rule.
void check_floats(const gls_rule_info& info) {
  start_with(info, kBits8, 131, false);
  for (auto& slot : run.slots) {
    for (float& x : slot) x = 3.0f;
  }
  const gls_optimizer from = expected.of_floats(info, 131), to = run.of_floats(info, 131);
  CHECK(gls_copy_slots(&from, &to) == GLS_OK && same() && same_slots(info, run, expected, 131), info.name,
        ": floats");
  for (size_t k = 0; k < info.slot_count; ++k) CHECK(run.slots[k][131] == 3.0f, info.name, ": not behind");
}

// What is refused, and writes nothing.
void check_refusals() {
  const gls_rule_info& adam = *gls_rule_named("adam");
  start_with(adam, kBits8, 131, true);
  const gls_optimizer floats = run.of_floats(adam, 131), codes = in_format(run, adam, kBits8, 131);
  const auto refused = [&](const gls_optimizer& from, const gls_optimizer& to, gls_status status,
                           const char* what) {
    CHECK(gls_copy_slots(&from, &to) == status && gls_copy_slots(&to, &from) == status && same() &&
              same_slots(adam, run, expected, 131),
          what);
  };
  CHECK(
      gls_copy_slots(nullptr, &codes) == GLS_ERROR_NULL && gls_copy_slots(&floats, nullptr) == GLS_ERROR_NULL,
      "null");
  gls_optimizer o = codes;
  o.rule = nullptr;
  refused(floats, o, GLS_ERROR_NULL, "no rule");
  o = codes;
  o.state = nullptr;
  refused(floats, o, GLS_ERROR_NULL, "no state");
  o = codes;
  o.slots[1] = nullptr;
  refused(floats, o, GLS_ERROR_NULL, "no slot");
  o = floats;
  o.slots[1] = nullptr;
  refused(o, codes, GLS_ERROR_NULL, "no float slot");
  o = codes;
  o.first = 32;
  refused(floats, o, GLS_ERROR_RANGE, "first");
  refused(floats, in_format(run, adam, kBits8, 130), GLS_ERROR_MISMATCH, "another count");
  refused(floats, in_format(run, *gls_rule_named("nadam"), kBits8, 131), GLS_ERROR_MISMATCH, "another rule");
  o = in_format(run, adam, kBfloat16, 131);
  o.slots[0] = reinterpret_cast<float*>(run.memory + 1);
  refused(floats, o, GLS_ERROR_ALIGNMENT, "an odd slot");
  o = floats;
  o.slots[1] = reinterpret_cast<float*>(reinterpret_cast<uintptr_t>(run.slots[1]) + 2);
  refused(o, codes, GLS_ERROR_ALIGNMENT, "a float slot between floats");
  refused(codes, codes, GLS_ERROR_OVERLAP, "the same slots");
  o = codes;
  o.slots[1] = reinterpret_cast<float*>(reinterpret_cast<uint8_t*>(codes.slots[0]) + 135);
  refused(floats, o, GLS_ERROR_OVERLAP, "two slots");
  o.slots[1] = reinterpret_cast<float*>(reinterpret_cast<uint8_t*>(run.slots[0] + 131) - 1);
  refused(floats, o, GLS_ERROR_OVERLAP, "one of each");
  o = floats;
  o.count = SIZE_MAX / 4;
  gls_optimizer other = codes;
  other.count = SIZE_MAX / 4;
  refused(o, other, GLS_ERROR_RANGE, "too many");
  for (const char* const name : kOnlyFloats) {
    const gls_rule_info& info = *gls_rule_named(name);
    refused(run.of_floats(info, 131), in_format(run, info, kBits8, 131), GLS_ERROR_RANGE, name);
  }
  o = floats;
  o.weights = nullptr;
  o.params = o.state = nullptr;
  other = codes;
  other.weights = nullptr;
  other.params = nullptr;
  CHECK(gls_copy_slots(&o, &other) == GLS_OK && !same(), "weights and params may be null");
}

void check_active_backend() {
  for_each_rule_with_formats([](const gls_rule_info& info) {
    for (const Format format : kFormats) {
      for (const size_t count : kCounts) check_copies(info, format, count);
    }
  });
}

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  using namespace glissade::test;
  for_each_rule_with_formats([](const gls_rule_info& info) {
    for (const size_t count : kCounts) check_pairs(info, count);
  });
  for (size_t i = 0; const gls_rule_info* const info = gls_rule_at(i); ++i) check_floats(*info);
  check_refusals();
  on_each_backend(check_active_backend);
  return finish();
}
