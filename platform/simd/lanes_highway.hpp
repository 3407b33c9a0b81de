// SPDX-License-Identifier: Apache-2.0
// Lanes on Google Highway, for the target that this object's flags select (one target per object).
#define HWY_COMPILE_ONLY_STATIC
#include <hwy/highway.h>

#include "single.hpp"

#ifdef GLISSADE_HIGHWAY_TARGET
static_assert((HWY_STATIC_TARGET & (GLISSADE_HIGHWAY_TARGET)) != 0,
              "this object's flags select another Highway target");
#endif

namespace glissade {
namespace GLISSADE_BACKEND {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

struct Vector {
  static constexpr bool kComparesWhole = true;
  static constexpr bool kManyRegisters = true;  // 16 or more
  using Tag = HWY_FULL(float);
#if defined(__ARM_FEATURE_SVE_BITS) && __ARM_FEATURE_SVE_BITS > 0
  static constexpr size_t kWidth = __ARM_FEATURE_SVE_BITS / 32;
  typedef svfloat32_t Native __attribute__((arm_sve_vector_bits(__ARM_FEATURE_SVE_BITS)));
#elif defined(__riscv_v_fixed_vlen)
  static constexpr size_t kWidth = __riscv_v_fixed_vlen / 32;
  typedef vfloat32m1_t Native __attribute__((riscv_rvv_vector_bits(__riscv_v_fixed_vlen)));
#else
  static constexpr size_t kWidth = HWY_LANES(float);
  using Native = hn::VFromD<Tag>;
#endif
  using Mask = decltype(hn::Gt(hn::Zero(Tag()), hn::Zero(Tag())));
  static constexpr bool kFlushesSubnormals = false;
  Native value;

  GLISSADE_INLINE Vector(Native x) : value(x) {}
  GLISSADE_INLINE Vector(float x) : value(hn::Set(Tag(), x)) {}
  template <int kBuffer = 0>
  GLISSADE_INLINE static Vector load(const float* from) {
    return hn::LoadU(Tag(), from);
  }
  template <int kBuffer = 0>
  GLISSADE_INLINE void store(float* to) const {
    hn::StoreU(value, Tag(), to);
  }
};

GLISSADE_INLINE Vector operator+(Vector a, Vector b) { return hn::Add(a.value, b.value); }
GLISSADE_INLINE Vector operator-(Vector a, Vector b) { return hn::Sub(a.value, b.value); }
GLISSADE_INLINE Vector operator*(Vector a, Vector b) { return hn::Mul(a.value, b.value); }
GLISSADE_INLINE Vector operator/(Vector a, Vector b) { return hn::Div(a.value, b.value); }
GLISSADE_INLINE Vector::Mask operator>(Vector a, Vector b) { return hn::Gt(a.value, b.value); }
GLISSADE_INLINE Vector select(Vector::Mask condition, Vector a, Vector b) {
  return hn::IfThenElse(condition, a.value, b.value);
}
GLISSADE_INLINE Vector abs(Vector a) { return hn::Abs(a.value); }
GLISSADE_INLINE Vector sqrt(Vector a) { return hn::Sqrt(a.value); }

#if HWY_NATIVE_FMA
GLISSADE_INLINE Vector fma(Vector a, Vector b, Vector c) { return hn::MulAdd(a.value, b.value, c.value); }
#else
// Exactly, through double, as exact_math.hpp does it for one number: two lanes at a time.
using Doubles = hn::Repartition<double, Vector::Tag>;
using Half = hn::Half<Vector::Tag>;

GLISSADE_INLINE hn::VFromD<Half> fma_half(hn::VFromD<Half> a, hn::VFromD<Half> b, hn::VFromD<Half> c) {
  const Doubles doubles;
  const hn::RebindToUnsigned<Doubles> words;
  const auto product = hn::PromoteTo(doubles, a) * hn::PromoteTo(doubles, b);
  const auto addend = hn::PromoteTo(doubles, c);
  auto sum = product + addend;
  const auto low = hn::And(hn::BitCast(words, sum), hn::Set(words, 0x1fffffffu));
  const auto halfway =
      hn::MaskFromVec(hn::BitCast(doubles, hn::VecFromMask(low == hn::Set(words, 0x10000000u))));
  const auto magnitude = hn::Abs(sum);
  const auto tiny = hn::And(magnitude<hn::Set(doubles, 0x1p-126), magnitude> hn::Zero(doubles));
  if (__builtin_expect(!hn::AllFalse(doubles, hn::Or(halfway, tiny)), 0)) {
    const hn::RebindToSigned<Doubles> integers;
    const auto shared = sum - product;
    const auto error = (product - (sum - shared)) + (addend - shared);
    const auto bits = hn::BitCast(integers, sum), one = hn::Set(integers, 1);
    const auto away = hn::Or(hn::BroadcastSignBit(bits ^ hn::BitCast(integers, error)), one);  // -1 or 1
    const auto inexact = hn::VecFromMask(hn::RebindMask(integers, hn::Abs(error) > hn::Zero(doubles)));
    const auto even = hn::VecFromMask((bits & one) == hn::Zero(integers));
    sum = hn::BitCast(doubles, bits + (away & inexact & even));
  }
  return hn::DemoteTo(Half(), sum);
}

GLISSADE_INLINE Vector fma(Vector a, Vector b, Vector c) {
  const Half half;
  const auto lower =
      fma_half(hn::LowerHalf(half, a.value), hn::LowerHalf(half, b.value), hn::LowerHalf(half, c.value));
  const auto upper =
      fma_half(hn::UpperHalf(half, a.value), hn::UpperHalf(half, b.value), hn::UpperHalf(half, c.value));
  return hn::Combine(Vector::Tag(), upper, lower);
}

// A division is cheaper here than the two emulated operations of derived.hpp's way.
GLISSADE_INLINE Vector divide_by(Vector x, float divisor, float /*reciprocal*/) { return x / divisor; }
#endif

#if HWY_ARCH_X86
// As in derived.hpp: by the instructions, whose result for equal numbers and NaN is b (Adam: 3 % of its
// time).
GLISSADE_INLINE Vector max(Vector a, Vector b) { return hn::Max(a.value, b.value); }
GLISSADE_INLINE Vector min(Vector a, Vector b) { return hn::Min(a.value, b.value); }

// As in derived.hpp, in registers.
template <size_t kLanes, class V>
GLISSADE_INLINE float add_lanes(V x) {
  if constexpr (kLanes > 4) {
    const hn::Half<hn::DFromV<V>> half;
    return add_lanes<kLanes / 2>(hn::Add(hn::LowerHalf(half, x), hn::UpperHalf(half, x)));
  } else {
    x = hn::Add(x, hn::Shuffle1032(x));
    return hn::GetLane(hn::Add(x, hn::Shuffle2301(x)));
  }
}
GLISSADE_INLINE float add_across(Vector x) { return add_lanes<Vector::kWidth>(x.value); }
#endif

// 2^n for an integer n from -126 to 127.
GLISSADE_INLINE Vector power_of_two(Vector n) {
  const hn::RebindToUnsigned<Vector::Tag> bits;
  return hn::BitCast(Vector::Tag(), hn::ShiftLeft<23>(hn::BitCast(bits, (n + 12583039.0f).value)));
}

}  // namespace
}  // namespace GLISSADE_BACKEND
}  // namespace glissade
