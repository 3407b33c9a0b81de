// SPDX-License-Identifier: Apache-2.0
/** @file
 * Adamax (Kingma and Ba 2015), as torch.optim.Adamax:
 *
 *     m = beta1 m + (1 - beta1) g
 *     u = max(beta2 u, |g| + epsilon)
 *     w = w - lr / (1 - beta1^t) * m / u */
#ifndef GLISSADE_RULES_ADAMAX_HPP
#define GLISSADE_RULES_ADAMAX_HPP

#include "glissade/rules/adamax.h"
#include "glissade/rules/common.hpp"

namespace glissade {

/** @cond INTERNAL */
extern const gls_rule adamax_rule;
/** @endcond */

/** Adamax (Kingma and Ba 2015), as torch.optim.Adamax. */
struct Adamax {
  /** Its hyper-parameters. */
  using Params = gls_adamax_params;
  /** Its state. */
  using State = gls_adamax_state;
  /** @cond INTERNAL */
  using Formula = Adamax;
  struct Coefficients {
    GradientCoefficients gradient;
    LerpCoefficients mean;
    float maximum_decay, rate, epsilon;
  };
  static constexpr int kSlots = 2;
  static constexpr uint32_t kGradientBits = kSumsFit;
  static constexpr const gls_rule* kRule = &adamax_rule;
  static constexpr const char* kTorchName = "Adamax";
  static constexpr gls_slot_info kSlotInfo[] = {{"m", "exp_avg", true}, {"u", "exp_inf", false}};
  static constexpr gls_param_info kParams[] = {
      GLISSADE_COMMON_PARAMS, GLISSADE_PARAM(beta1, "betas[0]", kBelow1),
      GLISSADE_PARAM(beta2, "betas[1]", kBelow1), GLISSADE_PARAM(epsilon, "eps", kNotNegative),
      GLISSADE_ALLOW_ZERO_EPSILON};

  GLISSADE_INLINE static bool valid(const Params& p) { return valid_moments(p, p.allow_zero_epsilon); }

  GLISSADE_INLINE static void tick(const Params& p, State& state, Coefficients& c) {
    const uint32_t t = count_step(state.step);
    c.mean = lerp_coefficients(1.0 - p.beta1);
    c.maximum_decay = static_cast<float>(p.beta2);
    c.rate = static_cast<float>(-p.learning_rate / bias_correction(p.beta1, t));
    c.epsilon = static_cast<float>(p.epsilon);
  }

  template <class V>
  GLISSADE_INLINE static V next(const Coefficients& c, V w, V g, V& m, V& u) {
    m = lerp(m, g, c.mean);
    u = max(u * c.maximum_decay, abs(g) + c.epsilon);
    return w + (m * c.rate) / u;
  }
  /** @endcond */
};

}  // namespace glissade

#endif
