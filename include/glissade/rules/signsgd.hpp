// SPDX-License-Identifier: Apache-2.0
/** @file
 * signSGD (Bernstein et al. 2018): w = w - lr sign(g). */
#ifndef GLISSADE_RULES_SIGNSGD_HPP
#define GLISSADE_RULES_SIGNSGD_HPP

#include "glissade/rules/sgd.hpp"
#include "glissade/rules/signsgd.h"

namespace glissade {

/** @cond INTERNAL */
extern const gls_rule signsgd_rule;
/** @endcond */

/** signSGD (Bernstein et al. 2018). */
struct SignSgd : Sgd {
  /** @cond INTERNAL */
  using Formula = SignSgd;
  static constexpr const gls_rule* kRule = &signsgd_rule;
  static constexpr const char* kTorchName = nullptr;

  template <class V>
  GLISSADE_INLINE static V next(const Coefficients& c, V w, V g) {
    return add_exact(w, sign(g), c.rate);
  }
  /** @endcond */
};

}  // namespace glissade

#endif
