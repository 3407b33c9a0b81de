// SPDX-License-Identifier: Apache-2.0
// A rule over whole blocks whose slots are in a byte or two: decoded in registers, stepped, encoded; by
// vectors that know their halves and bytes. Blocks where that would need more care (not all finite, or near
// 0) go through the kernels of formats-inl.hpp, with the same numbers.
#ifndef GLISSADE_SRC_KERNELS_SLOT_BLOCKS_INL_HPP
#define GLISSADE_SRC_KERNELS_SLOT_BLOCKS_INL_HPP

#include "kernels/formats-inl.hpp"
#include "kernels/sweep-inl.hpp"

namespace glissade {
namespace GLISSADE_BACKEND {
namespace {

// work(k) for k below kCount, which compilers know in each.
template <size_t kCount, size_t kFirst = 0, class Work>
GLISSADE_INLINE void for_numbers(Work work) {
  if constexpr (kFirst < kCount) {
    work(kFirst);
    for_numbers<kCount, kFirst + 1>(work);
  }
}

// The random bits of four vectors.
template <class B>
struct FourRandomBits {
  B a, b, c, d;
};

// A format says
//   Code                   what a number is kept as
//   kRandomShift           by how much random bits are shifted before they are added
//   exponent(blocks, k, i) of block i of slot k,
//   decodes_fast(exponent, has_sign), scale(exponent, has_sign)
//                          whether it is decoded as most are, and by what
//   decode<V>(codes, scale, has_sign)
//                          a vector's numbers then
//   Rounded<B>             a slot's block on its way to codes: round(...) takes each four vectors; where it
//                          then is_usual(...), store(...) writes the rest
//   decode(...), encode(...)
//                          any block, by the kernels of formats-inl.hpp
struct EightBits {
  using Code = uint8_t;
  static constexpr int kRandomShift = 12;

  GLISSADE_INLINE static uint8_t& exponent(const SlotBlocks& blocks, size_t k, size_t i) {
    return blocks.exponents[k][i];
  }

  // With a sign by an exact product, else by a sum; where E is 0, with 0. (Codes that are never written
  // become some number.)
  GLISSADE_INLINE static bool decodes_fast(uint32_t exponent, bool has_sign) {
    return exponent == 0 || (has_sign ? exponent - 16 <= 142 - 16 : exponent >= 32);
  }
  GLISSADE_INLINE static uint32_t scale(uint32_t exponent, bool has_sign) {
    if (exponent == 0) return 0;
    return has_sign ? (exponent + 127 - 15) << 23 : static_cast<uint32_t>(code_base<false>(exponent)) << 20;
  }
  template <class V>
  GLISSADE_INLINE static V decode(const Code* codes, uint32_t scale, bool has_sign) {
    using B = typename Bits<V>::Type;
    if (has_sign) {
      const B bits = shift_left<20>(B::load_signed_bytes(codes)) & B(0x87f00000u);
      return B::floats(bits) * bits_float(scale);
    }
    return B::floats(shift_left<20>(B::load_bytes(codes)) + B(scale));
  }
  static void decode(const SlotBlocks& blocks, size_t k, size_t i, bool has_sign, float* values) {
    decode_8bit(static_cast<const Code*>(blocks.codes[k]) + i * kSlotBlock, blocks.exponents[k][i], has_sign,
                values, kSlotBlock);
  }
  static void encode(float* values, uint32_t random, bool has_sign, const SlotBlocks& blocks, size_t k,
                     size_t i) {
    encode_8bit(values, random, has_sign, static_cast<Code*>(blocks.codes[k]) + i * kSlotBlock,
                blocks.exponents[k] + i, kSlotBlock);
  }

  // Of each four vectors the upper halves of the rounded magnitudes of two and two, and in each byte a sign.
  template <class B>
  struct Rounded {
    B even[kSlotBlock / (4 * B::kWidth)], odd[kSlotBlock / (4 * B::kWidth)],
        signs[kSlotBlock / (4 * B::kWidth)], largest{0};
    uint32_t exponent = 0;

