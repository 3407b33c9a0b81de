// SPDX-License-Identifier: Apache-2.0
/** @file
 * Momentum as a running mean:
 *
 *     v = beta v + (1 - beta) g
 *     w = w - lr / (1 - beta^t) v, or, without bias correction, w = w - lr v */
#ifndef GLISSADE_RULES_AVERAGING_MOMENTUM_HPP
#define GLISSADE_RULES_AVERAGING_MOMENTUM_HPP

#include "glissade/rules/averaging_momentum.h"
#include "glissade/rules/common.hpp"

namespace glissade {

/** @cond INTERNAL */
extern const gls_rule averaging_momentum_rule;
/** @endcond */

/** Momentum as a running mean. */
struct AveragingMomentum {
  /** Its hyper-parameters. */
  using Params = gls_averaging_momentum_params;
  /** Its state. */
  using State = gls_averaging_momentum_state;
  /** @cond INTERNAL */
  using Formula = AveragingMomentum;
  struct Coefficients {
    GradientCoefficients gradient;
    MeanCoefficients mean;
    float rate;
  };
  static constexpr int kSlots = 1;
  static constexpr uint32_t kGradientBits = kSumsFit;
  static constexpr const gls_rule* kRule = &averaging_momentum_rule;
  static constexpr const char* kTorchName = nullptr;
  static constexpr gls_slot_info kSlotInfo[] = {{"mean", nullptr, true}};
  static constexpr gls_param_info kParams[] = {GLISSADE_COMMON_PARAMS, GLISSADE_PARAM(beta, "beta", kBelow1),
                                               GLISSADE_PARAM(bias_correction, nullptr, kEither)};

  GLISSADE_INLINE static bool valid(const Params& p) { return valid_common(p) && in_unit(p.beta); }

  GLISSADE_INLINE static void tick(const Params& p, State& state, Coefficients& c) {
    const uint32_t t = count_step(state.step);
    c.mean = mean_coefficients(p.beta);
    c.rate = static_cast<float>(-p.learning_rate / (p.bias_correction ? bias_correction(p.beta, t) : 1.0));
  }

  template <class V>
  GLISSADE_INLINE static V next(const Coefficients& c, V w, V g, V& v) {
    v = running_mean(v, g, c.mean);
    return fma(v, c.rate, w);
  }
  /** @endcond */
};

}  // namespace glissade

#endif
