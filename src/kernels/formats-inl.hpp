// SPDX-License-Identifier: Apache-2.0
// Slots in a byte or two, block by block: glissade/formats.h has the formats. Integers only, so no
// floating-point mode matters.
#ifndef GLISSADE_SRC_KERNELS_FORMATS_INL_HPP
#define GLISSADE_SRC_KERNELS_FORMATS_INL_HPP

#include "kernels/loops-inl.hpp"
#include "numbers/slot_block.hpp"

namespace glissade {
namespace GLISSADE_BACKEND {
namespace {

constexpr uint32_t kSign = 0x80000000u, kInfinity = 0x7f800000u;

using Wide = Bits<Vector>::Type;

// work(lanes, count): the numbers of a whole block by vectors, those of a shorter one one by one.
template <class B>
struct BlockLanes {
  using Type = B;
};
template <class Work>
GLISSADE_INLINE void in_lanes(size_t count, Work work) {
  if constexpr (Wide::kWidth > 1 && !Wide::kHasUsual) {
    if (count == kSlotBlock) return work(BlockLanes<Wide>{}, size_t{kSlotBlock});
  }
  work(BlockLanes<ScalarBits>{}, count);
}

// The random bits of a block's numbers, in order.
template <class B>
class RandomBits {
 public:
  GLISSADE_INLINE explicit RandomBits(uint32_t start)
      : next_(B::series(start, kGoldenRatio)),
        step_(B::in_register(static_cast<uint32_t>(B::kWidth) * kGoldenRatio)) {}
  // The next numbers', shifted down by kBy bits; with 0, their lower halves.
  template <int kBy>
  GLISSADE_INLINE B next() {
    const B now = next_;
    next_ = next_ + step_;
    if constexpr (kBy == 0)
      return now & B(0xffff);
    else
      return shift_right<kBy>(now);
  }

