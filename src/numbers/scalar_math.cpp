// SPDX-License-Identifier: Apache-2.0
// The once-per-step arithmetic in double that rules need beyond + - * /.
#include "cpu/scalar_unit.hpp"
#include "glissade/rules/common.hpp"

namespace glissade {
namespace {

constexpr uint64_t kOne = 0x3ff0000000000000u, kSmallestFloat = 0x3810000000000000u;
constexpr uint64_t kLargestFloat = 0x47efffffe0000000u;

// Bits that are ordered as numbers x >= 0 are; all others, and NaN, come above. -0 is 0.
uint64_t ordered(double x) { return equals_zero(x) ? 0 : bit_cast<uint64_t>(x); }

}  // namespace

// Not inlined: a copy for each of its callers is flash.
__attribute__((noinline)) bool not_negative(double x) { return ordered(x) <= kLargestFloat; }
bool not_negative(float x) {
  const uint32_t bits = bit_cast<uint32_t>(x);
  return bits < 0x7f800000 || bits == 0x80000000;
}
bool in_unit(double x) { return ordered(x) < kOne; }
bool up_to_1(double x) { return ordered(x) <= kOne; }
bool valid_epsilon(double x, bool zero_too) {
  if (equals_zero(x)) return zero_too;
  return bit_cast<uint64_t>(x) >= kSmallestFloat && not_negative(x);
}
bool is_finite(double x) { return (bit_cast<uint64_t>(x) & ~uint64_t{0} >> 1) <= kLargestFloat; }

double power(double base, uint32_t exponent) {
  double result = 1.0;
  for (; exponent != 0; exponent >>= 1) {
    if ((exponent & 1) != 0) result *= base;
    base *= base;
  }
  return result;
}

double bias_correction(double beta, uint32_t step) {
  // -ln beta is at least what beta's upper bits are below those of 1, in units of 2^-21; and e^-38 < 2^-54.
  const uint32_t below = 0x3fefffffu - static_cast<uint32_t>(bit_cast<uint64_t>(beta) >> 32);
  if (uint64_t{step} * below > uint64_t{38} << 21) return 1.0;
  return 1.0 - power(beta, step);
}

namespace {

// ln x for normal x > 0: x = 2^k m with m from sqrt(1/2) to sqrt(2), and 2 artanh((m - 1) / (m + 1)).
double logarithm(double x) {
  const uint64_t bits = bit_cast<uint64_t>(x), above = bits - 0x3fe6a09e667f3bcdu;
  const double k = static_cast<double>(static_cast<int32_t>(static_cast<uint32_t>(above >> 32)) >> 20);
  const double m = bit_cast<double>(bits - (above & 0xfff0000000000000u));
  const double s = (m - 1.0) / (m + 1.0), square = s * s;
  double series = 0.0;
  for (int n = 21; n >= 3; n -= 2) series = (series + 1.0 / n) * square;
  return k * 1.90821492927058770002e-10 + (2.0 * s * series + 2.0 * s) + k * 6.93147180369123816490e-01;
}

// e^x for |x| < 700: x = k ln 2 + r, and the series of e^r.
double exponential_of(double x) {
  constexpr double kRoundToInteger = 6755399441055744.0;  // 1.5 * 2^52
  const double k = (x * 1.44269504088896340736 + kRoundToInteger) - kRoundToInteger;
  const double r = (x - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10;
  double series = 1.0;
  for (int n = 14; n >= 1; --n) series = series * (r / n) + 1.0;
  return series * bit_cast<double>(static_cast<uint64_t>(static_cast<int32_t>(k) + 1023) << 52);
}

}  // namespace

double power(double base, double exponent) {
  const double x = exponent * logarithm(base);
  if (x < -700.0) return 0.0;
  return exponential_of(x < 700.0 ? x : 700.0);
}

double square_root(double x) { return scalar_sqrt(x); }

}  // namespace glissade
