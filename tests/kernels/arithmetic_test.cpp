// SPDX-License-Identifier: Apache-2.0
// The exact routines against the processor's own, and exp and log against long double.
#include <gtest/gtest.h>

#include <cfenv>
#include <cmath>

#define GLISSADE_BACKEND arithmetic_test
#define GLISSADE_LANES "cpu/simd/lanes_scalar.hpp"
#include "cpu/float_mode.hpp"
#include "kernels/elementary-inl.hpp"
#include "numbers/philox.hpp"

namespace glissade {
namespace GLISSADE_BACKEND {
namespace {

uint64_t state = 1;
uint32_t random_bits() {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return static_cast<uint32_t>(state >> 32);
}

bool same(float a, float b) { return float_bits(a) == float_bits(b) || (std::isnan(a) && std::isnan(b)); }

// Terms that cancel, meet halfway or fall into the subnormals far more often than random ones would.
void random_terms(float& a, float& b, float& c) {
  a = bits_float(random_bits());
  b = bits_float(random_bits());
  c = bits_float(random_bits());
  const uint32_t kind = random_bits() % 9;
  if (kind < 4) {  // like exponents
    a = bits_float((float_bits(a) & 0x807fffffu) | ((96 + random_bits() % 64) << 23));
    b = bits_float((float_bits(b) & 0x807fffffu) | ((96 + random_bits() % 64) << 23));
    const float product = a * b;
    c = bits_float((float_bits(c) & 0x807fffffu) | (float_bits(product) & 0x7f800000u));
    if (kind == 1) c = -product;
    if (kind == 2) c = bits_float((float_bits(product) ^ 0x80000000u) + random_bits() % 5 - 2);
    if (kind == 3) a = bits_float(float_bits(a) & 0xfffff000u), b = bits_float(float_bits(b) & 0xffffe000u);
  } else if (kind < 6) {  // a tiny product
    a = bits_float((float_bits(a) & 0x807fffffu) | ((20 + random_bits() % 60) << 23));
    b = bits_float((float_bits(b) & 0x807fffffu) | ((20 + random_bits() % 60) << 23));
    c = bits_float(float_bits(c) & 0x83ffffffu);
  } else if (kind == 6) {  // special values
    constexpr uint32_t kSpecial[] = {0,          0x80000000, 1,          0x80000001, 0x7f800000,
                                     0xff800000, 0x7fc00000, 0x7f7fffff, 0x00800000};
    a = bits_float(kSpecial[random_bits() % 9]);
    if (random_bits() % 2) c = bits_float(kSpecial[random_bits() % 9]);
  } else if (kind ==
             7) {  // a product a hair from half of c's last bit: a double cannot tell it from the half
    const float x = static_cast<float>(random_bits() % 64 + 1) * 0x1p-23f;
    a = 1.0f + x;
    b = 1.0f - x;                                                                // a * b = 1 - x^2
    if (random_bits() % 2) a = 1.0f + 0x1p-12f, b = 1.0f - 0x1p-12f + 0x1p-24f;  // 1 + 2^-36
    const bool subnormal = random_bits() % 2;
    if (subnormal) a *= 0x1p-75f, b *= 0x1p-75f;
    c = bits_float((float_bits(c) & 0x807fffffu) | (subnormal ? 0u : (127u + 24u) << 23));
    if (random_bits() % 2) a = -a;
  }
}

TEST(Fma, IsExactByDoubleAndByIntegers) {
  for (int i = 0; i < 20000000; ++i) {
    float a, b, c;
    random_terms(a, b, c);
    const float expected = std::fma(a, b, c);
    ASSERT_TRUE(same(fma_by_double(a, b, c), expected)) << std::hexfloat << a << " " << b << " " << c;
    ASSERT_TRUE(same(fma_by_integers(a, b, c), expected)) << std::hexfloat << a << " " << b << " " << c;
  }
}

TEST(Sqrt, OfFloatsIsExactByIntegers) {
  for (uint64_t bits = 0; bits <= 0xffffffffu; bits += 331) {
    const float x = bits_float(static_cast<uint32_t>(bits));
    ASSERT_TRUE(same(sqrt_by_integers(x), std::sqrt(x))) << std::hexfloat << x;
  }
}

TEST(Sqrt, OfDoublesIsExactByIntegers) {
  for (int i = 0; i < 3000000; ++i) {
    uint64_t bits = (uint64_t{random_bits()} << 32) | random_bits();
    if (i % 2)
      bits = (bits & 0x000fffffffffffffu) | ((1000 + bits % 24) << 52);  // as a step asks: from 2^-23 to 1
    const double x = bit_cast<double>(bits), root = std::sqrt(x);
    ASSERT_TRUE(sqrt_by_integers(x) == root || (std::isnan(root) && std::isnan(sqrt_by_integers(x))))
        << std::hexfloat << x;
  }
}

// Every significand, for the divisors of steps 1 to 12 and later ones: sqrt(1 - beta2^t).
TEST(DivideBy, IsExactForEverySignificand) {
  for (const double beta2 : {0.999, 0.99, 0.9}) {
    for (const int step : {1, 2, 3, 5, 12, 100, 1000}) {
      const float divisor = static_cast<float>(std::sqrt(1.0 - std::pow(beta2, step)));
      for (uint32_t significand = 0; significand < (1u << 23); significand += step < 5 ? 1 : 7) {
        const Scalar x = bits_float(0x3a000000u + significand);
        ASSERT_EQ(divide_by<Scalar>(x, divisor, 1.0f / divisor).value, x.value / divisor)
            << x.value << " / " << divisor;
      }
    }
  }
}

TEST(DivideBy, IsExactAtTheEdgesOfItsRange) {
  const float divisor = 0.0316227786f;
  for (const float x : {0.0f, bits_float(0x7f800000u), 0x1p-99f, 0x1.fffffep63f, 0x1.6a09e6p-75f}) {
    ASSERT_EQ(divide_by<Scalar>(x, divisor, 1.0f / divisor).value, x / divisor);
  }
}

double ulps(float got, long double exact) {
  int exponent;
  std::frexp(exact, &exponent);
  return static_cast<double>(std::abs(static_cast<long double>(got) - exact) /
                             std::ldexp(1.0L, exponent - 24));
}

TEST(Exp, IsWithinItsBound) {
  double worst = 0.0;
  for (float x = -87.3365f; x < 88.72f; x += std::fmax(std::abs(x), 1e-3f) * 2e-6f) {
    worst = std::fmax(worst, ulps(exp(Scalar(x)).value, std::exp(static_cast<long double>(x))));
  }
  std::printf("exp: largest error seen %.3f ulp\n", worst);
  EXPECT_LT(worst, 1.05);
}

TEST(Exp, AtItsEnds) {
  EXPECT_EQ(exp(Scalar(0.0f)).value, 1.0f);
  EXPECT_EQ(exp(Scalar(-0.0f)).value, 1.0f);
  EXPECT_EQ(exp(Scalar(-87.34f)).value, 0.0f);
  EXPECT_EQ(exp(Scalar(-INFINITY)).value, 0.0f);
  EXPECT_EQ(exp(Scalar(88.73f)).value, INFINITY);
  EXPECT_EQ(exp(Scalar(INFINITY)).value, INFINITY);
  EXPECT_TRUE(std::isnan(exp(Scalar(NAN)).value));
  EXPECT_GE(exp(Scalar(-87.3365f)).value, 0x1p-126f);
}

TEST(Log, IsWithinItsBound) {
  double worst = 0.0;
  for (uint32_t bits = 0x00800000u; bits < 0x7f800000u; bits += 97) {
    if (bits_float(bits) == 1.0f) continue;
    const float x = bits_float(bits);
    worst = std::fmax(worst, ulps(log(Scalar(x)).value, std::log(static_cast<long double>(x))));
  }
  std::printf("log: largest error seen %.3f ulp\n", worst);
  EXPECT_LT(worst, 0.85);
}

TEST(Log, AtItsEnds) {
  EXPECT_EQ(log(Scalar(1.0f)).value, 0.0f);
  EXPECT_EQ(log(Scalar(INFINITY)).value, INFINITY);
  EXPECT_TRUE(std::isnan(log(Scalar(NAN)).value));
}

TEST(Tanh, IsWithinItsBound) {
  double worst = 0.0;
  for (uint32_t bits = 0x00800000u; bits < 0x41800000u; bits += 97) {
    const float x = bits_float(bits), y = tanh(Scalar(x)).value;
    worst = std::fmax(worst, ulps(y, std::tanh(static_cast<long double>(x))));
    ASSERT_EQ(tanh(Scalar(-x)).value, -y);
  }
  std::printf("tanh: largest error seen %.3f ulp\n", worst);
  EXPECT_LT(worst, 1.3);
}

TEST(Tanh, AtItsEnds) {
  EXPECT_EQ(tanh(Scalar(0.0f)).value, 0.0f);
  EXPECT_EQ(tanh(Scalar(20.0f)).value, 1.0f);
  EXPECT_EQ(tanh(Scalar(-3e38f)).value, -1.0f);
  EXPECT_EQ(tanh(Scalar(INFINITY)).value, 1.0f);
  EXPECT_EQ(tanh(Scalar(-INFINITY)).value, -1.0f);
  EXPECT_TRUE(std::isnan(tanh(Scalar(NAN)).value));
}

TEST(SineAndCosine, AreWithinTheirBound) {
  long double worst = 0.0L;
  for (uint64_t turns = 0; turns <= UINT32_MAX; turns += 197) {
    Scalar sine(0.0f), cosine(0.0f);
    sine_and_cosine(static_cast<uint32_t>(turns), sine, cosine);
    const long double angle = static_cast<long double>(turns) * 0x1p-31L * 3.14159265358979323846264L;
    worst = std::fmax(worst, std::abs(static_cast<long double>(sine.value) - std::sin(angle)));
    worst = std::fmax(worst, std::abs(static_cast<long double>(cosine.value) - std::cos(angle)));
  }
  std::printf("sin, cos: largest error seen %.3g\n", static_cast<double>(worst));
  EXPECT_LT(static_cast<double>(worst), 1.25e-7);
}

// The authors' known answers (Random123, kat_vectors).
TEST(Philox, GivesTheKnownAnswers) {
  uint32_t zero[4] = {}, ones[4] = {~0u, ~0u, ~0u, ~0u},
           pi[4] = {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344};
  philox(zero, 0);
  philox(ones, ~uint64_t{0});
  philox(pi, 0x299f31d0a4093822);
  const uint32_t expected[3][4] = {{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
                                   {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
                                   {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}};
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(zero[i], expected[0][i]);
    EXPECT_EQ(ones[i], expected[1][i]);
    EXPECT_EQ(pi[i], expected[2][i]);
  }
}

TEST(Power, OfFractionsIsWithinItsBound) {
  for (int i = 0; i < 300000; ++i) {
    const double base = 0.5 + 4.0 * random_bits() * 0x1p-32,
                 exponent = (random_bits() * 0x1p-31 - 1.0) * (i % 2 ? 1.0 : 100.0);
    const long double exact = std::pow(static_cast<long double>(base), static_cast<long double>(exponent));
    const double bound = 0x1p-51 * (1.0 + std::abs(exponent * std::log(base)));
    ASSERT_LT(static_cast<double>(std::abs(power(base, exponent) / exact - 1.0L)), bound)
        << base << " ^ " << exponent;
  }
  EXPECT_EQ(power(0.96, 0.0), 1.0);
  EXPECT_EQ(power(1.0, 0.75), 1.0);
  EXPECT_EQ(power(0.96, 1e300), 0.0);
}

TEST(Power, OfIntegersIsByRepeatedSquaring) {
  EXPECT_EQ(power(0.9, 0u), 1.0);
  EXPECT_EQ(power(0.9, 1u), 0.9);
  EXPECT_EQ(power(0.5, 1000u), 0x1p-1000);
  EXPECT_EQ(power(0.9, UINT32_MAX), 0.0);
  EXPECT_NEAR(power(0.999, 100000u), std::pow(0.999, 100000), 1e-55);
}

TEST(BiasCorrection, IsOneLessThePowerWithoutUnderflow) {
  const double betas[] = {-0.0, 0.0, 0x1p-1074, 0x1p-55, 0x1p-54, 0x1p-27,
                          0.5,  0.9, 0.99,      0.999,   0.9999,  1.0 - 0x1p-53};
  for (int i = 0; i < 100000; ++i) {
    const uint32_t step =
        i < 10000 ? static_cast<uint32_t>(i) + 1 : (random_bits() >> random_bits() % 32) | 1;
    for (const double beta : betas)
      ASSERT_EQ(bias_correction(beta, step), 1.0 - power(beta, step)) << beta << ' ' << step;
    const double beta = random_bits() * 0x1p-32;
    ASSERT_EQ(bias_correction(beta, step), 1.0 - power(beta, step)) << beta << ' ' << step;
  }
  std::feclearexcept(FE_ALL_EXCEPT);
  for (const uint32_t step : {1u, 355u, 4096u, 8191u, 8192u, UINT32_MAX}) bias_correction(0.9, step);
  EXPECT_FALSE(std::fetestexcept(FE_UNDERFLOW));
}

}  // namespace
}  // namespace GLISSADE_BACKEND
}  // namespace glissade
