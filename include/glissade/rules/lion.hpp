// SPDX-License-Identifier: Apache-2.0
// Lion (Chen et al. 2023):
//   w = w - lr sign(beta1 m + (1 - beta1) g)
//   m = beta2 m + (1 - beta2) g
#ifndef GLISSADE_RULES_LION_HPP
#define GLISSADE_RULES_LION_HPP

#include "glissade/rules/common.hpp"
#include "glissade/rules/lion.h"

namespace glissade {

struct Lion {
  using Formula = Lion;
  using Params = gls_lion_params;
  using State = gls_lion_state;
  using Coefficients = gls_lion_coefficients;
  static constexpr int kSlots = 1;

  static bool valid(const Params& p) { return valid_common(p) && in_unit(p.beta1) && in_unit(p.beta2); }

  static void tick(const Params& p, State& state, Coefficients& c) {
    count_step(state.step);
    c.direction = static_cast<float>(1.0 - p.beta1);
    c.direction_decay = static_cast<float>(p.beta1);
    c.mean = static_cast<float>(1.0 - p.beta2);
    c.mean_decay = static_cast<float>(p.beta2);
    c.rate = static_cast<float>(-p.learning_rate);
  }

  template <class V>
  GLISSADE_INLINE static V next(const Coefficients& c, V w, V g, V& m) {
    const V direction = fma(g, c.direction, m * c.direction_decay);
    m = fma(g, c.mean, m * c.mean_decay);
    return fma(sign(direction), c.rate, w);
  }
};

}  // namespace glissade

#endif
