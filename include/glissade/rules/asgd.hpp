// SPDX-License-Identifier: Apache-2.0
/** @file
 * Averaged SGD (Polyak and Juditsky 1992), as torch.optim.ASGD, with eta = lr / (1 + lambda lr t)^alpha and
 * mu = 1 / max(1, t - t0), both of the step before, lr and 1 at the first:
 *
 *     w = (1 - lambda eta) w
 *     w = w - eta g
 *     average = w while mu = 1, then average + mu (w - average) */
#ifndef GLISSADE_RULES_ASGD_HPP
#define GLISSADE_RULES_ASGD_HPP

#include "glissade/rules/asgd.h"
#include "glissade/rules/common.hpp"

namespace glissade {

/** @cond INTERNAL */
extern const gls_rule asgd_rule;
/** @endcond */

/** Averaged SGD (Polyak and Juditsky 1992), as torch.optim.ASGD, with eta = lr / (1 + lambda lr t)^alpha and.
 */
struct Asgd {
  /** Its hyper-parameters. */
  using Params = gls_asgd_params;
  /** Its state. */
  using State = gls_asgd_state;
  /** @cond INTERNAL */
  using Formula = Asgd;
  struct Coefficients {
    GradientCoefficients gradient;
    float decay, rate, mean;
    uint32_t copies;
  };
  static constexpr int kSlots = 1;
  static constexpr uint32_t kGradientBits = kSumsFit;
  static constexpr const gls_rule* kRule = &asgd_rule;
  static constexpr const char* kTorchName = "ASGD";
  static constexpr bool kSlotsAreFloats = true;  // rules/README.md says why
  static constexpr gls_slot_info kSlotInfo[] = {{"average", "ax", true}};
  static constexpr gls_state_info kStateInfo[] = {{"step", "step", offsetof(State, step), GLS_STATE_COUNT},
                                                  {"eta", "eta", offsetof(State, eta), GLS_STATE_FLOAT},
                                                  {"mu", "mu", offsetof(State, mu), GLS_STATE_FLOAT}};
  static constexpr gls_param_info kParams[] = {
      GLISSADE_COMMON_PARAMS, GLISSADE_PARAM(alpha, "alpha", kNotNegative),
      GLISSADE_PARAM(lambda, "lambd", kNotNegative), GLISSADE_PARAM(start_averaging, "t0", kNotNegative)};

  GLISSADE_INLINE static bool valid(const Params& p) {
    return valid_common(p) && not_negative(p.lambda) && not_negative(p.alpha) &&
           not_negative(p.start_averaging);
  }

  GLISSADE_INLINE static void tick(const Params& p, State& state, Coefficients& c) {
    const uint32_t t = count_step(state.step);
    if (t == 1) {
      state.eta = static_cast<float>(p.learning_rate);
      state.mu = 1.0f;
    }
    c.decay = static_cast<float>(1.0 - p.lambda * static_cast<double>(state.eta));
    c.rate = -state.eta;
    c.mean = state.mu;
    c.copies = state.mu < 1.0f ? 0u : 1u;
    const double averaged = t - p.start_averaging;
    state.eta = static_cast<float>(p.learning_rate / power(1.0 + p.lambda * p.learning_rate * t, p.alpha));
    state.mu = static_cast<float>(1.0 / (averaged > 1.0 ? averaged : 1.0));
  }

  template <class V>
  GLISSADE_INLINE static V next(const Coefficients& c, V w, V g, V& average) {
    w = fma(g, c.rate, w * c.decay);
    average = c.copies ? w : average + (w - average) * c.mean;
    return w;
  }
  /** @endcond */
};

}  // namespace glissade

#endif
