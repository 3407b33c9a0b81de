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

// work(lanes, count): the numbers of a whole block by vectors, those of a shorter one one by one.
template <class B>
struct BlockLanes {
  using Type = B;
};
template <class Work>
GLISSADE_INLINE void in_lanes(size_t count, Work work) {
  using Wide = Bits<Vector>::Type;
  if (Wide::kWidth > 1 && count == kSlotBlock)
    work(BlockLanes<Wide>{}, size_t{kSlotBlock});
  else
    work(BlockLanes<ScalarBits>{}, count);
}

// The random bits of a block's numbers, in order.
template <class B>
class RandomBits {
 public:
  GLISSADE_INLINE explicit RandomBits(uint32_t start) : next_(B::series(start, kGoldenRatio)) {}
  GLISSADE_INLINE B next() {
    const B now = next_;
    next_ = next_ + B(static_cast<uint32_t>(B::kWidth) * kGoldenRatio);
    return now;
  }

 private:
  B next_;
};

// A block's numbers, each as its sign and k, eight bits of exponent and three of fraction: the largest k.
template <class B>
GLISSADE_INLINE uint32_t to_eleven_bits(float* values, uint32_t random, size_t count) {
  RandomBits<B> r(random);
  B largest(0);
  for (size_t j = 0; j < count; j += B::kWidth) {
    const B bits = B::load(values + j), magnitude = bits & B(~kSign);
    const B finite = min(shift_right<20>(magnitude + shift_right<12>(r.next())), B(kLargestFinite));
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

// A finite number that would become infinite stays the largest finite one of its sign.
template <class B>
GLISSADE_INLINE B to_bfloat16(B bits, B random) {
  const B magnitude = bits & B(~kSign);
  const B finite = min(shift_right<16>(magnitude + shift_right<16>(random)), B(0x7f7f));
  const B code = shift_right<16>(bits - magnitude) | below(magnitude, B(kInfinity), finite, B(0x7f80));
  return below(magnitude, B(kInfinity + 1), code, B(0x7fc0));
}

}  // namespace

void decode_8bit(const uint8_t* codes, uint32_t exponent, bool has_sign, float* values, size_t count) {
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
  in_lanes(count, [=](auto lanes, size_t n) GLISSADE_FLAT {
    using B = typename decltype(lanes)::Type;
    RandomBits<B> r(random);
    for (size_t j = 0; j < n; j += B::kWidth)
      to_bfloat16(B::load(values + j), r.next()).store_halves(codes + j);
  });
}

}  // namespace GLISSADE_BACKEND
}  // namespace glissade

#endif
