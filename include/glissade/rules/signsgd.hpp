// SPDX-License-Identifier: Apache-2.0
/** @file
 * signSGD (Bernstein et al. 2018): w = w - lr sign(g). */
#ifndef GLISSADE_RULES_SIGNSGD_HPP
#define GLISSADE_RULES_SIGNSGD_HPP

#include "glissade/rules/sgd.hpp"
#include "glissade/rules/signsgd.h"

namespace glissade {

/** signSGD (Bernstein et al. 2018). */
struct SignSgd : Sgd {
  /** @cond INTERNAL */
  using Formula = SignSgd;
  static constexpr auto kMake = gls_signsgd;
  static constexpr const char* kTorchName = nullptr;

  template <class V>
  GLISSADE_INLINE static V next(const Coefficients& c, V w, V g) {
    return add_exact(w, sign(g), c.rate);
  }
  /** @endcond */
};

}  // namespace glissade

#endif
