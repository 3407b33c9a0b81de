// SPDX-License-Identifier: Apache-2.0
// An optimizer whose slots are codes, and beside it the same rule whose float slots the model in long hand
// decodes before each step and encodes after it.
#ifndef GLISSADE_TESTS_SLOT_RUNS_HPP
#define GLISSADE_TESTS_SLOT_RUNS_HPP

#include "support/reference.hpp"
#include "support/slot_model.hpp"

namespace glissade {
namespace test {

constexpr size_t kMost = 200, kBlock = 64, kMostSlots = 3;
constexpr size_t kMostBytes = 2 * kMostSlots * kMost;
constexpr uint8_t kGuardByte = 0xa5;

enum Format { kBits8, kBfloat16 };

inline size_t slot_bytes(Format format, size_t count) {
  return format == kBits8 ? GLS_SLOTS_8BIT_BYTES(1, count) : 2 * GLS_SLOTS_BFLOAT16_COUNT(1, count);
}

// One optimizer's memory, the same in both forms.
struct Run {
  alignas(8) unsigned char params[64];
  uint32_t state[4];
  float weights[kMost];
  alignas(4) uint8_t memory[kMostBytes + 8];
  float slots[kMostSlots][kMost];

  void begin(const gls_rule_info& info) {
    *this = {};
    for (size_t i = 0; i < info.param_count; ++i) {
      const gls_param_info& param = info.params[i];
      if (param.kind == GLS_PARAM_BOOL)
        params[param.offset] = param.usual > 0.5;
      else
        __builtin_memcpy(params + param.offset, &param.usual, sizeof param.usual);
    }
    for (uint8_t& byte : memory) byte = kGuardByte;
    for (float& weight : weights) weight = 0.5f;
  }
  void set(const gls_rule_info& info, const char* name, double value) {
    for (size_t i = 0; i < info.param_count; ++i) {
      const gls_param_info& param = info.params[i];
      if (!same_text(param.name, name)) continue;
      if (param.kind == GLS_PARAM_BOOL)
        params[param.offset] = value > 0.5;
      else
        __builtin_memcpy(params + param.offset, &value, sizeof value);
    }
  }
  gls_optimizer of_floats(const gls_rule_info& info, size_t count) {
    float* const pointers[] = {slots[0], slots[1], slots[2]};
    return gls_optimizer_of(&info, params, state, weights, pointers, count);
  }
  gls_optimizer of_codes(const gls_rule_info& info, Format format, size_t count) {
    const gls_optimizer o = of_floats(info, count);
    return format == kBits8 ? gls_slots_8bit(o, memory)
                            : gls_slots_bfloat16(o, reinterpret_cast<uint16_t*>(memory));
  }
};

inline Run run, expected;
inline float gradients[kMost];

// Rules whose slots are floats only.
constexpr const char* kOnlyFloats[] = {"rprop", "asgd", "rmsprop_centered", "rmsprop_centered_momentum"};
inline bool has_formats(const gls_rule_info& info) {
  bool result = true;
  for (const char* const name : kOnlyFloats) result = result && !same_text(info.name, name);
  return result;
}

// work(info) for all rules that have them.
template <class Work>
inline void for_each_rule_with_formats(Work work) {
  for (size_t i = 0; const gls_rule_info* const info = gls_rule_at(i); ++i) {
    if (has_formats(*info)) work(*info);
  }
}

// The model: a run's codes as float slots,
inline void decode(const gls_rule_info& info, Format format, Run& of, size_t count) {
  for (size_t k = 0; k < info.slot_count; ++k) {
    const uint8_t* const slot = of.memory + k * slot_bytes(format, count);
    for (size_t i = 0; i < count; ++i) {
      uint32_t bits = (slot[2 * i] + 256u * slot[2 * i + 1]) << 16;
      if (format == kBits8)
        bits = slot_model::decode_8bit(slot[i], info.slots[k].is_signed, slot[count + i / kBlock]);
      of.slots[k][i] = bits_to_float(bits);
    }
  }
}

// and back.
inline void encode(const gls_rule_info& info, Format format, Run& of, size_t count, uint32_t seed,
                   size_t first) {
  for (size_t k = 0; k < info.slot_count; ++k) {
    uint8_t* const slot = of.memory + k * slot_bytes(format, count);
    for (size_t i = 0; i < count; i += kBlock) {
      const size_t some = count - i < kBlock ? count - i : kBlock, block = (first + i) / kBlock;
      uint32_t bits[kBlock];
      for (size_t j = 0; j < some; ++j) bits[j] = float_to_bits(of.slots[k][i + j]);
      if (format == kBits8) {
        slot_model::encode_8bit(bits, some, info.slots[k].is_signed, seed, of.state[0], block, slot + i,
                                slot + count + i / kBlock);
        continue;
      }
      for (size_t j = 0; j < some; ++j) {
        const uint16_t code =
            slot_model::encode_bfloat16(bits[j], slot_model::random_bits(seed, of.state[0], block, j));
        slot[2 * (i + j)] = static_cast<uint8_t>(code);
        slot[2 * (i + j) + 1] = static_cast<uint8_t>(code >> 8);
      }
    }
  }
}

inline void start(const gls_rule_info& info, Format format, size_t count) {
  run.begin(info);
  for (size_t i = 0; i < info.slot_count * slot_bytes(format, count); ++i) run.memory[i] = 0;
  expected = run;
}

inline bool same() {
  for (size_t i = 0; i < sizeof run.memory; ++i) {
    if (run.memory[i] != expected.memory[i]) return false;
  }
  for (size_t i = 0; i < sizeof run.state / 4; ++i) {
    if (run.state[i] != expected.state[i]) return false;
  }
  return first_difference(run.weights, expected.weights, kMost) == kMost;
}

// One step of both.
inline bool step_both(const gls_rule_info& info, Format format, size_t count, uint32_t seed = 0,
                      size_t first = 0) {
  decode(info, format, expected, count);
  const gls_optimizer floats = expected.of_floats(info, count);
  gls_optimizer codes = run.of_codes(info, format, count);
  codes.seed = seed;
  codes.first = first;
  const gls_gradients from = gls_gradient_buffer(gradients);
  const bool stepped =
      gls_step_unguarded(&floats, from, 1.0f) == GLS_OK && gls_step_unguarded(&codes, from, 1.0f) == GLS_OK;
  encode(info, format, expected, count, seed, first);
  return stepped && same();
}

}  // namespace test
}  // namespace glissade

#endif
