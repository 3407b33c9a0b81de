// SPDX-License-Identifier: Apache-2.0
// Sums of products of int8 weights and inputs, modulo 2^32, for any processor. A lanes header may have others
// for its vectors: Products<Vector>::Type. All of them have
//   kWidth            how many products are added at a time
//   kRows             how many sums had best share their inputs
//   load(from, zero)  kWidth inputs, less their zero point where total() does not take that away
//   add(weights, x)   adds the products of kWidth weights and such inputs
//   total(zero)       the sum; zero is the inputs' zero point
//   kMasks            whether there are load_first(count, ...) and add_first(count, ...) for fewer than
//   kWidth
#ifndef GLISSADE_PLATFORM_SIMD_PRODUCTS_HPP
#define GLISSADE_PLATFORM_SIMD_PRODUCTS_HPP

#include "glissade/rules/common.hpp"  // GLISSADE_INLINE

#ifdef __ARM_FEATURE_SIMD32
#include <arm_acle.h>
#endif

namespace glissade {
namespace GLISSADE_BACKEND {
namespace {

#ifdef __ARM_FEATURE_SIMD32

// Arm's DSP instructions: two products of 16 bits at once.
struct ScalarProducts {
  static constexpr size_t kWidth = 4, kRows = 4;
  static constexpr bool kMasks = false;
  struct Inputs {
    int16x2_t even, odd;
  };
  int32_t sum = 0;

  GLISSADE_INLINE static Inputs widen(const int8_t* from) {
    uint32_t bytes;
    __builtin_memcpy(&bytes, from, sizeof bytes);
    return {__sxtb16(static_cast<int8x4_t>(bytes)),
            __sxtb16(static_cast<int8x4_t>(bytes >> 8 | bytes << 24))};
  }
  GLISSADE_INLINE static Inputs load(const int8_t* from, int32_t zero) {
    const uint32_t half = static_cast<uint32_t>(zero) & 0xffffu;
    const int16x2_t both = static_cast<int16x2_t>(half | half << 16);
    const Inputs x = widen(from);
    return {__ssub16(x.even, both), __ssub16(x.odd, both)};
  }
  GLISSADE_INLINE void add(const int8_t* weights, Inputs x) {
    const Inputs w = widen(weights);
    sum = __smlad(w.odd, x.odd, __smlad(w.even, x.even, sum));
  }
  GLISSADE_INLINE uint32_t total(int32_t /*zero*/) const { return static_cast<uint32_t>(sum); }
};

#else

struct ScalarProducts {
  static constexpr size_t kWidth = 1, kRows = 2;
  static constexpr bool kMasks = false;
  using Inputs = uint32_t;
  uint32_t sum = 0;

  GLISSADE_INLINE static Inputs load(const int8_t* from, int32_t zero) {
    return static_cast<uint32_t>(*from) - static_cast<uint32_t>(zero);
  }
  GLISSADE_INLINE void add(const int8_t* weights, Inputs x) { sum += static_cast<uint32_t>(*weights) * x; }
  GLISSADE_INLINE uint32_t total(int32_t /*zero*/) const { return sum; }
};

#endif

template <class V>
struct Products {
  using Type = ScalarProducts;
};

}  // namespace
}  // namespace GLISSADE_BACKEND
}  // namespace glissade

#endif
