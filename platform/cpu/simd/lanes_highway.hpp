// SPDX-License-Identifier: Apache-2.0
// Lanes on Google Highway, for the target that this object's flags select (one target per object).
#define HWY_COMPILE_ONLY_STATIC
#define HWY_IS_DEBUG_BUILD 0  // or its checks, in a build with sanitizers, call a function of its library
#include <hwy/highway.h>

#include "cpu/simd/scalar.hpp"

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
  typedef svint32_t Integers __attribute__((arm_sve_vector_bits(__ARM_FEATURE_SVE_BITS)));
  typedef svuint32_t Words __attribute__((arm_sve_vector_bits(__ARM_FEATURE_SVE_BITS)));
  typedef svint16_t Halves __attribute__((arm_sve_vector_bits(__ARM_FEATURE_SVE_BITS)));
#elif defined(__riscv_v_fixed_vlen)
  static constexpr size_t kWidth = __riscv_v_fixed_vlen / 32;
  typedef vfloat32m1_t Native __attribute__((riscv_rvv_vector_bits(__riscv_v_fixed_vlen)));
  typedef vint32m1_t Integers __attribute__((riscv_rvv_vector_bits(__riscv_v_fixed_vlen)));
  typedef vuint32m1_t Words __attribute__((riscv_rvv_vector_bits(__riscv_v_fixed_vlen)));
  typedef vint16m1_t Halves __attribute__((riscv_rvv_vector_bits(__riscv_v_fixed_vlen)));
#else
  static constexpr size_t kWidth = HWY_LANES(float);
  using Native = hn::VFromD<Tag>;
  using Integers = hn::VFromD<hn::Repartition<int32_t, Tag>>;
  using Words = hn::VFromD<hn::Repartition<uint32_t, Tag>>;
  using Halves = hn::VFromD<hn::Repartition<int16_t, Tag>>;
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
  GLISSADE_INLINE static Vector load_first(size_t count, const float* from) {
    const Mask mask = hn::FirstN(Tag(), count);
    return hn::IfThenElse(mask, hn::MaskedLoad(mask, Tag(), from), hn::Set(Tag(), *from));
  }
  GLISSADE_INLINE void store_first(size_t count, float* to) const {
    hn::BlendedStore(value, hn::FirstN(Tag(), count), Tag(), to);
  }
};
#if (HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3) || defined(__ARM_FEATURE_SVE_BITS) || HWY_TARGET == HWY_RVV
template <>
constexpr bool kMasks<Vector> = true;
#endif

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

template <>
constexpr bool kFuses<Vector> = HWY_NATIVE_FMA != 0;
#if HWY_NATIVE_FMA
GLISSADE_INLINE Vector fma(Vector a, Vector b, Vector c) { return hn::MulAdd(a.value, b.value, c.value); }
#else
// Exactly, through double, as exact_math.hpp does it for one number.
using Half = hn::Half<Vector::Tag>;
using Doubles = hn::Repartition<double, Vector::Tag>;
using Words = hn::Repartition<int32_t, Vector::Tag>;

// Half of the lanes' a b + c, rounded to double.
struct DoubleSum {
  hn::VFromD<Doubles> product, addend, sum;

  GLISSADE_INLINE DoubleSum(hn::VFromD<Half> a, hn::VFromD<Half> b, hn::VFromD<Half> c)
      : product(hn::PromoteTo(Doubles(), a) * hn::PromoteTo(Doubles(), b)),
        addend(hn::PromoteTo(Doubles(), c)),
        sum(product + addend) {}

  // The sum, to odd where it is not exact.
  GLISSADE_INLINE hn::VFromD<Doubles> to_odd() const {
    const Doubles doubles;
    const hn::RebindToSigned<Doubles> integers;
    const auto shared = sum - product;
    const auto error = (product - (sum - shared)) + (addend - shared);
    const auto bits = hn::BitCast(integers, sum), one = hn::Set(integers, 1);
    const auto away = hn::Or(hn::BroadcastSignBit(bits ^ hn::BitCast(integers, error)), one);  // -1 or 1
    const auto inexact = hn::VecFromMask(hn::RebindMask(integers, hn::Abs(error) > hn::Zero(doubles)));
    const auto even = hn::VecFromMask((bits & one) == hn::Zero(integers));
    return hn::BitCast(doubles, bits + (away & inexact & even));
  }
};

