// SPDX-License-Identifier: Apache-2.0
// Slots that are not floats: each block is decoded, stepped by the rule's own sweep, and encoded.
#include "glissade/formats.h"

#include "optimizer/gradients/source.hpp"

namespace glissade {
namespace {

template <class Code>
Code* slot_of(const gls_optimizer& o, size_t k) {
  return reinterpret_cast<Code*>(o.slots[k]);
}
bool has_sign(const gls_optimizer& o, size_t k) { return (o.rule->signed_slots >> k & 1) != 0; }

struct In8Bits : SlotsIn8Bits {
  static constexpr uint32_t kMagic = 0x36534c47u;  // "GLS6"

  static bool all_finite(const Code* slot, size_t count) {
    bool finite = true;
    for (size_t first = 0; first < count; first += kSlotBlock)
      finite = finite && slot[count + first / kSlotBlock] != 255;
    return finite;
  }

  static uint8_t* exponents(Code* slot, size_t all) { return slot + all; }
  static void decode(Backend backend, const gls_optimizer& o, size_t k, size_t first, float* values,
                     size_t count) noexcept {
    const Code* const slot = slot_of<Code>(o, k);
    backend->decode_8bit(slot + first, slot[o.count + first / kSlotBlock], has_sign(o, k), values, count);
  }
  static void encode(Backend backend, const gls_optimizer& o, size_t k, size_t first, uint32_t random,
                     float* values, size_t count) noexcept {
    Code* const slot = slot_of<Code>(o, k);
    backend->encode_8bit(values, random, has_sign(o, k), slot + first,
                         exponents(slot, o.count) + first / kSlotBlock, count);
  }
#ifndef GLISSADE_ONLY_BACKEND
  static SweepSlotBlocks* sweep(Backend backend, const RuleKernels& rule) {
    return backend.operator->()->*rule.of_8bit;
  }
#endif
};

struct InBfloat16 : SlotsInBfloat16 {
  static constexpr uint32_t kMagic = 0x37534c47u;  // "GLS7"

  static bool all_finite(const Code* slot, size_t count) {
    bool finite = true;
    for (size_t i = 0; i < count; ++i) finite = finite && (slot[i] & 0x7f80u) != 0x7f80u;
    return finite;
  }

