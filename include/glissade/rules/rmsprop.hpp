// SPDX-License-Identifier: Apache-2.0
/** @file
 * RMSprop (Tieleman and Hinton 2012), as torch.optim.RMSprop:
 *
 *     v = alpha v + (1 - alpha) g^2
 *     r = sqrt(v) + epsilon; centered, with a = alpha a + (1 - alpha) g: r = sqrt(max(0, v - a^2)) + epsilon
 *     w = w - lr g / r; with momentum: b = momentum b + g / r, w = w - lr b */
#ifndef GLISSADE_RULES_RMSPROP_HPP
#define GLISSADE_RULES_RMSPROP_HPP

#include "glissade/rules/common.hpp"
#include "glissade/rules/rmsprop.h"

namespace glissade {

/** @cond INTERNAL */
extern const gls_rule rmsprop_rule, rmsprop_epsilon_inside_rule, rmsprop_momentum_rule, rmsprop_centered_rule,
    rmsprop_centered_momentum_rule;
/** @endcond */

/** RMSprop (Tieleman and Hinton 2012), as torch.optim.RMSprop. */
struct RmsProp {
  /** Its hyper-parameters. */
  using Params = gls_rmsprop_params;
  /** Its state. */
  using State = gls_rmsprop_state;
  /** @cond INTERNAL */
  using Formula = RmsProp;
  struct Coefficients {
    GradientCoefficients gradient;
    LerpCoefficients mean;
    MeanCoefficients square;
    float rate, momentum, epsilon;
  };
  static constexpr int kSlots = 1;
  static constexpr uint32_t kGradientBits = kSquaresFit;
  static constexpr const gls_rule* kRule = &rmsprop_rule;
  static constexpr const char* kTorchName = "RMSprop";
  static constexpr gls_slot_info kSlotInfo[] = {{"square", "square_avg", false}};
  static constexpr gls_param_info kParams[] = {GLISSADE_COMMON_PARAMS,
                                               GLISSADE_PARAM(momentum, "momentum", kOnlyZero),
                                               GLISSADE_PARAM(epsilon, "eps", kNotNegative),
                                               GLISSADE_PARAM(alpha, "alpha", kUpTo1),
                                               GLISSADE_PARAM(start_at_gradient, nullptr, kEither),
                                               GLISSADE_ALLOW_ZERO_EPSILON};

  GLISSADE_INLINE static bool valid(const Params& p) {
    return valid_but_momentum(p, p.allow_zero_epsilon) && equals_zero(p.momentum);
  }

  GLISSADE_INLINE static void tick(const Params& p, State& state, Coefficients& c) {
    const bool copies = count_step(state.step) == 1 && p.start_at_gradient;
    c.mean = lerp_coefficients(1.0 - p.alpha);
    c.square = mean_coefficients(copies ? 0.0 : p.alpha);
    c.rate = static_cast<float>(-p.learning_rate);
    c.momentum = static_cast<float>(p.momentum);
    c.epsilon = static_cast<float>(p.epsilon);
  }

  template <class V>
  GLISSADE_INLINE static V root(const Coefficients& c, V g, V& v) {
    v = running_square(v, g, c.square);
    return sqrt(v) + c.epsilon;
  }

  template <class V>
  GLISSADE_INLINE static V move(const Coefficients& c, V w, V root, V g, V) {
    return w + (g * c.rate) / root;
  }

 protected:
  static bool valid_but_momentum(const Params& p, bool zero_epsilon) {
    return valid_common(p) && up_to_1(p.alpha) && valid_epsilon(p.epsilon, zero_epsilon) &&
           not_negative(p.momentum);
  }

  template <class V>
  GLISSADE_INLINE static V centered_root(const Coefficients& c, V g, V& v, V& a) {
    v = running_square(v, g, c.square);
    a = lerp(a, g, c.mean);
    const V zero(0.0f);
    return sqrt(max(zero, fma(zero - a, a, v))) + c.epsilon;
  }

  template <class V>
  GLISSADE_INLINE static V move_with_momentum(const Coefficients& c, V w, V ratio, V& b) {
    b = b * c.momentum + ratio;
    return fma(b, c.rate, w);
  }
  /** @endcond */
};

/** RMSprop with epsilon inside the root: w = w - lr g / sqrt(v + epsilon). */
struct RmsPropEpsilonInside : RmsProp {
  /** @cond INTERNAL */
  using Formula = RmsPropEpsilonInside;
  static constexpr const gls_rule* kRule = &rmsprop_epsilon_inside_rule;
  static constexpr const char* kTorchName = nullptr;

