// SPDX-License-Identifier: Apache-2.0
/** @file
 * AMSGrad (Reddi, Kale and Kumar 2018), as torch.optim.Adam(amsgrad=True):
 *
 *     Adam with x = max(x, v) in v's place under the root. */
#ifndef GLISSADE_RULES_AMSGRAD_HPP
#define GLISSADE_RULES_AMSGRAD_HPP

#include "glissade/rules/adam.hpp"
#include "glissade/rules/amsgrad.h"

namespace glissade {

/** @cond INTERNAL */
extern const gls_rule amsgrad_rule;
/** @endcond */

/** AMSGrad (Reddi, Kale and Kumar 2018), as torch.optim.Adam(amsgrad=True). */
struct AmsGrad : Adam {
  /** @cond INTERNAL */
  using Formula = AmsGrad;
  static constexpr int kSlots = 3;
  static constexpr const gls_rule* kRule = &amsgrad_rule;
  static constexpr const char* kTorchName = "Adam";
  static constexpr gls_slot_info kSlotInfo[] = {
      {"m", "exp_avg", true}, {"v", "exp_avg_sq", false}, {"max_v", "max_exp_avg_sq", false}};

  template <class V>
  GLISSADE_INLINE static V root(const Coefficients& c, V g, V& m, V& v, V& x) {
    update_moments(c.moments, g, m, v);
    x = max(x, v);
    return sqrt(x);
  }
  /** @endcond */
};

}  // namespace glissade

#endif
