// SPDX-License-Identifier: Apache-2.0
/** @file
 * What several rules share: ranges, step counting, the gradient's preparation, running means. */
#ifndef GLISSADE_RULES_COMMON_HPP
#define GLISSADE_RULES_COMMON_HPP

#include "glissade/cpp17.hpp"
#include "glissade/rules/list.h"

/** @cond INTERNAL */

// Lanes operators and formulas must vanish into the sweep even at -Os: as calls they cost 45 instead of 20
// instructions per weight on a Cortex-M4F.
#define GLISSADE_INLINE inline __attribute__((always_inline))

namespace glissade {

// base^exponent by repeated squaring; base^exponent for base > 0 by exponential and logarithm (relative error
// below 2^-51 (1 + |exponent ln base|)); and the correctly rounded square root of x >= 0.
double power(double base, uint32_t exponent);
double power(double base, double exponent);
double square_root(double x);

// 1 - power(beta, step) for beta in [0, 1), as a late step's 1 without the underflow on the way there.
double bias_correction(double beta, uint32_t step);

// Hyper-parameters that are meant to become floats, none larger than the largest float. False for NaN. They
// compare bits, which takes less flash than double arithmetic does without an FPU for it.
bool not_negative(double x);
bool not_negative(float x);                   // by its bits: a mode that flushes takes nothing for 0
bool in_unit(double x);                       // [0, 1): a decay; 1 never forgets
bool up_to_1(double x);                       // [0, 1]
bool valid_epsilon(double x, bool zero_too);  // from 2^-126 on, or 0
bool is_finite(double x);

inline bool is_finite(float x) {
  uint32_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  return (bits & 0x7fffffffu) < 0x7f800000u;
}
inline bool equals_zero(double x) {
  uint64_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  return bits << 1 == 0;
}

// A rule's kGradientBits: the guard's bound in optimizer.h, half of what the arithmetic bears, because decay
// may add as much again.
constexpr uint32_t kSumsFit = 100, kSquaresFit = 62, kSumsOfSquaresFit = 46;

// A range of a hyper-parameter, both ends taken.
struct Range {
  double least, most;
};
constexpr double kFloatMax = 0x1.fffffep127, kOneLess = 0x1.fffffffffffffp-1;
constexpr Range kNotNegative{0, kFloatMax}, kAnyFloat{-kFloatMax, kFloatMax}, kBelow1{0, kOneLess},
    kUpTo1{0, 1}, kInside01{0x1p-1074, kOneLess}, kAbove1{0x1.0000000000001p0, kFloatMax}, kOnlyZero{0, 0},
    kEither{0, 1}, kNever{0, 0};

// A rule's kParams: its hyper-parameters in the order in which they are saved; common ones first.
constexpr gls_param_kind kind_of(double) { return GLS_PARAM_DOUBLE; }
constexpr gls_param_kind kind_of(bool) { return GLS_PARAM_BOOL; }
#define GLISSADE_PARAM(field, torch_name, range)                                                      \
  {                                                                                                   \
#field, torch_name, offsetof(Params, field), double(Params().field), (range).least, (range).most, \
        kind_of(Params().field), true                                                                 \
  }
// The last of a rule that has an epsilon.
#define GLISSADE_ALLOW_ZERO_EPSILON \
  { "allow_zero_epsilon", nullptr, offsetof(Params, allow_zero_epsilon), 0, 0, 1, GLS_PARAM_BOOL, false }
#define GLISSADE_COMMON_PARAMS                                                   \
  GLISSADE_PARAM(learning_rate, "lr", kNotNegative),                             \
      GLISSADE_PARAM(weight_decay, "weight_decay", kNotNegative),                \
      GLISSADE_PARAM(decoupled_weight_decay, "decoupled_weight_decay", kEither), \
      GLISSADE_PARAM(maximize, "maximize", kEither)

// One step's common hyper-parameters as floats: the first of each rule's Coefficients.
struct GradientCoefficients {
  float scale;     // gradient_scale, negated by maximize
  float decay;     // coupled: weight_decay. Decoupled: 1 - learning_rate * weight_decay
  uint32_t kind;   // kNoDecay, kCoupledDecay, kDecoupledDecay
  uint32_t flush;  // not 0: subnormals count as 0 (gls_flush_subnormals)
};

// A step towards another value, as torch.lerp rounds it.
struct LerpCoefficients {
  float weight, rest;
  uint32_t far;
};

// A running mean: decay times what it was, plus weight times what comes.
struct MeanCoefficients {
  float weight, decay;
};

// Adam's two running means, of g and of g^2.
struct MomentCoefficients {
  LerpCoefficients mean;
  MeanCoefficients square;
};

// Counts a step and returns its number, from 1.
GLISSADE_INLINE uint32_t count_step(uint32_t& step) {
  if (step != UINT32_MAX) ++step;
  return step;
}

enum : uint32_t { kNoDecay, kCoupledDecay, kDecoupledDecay };

template <class Params>
GLISSADE_INLINE bool valid_common(const Params& p) {
  return not_negative(p.learning_rate) && not_negative(p.weight_decay);
}

template <class Params>
GLISSADE_INLINE void set_gradient_coefficients(const Params& p, float scale, GradientCoefficients& c) {
  c.scale = p.maximize ? -scale : scale;
  c.flush = 0;
  c.kind = kNoDecay;
  if (equals_zero(p.weight_decay)) return;
  c.kind = p.decoupled_weight_decay ? kDecoupledDecay : kCoupledDecay;
  c.decay =
      static_cast<float>(p.decoupled_weight_decay ? 1.0 - p.learning_rate * p.weight_decay : p.weight_decay);
}

// g = scale g, then decay: g = g + weight_decay w, or w = (1 - lr weight_decay) w.
template <class V>
GLISSADE_INLINE void prepare(const GradientCoefficients& c, V& w, V& g) {
  g = scale(g, c.scale);
  if (c.kind != kNoDecay) {
    if (c.kind == kCoupledDecay)
      g = fma(w, c.decay, g);
    else
      w = w * c.decay;
  }
}

// The root of a textbook's denominator, with epsilon (or none) already inside: where it is 0 nothing has been
// seen yet, and dividing by infinity is no move.
template <class V>
GLISSADE_INLINE V root_or_infinity(V x) {
  const V root = sqrt(x);
  return select(V(0x1p-126f) > root, V(__builtin_huge_valf()), root);
}

// 1, -1, or 0 for 0 and NaN.
template <class V>
GLISSADE_INLINE V sign(V x) {
  const V zero(0.0f);
  return select(x > zero, V(1.0f), select(zero > x, V(-1.0f), zero));
}

// lerp(a, b, weight) = a + weight (b - a), as torch.lerp rounds it on AVX2: fused, from the nearer end.
GLISSADE_INLINE LerpCoefficients lerp_coefficients(double weight) {
  const float f = static_cast<float>(weight);
  return {f, 1.0f - f, f < 0.5f ? 0u : 1u};
}

template <class V>
GLISSADE_INLINE V lerp(V a, V b, const LerpCoefficients& c) {
  return c.far ? fma(a - b, c.rest, b) : fma(b - a, c.weight, a);
}

// A running mean of x that forgets by `decay` per step; running_square is that of x^2.
GLISSADE_INLINE MeanCoefficients mean_coefficients(double decay) {
  return {static_cast<float>(1.0 - decay), static_cast<float>(decay)};
}

template <class V>
GLISSADE_INLINE V running_mean(V mean, V x, const MeanCoefficients& c) {
  return fma(x, c.weight, mean * c.decay);
}
template <class V>
GLISSADE_INLINE V running_square(V mean, V x, const MeanCoefficients& c) {
  return fma(x * c.weight, x, mean * c.decay);
}

// The moments of Adam and its relatives: m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g^2.
template <class Params>
GLISSADE_INLINE bool valid_moments(const Params& p, bool zero_epsilon) {
  return valid_common(p) && in_unit(p.beta1) && in_unit(p.beta2) && valid_epsilon(p.epsilon, zero_epsilon);
}
template <class Params>
GLISSADE_INLINE MomentCoefficients moment_coefficients(const Params& p) {
  return {lerp_coefficients(1.0 - p.beta1), mean_coefficients(p.beta2)};
}
template <class V>
GLISSADE_INLINE void update_moments(const MomentCoefficients& c, V g, V& m, V& v) {
  m = lerp(m, g, c.mean);
  v = running_square(v, g, c.square);
}

}  // namespace glissade

/** @endcond */

#endif
