// SPDX-License-Identifier: Apache-2.0
/** @file
 * Adadelta (Zeiler 2012), as torch.optim.Adadelta:
 *
 *     a = rho a + (1 - rho) g^2
 *     d = sqrt(b + epsilon) / sqrt(a + epsilon) g
 *     b = rho b + (1 - rho) d^2
 *     w = w - lr d */
#ifndef GLISSADE_RULES_ADADELTA_HPP
#define GLISSADE_RULES_ADADELTA_HPP

#include "glissade/rules/adadelta.h"
#include "glissade/rules/common.hpp"

namespace glissade {

/** @cond INTERNAL */
extern const gls_rule adadelta_rule;
/** @endcond */

/** Adadelta (Zeiler 2012), as torch.optim.Adadelta. */
struct Adadelta {
  /** Its hyper-parameters. */
  using Params = gls_adadelta_params;
  /** Its state. */
  using State = gls_adadelta_state;
  /** @cond INTERNAL */
  using Formula = Adadelta;
  struct Coefficients {
    GradientCoefficients gradient;
    MeanCoefficients mean;
    float rate, epsilon;
  };
  static constexpr int kSlots = 2;
  static constexpr uint32_t kGradientBits = kSquaresFit;
  static constexpr const gls_rule* kRule = &adadelta_rule;
  static constexpr const char* kTorchName = "Adadelta";
  static constexpr gls_slot_info kSlotInfo[] = {{"square", "square_avg", false},
                                                {"delta", "acc_delta", false}};
  static constexpr gls_param_info kParams[] = {
      GLISSADE_COMMON_PARAMS, GLISSADE_PARAM(epsilon, "eps", kNotNegative),
      GLISSADE_PARAM(rho, "rho", kUpTo1), GLISSADE_ALLOW_ZERO_EPSILON};

  GLISSADE_INLINE static bool valid(const Params& p) {
    return valid_common(p) && up_to_1(p.rho) && valid_epsilon(p.epsilon, p.allow_zero_epsilon);
  }

  GLISSADE_INLINE static void tick(const Params& p, State& state, Coefficients& c) {
    count_step(state.step);
    c.mean = mean_coefficients(p.rho);
    c.rate = static_cast<float>(-p.learning_rate);
    c.epsilon = static_cast<float>(p.epsilon);
  }

  template <class V>
  GLISSADE_INLINE static V next(const Coefficients& c, V w, V g, V& a, V& b) {
    a = running_square(a, g, c.mean);
    const V d = sqrt(b + c.epsilon) / sqrt(a + c.epsilon) * g;
    b = running_square(b, d, c.mean);
    return fma(d, c.rate, w);
  }
  /** @endcond */
};

}  // namespace glissade

#endif
