// SPDX-License-Identifier: Apache-2.0
// Adagrad (Duchi, Hazan and Singer 2011), as torch.optim.Adagrad:
//   s = s + g^2
//   w = w - lr / (1 + (t - 1) lr_decay) * g / (sqrt(s) + epsilon)
#ifndef GLISSADE_RULES_ADAGRAD_HPP
#define GLISSADE_RULES_ADAGRAD_HPP

#include "glissade/rules/adagrad.h"
#include "glissade/rules/common.hpp"

namespace glissade {

struct Adagrad {
  using Formula = Adagrad;
  using Params = gls_adagrad_params;
  using State = gls_adagrad_state;
  using Coefficients = gls_adagrad_coefficients;
  static constexpr int kSlots = 1;

  static bool valid(const Params& p) {
    return valid_common(p) && not_negative(p.learning_rate_decay) && not_negative(p.initial_accumulator) &&
           not_negative(p.epsilon);
  }

  static void tick(const Params& p, State& state, Coefficients& c) {
    const uint32_t t = count_step(state.step);
    c.initial = t == 1 ? static_cast<float>(p.initial_accumulator) : 0.0f;
    c.rate = static_cast<float>(-p.learning_rate / (1.0 + (t - 1.0) * p.learning_rate_decay));
    c.epsilon = static_cast<float>(p.epsilon);
  }

  template <class V>
  GLISSADE_INLINE static V next(const Coefficients& c, V w, V g, V& s) {
    s = fma(g, g, s + c.initial);
    return w + (g * c.rate) / (sqrt(s) + c.epsilon);
  }
};

}  // namespace glissade

#endif