// As exact_math.hpp's: whether one of the sums, rounded again, may not be the float next to a b + c: halfway
// between two floats, or so small that floats have fewer bits there, without zero. Looks at all of them at
// once: Adam takes 0.83 of the time that two looks take.
GLISSADE_INLINE bool rounds_twice(hn::VFromD<Doubles> lower, hn::VFromD<Doubles> upper) {
  const Words words;
  const auto low = hn::BitCast(words, lower), high = hn::BitCast(words, upper);
  const auto tails = hn::And(hn::ConcatEven(words, high, low), hn::Set(words, 0x1fffffff));
  const auto heads = hn::ConcatOdd(words, high, low);
  // 0 < 2 head < 2 (head of 2^-126) as unsigned numbers: a shift drops the sign, the sum makes 1 the
  // smallest.
  const auto from_one = hn::Add(hn::Add(heads, heads), hn::Set(words, 0x7fffffff));
  const auto tiny = hn::Gt(hn::Set(words, 0x701fffff - 0x7fffffff - 1), from_one);
  return !hn::AllFalse(words, hn::Or(hn::Eq(tails, hn::Set(words, 0x10000000)), tiny));
}

GLISSADE_INLINE Vector fma(Vector a, Vector b, Vector c) {
  const Half half;
  const DoubleSum lower(hn::LowerHalf(half, a.value), hn::LowerHalf(half, b.value),
                        hn::LowerHalf(half, c.value));
  const DoubleSum upper(hn::UpperHalf(half, a.value), hn::UpperHalf(half, b.value),
                        hn::UpperHalf(half, c.value));
  auto low = lower.sum, high = upper.sum;
  if (__builtin_expect(rounds_twice(low, high), 0)) {
    low = lower.to_odd();
    high = upper.to_odd();
  }
  return hn::Combine(Vector::Tag(), hn::DemoteTo(half, high), hn::DemoteTo(half, low));
}
#endif

#if HWY_ARCH_X86
// As in derived.hpp: by the instructions, whose result for equal numbers and NaN is b (Adam: 3 % of its
// time).
GLISSADE_INLINE Vector max(Vector a, Vector b) { return hn::Max(a.value, b.value); }
GLISSADE_INLINE Vector min(Vector a, Vector b) { return hn::Min(a.value, b.value); }

// As in rules/common.hpp, by bits (AVX-512: Lion and Signum 0.91 of the time).
GLISSADE_INLINE Vector sign(Vector x) {
  const auto one = hn::CopySignToAbs(hn::Set(Vector::Tag(), 1.0f), x.value);
  return hn::IfThenElseZero(hn::Abs(x.value) > hn::Zero(Vector::Tag()), one);
}

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

// In 16 bits, of which pairs of products are added to 32.
struct HighwayProducts {
  static constexpr size_t kWidth = 2 * Vector::kWidth, kRows = 4;
  static constexpr bool kMasks = ::glissade::GLISSADE_BACKEND::kMasks<Vector>;
  using Sums = hn::Repartition<int32_t, Vector::Tag>;
  using Words16 = hn::Repartition<int16_t, Vector::Tag>;
  using Bytes = hn::Rebind<int8_t, Words16>;
  Vector::Integers sums = hn::Zero(Sums()), others = hn::Zero(Sums());

  GLISSADE_INLINE static Vector::Halves widen(const int8_t* from) {
    return hn::PromoteTo(Words16(), hn::LoadU(Bytes(), from));
  }
  GLISSADE_INLINE static Vector::Halves widen_first(size_t count, const int8_t* from) {
    return hn::PromoteTo(Words16(), hn::MaskedLoad(hn::FirstN(Bytes(), count), Bytes(), from));
  }
  GLISSADE_INLINE static Vector::Halves less(Vector::Halves x, int32_t zero) {
    return hn::Sub(x, hn::Set(Words16(), static_cast<int16_t>(zero)));
  }
  GLISSADE_INLINE static Vector::Halves load(const int8_t* from, int32_t zero) {
    return less(widen(from), zero);
  }
  GLISSADE_INLINE static Vector::Halves load_first(size_t count, const int8_t* from, int32_t zero) {
    return less(widen_first(count, from), zero);
  }
  GLISSADE_INLINE void add(Vector::Halves w, Vector::Halves x) {
    hn::VFromD<Sums> odd = others;
    sums = hn::ReorderWidenMulAccumulate(Sums(), hn::VFromD<Words16>(w), hn::VFromD<Words16>(x),
                                         hn::VFromD<Sums>(sums), odd);
    others = odd;
  }
  GLISSADE_INLINE void add(const int8_t* from, Vector::Halves x) { add(widen(from), x); }
  GLISSADE_INLINE void add_first(size_t count, const int8_t* from, Vector::Halves x) {
    add(widen_first(count, from), x);
  }
  GLISSADE_INLINE uint32_t total(int32_t /*zero*/) const {
    return static_cast<uint32_t>(hn::GetLane(hn::SumOfLanes(Sums(), hn::Add(sums, others))));
  }
};
template <>
struct Products<Vector> {
  using Type = HighwayProducts;
};

