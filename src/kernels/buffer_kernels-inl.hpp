// SPDX-License-Identifier: Apache-2.0
// What is done to whole buffers around a step.
#ifndef GLISSADE_SRC_KERNELS_BUFFER_KERNELS_INL_HPP
#define GLISSADE_SRC_KERNELS_BUFFER_KERNELS_INL_HPP

#include "kernels/loops-inl.hpp"
#include "kernels/means-inl.hpp"

namespace glissade {
namespace GLISSADE_BACKEND {

namespace {

// The sum of squares of those x * scale whose magnitude is from low to below high.
template <class V>
GLISSADE_INLINE V add_squares(V sum, V x, float low, float high, float scale) {
  const V magnitude = abs(x);
  const V inside = select(V(high) > magnitude, select(V(low) > magnitude, V(0.0f), magnitude), V(0.0f));
  const V scaled = inside * scale;
  return fma(scaled, scaled, sum);
}

__attribute__((noinline)) float sum_of_squares(const float* x, float low, float high, float scale,
                                               size_t count) {
  return canonical_sum(count, [=](auto sum, size_t i) {
    return add_squares(sum, decltype(sum)::load(x + i), low, high, scale);
  });
}

}  // namespace

void summarize_gradients(const float* gradients, GradientBlock* block, size_t count) {
  constexpr float kInfinity = __builtin_huge_valf();
  block->largest = canonical_fold(
      count,
      [=](auto most, size_t i) {
        using V = decltype(most);
        const V magnitude = abs(V::load(gradients + i));
        return max(select(V(kInfinity) > magnitude, magnitude, V(0.0f)), most);
      },
      [](auto a, auto b) { return max(a, b); });
  block->not_finite = canonical_sum(count, [=](auto sum, size_t i) {
    using V = decltype(sum);
    return sum + select(V(kInfinity) > abs(V::load(gradients + i)), V(0.0f), V(1.0f));
  });
  // The two rare sums only where they matter: 1024 squares below 2^-126 vanish beside 2^-40 in double.
  block->ordinary = sum_of_squares(gradients, 0x1p-63f, 0x1p40f, 1.0f, count);
  block->huge = Scalar(0x1p40f) > Scalar::load(&block->largest)
                    ? 0.0f
                    : sum_of_squares(gradients, 0x1p40f, kInfinity, 0x1p-80f, count);
  block->tiny = Scalar::load(&block->ordinary) > Scalar(0x1p-40f)
                    ? 0.0f
                    : sum_of_squares(gradients, 0.0f, 0x1p-63f, 0x1p110f, count);
}

// Whether every |x| < bound; NaN is not.
void all_below(const float* values, float bound, bool* below, size_t count) {
  uint32_t any = 0;
  size_t i = 0;
  if constexpr (Vector::kComparesWhole) {
    Vector bad(0.0f);
    for (; count - i >= Vector::kWidth; i += Vector::kWidth) {
      bad = select(Vector(bound) > abs(Vector::load(values + i)), bad, Vector(1.0f));
    }
    float lanes[Vector::kWidth];
    bad.store(lanes);
    for (const float lane : lanes) any |= float_bits(lane);
  }
  // The others by their bits, which are ordered as magnitudes are: the difference is negative from the bound
  // on.
  const uint32_t most = float_bits(bound) - 1;
  uint32_t differences = 0;
#pragma GCC unroll 4
  for (; i < count; ++i) differences |= most - (float_bits(values[i]) & 0x7fffffffu);
  *below = any == 0 && differences < 0x80000000u;
}

void dot(const float* a, const float* b, float* sum, size_t count) {
  *sum = canonical_sum(count, [=](auto s, size_t i) {
    using V = decltype(s);
    return fma(V::load(a + i), V::load(b + i), s);
  });
}

void clip_values(float* values, float largest, size_t count) {
  for_each(count, [=](auto lanes, size_t i) {
    using V = typename decltype(lanes)::Type;
    lanes.store(min(V(largest), max(V(-largest), lanes.load(values + i))),
                values + i);  // in this order a NaN stays
  });
}

// point = from + alpha direction.
void axpy(const float* from, const float* direction, float alpha, float* point, size_t count) {
  for_each(count, [=](auto lanes, size_t i) {
    lanes.store(fma(lanes.load(direction + i), alpha, lanes.load(from + i)), point + i);
  });
}

// mean moves towards factor * values, or towards their squares.
void average(float* mean, const float* values, float factor, const LerpCoefficients* coefficients,
             size_t count) {
  const LerpCoefficients c = *coefficients;
  for_each(count, [=](auto lanes, size_t i) {
    lanes.store(move_mean(lanes.load(mean + i), lanes.load(values + i) * factor, c), mean + i);
  });
}

void average_squares(float* mean, const float* values, const LerpCoefficients* coefficients, size_t count) {
  const LerpCoefficients c = *coefficients;
  for_each(count, [=](auto lanes, size_t i) {
    using V = typename decltype(lanes)::Type;
    const V x = lanes.load(values + i);
    lanes.store(move_mean(lanes.load(mean + i), x * x, c), mean + i);
  });
}

void divide(const float* values, float divisor, float* quotients, size_t count) {
  for_each(count,
           [=](auto lanes, size_t i) { lanes.store(lanes.load(values + i) / divisor, quotients + i); });
}

}  // namespace GLISSADE_BACKEND
}  // namespace glissade

#endif
