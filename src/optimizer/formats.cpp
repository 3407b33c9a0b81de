// SPDX-License-Identifier: Apache-2.0
// Slots and weights that are not floats: each block is decoded, stepped by the rule's own sweep, and encoded.
#include "glissade/formats.h"

#include "cpu/exact_math.hpp"
#include "optimizer/gradients/source.hpp"

namespace glissade {
namespace {

template <class Code>
Code* slot_of(const gls_optimizer& o, size_t k) {
  return reinterpret_cast<Code*>(o.slots[k]);
}
bool has_sign(const gls_optimizer& o, size_t k) { return (o.rule->signed_slots >> k & 1) != 0; }

struct In8Bits : SlotsIn8Bits {
  static constexpr uint32_t kMagic = 0x36534c47u, kMagicWithWeights = 0x39534c47u;  // "GLS6", "GLS9"

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
  static constexpr uint32_t kMagic = 0x37534c47u, kMagicWithWeights = 0x0a534c47u;  // "GLS7", "GLS\10"

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
size_t words(const gls_optimizer& o, size_t k) noexcept {
  return k == 0 ? o.count : sizeof(typename Format::Code) * Format::codes(o.count) / sizeof(uint32_t);
}

template <class Format>
uint32_t magic(const gls_optimizer& o) noexcept {
  return o.format == o.slot_format ? Format::kMagic : Format::kMagicWithWeights;
}

template <class Format>
bool all_finite(Backend backend, const gls_optimizer& o) noexcept {
  bool finite = o.format != o.slot_format || glissade::all_finite(backend, o.weights, o.count);
  for (size_t k = 0; k < o.rule->slot_count; ++k)
    finite = finite && Format::all_finite(slot_of<typename Format::Code>(o, k), o.count);
  return finite;
}

bool weights_fit(const gls_optimizer& o, uint32_t exponent, float scale) noexcept {
  return floats_fit(o.weights, o.count, exponent, scale, active_backend());
}

// The bytes of buffer k of an optimizer: its weights, its slots, and behind them gradients.
size_t bytes_of(const gls_optimizer& o, size_t k) {
  return sizeof(float) * (k > o.rule->slot_count ? o.count : o.format->words(o, k));
}
size_t alignment_of(const gls_optimizer& o, size_t k) {
  if (k == 0) return o.format->weight_bytes;
  return k > o.rule->slot_count || o.slot_format == nullptr ? alignof(float) : o.slot_format->slot_alignment;
}

bool apart(const gls_optimizer& o, const void* buffer, size_t bytes) noexcept {
  for (size_t k = 0; k <= o.rule->slot_count; ++k) {
    if (overlap_bytes(buffers_of(o)[k], bytes_of(o, k), buffer, bytes)) return false;
  }
  return true;
}

Status check(const gls_optimizer& o, const float* gradients, size_t count) noexcept {
  if (o.slot_format != nullptr && o.rule->has_formats == 0) return GLS_ERROR_RANGE;
  if (o.first % kSlotBlock != 0) return GLS_ERROR_RANGE;
  for (size_t k = 0; k < count; ++k) {
    const void* const buffer = k <= o.rule->slot_count ? buffers_of(o)[k] : gradients;
    if (buffer == nullptr && o.count != 0) return GLS_ERROR_NULL;
    if ((reinterpret_cast<uintptr_t>(buffer) & (alignment_of(o, k) - 1)) != 0) return GLS_ERROR_ALIGNMENT;
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
  float* weights;  // the first
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
  Format::sweep(of.backend, o.rule->kernels)(of.c.of_rule, of.weights,
                                             static_cast<const float*>(of.gradients.data) + first, &blocks);
  return count - count % kSlotBlock;
}
constexpr size_t kDecodedAlignment = 64;  // cache lines
constexpr size_t kWeightsAtOnce = 16 * kSlotBlock;
#else
template <class Format>
constexpr size_t sweep_whole_blocks(const Blocks&, size_t, size_t) {
  return 0;
}
constexpr size_t kDecodedAlignment = alignof(float);
constexpr size_t kWeightsAtOnce = kSlotBlock;
#endif

template <class Format>
__attribute__((noinline)) void sweep_blocks(const Blocks& of, float* decoded, size_t first, size_t count) {
  const gls_optimizer& o = of.o;
  float* buffers[1 + GLS_SLOTS_MOST];
  float* const* const slots = buffers + 1;
  buffers[0] = of.weights;
  for (size_t k = 0; k < o.rule->slot_count; ++k) buffers[1 + k] = decoded + k * kSlotBlock;
  size_t some = sweep_whole_blocks<Format>(of, first, count);
  for (;;) {
    first += some;
    count -= some;
    buffers[0] += some;
    if (count == 0) return;
    some = count < kSlotBlock ? count : kSlotBlock;
    for (size_t k = 0; k < o.rule->slot_count; ++k) Format::decode(of.backend, o, k, first, slots[k], some);
    of.gradients.source->sweep(of.c, o, of.gradients, buffers, first, some, of.backend);
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
void sweep(const StepCoefficients& c, const gls_optimizer& o, const gls_gradients& gradients,
           float* const* buffers, size_t first, size_t count, Backend backend) noexcept {
  const Blocks blocks{o, c, gradients, backend, buffers[0]};
  if (c.rule->slot_count <= 1)
    sweep_slots<Format, 1>(blocks, first, count);
  else if (c.rule->slot_count == 2)
    sweep_slots<Format, 2>(blocks, first, count);
  else
    sweep_slots<Format, 3>(blocks, first, count);
}

template <class Format>
constexpr gls_slot_format format_of() {
  return {check,
          apart,
          check_range,
          sweep<Format>,
          words<Format>,
          all_finite<Format>,
          weights_fit,
          Format::decode,
          Format::encode,
          magic<Format>,
          alignof(typename Format::Code),
          sizeof(float)};
}

template <class Format>
gls_optimizer with_format(gls_optimizer& o, typename Format::Code* memory) {
  const size_t slot_count = o.rule == nullptr ? 0 : o.rule->slot_count;
  const size_t bytes = memory == nullptr || o.count > kMostFloats ? 0 : 4 * words<Format>(o, 1);
  for (size_t k = 0; k < slot_count; ++k) {
    void* const slot = reinterpret_cast<unsigned char*>(memory) + k * bytes;
    o.slots[k] = static_cast<float*>(slot);
  }
  o.slot_format = Format::kFormat;
  if (o.format == nullptr || o.format->weight_bytes == sizeof(float)) o.format = Format::kFormat;
  return o;
}

// Weights in bfloat16, around slots in any format: a block of them at a time is floats, on hosts some.
uint16_t* codes_of(const gls_optimizer& o) {
  void* const weights = o.weights;
  return static_cast<uint16_t*>(weights);
}

size_t words_with_weights(const gls_optimizer& o, size_t k) noexcept {
  if (k == 0) return (o.count + 1) / 2;
  return o.slot_format == nullptr ? o.count : o.slot_format->words(o, k);
}

uint32_t magic_of_weights(const gls_optimizer& o) noexcept {
  return o.slot_format == nullptr ? 0x38534c47u /* "GLS8" */ : o.slot_format->magic(o);
}

bool all_finite_with_weights(Backend backend, const gls_optimizer& o) noexcept {
  bool finite = InBfloat16::all_finite(codes_of(o), o.count);
  if (o.slot_format != nullptr) return finite && o.slot_format->all_finite(backend, o);
  for (size_t k = 0; k < o.rule->slot_count; ++k)
    finite = finite && glissade::all_finite(backend, o.slots[k], o.count);
  return finite;
}

bool codes_fit(const gls_optimizer& o, uint32_t exponent, float scale) noexcept {
  const uint32_t limit = float_bits(unscaled(exponent, scale)) >> 16;  // a power of two, or infinity
  bool below = true;
  for (size_t i = 0; below && i < o.count; ++i) below = (codes_of(o)[i] & 0x7fffu) < limit;
  return below;
}

__attribute__((noinline)) void sweep_decoded_weights(const Blocks& of, float* weights, size_t first,
                                                     size_t count) {
  const gls_optimizer& o = of.o;
  float* buffers[1 + GLS_SLOTS_MOST];
  buffers[0] = weights;
  for (size_t k = 0; k < o.rule->slot_count; ++k) buffers[1 + k] = o.slots[k] + first;
  uint16_t* const codes = codes_of(o) + first;
  const auto for_blocks = [=](auto work) {
    for (size_t i = 0; i < count; i += kSlotBlock) work(i, count - i < kSlotBlock ? count - i : kSlotBlock);
  };
  for_blocks([&](size_t i, size_t n) { of.backend->decode_bfloat16(codes + i, weights + i, n); });
  SweepGradients* const inner = o.slot_format == nullptr ? of.gradients.source->sweep : o.slot_format->sweep;
  inner(of.c, o, of.gradients, buffers, first, count, of.backend);
  for_blocks([&](size_t i, size_t n) {
    of.backend->encode_bfloat16_weights(weights + i, slot_random(o, first + i), codes + i, n);
  });
}
// A frame of its own.
__attribute__((noinline)) void sweep_block_of_weights(const Blocks& of, size_t first, size_t count) {
  alignas(kDecodedAlignment) float weights[kWeightsAtOnce];
  sweep_decoded_weights(of, weights, first, count);
}

void sweep_weights(const StepCoefficients& c, const gls_optimizer& o, const gls_gradients& gradients,
                   float* const*, size_t first, size_t count, Backend backend) noexcept {
  const Blocks blocks{o, c, gradients, backend, nullptr};
  for (size_t some; count > 0; first += some, count -= some) {
    some = count < kWeightsAtOnce ? count : kWeightsAtOnce;
    sweep_block_of_weights(blocks, first, some);
  }
}

}  // namespace

const gls_slot_format format_8bit = format_of<In8Bits>();
const gls_slot_format format_bfloat16 = format_of<InBfloat16>();
const gls_slot_format format_bfloat16_weights = {check,
                                                 apart,
                                                 check_range,
                                                 sweep_weights,
                                                 words_with_weights,
                                                 all_finite_with_weights,
                                                 codes_fit,
                                                 nullptr,
                                                 nullptr,
                                                 magic_of_weights,
                                                 0,
                                                 sizeof(uint16_t)};

}  // namespace glissade

using namespace glissade;

gls_optimizer gls_slots_8bit(gls_optimizer optimizer, uint8_t* memory) {
  return with_format<In8Bits>(optimizer, memory);
}

gls_optimizer gls_slots_bfloat16(gls_optimizer optimizer, uint16_t* memory) {
  return with_format<InBfloat16>(optimizer, memory);
}

gls_optimizer gls_weights_bfloat16(gls_optimizer optimizer, uint16_t* weights) {
  void* const codes = weights;
  optimizer.weights = static_cast<float*>(codes);
  optimizer.format = &format_bfloat16_weights;
  return optimizer;
}