struct HighwayBits {
  static constexpr size_t kWidth = Vector::kWidth;
  using Tag = hn::RebindToUnsigned<Vector::Tag>;
  template <class Number>
  using Numbers = hn::Rebind<Number, Tag>;
  Vector::Words value;

  HighwayBits() = default;
  GLISSADE_INLINE HighwayBits(Vector::Words x) : value(x) {}
  GLISSADE_INLINE explicit HighwayBits(uint32_t x) : value(hn::Set(Tag(), x)) {}
  GLISSADE_INLINE static HighwayBits load(const float* from) {
    return hn::BitCast(Tag(), hn::LoadU(Vector::Tag(), from));
  }
  GLISSADE_INLINE void store(float* to) const {
    hn::StoreU(hn::BitCast(Vector::Tag(), value), Vector::Tag(), to);
  }
  GLISSADE_INLINE static Vector floats(HighwayBits bits) { return hn::BitCast(Vector::Tag(), bits.value); }
  GLISSADE_INLINE static HighwayBits bits(Vector x) { return of(x.value); }
  GLISSADE_INLINE static HighwayBits load_bytes(const uint8_t* from) {
    return hn::PromoteTo(Tag(), hn::LoadU(Numbers<uint8_t>(), from));
  }
  GLISSADE_INLINE void store_bytes(uint8_t* to) const {
    hn::StoreU(hn::TruncateTo(Numbers<uint8_t>(), value), Numbers<uint8_t>(), to);
  }
  GLISSADE_INLINE static HighwayBits load_halves(const uint16_t* from) {
    return hn::PromoteTo(Tag(), hn::LoadU(Numbers<uint16_t>(), from));
  }
  GLISSADE_INLINE void store_halves(uint16_t* to) const {
    hn::StoreU(hn::TruncateTo(Numbers<uint16_t>(), value), Numbers<uint16_t>(), to);
  }
  GLISSADE_INLINE static HighwayBits in_register(uint32_t x) { return HighwayBits(x); }
  GLISSADE_INLINE static HighwayBits series(uint32_t start, uint32_t step) {
    return hn::Add(hn::Mul(hn::Iota(Tag(), 0), hn::Set(Tag(), step)), hn::Set(Tag(), start));
  }

