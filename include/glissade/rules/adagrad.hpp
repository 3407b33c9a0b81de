// SPDX-License-Identifier: Apache-2.0
/** @file
 * Adagrad (Duchi, Hazan and Singer 2011), as torch.optim.Adagrad:
 *
 *     s = s + g^2
 *     w = w - lr / (1 + (t - 1) lr_decay) * g / (sqrt(s) + epsilon) */
#ifndef GLISSADE_RULES_ADAGRAD_HPP
#define GLISSADE_RULES_ADAGRAD_HPP

#include "glissade/rules/adagrad.h"
#include "glissade/rules/common.hpp"

namespace glissade {

/** @cond INTERNAL */
extern const gls_rule adagrad_rule, adagrad_epsilon_inside_rule;
/** @endcond */

/** Adagrad (Duchi, Hazan and Singer 2011), as torch.optim.Adagrad. */
struct Adagrad {
  /** Its hyper-parameters. */
  using Params = gls_adagrad_params;
  /** Its state. */
  using State = gls_adagrad_state;
  /** @cond INTERNAL */
  using Formula = Adagrad;
  struct Coefficients {
    GradientCoefficients gradient;
    float initial, count, rate, epsilon;
    uint32_t mean;
  };
  static constexpr int kSlots = 1;
  static constexpr uint32_t kGradientBits = kSumsOfSquaresFit;
  static constexpr const gls_rule* kRule = &adagrad_rule;
  static constexpr const char* kTorchName = "Adagrad";
  static constexpr gls_slot_info kSlotInfo[] = {{"sum", "sum", false}};
  static constexpr gls_param_info kParams[] = {
      GLISSADE_COMMON_PARAMS,
      GLISSADE_PARAM(epsilon, "eps", kNotNegative),
      GLISSADE_PARAM(learning_rate_decay, "lr_decay", kNotNegative),
      GLISSADE_PARAM(initial_accumulator, "initial_accumulator_value", kNotNegative),
      GLISSADE_PARAM(mean, nullptr, kNever),
      GLISSADE_ALLOW_ZERO_EPSILON};

  GLISSADE_INLINE static bool valid(const Params& p) {
    return valid_but_mean(p, p.allow_zero_epsilon) && !p.mean;
  }

  static bool valid_but_mean(const Params& p, bool zero_epsilon) {
    return valid_common(p) && not_negative(p.learning_rate_decay) && not_negative(p.initial_accumulator) &&
           valid_epsilon(p.epsilon, zero_epsilon);
  }

  GLISSADE_INLINE static void tick(const Params& p, State& state, Coefficients& c) {
    const uint32_t t = count_step(state.step);
    c.initial = t == 1 ? static_cast<float>(p.initial_accumulator) : 0.0f;
    c.rate = static_cast<float>(-p.learning_rate / (1.0 + (t - 1.0) * p.learning_rate_decay));
    c.count = static_cast<float>(t);
    c.mean = p.mean ? 1u : 0u;
    c.epsilon = static_cast<float>(p.epsilon);
  }

  template <class V>
  GLISSADE_INLINE static V root(const Coefficients& c, V g, V& s) {
    s = fma(g, g, s + c.initial);
    return sqrt(s) + c.epsilon;
  }

  template <class V>
  GLISSADE_INLINE static V move(const Coefficients& c, V w, V root, V g, V) {
    return w + (g * c.rate) / root;
  }
  /** @endcond */
};

/** Adagrad with epsilon inside the root: w = w - lr / (1 + (t - 1) lr_decay) * g / sqrt(s + epsilon), or s /
 * t for s. */
struct AdagradEpsilonInside : Adagrad {
  /** @cond INTERNAL */
  using Formula = AdagradEpsilonInside;
  static constexpr const gls_rule* kRule = &adagrad_epsilon_inside_rule;
  static constexpr const char* kTorchName = nullptr;
  static constexpr gls_param_info kParams[] = {
      GLISSADE_COMMON_PARAMS,
      GLISSADE_PARAM(epsilon, "eps", kNotNegative),
      GLISSADE_PARAM(learning_rate_decay, "lr_decay", kNotNegative),
      GLISSADE_PARAM(initial_accumulator, "initial_accumulator_value", kNotNegative),
      GLISSADE_PARAM(mean, nullptr, kEither),
      GLISSADE_ALLOW_ZERO_EPSILON};

  GLISSADE_INLINE static bool valid(const Params& p) { return valid_but_mean(p, true); }

  template <class V>
  GLISSADE_INLINE static V next(const Coefficients& c, V w, V g, V& s) {
    s = fma(g, g, s + c.initial);
    return w + (g * c.rate) / root_or_infinity((c.mean ? s / c.count : s) + c.epsilon);
  }
  /** @endcond */
};

/** Adagrad as most textbooks have it: epsilon 1e-8, inside the root. */
struct TextbookAdagrad : AdagradEpsilonInside {
  /** Its hyper-parameters, with other usual values. */
  struct Params : AdagradEpsilonInside::Params {
    /** Sets them. */
    constexpr Params() : AdagradEpsilonInside::Params{GLS_ADAGRAD_TEXTBOOK_DEFAULTS} {}
  };
};

}  // namespace glissade

#endif
