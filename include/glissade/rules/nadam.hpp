// SPDX-License-Identifier: Apache-2.0
/** @file
 * NAdam (Dozat 2016), as torch.optim.NAdam: m and v as in Adam, mu_t = beta1 (1 - 0.96^(t momentum_decay) /
 * 2),
 *
 *     r = sqrt(v / (1 - beta2^t)) + epsilon
 *     w = w - lr (1 - mu_t) / (1 - mu_1 ... mu_t) * g / r
 *     w = w - lr mu_t+1 / (1 - mu_1 ... mu_t+1) * m / r */
#ifndef GLISSADE_RULES_NADAM_HPP
#define GLISSADE_RULES_NADAM_HPP

#include "glissade/rules/common.hpp"
#include "glissade/rules/nadam.h"

namespace glissade {

/** @cond INTERNAL */
extern const gls_rule nadam_rule;
/** @endcond */

/** NAdam (Dozat 2016), as torch.optim.NAdam. */
struct NAdam {
  /** Its hyper-parameters. */
  using Params = gls_nadam_params;
  /** Its state. */
  using State = gls_nadam_state;
  /** @cond INTERNAL */
  using Formula = NAdam;
  struct Coefficients {
    GradientCoefficients gradient;
    MomentCoefficients moments;
    float gradient_rate, mean_rate, correction, epsilon;
  };
  static constexpr int kSlots = 2;
  static constexpr uint32_t kGradientBits = kSquaresFit;
  static constexpr const gls_rule* kRule = &nadam_rule;
  static constexpr const char* kTorchName = "NAdam";
  static constexpr gls_slot_info kSlotInfo[] = {{"m", "exp_avg", true}, {"v", "exp_avg_sq", false}};
  static constexpr gls_state_info kStateInfo[] = {
      {"step", "step", offsetof(State, step), GLS_STATE_COUNT},
      {"mu_product", "mu_product", offsetof(State, mu_product), GLS_STATE_FLOAT}};
  static constexpr gls_param_info kParams[] = {GLISSADE_COMMON_PARAMS,
                                               GLISSADE_PARAM(beta1, "betas[0]", kBelow1),
                                               GLISSADE_PARAM(beta2, "betas[1]", kBelow1),
                                               GLISSADE_PARAM(epsilon, "eps", kNotNegative),
                                               GLISSADE_PARAM(momentum_decay, "momentum_decay", kNotNegative),
                                               GLISSADE_ALLOW_ZERO_EPSILON};

  GLISSADE_INLINE static bool valid(const Params& p) {
    return valid_moments(p, p.allow_zero_epsilon) && not_negative(p.momentum_decay);
  }

  static double mu(const Params& p, double t) {
    return p.beta1 * (1.0 - 0.5 * power(0.96, t * p.momentum_decay));
  }

  GLISSADE_INLINE static void tick(const Params& p, State& state, Coefficients& c) {
    const uint32_t t = count_step(state.step);
    const double now = mu(p, t), then = mu(p, t + 1.0);
    state.mu_product = t == 1 ? static_cast<float>(now) : state.mu_product * static_cast<float>(now);
    const double product = static_cast<double>(state.mu_product);
    c.moments = moment_coefficients(p);
    c.gradient_rate = static_cast<float>(-p.learning_rate * (1.0 - now) / (1.0 - product));
    c.mean_rate = static_cast<float>(-p.learning_rate * then / (1.0 - product * then));
    c.correction = static_cast<float>(bias_correction(p.beta2, t));
    c.epsilon = static_cast<float>(p.epsilon);
  }

  template <class V>
  GLISSADE_INLINE static V next(const Coefficients& c, V w, V g, V& m, V& v) {
    update_moments(c.moments, g, m, v);
    const V root = sqrt(v / c.correction) + c.epsilon;
    w = w + (g * c.gradient_rate) / root;
    return w + (m * c.mean_rate) / root;
  }
  /** @endcond */
};

}  // namespace glissade

#endif
