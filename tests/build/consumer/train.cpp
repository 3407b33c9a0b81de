// SPDX-License-Identifier: Apache-2.0
#include "glissade/glissade.hpp"

extern "C" gls_status train_in_cpp(float* weights, const float* gradients) {
  static glissade::Optimizer<glissade::RmsPropCentered, 61> optimizer;
  float(&w)[61] = *reinterpret_cast<float(*)[61]>(weights);
  const float(&g)[61] = *reinterpret_cast<const float(*)[61]>(gradients);
  return optimizer.step(w, g);
}