  GLISSADE_INLINE static bool valid(const Params& p) {
    return valid_but_momentum(p, true) && equals_zero(p.momentum);
  }

  template <class V>
  GLISSADE_INLINE static V next(const Coefficients& c, V w, V g, V& v) {
    v = running_square(v, g, c.square);
    return w + (g * c.rate) / root_or_infinity(v + c.epsilon);
  }
  /** @endcond */
};

/** RMSprop as most textbooks have it. */
struct TextbookRmsProp : RmsPropEpsilonInside {
  /** Its hyper-parameters, with other usual values. */
  struct Params : RmsPropEpsilonInside::Params {
    /** Sets them. */
    constexpr Params() : RmsPropEpsilonInside::Params{GLS_RMSPROP_TEXTBOOK_DEFAULTS} {}
  };
};

/** RMSprop (Tieleman and Hinton 2012), as torch.optim.RMSprop. */
struct RmsPropMomentum : RmsProp {
  /** @cond INTERNAL */
  using Formula = RmsPropMomentum;
  static constexpr int kSlots = 2;
  static constexpr const gls_rule* kRule = &rmsprop_momentum_rule;
  static constexpr const char* kTorchName = "RMSprop";
  static constexpr gls_slot_info kSlotInfo[] = {{"square", "square_avg", false},
                                                {"buffer", "momentum_buffer", true}};
  static constexpr gls_param_info kParams[] = {GLISSADE_COMMON_PARAMS,
                                               GLISSADE_PARAM(momentum, "momentum", kNotNegative),
                                               GLISSADE_PARAM(epsilon, "eps", kNotNegative),
                                               GLISSADE_PARAM(alpha, "alpha", kUpTo1),
                                               GLISSADE_PARAM(start_at_gradient, nullptr, kEither),
                                               GLISSADE_ALLOW_ZERO_EPSILON};

  GLISSADE_INLINE static bool valid(const Params& p) { return valid_but_momentum(p, p.allow_zero_epsilon); }

  template <class V>
  GLISSADE_INLINE static V next(const Coefficients& c, V w, V g, V& v, V& b) {
    return move_with_momentum(c, w, g / root(c, g, v), b);
  }
  /** @endcond */
};

/** RMSprop (Tieleman and Hinton 2012), as torch.optim.RMSprop. */
struct RmsPropCentered : RmsProp {
  /** @cond INTERNAL */
  using Formula = RmsPropCentered;
  static constexpr int kSlots = 2;
  static constexpr const gls_rule* kRule = &rmsprop_centered_rule;
  static constexpr const char* kTorchName = "RMSprop";
  static constexpr bool kSlotsAreFloats = true;  // rules/README.md says why
  static constexpr gls_slot_info kSlotInfo[] = {{"square", "square_avg", false}, {"mean", "grad_avg", true}};

  template <class V>
  GLISSADE_INLINE static V next(const Coefficients& c, V w, V g, V& v, V& a) {
    return w + (g * c.rate) / centered_root(c, g, v, a);
  }
  /** @endcond */
};

/** RMSprop (Tieleman and Hinton 2012), as torch.optim.RMSprop. */
struct RmsPropCenteredMomentum : RmsProp {
  /** @cond INTERNAL */
  using Formula = RmsPropCenteredMomentum;
  static constexpr int kSlots = 3;
  static constexpr const gls_rule* kRule = &rmsprop_centered_momentum_rule;
  static constexpr const char* kTorchName = "RMSprop";
  static constexpr bool kSlotsAreFloats = true;  // rules/README.md says why
  static constexpr gls_slot_info kSlotInfo[] = {
      {"square", "square_avg", false}, {"buffer", "momentum_buffer", true}, {"mean", "grad_avg", true}};
  static constexpr gls_param_info kParams[] = {GLISSADE_COMMON_PARAMS,
                                               GLISSADE_PARAM(momentum, "momentum", kNotNegative),
                                               GLISSADE_PARAM(epsilon, "eps", kNotNegative),
                                               GLISSADE_PARAM(alpha, "alpha", kUpTo1),
                                               GLISSADE_PARAM(start_at_gradient, nullptr, kEither),
                                               GLISSADE_ALLOW_ZERO_EPSILON};

  GLISSADE_INLINE static bool valid(const Params& p) { return valid_but_momentum(p, p.allow_zero_epsilon); }

  template <class V>
  GLISSADE_INLINE static V next(const Coefficients& c, V w, V g, V& v, V& b, V& a) {
    return move_with_momentum(c, w, g / centered_root(c, g, v, a), b);
  }
  /** @endcond */
};

}  // namespace glissade

#endif