    GLISSADE_INLINE void round(const float* from, const FourRandomBits<B>& r, bool has_sign, Code*,
                               size_t group) {
      const auto magnitude = [](B bits, B random) GLISSADE_FLAT { return (bits & B(~kSign)) + random; };
      const B x0 = B::load(from), x1 = B::load(from + B::kWidth), x2 = B::load(from + 2 * B::kWidth),
              x3 = B::load(from + 3 * B::kWidth);
      even[group] = B::upper_halves(magnitude(x0, r.a), magnitude(x2, r.c));
      odd[group] = B::upper_halves(magnitude(x1, r.b), magnitude(x3, r.d));
      largest = B::max_halves(largest, B::max_halves(even[group], odd[group]));
      if (has_sign) {
        const B of_even = B::upper_halves(x0, x2), of_odd = B::upper_halves(x1, x3);
        signs[group] = B::template bytes_of_halves<8>(of_even, of_odd) & B(0x80808080u);
      }
    }
    GLISSADE_INLINE bool is_usual(bool has_sign) {
      const uint32_t least = has_sign ? 16 : 32;
      exponent = B::max_across_halves(largest) >> 7;
      return exponent == 0 || exponent - least <= 254 - least;
    }
    GLISSADE_INLINE void store(bool has_sign, Code* codes, uint8_t& to) {
      to = static_cast<uint8_t>(exponent);
      // Where E is 0, no number is left.
      const int32_t base = has_sign ? code_base<true>(exponent) : code_base<false>(exponent);
      const uint8_t low = exponent == 0 ? 0 : 1;
      const auto less = [=](B halves) GLISSADE_FLAT {
        return B::subtract_halves(halves, static_cast<uint16_t>(16 * base));
      };
      for_numbers<kSlotBlock / (4 * B::kWidth)>([&](size_t group) GLISSADE_FLAT {
        const B code = B::template bytes_of_halves<4>(less(even[group]), less(odd[group]));
        const B with_sign = B::bytes_above(code, 7) | signs[group];
        B::store_by_lanes(has_sign ? with_sign : B::max_bytes(code, low), codes + group * 4 * B::kWidth);
      });
    }
  };
};

struct InBfloat16 {
  using Code = uint16_t;
  static constexpr int kRandomShift = 16;

  GLISSADE_INLINE static uint32_t exponent(const SlotBlocks&, size_t, size_t) { return 0; }
  GLISSADE_INLINE static bool decodes_fast(uint32_t, bool) { return true; }
  GLISSADE_INLINE static uint32_t scale(uint32_t, bool) { return 0; }
  template <class V>
  GLISSADE_INLINE static V decode(const Code* codes, uint32_t, bool) {
    using B = typename Bits<V>::Type;
    return B::floats(shift_left<16>(B::load_halves(codes)));
  }
  static void decode(const SlotBlocks&, size_t, size_t, bool, float*) {}
  static void encode(float* values, uint32_t random, bool, const SlotBlocks& blocks, size_t k, size_t i) {
    encode_bfloat16(values, random, static_cast<Code*>(blocks.codes[k]) + i * kSlotBlock, kSlotBlock);
  }

  template <class B>
  struct Rounded {
    B largest{0};

    GLISSADE_INLINE void round(const float* from, const FourRandomBits<B>& r, bool, Code* codes,
                               size_t group) {
      const auto rounded = [&](size_t k, B random) GLISSADE_FLAT {
        const B bits = B::load(from + k * B::kWidth);
        largest = max(largest, bits & B(~kSign));
        return bits + random;
      };
      codes += group * 4 * B::kWidth;
      const B x0 = rounded(0, r.a), x1 = rounded(1, r.b), x2 = rounded(2, r.c), x3 = rounded(3, r.d);
      B::store_upper_halves(x0, x1, codes);
      B::store_upper_halves(x2, x3, codes + 2 * B::kWidth);
    }
    GLISSADE_INLINE bool is_usual(bool) const { return max_across(largest) < 0x7f7f0000u; }
    GLISSADE_INLINE void store(bool, Code*, uint32_t) const {}
  };
};

template <class Format>
GLISSADE_INLINE typename Format::Code* codes_of(const SlotBlocks& blocks, size_t k, size_t i) {
  return static_cast<typename Format::Code*>(blocks.codes[k]) + i * kSlotBlock;
}

// Slots of a block that are decoded on their way to the rule, and stay as floats behind it.
template <class Rule, class Format>
struct DecodedSlots {
  static constexpr size_t kCount = static_cast<size_t>(Rule::kSlots);
  const typename Format::Code* codes[kCount];
  float* floats[kCount];
  uint32_t scales[kCount];

