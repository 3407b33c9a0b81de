// SPDX-License-Identifier: Apache-2.0
/** @file
 * Stochastic gradient descent: w = w - lr g. */
#ifndef GLISSADE_RULES_SGD_HPP
#define GLISSADE_RULES_SGD_HPP

#include "glissade/rules/common.hpp"
#include "glissade/rules/sgd.h"

namespace glissade {

/** @cond INTERNAL */
extern const gls_rule sgd_rule;
/** @endcond */

/** Stochastic gradient descent. */
struct Sgd {
  /** Its hyper-parameters. */
  using Params = gls_sgd_params;
  /** Its state. */
  using State = gls_sgd_state;
  /** @cond INTERNAL */
  using Formula = Sgd;
  struct Coefficients {
    GradientCoefficients gradient;
    float rate;
  };
  static constexpr int kSlots = 0;
  static constexpr uint32_t kGradientBits = kSumsFit;
  static constexpr const gls_rule* kRule = &sgd_rule;
  static constexpr const char* kTorchName = "SGD";
  static constexpr gls_state_info kStateInfo[] = {{"step", nullptr, 0, GLS_STATE_COUNT}};
  static constexpr gls_param_info kParams[] = {GLISSADE_COMMON_PARAMS};

  GLISSADE_INLINE static bool valid(const Params& p) { return valid_common(p); }

  GLISSADE_INLINE static void tick(const Params& p, State& state, Coefficients& c) {
    count_step(state.step);
    c.rate = static_cast<float>(-p.learning_rate);
  }

  template <class V>
  GLISSADE_INLINE static V next(const Coefficients& c, V w, V g) {
    return fma(g, c.rate, w);
  }
  /** @endcond */
};

}  // namespace glissade

#endif
