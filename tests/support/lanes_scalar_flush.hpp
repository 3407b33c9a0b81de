// SPDX-License-Identifier: Apache-2.0
// What units that flush subnormals must compute, in software that keeps them: inputs flushed to zero, and
// results that are tiny: before rounding, as Arm does it; for a test on x86 after rounding, as that does it.
#include "cpu/simd/derived.hpp"

#define GLISSADE_LEAST_POSITIVE 0x1p-126f

namespace glissade {
namespace GLISSADE_BACKEND {
namespace {

constexpr double kSmallest = 0x1p-126;
inline double magnitude(double x) { return x < 0.0 ? -x : x; }

inline float flush(float x) { return magnitude(static_cast<double>(x)) < kSmallest ? x * 0.0f : x; }

// A result is tiny below this. After rounding to 24 bits that is 2^-126 less half a unit in the last place.
#if defined(__x86_64__) || defined(__i386__)
constexpr double kTiny = 0x1p-126 - 0x1p-151;
#else
constexpr double kTiny = kSmallest;
#endif

// A result, with what it is exactly: a double that is below kTiny where the exact value is.
inline float flush_result(float result, double exact) {
  return magnitude(exact) < kTiny ? result * 0.0f : result;
}

struct Scalar {
  static constexpr size_t kWidth = 1;
  static constexpr bool kComparesWhole = false;
  static constexpr bool kManyRegisters = false;
  static constexpr bool kFlushesSubnormals = false;  // the unit it runs on does not
  float value;

  Scalar(float x) : value(x) {}
  template <int kBuffer = 0>
  static Scalar load(const float* from) {
    return *from;
  }
  template <int kBuffer = 0>
  void store(float* to) const {
    *to = value;
  }
};

inline Scalar operator+(Scalar a, Scalar b) {
  const float sum = flush(a.value) + flush(b.value);  // exact where tiny
  return flush_result(sum, static_cast<double>(sum));
}
inline Scalar operator-(Scalar a, Scalar b) {
  const float difference = flush(a.value) - flush(b.value);
  return flush_result(difference, static_cast<double>(difference));
}
inline Scalar operator*(Scalar a, Scalar b) {
  const float x = flush(a.value), y = flush(b.value);
  return flush_result(x * y, static_cast<double>(x) * static_cast<double>(y));
}
inline Scalar operator/(Scalar a, Scalar b) {
  const float x = flush(a.value), y = flush(b.value), quotient = x / y;
  const bool tiny = magnitude(static_cast<double>(x)) < magnitude(static_cast<double>(y)) * kTiny;
  return tiny ? quotient * 0.0f : quotient;
}
inline bool operator>(Scalar a, Scalar b) { return flush(a.value) > flush(b.value); }
inline Scalar select(bool condition, Scalar a, Scalar b) { return condition ? a : b; }
inline Scalar abs(Scalar a) { return bits_float(float_bits(a.value) & 0x7fffffffu); }
inline Scalar sqrt(Scalar a) { return scalar_sqrt(flush(a.value)); }
inline Scalar fma(Scalar a, Scalar b, Scalar c) {
  const float x = flush(a.value), y = flush(b.value), z = flush(c.value);
  const double product = static_cast<double>(x) * static_cast<double>(y), addend = static_cast<double>(z);
  // Rounded to odd, the double is below kTiny exactly where the exact sum is.
  return flush_result(scalar_fma(x, y, z), round_to_odd(product, addend, product + addend));
}
inline Scalar power_of_two(Scalar n) { return bits_float(float_bits(n.value + 12583039.0f) << 23); }

using Vector = Scalar;

}  // namespace
}  // namespace GLISSADE_BACKEND
}  // namespace glissade
