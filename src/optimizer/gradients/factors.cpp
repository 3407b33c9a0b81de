// SPDX-License-Identifier: Apache-2.0
#include "optimizer/gradients/factors.hpp"

namespace glissade {
namespace {

struct OfFloats {
  using Layer = gls_factors;

  static Status check(const Layer& layer, const gls_optimizer& o) {
    return check_factor(o, layer.inputs, elements(layer.samples, layer.input_count));
  }
  static bool inputs_below(const Layer& layer, float bound, Backend backend) {
    bool below;
    backend->all_below(layer.inputs, bound, &below, layer.samples * layer.input_count);
    return below;
  }
  static bool products_below(const Layer& layer, float bound, Backend backend) {
    bool below;
    backend->factors_all_below(&layer, bound, &below);
    return below;
  }
};

}  // namespace
}  // namespace glissade

gls_gradients gls_gradient_factors(const gls_factors* layers, size_t layer_count) {
  return {&glissade::kFactors<glissade::OfFloats>, layers, layer_count, {}};
}