  template <class L, class Operation, class... Slot>
  GLISSADE_INLINE void with(L lanes, Operation operation, Slot&... loaded) {
    if constexpr (sizeof...(loaded) == kCount) {
      operation(loaded...);
    } else {
      constexpr size_t k = sizeof...(loaded);
      auto value =
          Format::template decode<typename L::Type>(codes[k], scales[k], Rule::kSlotInfo[k].is_signed);
      with(lanes, operation, loaded..., value);
      lanes.store(value, floats[k]);
    }
  }
  template <class L>
  GLISSADE_INLINE void move(L lanes) {
    for (size_t k = 0; k < kCount; ++k) {
      lanes.move(codes[k]);
      lanes.move(floats[k]);
    }
  }
};

// The floats of all slots of a block on their way to codes: are they usual? Bit k of kSigns says whether slot
// k has signs. One copy for all rules like it.
template <class Format, class B, size_t kSlots, uint32_t kSigns>
__attribute__((noinline)) bool round_slots(const float (*values)[kSlotBlock], uint32_t random,
                                           const SlotBlocks& blocks, size_t i,
                                           typename Format::template Rounded<B> (&to)[kSlots]) {
  using Rounded = typename Format::template Rounded<B>;
  const auto has_sign = [](size_t k) GLISSADE_FLAT { return (kSigns >> k & 1) != 0; };
  RandomBits<B> r(random);
  // Side by side: each has to wait for its largest number.
  Rounded rounded[kSlots];
  for_numbers<kSlotBlock / (4 * B::kWidth)>([&](size_t group) GLISSADE_FLAT {
    constexpr int kBy = Format::kRandomShift;
    const B a = r.template next<kBy>(), b = r.template next<kBy>(), c = r.template next<kBy>(),
            d = r.template next<kBy>();
    for_numbers<kSlots>([&](size_t k) GLISSADE_FLAT {
      rounded[k].round(values[k] + group * 4 * B::kWidth, {a, b, c, d}, has_sign(k),
                       codes_of<Format>(blocks, k, i), group);
    });
  });
  bool all_usual = true;
  for_numbers<kSlots>([&](size_t k)
                          GLISSADE_FLAT { all_usual = rounded[k].is_usual(has_sign(k)) & all_usual; });
  for_numbers<kSlots>([&](size_t k) GLISSADE_FLAT { to[k] = rounded[k]; });
  return all_usual;
}

// Their codes.
template <class Format, class B, size_t kSlots, uint32_t kSigns>
__attribute__((noinline)) void store_slots(typename Format::template Rounded<B> (&rounded)[kSlots],
                                           const SlotBlocks& blocks, size_t i) {
  for_numbers<kSlots>([&](size_t k) GLISSADE_FLAT {
    rounded[k].store((kSigns >> k & 1) != 0, codes_of<Format>(blocks, k, i), Format::exponent(blocks, k, i));
  });
}

// Weights and gradients of a block that comes some blocks later: far from caches a step took 11 to 14 %
// longer, as processors look ahead less far behind so much arithmetic (Adam, 16M weights, Zen 5).
GLISSADE_INLINE void fetch_ahead(const float* w, const float* g, size_t blocks_left) {
  constexpr size_t kBlocks = 8, kLine = 64 / sizeof(float);
  for (size_t j = kBlocks * kSlotBlock; blocks_left > kBlocks && j < (kBlocks + 1) * kSlotBlock; j += kLine) {
    __builtin_prefetch(w + j, 1);
    __builtin_prefetch(g + j);
  }
}

template <class Rule>
constexpr uint32_t signs_of_slots() {
  uint32_t signs = 0;
  for (int k = 0; k < Rule::kSlots; ++k) signs |= (Rule::kSlotInfo[k].is_signed ? 1u : 0u) << k;
  return signs;
}

// Block i, where it is not as most are: decoded, and stepped as floats; and encoded.
template <class Rule, class Format>
GLISSADE_INLINE void step_any_block(Sweep* of_floats, const void* coefficients, float* w, const float* g,
                                    const SlotBlocks& blocks, size_t i, float (*decoded)[kSlotBlock]) {
  constexpr uint32_t kSigns = signs_of_slots<Rule>();
  float* floats[Rule::kSlots];
  for (size_t k = 0; k < Rule::kSlots; ++k) {
    floats[k] = decoded[k];
    Format::decode(blocks, k, i, (kSigns >> k & 1) != 0, decoded[k]);
  }
  of_floats(coefficients, w, g, floats, kSlotBlock);
}
template <class Rule, class Format>
GLISSADE_INLINE void encode_any_block(float (*decoded)[kSlotBlock], uint32_t random, const SlotBlocks& blocks,
                                      size_t i) {
  constexpr uint32_t kSigns = signs_of_slots<Rule>();
  for (size_t k = 0; k < Rule::kSlots; ++k)
    Format::encode(decoded[k], random, (kSigns >> k & 1) != 0, blocks, k, i);
}

template <class Rule, class Format, class V>
GLISSADE_INLINE void sweep_slot_blocks(Sweep* of_floats, const void* coefficients, float* w, const float* g,
                                       const SlotBlocks& blocks) {
  using B = typename Bits<V>::Type;
  using Slots = DecodedSlots<Rule, Format>;
  constexpr size_t kSlots = Slots::kCount;
  constexpr uint32_t kSigns = signs_of_slots<Rule>();
  const auto has_sign = [](size_t k) GLISSADE_FLAT { return (kSigns >> k & 1) != 0; };
  const typename Rule::Coefficients c = *static_cast<const typename Rule::Coefficients*>(coefficients);
  const Whole<V> lanes;
  alignas(64) float decoded[kSlots][kSlotBlock];
  typename Format::template Rounded<B> rounded[kSlots];
  float* floats[kSlots];
  for (size_t k = 0; k < kSlots; ++k) floats[k] = decoded[k];
  bool waiting = false;
  for (size_t i = 0; i < blocks.count; ++i, w += kSlotBlock, g += kSlotBlock) {
    fetch_ahead(w, g, blocks.count - i);
    const uint32_t random = slot_block_hash(blocks.start, blocks.first + static_cast<uint32_t>(i));
    Position<Slots> at{w, {}};
    bool fast = true;
    for (size_t k = 0; k < kSlots; ++k) {
      const uint32_t exponent = Format::exponent(blocks, k, i);
      at.slots.codes[k] = codes_of<Format>(blocks, k, i);
      at.slots.floats[k] = decoded[k];
      at.slots.scales[k] = Format::scale(exponent, has_sign(k));
      fast = fast & Format::decodes_fast(exponent, has_sign(k));
    }
    // A block's codes wait for its largest numbers. They are stored when the next block has been stepped.
    bool usual = false;
    const auto store_last = [&]() GLISSADE_FLAT {
      if (waiting) store_slots<Format, B, kSlots, kSigns>(rounded, blocks, i - 1);
    };
    const auto encode = [&]() GLISSADE_FLAT {
      store_last();
      usual = round_slots<Format, B, kSlots, kSigns>(decoded, random, blocks, i, rounded);
    };
    if (!fast) {
      store_last();
      step_any_block<Rule, Format>(of_floats, coefficients, w, g, blocks, i, decoded);
    } else if constexpr (kRootsAtOnce > 1 && !kIsOneFunction<Rule>) {
      // Roots first here too. Encoding waits where divisions do not, and they where it does not.
      alignas(64) float roots[kSlotBlock];
      for (size_t j = 0; j < kSlotBlock; j += V::kWidth) {
        advance<false>(lanes, c.gradient, at, V::load(g + j),
                       [&](V, V gradient, auto&... slot)
                           GLISSADE_FLAT { Rule::root(c, gradient, slot...).store(roots + j); });
      }
      encode();
      Position<FloatSlots<Rule::kSlots>> behind{w, FloatSlots<Rule::kSlots>(floats)};
      for (size_t j = 0; j < kSlotBlock; j += V::kWidth) {
        advance<true>(lanes, c.gradient, behind, V::load(g + j),
                      [&](V& weight, V gradient, auto&... slot) GLISSADE_FLAT {
                        weight = Rule::move(c, weight, V::load(roots + j), gradient, slot...);
                      });
      }
    } else {
      for (size_t j = 0; j < kSlotBlock; j += V::kWidth) advance<Rule>(lanes, c, at, V::load(g + j));
      encode();
    }
    waiting = usual;
    if (!usual) encode_any_block<Rule, Format>(decoded, random, blocks, i);
  }
  if (waiting) store_slots<Format, B, kSlots, kSigns>(rounded, blocks, blocks.count - 1);
}

// Rules without slots in such a format, and lanes without halves, have none.
template <class Rule, class Format, class V>
GLISSADE_INLINE void step_slot_blocks(Sweep* of_floats, const void* coefficients, float* w, const float* g,
                                      const SlotBlocks& blocks) {
  if constexpr (Bits<V>::Type::kHasHalves && kHasSlotFormats<Rule> && (Rule::kSlots > 0))
    sweep_slot_blocks<Rule, Format, V>(of_floats, coefficients, w, g, blocks);
}

}  // namespace
}  // namespace GLISSADE_BACKEND
}  // namespace glissade

#endif
