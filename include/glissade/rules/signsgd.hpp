// SPDX-License-Identifier: Apache-2.0
// signSGD (Bernstein et al. 2018): w = w - lr sign(g).
#ifndef GLISSADE_RULES_SIGNSGD_HPP
#define GLISSADE_RULES_SIGNSGD_HPP

#include "glissade/rules/common.hpp"
#include "glissade/rules/signsgd.h"

namespace glissade {

struct SignSgd {
  using Formula = SignSgd;
  using Params = gls_signsgd_params;
  using State = gls_signsgd_state;
  using Coefficients = gls_signsgd_coefficients;
  static constexpr int kSlots = 0;

  static bool valid(const Params& p) { return valid_common(p); }

  static void tick(const Params& p, State& state, Coefficients& c) {
    count_step(state.step);
    c.rate = static_cast<float>(-p.learning_rate);
  }

  template <class V>
  GLISSADE_INLINE static V next(const Coefficients& c, V w, V g) {
    return fma(sign(g), c.rate, w);
  }
};

}  // namespace glissade

#endif
