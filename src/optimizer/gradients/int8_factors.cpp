// SPDX-License-Identifier: Apache-2.0
#include "backend/int8_inputs.hpp"
#include "optimizer/gradients/factors.hpp"

namespace glissade {
namespace {

struct OfInt8 {
  using Layer = gls_int8_factors;

  static Status check(const Layer& layer, const gls_optimizer& o) {
    const gls_int8_inputs& inputs = layer.inputs;
    Status status = check_inputs(inputs, layer.samples, layer.input_count);
    if (status == GLS_OK) status = check_apart(o, inputs.values, inputs.row_count * layer.input_count);
    if (status == GLS_OK && inputs.rows != nullptr) {
      status = check_apart(o, inputs.rows, layer.samples * sizeof(uint32_t));
    }
    return status;
  }
  // Without a look at them: no difference of two int8 reaches 2^8.
  static bool inputs_below(const Layer& layer, float bound, Backend) {
    return layer.inputs.scale < bound * 0x1p-8f;
  }
  static bool products_below(const Layer& layer, float bound, Backend backend) {
    bool below;
    backend->int8_factors_all_below(&layer, bound, &below);
    return below;
  }
};

}  // namespace
}  // namespace glissade

gls_gradients gls_gradient_int8_factors(const gls_int8_factors* layers, size_t layer_count) {
  return {&glissade::kFactors<glissade::OfInt8>, layers, layer_count, {}};
}
