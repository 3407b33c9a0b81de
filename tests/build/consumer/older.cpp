// SPDX-License-Identifier: Apache-2.0
// What a user of the C face writes in C++11.
#include "glissade/glissade.h"

int main() {
  static float weights[3] = {1.0f, 2.0f, 3.0f};
  const float gradients[3] = {1.0f, 0.0f, -1.0f};
  gls_sgd_params params;
  gls_sgd_defaults(&params);
  params.learning_rate = 0.5;
  gls_sgd_state state = {};
  const auto optimizer = gls_sgd(&params, &state, weights, 3);
  if (gls_step(&optimizer, gls_gradient_buffer(gradients), 1.0f) != GLS_OK) return 1;
  return weights[0] == 0.5f && weights[1] == 2.0f && weights[2] == 3.5f ? 0 : 2;
}
