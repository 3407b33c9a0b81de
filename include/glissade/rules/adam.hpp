// SPDX-License-Identifier: Apache-2.0
/** @file
 * Adam (Kingma and Ba 2015), as torch.optim.Adam:
 *
 *     m = beta1 m + (1 - beta1) g
 *     v = beta2 v + (1 - beta2) g^2
 *     w = w - lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon) */
#ifndef GLISSADE_RULES_ADAM_HPP
#define GLISSADE_RULES_ADAM_HPP

#include "glissade/rules/adam.h"
#include "glissade/rules/common.hpp"

namespace glissade {

/** @cond INTERNAL */
extern const gls_rule adam_rule, adam_epsilon_inside_rule;
/** @endcond */

/** Adam (Kingma and Ba 2015), as torch.optim.Adam. */
struct Adam {
  /** Its hyper-parameters. */
  using Params = gls_adam_params;
  /** Its state. */
  using State = gls_adam_state;
  /** @cond INTERNAL */
  using Formula = Adam;
  struct Coefficients {
    GradientCoefficients gradient;
    MomentCoefficients moments;
    float rate, root_divisor, root_reciprocal, correction, epsilon;
  };
  static constexpr int kSlots = 2;
  static constexpr uint32_t kGradientBits = kSquaresFit;
  static constexpr const gls_rule* kRule = &adam_rule;
  static constexpr const char* kTorchName = "Adam";
  static constexpr gls_slot_info kSlotInfo[] = {{"m", "exp_avg", true}, {"v", "exp_avg_sq", false}};
  static constexpr gls_param_info kParams[] = {GLISSADE_COMMON_PARAMS,
                                               GLISSADE_PARAM(beta1, "betas[0]", kBelow1),
                                               GLISSADE_PARAM(beta2, "betas[1]", kBelow1),
                                               GLISSADE_PARAM(epsilon, "eps", kNotNegative),
                                               GLISSADE_PARAM(bias_correction, nullptr, kEither),
                                               GLISSADE_ALLOW_ZERO_EPSILON};

  GLISSADE_INLINE static bool valid(const Params& p) { return valid_moments(p, p.allow_zero_epsilon); }

  GLISSADE_INLINE static void tick(const Params& p, State& state, Coefficients& c) {
    const uint32_t t = count_step(state.step);
    c.moments = moment_coefficients(p);
    const double correction = p.bias_correction ? bias_correction(p.beta2, t) : 1.0;
    c.rate = static_cast<float>(-p.learning_rate / (p.bias_correction ? bias_correction(p.beta1, t) : 1.0));
    c.root_divisor = static_cast<float>(square_root(correction));
    c.root_reciprocal = 1.0f / c.root_divisor;
    c.correction = static_cast<float>(correction);
    c.epsilon = static_cast<float>(p.epsilon);
  }

  template <class V>
  GLISSADE_INLINE static V root(const Coefficients& c, V g, V& m, V& v) {
    update_moments(c.moments, g, m, v);
    return sqrt(v);
  }

  template <class V, class... Other>
  GLISSADE_INLINE static V move(const Coefficients& c, V w, V root, V, V m, Other...) {
    return w + (m * c.rate) / (divide_by(root, c.root_divisor, c.root_reciprocal) + c.epsilon);
  }
  /** @endcond */
};

/** Adam with epsilon inside the root: w = w - lr / (1 - beta1^t) * m / sqrt(v / (1 - beta2^t) + epsilon). */
struct AdamEpsilonInside : Adam {
  /** @cond INTERNAL */
  using Formula = AdamEpsilonInside;
  static constexpr const gls_rule* kRule = &adam_epsilon_inside_rule;
  static constexpr const char* kTorchName = nullptr;

  GLISSADE_INLINE static bool valid(const Params& p) { return valid_moments(p, true); }

  template <class V>
  GLISSADE_INLINE static V next(const Coefficients& c, V w, V g, V& m, V& v) {
    update_moments(c.moments, g, m, v);
    return w + (m * c.rate) / root_or_infinity(v / c.correction + c.epsilon);
  }
  /** @endcond */
};

/** AdamW (Loshchilov and Hutter 2019): Adam with decoupled weight decay, 0.01 unless said otherwise. */
struct AdamW : Adam {
  /** Its hyper-parameters, with other usual values. */
  struct Params : Adam::Params {
    /** Sets them. */
    constexpr Params() : Adam::Params{GLS_ADAMW_DEFAULTS} {}
  };
};

/** Adam for short runs: v is the mean of g^2 over about 100 steps instead of 1,000. */
struct ShortMemoryAdam : Adam {
  /** Its hyper-parameters, with other usual values. */
  struct Params : Adam::Params {
    /** Sets them. */
    constexpr Params() : Adam::Params{GLS_ADAM_SHORT_MEMORY_DEFAULTS} {}
  };
};

}  // namespace glissade

#endif
