// SPDX-License-Identifier: Apache-2.0
/** @file
 * RAdam (Liu et al. 2020), as torch.optim.RAdam: m and v as in Adam, rho_inf = 2 / (1 - beta2) - 1,
 *
 *     rho_t = rho_inf - 2 t beta2^t / (1 - beta2^t)
 *     h = lr m / (1 - beta1^t)
 *     if rho_t > 5: h = h * sqrt(1 - beta2^t) / (sqrt(v) + epsilon) * rectification
 *     w = w - h
 *
 * rectification = sqrt((rho_t - 4) (rho_t - 2) rho_inf / ((rho_inf - 4) (rho_inf - 2) rho_t)). */
#ifndef GLISSADE_RULES_RADAM_HPP
#define GLISSADE_RULES_RADAM_HPP

#include "glissade/rules/common.hpp"
#include "glissade/rules/radam.h"

namespace glissade {

/** @cond INTERNAL */
extern const gls_rule radam_rule;
/** @endcond */

/** RAdam (Liu et al. 2020), as torch.optim.RAdam. */
struct RAdam {
  /** Its hyper-parameters. */
  using Params = gls_radam_params;
  /** Its state. */
  using State = gls_radam_state;
  /** @cond INTERNAL */
  using Formula = RAdam;
  struct Coefficients {
    GradientCoefficients gradient;
    MomentCoefficients moments;
    float correction, rate, adaptation, rectification, epsilon;
    uint32_t adaptive;
  };
  static constexpr int kSlots = 2;
  static constexpr uint32_t kGradientBits = kSquaresFit;
  static constexpr const gls_rule* kRule = &radam_rule;
  static constexpr const char* kTorchName = "RAdam";
  static constexpr gls_slot_info kSlotInfo[] = {{"m", "exp_avg", true}, {"v", "exp_avg_sq", false}};
  static constexpr gls_param_info kParams[] = {
      GLISSADE_COMMON_PARAMS, GLISSADE_PARAM(beta1, "betas[0]", kBelow1),
      GLISSADE_PARAM(beta2, "betas[1]", kBelow1), GLISSADE_PARAM(epsilon, "eps", kNotNegative),
      GLISSADE_ALLOW_ZERO_EPSILON};

  GLISSADE_INLINE static bool valid(const Params& p) { return valid_moments(p, p.allow_zero_epsilon); }

  GLISSADE_INLINE static void tick(const Params& p, State& state, Coefficients& c) {
    const uint32_t t = count_step(state.step);
    const double decay = power(p.beta2, t), limit = 2.0 / (1.0 - p.beta2) - 1.0;
    const double rho = limit - 2.0 * t * decay / (1.0 - decay);
    c.moments = moment_coefficients(p);
    c.correction = static_cast<float>(bias_correction(p.beta1, t));
    c.rate = static_cast<float>(p.learning_rate);
    c.epsilon = static_cast<float>(p.epsilon);
    c.adaptive = rho > 5.0 ? 1u : 0u;
    c.adaptation = c.rectification = 1.0f;
    if (c.adaptive != 0) {
      c.adaptation = static_cast<float>(square_root(1.0 - decay));
      c.rectification = static_cast<float>(
          square_root((rho - 4.0) * (rho - 2.0) * limit / ((limit - 4.0) * (limit - 2.0) * rho)));
    }
  }

  template <class V>
  GLISSADE_INLINE static V next(const Coefficients& c, V w, V g, V& m, V& v) {
    update_moments(c.moments, g, m, v);
    V h = m / c.correction * c.rate;
    if (c.adaptive != 0) h = h * (V(1.0f) / (sqrt(v) + c.epsilon) * c.adaptation) * c.rectification;
    return w - h;
  }
  /** @endcond */
};

}  // namespace glissade

#endif
