// SPDX-License-Identifier: Apache-2.0
// Int8 layers as the engines define them, written out once more and otherwise: by magnitudes and signs, and
// sums of 64 bits.
#ifndef GLISSADE_TESTS_INT8_MODEL_HPP
#define GLISSADE_TESTS_INT8_MODEL_HPP

#include "glissade/glissade.h"

namespace glissade {
namespace test {
namespace model {

inline int32_t cut(uint64_t x) { return static_cast<int32_t>(static_cast<uint32_t>(x)); }
inline uint64_t magnitude(int32_t x) { return static_cast<uint64_t>(x < 0 ? -int64_t{x} : int64_t{x}); }

// magnitude / 2^bits with a sign, rounded half up or half away from 0.
inline int64_t divided(uint64_t magnitude, bool negative, int32_t bits, bool half_up) {
  if (bits == 0) return negative ? -static_cast<int64_t>(magnitude) : static_cast<int64_t>(magnitude);
  const uint64_t half = uint64_t{1} << (bits - 1);
  const uint64_t quotient = (magnitude + half - (negative && half_up ? 1 : 0)) >> bits;
  return negative ? -static_cast<int64_t>(quotient) : static_cast<int64_t>(quotient);
}

inline int32_t scaled(int32_t acc, gls_int8_multiplier m, gls_int8_rounding rounding) {
  const uint64_t factor = static_cast<uint64_t>(m.multiplier);
  if (rounding == GLS_INT8_SINGLE_ROUNDING) {
    const int64_t y = divided(magnitude(acc) * factor, acc < 0, 31 - m.shift, true);
    return cut(static_cast<uint64_t>(y));
  }
  int32_t x = acc;
  for (int32_t i = 0; i < m.shift; ++i) x = cut(static_cast<uint64_t>(int64_t{x} * 2));
  const int64_t high = divided(magnitude(x) * factor, x < 0, 31, true);
  const int32_t h = static_cast<int32_t>(high);
  return m.shift < 0 ? static_cast<int32_t>(divided(magnitude(h), h < 0, -m.shift, false)) : h;
}

// A real factor's 31 bits, found one by one.
inline gls_int8_multiplier multiplier_of(double real) {
  if (real == 0.0) return {0, 0};
  int32_t shift = 0;
  for (; real >= 1.0; real /= 2.0) ++shift;
  for (; real < 0.5; real *= 2.0) --shift;
  uint64_t q = 0;
  for (int bit = 0; bit < 32; ++bit) {  // one more, which rounds
    real *= 2.0;
    q = q << 1 | (real >= 1.0 ? 1 : 0);
    if (real >= 1.0) real -= 1.0;
  }
  q = (q + 1) >> 1;
  if (q >> 31 != 0) {
    q >>= 1;
    ++shift;
  }
  if (shift < -31) return {0, 0};
  if (shift > 30) return {INT32_MAX, 30};
  return {static_cast<int32_t>(q), shift};
}

inline double factor(const gls_int8_dense& l, size_t c) {
  volatile float product = l.input_scale * l.weight_scales[c];  // or GCC 12 makes vcvtne of it for Helium
  const double one = static_cast<double>(product);
  const double several = static_cast<double>(l.input_scale) * static_cast<double>(l.weight_scales[c]);
  return (l.scale_count == 1 ? one : several) / static_cast<double>(l.output_scale);
}

inline gls_int8_multiplier multiplier_of(const gls_int8_dense& l, size_t c) {
  return multiplier_of(factor(l, l.scale_count == 1 ? 0 : c));
}

inline int32_t sum(const gls_int8_dense& l, const int8_t* x, size_t c) {
  int64_t acc = l.biases == nullptr ? 0 : l.biases[c];
  for (size_t d = 0; d < l.input_count; ++d)
    acc += int64_t{l.weights[c * l.input_count + d]} * (int64_t{x[d]} - l.input_zero);
  return cut(static_cast<uint64_t>(acc));
}

inline int8_t output(const gls_int8_dense& l, int32_t acc, gls_int8_multiplier m) {
  const int64_t y = int64_t{scaled(acc, m, l.rounding)} + l.output_zero;
  const int32_t wrapped = cut(static_cast<uint64_t>(y));
  const int32_t raised = wrapped < l.least ? l.least : wrapped;
  return static_cast<int8_t>(raised > l.most ? l.most : raised);
}

// Rounded half away from 0.
inline double rounded(double x) {
  const double size = x < 0.0 ? -x : x;
  double whole = 0.0, step = 0x1p60;
  for (; step >= 1.0; step /= 2.0)
    if (whole + step <= size) whole += step;
  if (size - whole >= 0.5) whole += 1.0;
  return x < 0.0 ? -whole : whole;
}

}  // namespace model
}  // namespace test
}  // namespace glissade

#endif
