// SPDX-License-Identifier: Apache-2.0
/** @file
 * Classical momentum (Polyak 1964):
 *
 *     v = momentum v + lr g
 *     w = w - v */
#ifndef GLISSADE_RULES_CLASSICAL_MOMENTUM_HPP
#define GLISSADE_RULES_CLASSICAL_MOMENTUM_HPP

#include "glissade/rules/classical_momentum.h"
#include "glissade/rules/common.hpp"

namespace glissade {

/** @cond INTERNAL */
extern const gls_rule classical_momentum_rule;
/** @endcond */

/** Classical momentum (Polyak 1964). */
struct ClassicalMomentum {
  /** Its hyper-parameters. */
  using Params = gls_classical_momentum_params;
  /** Its state. */
  using State = gls_classical_momentum_state;
  /** @cond INTERNAL */
  using Formula = ClassicalMomentum;
  struct Coefficients {
    GradientCoefficients gradient;
    float rate, momentum;
  };
  static constexpr int kSlots = 1;
  static constexpr uint32_t kGradientBits = kSumsFit;
  static constexpr const gls_rule* kRule = &classical_momentum_rule;
  static constexpr const char* kTorchName = nullptr;
  static constexpr gls_slot_info kSlotInfo[] = {{"velocity", nullptr, true}};
  static constexpr gls_param_info kParams[] = {GLISSADE_COMMON_PARAMS,
                                               GLISSADE_PARAM(momentum, "momentum", kBelow1)};

  GLISSADE_INLINE static bool valid(const Params& p) { return valid_common(p) && in_unit(p.momentum); }

  GLISSADE_INLINE static void tick(const Params& p, State& state, Coefficients& c) {
    count_step(state.step);
    c.rate = static_cast<float>(p.learning_rate);
    c.momentum = static_cast<float>(p.momentum);
  }

  template <class V>
  GLISSADE_INLINE static V next(const Coefficients& c, V w, V g, V& v) {
    v = fma(g, c.rate, v * c.momentum);
    return w - v;
  }
  /** @endcond */
};

}  // namespace glissade

#endif
