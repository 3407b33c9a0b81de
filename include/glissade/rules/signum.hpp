// SPDX-License-Identifier: Apache-2.0
/** @file
 * Signum (Bernstein et al. 2018):
 *
 *     m = momentum m + (1 - momentum) g
 *     w = w - lr sign(m) */
#ifndef GLISSADE_RULES_SIGNUM_HPP
#define GLISSADE_RULES_SIGNUM_HPP

#include "glissade/rules/common.hpp"
#include "glissade/rules/signum.h"

namespace glissade {

/** @cond INTERNAL */
extern const gls_rule signum_rule;
/** @endcond */

/** Signum (Bernstein et al. 2018). */
struct Signum {
  /** Its hyper-parameters. */
  using Params = gls_signum_params;
  /** Its state. */
  using State = gls_signum_state;
  /** @cond INTERNAL */
  using Formula = Signum;
  struct Coefficients {
    GradientCoefficients gradient;
    MeanCoefficients mean;
    float rate;
  };
  static constexpr int kSlots = 1;
  static constexpr uint32_t kGradientBits = kSumsFit;
  static constexpr const gls_rule* kRule = &signum_rule;
  static constexpr const char* kTorchName = nullptr;
  static constexpr gls_slot_info kSlotInfo[] = {{"mean", nullptr, true}};
  static constexpr gls_param_info kParams[] = {GLISSADE_COMMON_PARAMS,
                                               GLISSADE_PARAM(momentum, "momentum", kBelow1)};

  GLISSADE_INLINE static bool valid(const Params& p) { return valid_common(p) && in_unit(p.momentum); }

  GLISSADE_INLINE static void tick(const Params& p, State& state, Coefficients& c) {
    count_step(state.step);
    c.rate = static_cast<float>(-p.learning_rate);
    c.mean = mean_coefficients(p.momentum);
  }

  template <class V>
  GLISSADE_INLINE static V next(const Coefficients& c, V w, V g, V& m) {
    m = running_mean(m, g, c.mean);
    return add_exact(w, sign(m), c.rate);
  }
  /** @endcond */
};

}  // namespace glissade

#endif
