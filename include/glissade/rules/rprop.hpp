// SPDX-License-Identifier: Apache-2.0
/** @file
 * Rprop (Riedmiller and Braun 1993), as torch.optim.Rprop, with z = sign(g previous):
 *
 *     step = clamp(step * (eta_plus where z > 0, eta_minus where z < 0, else 1)), at the start lr
 *     where z < 0: g = 0
 *     w = w - sign(g) step
 *     previous = g */
#ifndef GLISSADE_RULES_RPROP_HPP
#define GLISSADE_RULES_RPROP_HPP

#include "glissade/rules/common.hpp"
#include "glissade/rules/rprop.h"

namespace glissade {

/** @cond INTERNAL */
extern const gls_rule rprop_rule;
/** @endcond */

/** Rprop (Riedmiller and Braun 1993), as torch.optim.Rprop, with z = sign(g previous). */
struct Rprop {
  /** Its hyper-parameters. */
  using Params = gls_rprop_params;
  /** Its state. */
  using State = gls_rprop_state;
  /** @cond INTERNAL */
  using Formula = Rprop;
  struct Coefficients {
    GradientCoefficients gradient;
    float first, shrink, grow, smallest, largest;
  };
  static constexpr int kSlots = 2;
  static constexpr uint32_t kGradientBits = kSquaresFit;
  static constexpr const gls_rule* kRule = &rprop_rule;
  static constexpr const char* kTorchName = "Rprop";
  static constexpr bool kSlotsAreFloats = true;  // rules/README.md says why
  static constexpr gls_slot_info kSlotInfo[] = {{"previous", "prev", true},
                                                {"step_size", "step_size", false}};
  static constexpr gls_param_info kParams[] = {GLISSADE_COMMON_PARAMS,
                                               GLISSADE_PARAM(eta_minus, "etas[0]", kInside01),
                                               GLISSADE_PARAM(eta_plus, "etas[1]", kAbove1),
                                               GLISSADE_PARAM(smallest_step, "step_sizes[0]", kNotNegative),
                                               GLISSADE_PARAM(largest_step, "step_sizes[1]", kNotNegative)};

  GLISSADE_INLINE static bool valid(const Params& p) {
    return valid_common(p) && p.eta_minus > 0.0 && p.eta_minus < 1.0 && p.eta_plus > 1.0 &&
           not_negative(p.eta_plus) && not_negative(p.smallest_step) && p.smallest_step <= p.largest_step &&
           not_negative(p.largest_step);
  }

  GLISSADE_INLINE static void tick(const Params& p, State& state, Coefficients& c) {
    const uint32_t t = count_step(state.step);
    c.first = t == 1 ? static_cast<float>(p.learning_rate) : 0.0f;
    c.shrink = static_cast<float>(p.eta_minus);
    c.grow = static_cast<float>(p.eta_plus);
    c.smallest = static_cast<float>(p.smallest_step);
    c.largest = static_cast<float>(p.largest_step);
  }

  template <class V>
  GLISSADE_INLINE static V next(const Coefficients& c, V w, V g, V& previous, V& step) {
    const V zero(0.0f), z = g * previous;
    step = step + c.first;  // from 0
    step = select(z > 0.0f, step * c.grow, step);
    step = select(zero > z, step * c.shrink, step);
    step = min(max(step, V(c.smallest)), V(c.largest));
    previous = select(zero > z, zero, g);
    return select(previous > 0.0f, w - step, select(zero > previous, w + step, w));
  }
  /** @endcond */
};

}  // namespace glissade

#endif