  // For halves and bytes of lanes, as bits.hpp has them.
  static constexpr bool kHasUsual = false;
  static constexpr bool kHasHalves = true;
  using Halves = hn::Repartition<uint16_t, Tag>;
  using Bytes = hn::Repartition<uint8_t, Tag>;
  using SignedBytes = hn::Repartition<int8_t, Tag>;
  GLISSADE_INLINE auto halves() const { return hn::BitCast(Halves(), value); }
  template <class Any>
  GLISSADE_INLINE static HighwayBits of(Any x) {
    return hn::BitCast(Tag(), x);
  }
  GLISSADE_INLINE static HighwayBits upper_halves(HighwayBits a, HighwayBits b) {
    return of(hn::OddEven(b.halves(), of(hn::ShiftRight<16>(a.value)).halves()));
  }
  GLISSADE_INLINE static HighwayBits max_halves(HighwayBits a, HighwayBits b) {
    return of(hn::Max(a.halves(), b.halves()));
  }
  static uint32_t max_across_halves(HighwayBits a);
  GLISSADE_INLINE static HighwayBits subtract_halves(HighwayBits a, uint16_t b) {
    return of(hn::SaturatedSub(a.halves(), hn::Set(Halves(), b)));
  }
  template <int kBy>
  GLISSADE_INLINE static HighwayBits bytes_of_halves(HighwayBits a, HighwayBits b) {
    const HighwayBits low = of(hn::ShiftRight<kBy>(a.halves())),
                      high = of(hn::ShiftLeft<8 - kBy>(b.halves()));
    return of(hn::OddEven(hn::BitCast(Bytes(), high.value), hn::BitCast(Bytes(), low.value)));
  }
  GLISSADE_INLINE static HighwayBits max_bytes(HighwayBits a, uint8_t b) {
    return of(hn::Max(hn::BitCast(Bytes(), a.value), hn::Set(Bytes(), b)));
  }
  GLISSADE_INLINE static HighwayBits bytes_above(HighwayBits a, int8_t b) {
    const auto x = hn::BitCast(SignedBytes(), a.value);
    return of(hn::IfThenElseZero(hn::Gt(x, hn::Set(SignedBytes(), b)), x));
  }
  GLISSADE_INLINE static HighwayBits load_signed_bytes(const uint8_t* from) {
    const hn::RebindToSigned<Tag> integers;
    return of(hn::PromoteTo(integers, hn::BitCast(Numbers<int8_t>(), hn::LoadU(Numbers<uint8_t>(), from))));
  }
  GLISSADE_INLINE static void store_upper_halves(HighwayBits a, HighwayBits b, uint16_t* to) {
    hn::StoreU(hn::ConcatOdd(Halves(), b.halves(), a.halves()), Halves(), to);
  }
  GLISSADE_INLINE static void store_by_lanes(HighwayBits a, uint8_t* to) {
    HWY_ALIGN static constexpr uint8_t kOrder[16] = {0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15};
    a = of(hn::TableLookupBytes(hn::BitCast(Bytes(), a.value), hn::LoadDup128(Bytes(), kOrder)));
    if constexpr (kWidth > 4) {
      HWY_ALIGN int32_t order[kWidth];
      for (size_t i = 0; i < kWidth; ++i)
        order[i] = static_cast<int32_t>(i % (kWidth / 4) * 4 + i / (kWidth / 4));
      a = hn::TableLookupLanes(a.value, hn::SetTableIndices(Tag(), order));
    }
    hn::StoreU(hn::BitCast(Bytes(), a.value), Bytes(), to);
  }
};
GLISSADE_INLINE HighwayBits operator+(HighwayBits a, HighwayBits b) { return hn::Add(a.value, b.value); }
GLISSADE_INLINE HighwayBits operator-(HighwayBits a, HighwayBits b) { return hn::Sub(a.value, b.value); }
GLISSADE_INLINE HighwayBits operator&(HighwayBits a, HighwayBits b) { return hn::And(a.value, b.value); }
GLISSADE_INLINE HighwayBits operator|(HighwayBits a, HighwayBits b) { return hn::Or(a.value, b.value); }
template <int kBy>
GLISSADE_INLINE HighwayBits shift_left(HighwayBits a) {
  return hn::ShiftLeft<kBy>(a.value);
}
template <int kBy>
GLISSADE_INLINE HighwayBits shift_right(HighwayBits a) {
  return hn::ShiftRight<kBy>(a.value);
}
GLISSADE_INLINE HighwayBits max(HighwayBits a, HighwayBits b) { return hn::Max(a.value, b.value); }
GLISSADE_INLINE HighwayBits min(HighwayBits a, HighwayBits b) { return hn::Min(a.value, b.value); }
GLISSADE_INLINE HighwayBits below(HighwayBits x, HighwayBits limit, HighwayBits a, HighwayBits b) {
  const hn::RebindToSigned<HighwayBits::Tag> integers;  // unsigned ones are not compared by one instruction
  const auto is_below = hn::Lt(hn::BitCast(integers, x.value), hn::BitCast(integers, limit.value));
  return hn::IfThenElse(hn::RebindMask(HighwayBits::Tag(), is_below), a.value, b.value);
}
GLISSADE_INLINE uint32_t max_across(HighwayBits a) {
  const hn::VFromD<HighwayBits::Tag> x = a.value;
  return hn::GetLane(hn::MaxOfLanes(HighwayBits::Tag(), x));
}
GLISSADE_INLINE uint32_t HighwayBits::max_across_halves(HighwayBits a) {
  return max_across(max(a & HighwayBits(0xffff), shift_right<16>(a)));
}
template <>
struct Bits<Vector> {
  using Type = HighwayBits;
};

}  // namespace
}  // namespace GLISSADE_BACKEND
}  // namespace glissade
