// SPDX-License-Identifier: Apache-2.0
/** @file
 * Lion (Chen et al. 2023):
 *
 *     w = w - lr sign(beta1 m + (1 - beta1) g)
 *     m = beta2 m + (1 - beta2) g */
#ifndef GLISSADE_RULES_LION_HPP
#define GLISSADE_RULES_LION_HPP

#include "glissade/rules/common.hpp"
#include "glissade/rules/lion.h"

namespace glissade {

/** @cond INTERNAL */
extern const gls_rule lion_rule;
/** @endcond */

/** Lion (Chen et al. 2023). */
struct Lion {
  /** Its hyper-parameters. */
  using Params = gls_lion_params;
  /** Its state. */
  using State = gls_lion_state;
  /** @cond INTERNAL */
  using Formula = Lion;
  struct Coefficients {
    GradientCoefficients gradient;
    MeanCoefficients direction, mean;
    float rate;
  };
  static constexpr int kSlots = 1;
  static constexpr uint32_t kGradientBits = kSumsFit;
  static constexpr const gls_rule* kRule = &lion_rule;
  static constexpr const char* kTorchName = nullptr;
  static constexpr gls_slot_info kSlotInfo[] = {{"m", nullptr, true}};
  static constexpr gls_param_info kParams[] = {GLISSADE_COMMON_PARAMS,
                                               GLISSADE_PARAM(beta1, "betas[0]", kBelow1),
                                               GLISSADE_PARAM(beta2, "betas[1]", kBelow1)};

  GLISSADE_INLINE static bool valid(const Params& p) {
    return valid_common(p) && in_unit(p.beta1) && in_unit(p.beta2);
  }

  GLISSADE_INLINE static void tick(const Params& p, State& state, Coefficients& c) {
    count_step(state.step);
    c.direction = mean_coefficients(p.beta1);
    c.mean = mean_coefficients(p.beta2);
    c.rate = static_cast<float>(-p.learning_rate);
  }

  template <class V>
  GLISSADE_INLINE static V next(const Coefficients& c, V w, V g, V& m) {
    const V direction = running_mean(m, g, c.direction);
    m = running_mean(m, g, c.mean);
    return add_exact(w, sign(direction), c.rate);
  }
  /** @endcond */
};

}  // namespace glissade

#endif
