// SPDX-License-Identifier: Apache-2.0
// Lanes on WebAssembly's SIMD128, which has no fused multiply-add that rounds once on every engine.
#include <wasm_simd128.h>

#include "cpu/simd/scalar.hpp"

namespace glissade {
namespace GLISSADE_BACKEND {
namespace {

struct Vector {
  static constexpr bool kComparesWhole = true;
  static constexpr bool kManyRegisters = true;  // 16 or more
  static constexpr size_t kWidth = 4;
  static constexpr bool kFlushesSubnormals = false;
  v128_t value;

  GLISSADE_INLINE Vector(v128_t x) : value(x) {}
  GLISSADE_INLINE Vector(float x) : value(wasm_f32x4_splat(x)) {}
  template <int kBuffer = 0>
  GLISSADE_INLINE static Vector load(const float* from) {
    return wasm_v128_load(from);
  }
  template <int kBuffer = 0>
  GLISSADE_INLINE void store(float* to) const {
    wasm_v128_store(to, value);
  }
};

struct Mask {
  v128_t value;
};

GLISSADE_INLINE Vector operator+(Vector a, Vector b) { return wasm_f32x4_add(a.value, b.value); }
GLISSADE_INLINE Vector operator-(Vector a, Vector b) { return wasm_f32x4_sub(a.value, b.value); }
GLISSADE_INLINE Vector operator*(Vector a, Vector b) { return wasm_f32x4_mul(a.value, b.value); }
GLISSADE_INLINE Vector operator/(Vector a, Vector b) { return wasm_f32x4_div(a.value, b.value); }
GLISSADE_INLINE Mask operator>(Vector a, Vector b) { return {wasm_f32x4_gt(a.value, b.value)}; }
GLISSADE_INLINE Vector select(Mask condition, Vector a, Vector b) {
  return wasm_v128_bitselect(a.value, b.value, condition.value);
}
GLISSADE_INLINE Vector abs(Vector a) { return wasm_f32x4_abs(a.value); }
GLISSADE_INLINE Vector sqrt(Vector a) { return wasm_f32x4_sqrt(a.value); }

// As in lanes_highway.hpp, by one look at all sums (Adam takes 0.76 of the time in Node.js 20).
GLISSADE_INLINE bool rounds_twice(v128_t lower, v128_t upper) {
  const v128_t low = wasm_i32x4_shuffle(lower, upper, 0, 2, 4, 6);
  const v128_t heads = wasm_i32x4_shuffle(lower, upper, 1, 3, 5, 7);
  const v128_t tails = wasm_v128_and(low, wasm_i32x4_splat(0x1fffffff));
  const v128_t from_one = wasm_i32x4_add(wasm_i32x4_add(heads, heads), wasm_i32x4_splat(0x7fffffff));
  const v128_t tiny = wasm_i32x4_gt(wasm_i32x4_splat(0x701fffff - 0x7fffffff - 1), from_one);
  return wasm_v128_any_true(wasm_v128_or(wasm_i32x4_eq(tails, wasm_i32x4_splat(0x10000000)), tiny));
}

template <>
constexpr bool kFuses<Vector> = false;

// Exactly, through double, two lanes at a time; all four one by one where a sum could be rounded twice.
GLISSADE_INLINE v128_t fma_pair(v128_t a, v128_t b, v128_t c) {
  return wasm_f64x2_add(wasm_f64x2_mul(wasm_f64x2_promote_low_f32x4(a), wasm_f64x2_promote_low_f32x4(b)),
                        wasm_f64x2_promote_low_f32x4(c));
}
GLISSADE_INLINE v128_t upper(Vector a) { return wasm_i32x4_shuffle(a.value, a.value, 2, 3, 2, 3); }

GLISSADE_INLINE Vector fma(Vector a, Vector b, Vector c) {
  const v128_t first = fma_pair(a.value, b.value, c.value);
  const v128_t second = fma_pair(upper(a), upper(b), upper(c));
  if (__builtin_expect(rounds_twice(first, second), 0)) {
    float x[4], y[4], z[4];
    a.store(x), b.store(y), c.store(z);
    for (int i = 0; i < 4; ++i) x[i] = scalar_fma(x[i], y[i], z[i]);
    return Vector::load(x);
  }
  return wasm_i32x4_shuffle(wasm_f32x4_demote_f64x2_zero(first), wasm_f32x4_demote_f64x2_zero(second), 0, 1,
                            4, 5);
}

// 2^n for an integer n from -126 to 127.
GLISSADE_INLINE Vector power_of_two(Vector n) { return wasm_i32x4_shl((n + 12583039.0f).value, 23); }

// In 16 bits, of which pairs of products are added to 32.
struct WasmProducts {
  static constexpr size_t kWidth = 8, kRows = 4;
  static constexpr bool kMasks = false;
  v128_t sums = wasm_i32x4_splat(0);

  GLISSADE_INLINE static v128_t load(const int8_t* from, int32_t zero) {
    return wasm_i16x8_sub(wasm_i16x8_load8x8(from), wasm_i16x8_splat(static_cast<int16_t>(zero)));
  }
  GLISSADE_INLINE void add(const int8_t* from, v128_t x) {
    sums = wasm_i32x4_add(sums, wasm_i32x4_dot_i16x8(wasm_i16x8_load8x8(from), x));
  }
  GLISSADE_INLINE uint32_t total(int32_t /*zero*/) const {
    const v128_t pairs = wasm_i32x4_add(sums, wasm_i32x4_shuffle(sums, sums, 2, 3, 0, 1));
    const v128_t all = wasm_i32x4_add(pairs, wasm_i32x4_shuffle(pairs, pairs, 1, 0, 3, 2));
    return static_cast<uint32_t>(wasm_i32x4_extract_lane(all, 0));
  }
};
template <>
struct Products<Vector> {
  using Type = WasmProducts;
};

}  // namespace
}  // namespace GLISSADE_BACKEND
}  // namespace glissade