 private:
  B next_, step_;
};

// A block's numbers, each as its sign and k, eight bits of exponent and three of fraction: the largest k.
template <class B>
GLISSADE_INLINE uint32_t to_eleven_bits(float* values, uint32_t random, size_t count) {
  RandomBits<B> r(random);
  B largest(0);
  for (size_t j = 0; j < count; j += B::kWidth) {
    const B bits = B::load(values + j), magnitude = bits & B(~kSign);
    const B finite = min(shift_right<20>(magnitude + r.template next<12>()), B(kLargestFinite));
    const B other = below(magnitude, B(kInfinity + 1), B(kInfinite), B(kNaN));
    const B k = below(magnitude, B(kInfinity), finite, other);
    const B sign = below(magnitude, B(kInfinity + 1), bits - magnitude, B(0));
    largest = max(largest, k);
    (sign | k).store(values + j);
  }
  return max_across(largest);
}

template <bool kHasSign, class B>
GLISSADE_INLINE void encode(float* values, uint32_t random, uint8_t* codes, uint8_t* exponent, size_t count) {
  const uint32_t of_block = to_eleven_bits<B>(values, random, count) >> 3;
  const int32_t base = code_base<kHasSign>(of_block), least = base + (kHasSign ? 8 : 1);
  // Below `limit` a number is `low`.
  const uint32_t limit = static_cast<uint32_t>(least > 8 ? least : 8),
                 low = !kHasSign && of_block >= 32 ? 1 : 0;
  *exponent = static_cast<uint8_t>(of_block);
  for (size_t j = 0; j < count; j += B::kWidth) {
    const B bits = B::load(values + j), k = bits & B(~kSign);
    const B code = below(k, B(limit), B(low), k - B(static_cast<uint32_t>(base)));
    (kHasSign ? code | shift_right<24>(bits - k) : code).store_bytes(codes + j);
  }
}

template <bool kHasSign, class B>
GLISSADE_INLINE void decode(const uint8_t* codes, uint32_t exponent, float* values, size_t count) {
  const int32_t base = code_base<kHasSign>(exponent), least = kHasSign && base > 0 ? 8 : 8 - base;
  const uint32_t limit = static_cast<uint32_t>(least > 0 ? least : 0);  // below it a code is 0
  for (size_t j = 0; j < count; j += B::kWidth) {
    const B byte = B::load_bytes(codes + j), code = kHasSign ? byte & B(127) : byte;
    const B k = below(code, B(limit), B(0), code + B(static_cast<uint32_t>(base)));
    (kHasSign ? shift_left<20>(k) | shift_left<24>(byte - code) : shift_left<20>(k)).store(values + j);
  }
}

// The exponent of a whole block, in most cases: all numbers are finite, and the largest is not near 0, or all
// are 0. Else 255. Only where the largest may be rounded up to the next power of two are their random bits
// looked at.
template <bool kHasSign, class B>
GLISSADE_INLINE uint32_t usual_exponent(const float* values, uint32_t random) {
  B largest(0);
  const float* from = values;
  uint32_t of_block;
  if constexpr (B::kHasHalves) {
    for (size_t steps = kSlotBlock / 4; steps > 0; --steps) {
      const auto x = B::next_four(from);
      B a = B::upper_halves(x.a, x.b), b = B::upper_halves(x.c, x.d);
      if constexpr (kHasSign) a = a & B(0x7fff7fffu), b = b & B(0x7fff7fffu);
      largest = B::max_halves(b, B::max_halves(a, largest));
    }
    of_block = B::max_across_halves(largest) << 16;
  } else {
    for (size_t steps = kSlotBlock / B::kWidth; steps > 0; --steps) {
      const B bits = B::load(from);
      largest = max(largest, kHasSign ? bits & B(~kSign) : bits);
      B::move(from);
    }
    of_block = max_across(largest);
  }
  if (of_block < 7u << 20) return 0;  // whatever their random bits are
  if (of_block < (kHasSign ? 16u : 32u) << 23 || of_block >= kInfinity) return 255;
  if ((of_block >> 20 & 7) == 7) {
    for (size_t j = 0; j < kSlotBlock; ++j) {
      const uint32_t rounded = (ScalarBits::load(values + j).value & ~kSign) + (random >> 12);
      of_block = of_block > rounded ? of_block : rounded;
      random += kGoldenRatio;
    }
  }
  return of_block >> 23;
}

template <bool kHasSign, class B>
GLISSADE_INLINE bool encode_usual(const float* values, uint32_t random, uint8_t* codes, uint8_t* exponent) {
  const uint32_t of_block = usual_exponent<kHasSign, B>(values, random);
  if (of_block == 255) return false;
  *exponent = static_cast<uint8_t>(of_block);
  if (!kHasSign && of_block == 0) {
    for (size_t j = 0; j < kSlotBlock; ++j) codes[j] = 0;
    return true;
  }
  // Where all are 0, the base is larger than any of them.
  const uint32_t base = static_cast<uint32_t>(code_base<kHasSign>(of_block)) << 20;
  RandomBits<B> r(random);
  if constexpr (B::kHasHalves) {
    const uint16_t upper = static_cast<uint16_t>(base >> 16);
    for (size_t steps = kSlotBlock / 4; steps > 0; --steps) {
      auto x = B::next_four(values);
      x.a = x.a + r.template next<12>();
      x.b = x.b + r.template next<12>();
      x.c = x.c + r.template next<12>();
      x.d = x.d + r.template next<12>();
      B even = B::upper_halves(x.a, x.c), odd = B::upper_halves(x.b, x.d), sign(0);
      if constexpr (kHasSign) {
        sign = shift_right<8>(even & B(0x80008000u)) | (odd & B(0x80008000u));
        even = even & B(0x7fff7fffu), odd = odd & B(0x7fff7fffu);
      }
      const B code =
          B::template bytes_of_halves<4>(B::subtract_halves(even, upper), B::subtract_halves(odd, upper));
      B::store_by_lanes(kHasSign ? B::bytes_above(code, 7) | sign : B::max_bytes(code, 1), codes);
      codes += 4;
    }
  } else {
    for (size_t steps = kSlotBlock / B::kWidth; steps > 0; --steps) {
      const B bits = B::load(values), rounded = bits + r.template next<12>();
      const B x = B::less(kHasSign ? rounded & B(~kSign) : rounded, base);
      if constexpr (kHasSign)
        B::with_sign(shift_right<20>(B::zero_below(x, 8 << 20)), bits).store_bytes(codes);
      else
        max(shift_right<20>(x), B(1)).store_bytes(codes);
      B::move(values);
      B::move(codes);
    }
  }
  return true;
}

template <bool kHasSign, class B>
GLISSADE_INLINE bool decode_usual(const uint8_t* codes, uint32_t exponent, float* values) {
  if (exponent != 0 && (kHasSign ? exponent - 16 > 142 - 16 : exponent < 32)) return false;
  const uint32_t base = exponent == 0 ? 0 : static_cast<uint32_t>(code_base<kHasSign>(exponent)) << 20;
  const float factor = bits_float(exponent == 0 ? 0 : (exponent + 127 - 15) << 23);
  if constexpr (B::kHasHalves) {
    for (size_t steps = kSlotBlock / 4; steps > 0; --steps) {
      if constexpr (kHasSign)
        B::template store_signed_four<Vector>(codes, factor, values);
      else
        B::store_four(codes, base, values);
      codes += 4;
      values += 4;
    }
  } else {
    for (size_t steps = kSlotBlock / B::kWidth; steps > 0; --steps) {
      if constexpr (kHasSign)
        (B::floats(shift_left<20>(B::load_signed_bytes(codes)) & B(0x87f00000u)) * factor).store(values);
      else
        (shift_left<20>(B::load_bytes(codes)) + B(base)).store(values);
      B::move(codes);
      B::move(values);
    }
  }
  return true;
}

// Which half of a number's random bits is added: a slot's is the upper one, a weight's the lower, so that
// they are not rounded together.
constexpr int kOfSlots = 16, kOfWeights = 0;

// As bfloat16; false: codes are to be written again.
template <int kHalf, class B>
GLISSADE_INLINE bool encode_usual(const float* values, uint32_t random, uint16_t* codes) {
  RandomBits<B> r(random);
  B largest(0);
  if constexpr (B::kHasHalves) {
    for (size_t steps = kSlotBlock / 4; steps > 0; --steps) {
      auto x = B::next_four(values);
      largest = B::max_halves(B::upper_halves(x.a, x.b) & B(0x7fff7fffu), largest);
      largest = B::max_halves(B::upper_halves(x.c, x.d) & B(0x7fff7fffu), largest);
      x.a = x.a + r.template next<kHalf>();
      x.b = x.b + r.template next<kHalf>();
      x.c = x.c + r.template next<kHalf>();
      x.d = x.d + r.template next<kHalf>();
      B::store_two(B::upper_halves(x.a, x.b), codes);
      B::store_two(B::upper_halves(x.c, x.d), codes + 2);
      codes += 4;
    }
    return B::max_across_halves(largest) < 0x7f7fu;
  } else {
    for (size_t steps = kSlotBlock / B::kWidth; steps > 0; --steps) {
      const B bits = B::load(values);
      largest = max(largest, bits & B(~kSign));
      shift_right<16>(bits + r.template next<kHalf>()).store_halves(codes);
      B::move(values);
      B::move(codes);
    }
    return max_across(largest) < 0x7f7f0000u;
  }
}

// Was a whole block a usual one, which work(lanes) has done?
template <class B, class Work>
GLISSADE_INLINE bool usual(size_t count, Work work) {
  if constexpr (B::kHasUsual) return count == kSlotBlock && work(B(0));
  return false;
}

// A finite number that would become infinite stays the largest finite one of its sign.
template <class B>
GLISSADE_INLINE B to_bfloat16(B bits, B random) {  // 16 random bits
  const B magnitude = bits & B(~kSign);
  const B finite = min(shift_right<16>(magnitude + random), B(0x7f7f));
  const B code = shift_right<16>(bits - magnitude) | below(magnitude, B(kInfinity), finite, B(0x7f80));
  return below(magnitude, B(kInfinity + 1), code, B(0x7fc0));
}

// A whole block by two vectors at a time, or false: codes are to be written again.
template <int kHalf, class B>
GLISSADE_INLINE bool encode_halves(const float* values, uint32_t random, uint16_t* codes) {
  RandomBits<B> r(random);
  B largest(0);
  for (size_t j = 0; j < kSlotBlock; j += 2 * B::kWidth) {
    const B a = B::load(values + j), b = B::load(values + j + B::kWidth);
    largest = max(largest, max(a & B(~kSign), b & B(~kSign)));
    const B x = a + r.template next<kHalf>(), y = b + r.template next<kHalf>();
    B::store_upper_halves(x, y, codes + j);
  }
  return max_across(largest) < 0x7f7f0000u;
}

template <int kHalf>
GLISSADE_INLINE void encode_bfloat16_with(const float* values, uint32_t random, uint16_t* codes,
                                          size_t count) {
  if (usual<Wide>(count, [=](auto b) GLISSADE_FLAT {
        return encode_usual<kHalf, decltype(b)>(values, random, codes);
      }))
    return;
  if constexpr (Wide::kHasHalves && !Wide::kHasUsual) {
    if (count == kSlotBlock && encode_halves<kHalf, Wide>(values, random, codes)) return;
  }
  in_lanes(count, [=](auto lanes, size_t n) GLISSADE_FLAT {
    using B = typename decltype(lanes)::Type;
    RandomBits<B> r(random);
    for (size_t j = 0; j < n; j += B::kWidth)
      to_bfloat16(B::load(values + j), r.template next<kHalf>()).store_halves(codes + j);
  });
}

}  // namespace

void decode_8bit(const uint8_t* codes, uint32_t exponent, bool has_sign, float* values, size_t count) {
  if (usual<Wide>(count, [=](auto b) GLISSADE_FLAT {
        using B = decltype(b);
        return has_sign ? decode_usual<true, B>(codes, exponent, values)
                        : decode_usual<false, B>(codes, exponent, values);
      }))
    return;
  in_lanes(count, [=](auto lanes, size_t n) GLISSADE_FLAT {
    using B = typename decltype(lanes)::Type;
    if (has_sign)
      decode<true, B>(codes, exponent, values, n);
    else
      decode<false, B>(codes, exponent, values, n);
  });
}

void encode_8bit(float* values, uint32_t random, bool has_sign, uint8_t* codes, uint8_t* exponent,
                 size_t count) {
  if (usual<Wide>(count, [=](auto b) GLISSADE_FLAT {
        using B = decltype(b);
        return has_sign ? encode_usual<true, B>(values, random, codes, exponent)
                        : encode_usual<false, B>(values, random, codes, exponent);
      }))
    return;
  in_lanes(count, [=](auto lanes, size_t n) GLISSADE_FLAT {
    using B = typename decltype(lanes)::Type;
    if (has_sign)
      encode<true, B>(values, random, codes, exponent, n);
    else
      encode<false, B>(values, random, codes, exponent, n);
  });
}

void decode_bfloat16(const uint16_t* codes, float* values, size_t count) {
  in_lanes(count, [=](auto lanes, size_t n) GLISSADE_FLAT {
    using B = typename decltype(lanes)::Type;
    for (size_t j = 0; j < n; j += B::kWidth) shift_left<16>(B::load_halves(codes + j)).store(values + j);
  });
}

void encode_bfloat16(const float* values, uint32_t random, uint16_t* codes, size_t count) {
  encode_bfloat16_with<kOfSlots>(values, random, codes, count);
}

void encode_bfloat16_weights(const float* values, uint32_t random, uint16_t* codes, size_t count) {
  encode_bfloat16_with<kOfWeights>(values, random, codes, count);
}

}  // namespace GLISSADE_BACKEND
}  // namespace glissade

#endif
