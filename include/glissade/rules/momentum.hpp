// SPDX-License-Identifier: Apache-2.0
/** @file
 * SGD with momentum, as torch.optim.SGD:
 *
 *     b = momentum b + (1 - dampening) g, at the first step b = g
 *     w = w - lr b, or, with Nesterov, w = w - lr (g + momentum b) */
#ifndef GLISSADE_RULES_MOMENTUM_HPP
#define GLISSADE_RULES_MOMENTUM_HPP

#include "glissade/rules/common.hpp"
#include "glissade/rules/momentum.h"

namespace glissade {

/** @cond INTERNAL */
extern const gls_rule momentum_rule;
/** @endcond */

/** SGD with momentum, as torch.optim.SGD. */
struct Momentum {
  /** Its hyper-parameters. */
  using Params = gls_momentum_params;
  /** Its state. */
  using State = gls_momentum_state;
  /** @cond INTERNAL */
  using Formula = Momentum;
  struct Coefficients {
    GradientCoefficients gradient;
    float rate, momentum, lookahead, input;
    uint32_t kind;
  };
  static constexpr int kSlots = 1;
  static constexpr uint32_t kGradientBits = kSumsFit;
  enum : uint32_t { kPlain, kHeavyBall, kNesterov };
  static constexpr const gls_rule* kRule = &momentum_rule;
  static constexpr const char* kTorchName = "SGD";
  static constexpr gls_slot_info kSlotInfo[] = {{"buffer", "momentum_buffer", true}};
  static constexpr gls_state_info kStateInfo[] = {{"step", nullptr, 0, GLS_STATE_COUNT}};
  static constexpr gls_param_info kParams[] = {
      GLISSADE_COMMON_PARAMS, GLISSADE_PARAM(momentum, "momentum", kNotNegative),
      GLISSADE_PARAM(dampening, "dampening", kAnyFloat), GLISSADE_PARAM(nesterov, "nesterov", kEither)};

  GLISSADE_INLINE static bool valid(const Params& p) {
    const bool nesterov_ok = !p.nesterov || (!equals_zero(p.momentum) && equals_zero(p.dampening));
    return valid_common(p) && not_negative(p.momentum) && is_finite(p.dampening) && nesterov_ok;
  }

  GLISSADE_INLINE static void tick(const Params& p, State& state, Coefficients& c) {
    c.rate = static_cast<float>(-p.learning_rate);
    c.kind = equals_zero(p.momentum) ? kPlain : p.nesterov ? kNesterov : kHeavyBall;
    c.lookahead = static_cast<float>(p.momentum);
    const bool first = c.kind != kPlain && count_step(state.step) == 1;
    // b starts at +0, and g * 1 + 0 * -0 is g, also where g is -0.
    c.momentum = first ? -0.0f : c.lookahead;
    c.input = first ? 1.0f : static_cast<float>(1.0 - p.dampening);
  }

  template <class V>
  GLISSADE_INLINE static V next(const Coefficients& c, V w, V g, V& b) {
    if (c.kind != kPlain) {
      b = add_scaled(b * c.momentum, g, c.input);
      g = c.kind == kNesterov ? fma(b, c.lookahead, g) : b;
    }
    return fma(g, c.rate, w);
  }
  /** @endcond */
};

}  // namespace glissade

#endif