  static uint8_t* exponents(Code*, size_t) { return nullptr; }
  static void decode(Backend backend, const gls_optimizer& o, size_t k, size_t first, float* values,
                     size_t count) noexcept {
    backend->decode_bfloat16(slot_of<Code>(o, k) + first, values, count);
  }
  static void encode(Backend backend, const gls_optimizer& o, size_t k, size_t first, uint32_t random,
                     float* values, size_t count) noexcept {
    backend->encode_bfloat16(values, random, slot_of<Code>(o, k) + first, count);
  }
#ifndef GLISSADE_ONLY_BACKEND
  static SweepSlotBlocks* sweep(Backend backend, const RuleKernels& rule) {
    return backend.operator->()->*rule.of_bfloat16;
  }
#endif
};

template <class Format>
size_t words(size_t count) noexcept {
  return sizeof(typename Format::Code) * Format::codes(count) / sizeof(uint32_t);
}

template <class Format>
bool all_finite(const gls_optimizer& o) noexcept {
  bool finite = true;
  for (size_t k = 0; k < o.rule->slot_count; ++k)
    finite = finite && Format::all_finite(slot_of<typename Format::Code>(o, k), o.count);
  return finite;
}

// The bytes of buffer k of an optimizer: its weights, its slots, and behind them gradients.
size_t bytes_of(const gls_optimizer& o, size_t k) {
  return sizeof(float) * (k == 0 || k > o.rule->slot_count ? o.count : words_of_slot(o));
}

bool apart(const gls_optimizer& o, const void* buffer, size_t bytes) noexcept {
  for (size_t k = 1; k <= o.rule->slot_count; ++k) {
    if (overlap_bytes(buffers_of(o)[k], bytes_of(o, k), buffer, bytes)) return false;
  }
  return true;
}

Status check(const gls_optimizer& o, const float* gradients, size_t count) noexcept {
  if (o.rule->has_formats == 0 || o.first % kSlotBlock != 0) return GLS_ERROR_RANGE;
  for (size_t k = 0; k < count; ++k) {
    const bool is_slot = k > 0 && k <= o.rule->slot_count;
    const void* const buffer = k <= o.rule->slot_count ? buffers_of(o)[k] : gradients;
    if (buffer == nullptr && o.count != 0) return GLS_ERROR_NULL;
    const size_t alignment = is_slot ? o.format->alignment : alignof(float);
    if ((reinterpret_cast<uintptr_t>(buffer) & (alignment - 1)) != 0) return GLS_ERROR_ALIGNMENT;
    for (size_t other = 0; other < k; ++other) {
      if (overlap_bytes(buffers_of(o)[other], bytes_of(o, other), buffer, bytes_of(o, k)))
        return GLS_ERROR_OVERLAP;
    }
  }
  return GLS_OK;
}

// What all blocks of a sweep share.
struct Blocks {
  const gls_optimizer& o;
  const StepCoefficients& c;
  const gls_gradients& gradients;
  Backend backend;
};

#ifndef GLISSADE_ONLY_BACKEND
// Whole blocks by a rule's own sweep over them, where it has one, and gradients are in a buffer. How many
// weights?
template <class Format>
size_t sweep_whole_blocks(const Blocks& of, size_t first, size_t count) {
  const gls_optimizer& o = of.o;
  if (of.gradients.source != &buffer_source || !of.backend->traits->steps_slot_blocks ||
      o.rule->slot_count == 0)
    return 0;
  SlotBlocks blocks{{}, {}, slot_start(o), slot_block(o, first), count / kSlotBlock};
  for (size_t k = 0; k < o.rule->slot_count; ++k) {
    typename Format::Code* const slot = slot_of<typename Format::Code>(o, k);
    blocks.codes[k] = slot + first;
    uint8_t* const exponents = Format::exponents(slot, o.count);
    if (exponents != nullptr) blocks.exponents[k] = exponents + first / kSlotBlock;
  }
  Format::sweep(of.backend, o.rule->kernels)(of.c.of_rule, o.weights + first,
                                             static_cast<const float*>(of.gradients.data) + first, &blocks);
  return count - count % kSlotBlock;
}
constexpr size_t kDecodedAlignment = 64;  // cache lines
#else
template <class Format>
constexpr size_t sweep_whole_blocks(const Blocks&, size_t, size_t) {
  return 0;
}
constexpr size_t kDecodedAlignment = alignof(float);
#endif

template <class Format>
__attribute__((noinline)) void sweep_blocks(const Blocks& of, float* decoded, size_t first, size_t count) {
  const gls_optimizer& o = of.o;
  float* slots[GLS_SLOTS_MOST];
  for (size_t k = 0; k < o.rule->slot_count; ++k) slots[k] = decoded + k * kSlotBlock;
  size_t some = sweep_whole_blocks<Format>(of, first, count);
  for (first += some, count -= some; count > 0; first += some, count -= some) {
    some = count < kSlotBlock ? count : kSlotBlock;
    for (size_t k = 0; k < o.rule->slot_count; ++k) Format::decode(of.backend, o, k, first, slots[k], some);
    of.gradients.source->sweep(of.c, o, of.gradients, slots, first, some, of.backend);
    const uint32_t random = slot_random(o, first);
    for (size_t k = 0; k < o.rule->slot_count; ++k)
      Format::encode(of.backend, o, k, first, random, slots[k], some);
  }
}

// A frame of its own for each number of slots, so that a rule with one needs no stack for three.
template <class Format, size_t kSlots>
__attribute__((noinline)) void sweep_slots(const Blocks& of, size_t first, size_t count) {
  alignas(kDecodedAlignment) float decoded[kSlots * kSlotBlock];
  sweep_blocks<Format>(of, decoded, first, count);
}

Status check_range(const gls_optimizer& o, size_t first, size_t count) noexcept {
  if (o.state == nullptr) return GLS_ERROR_NULL;
  const bool whole = first % kSlotBlock == 0 && (count % kSlotBlock == 0 || count == o.count - first);
  return whole ? GLS_OK : GLS_ERROR_RANGE;
}

template <class Format>
void sweep(const StepCoefficients& c, const gls_optimizer& o, const gls_gradients& gradients, float* const*,
           size_t first, size_t count, Backend backend) noexcept {
  const Blocks blocks{o, c, gradients, backend};
  if (c.rule->slot_count <= 1)
    sweep_slots<Format, 1>(blocks, first, count);
  else if (c.rule->slot_count == 2)
    sweep_slots<Format, 2>(blocks, first, count);
  else
    sweep_slots<Format, 3>(blocks, first, count);
}

template <class Format>
constexpr gls_slot_format format_of() {
  return {check,          apart,
          check_range,    sweep<Format>,
          words<Format>,  all_finite<Format>,
          Format::decode, Format::encode,
          Format::kMagic, alignof(typename Format::Code)};
}

template <class Format>
gls_optimizer with_format(gls_optimizer& o, typename Format::Code* memory) {
  const size_t slot_count = o.rule == nullptr ? 0 : o.rule->slot_count;
  const size_t bytes = memory == nullptr || o.count > kMostFloats ? 0 : 4 * words<Format>(o.count);
  for (size_t k = 0; k < slot_count; ++k) {
    void* const slot = reinterpret_cast<unsigned char*>(memory) + k * bytes;
    o.slots[k] = static_cast<float*>(slot);
  }
  o.format = Format::kFormat;
  return o;
}

}  // namespace

const gls_slot_format format_8bit = format_of<In8Bits>();
const gls_slot_format format_bfloat16 = format_of<InBfloat16>();

}  // namespace glissade

using namespace glissade;

gls_optimizer gls_slots_8bit(gls_optimizer optimizer, uint8_t* memory) {
  return with_format<In8Bits>(optimizer, memory);
}

gls_optimizer gls_slots_bfloat16(gls_optimizer optimizer, uint16_t* memory) {
  return with_format<InBfloat16>(optimizer, memory);
}
