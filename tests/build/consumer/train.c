/* SPDX-License-Identifier: Apache-2.0 */
/* train.cpp's steps, for projects without C++. */
#include "glissade/glissade.h"

gls_status train_in_cpp(float* weights, const float* gradients);

gls_status train_in_cpp(float* weights, const float* gradients) {
  static gls_rmsprop_centered_state state;
  static float square[61], mean[61];
  gls_rmsprop_centered_params params;
  gls_optimizer optimizer;
  gls_rmsprop_centered_defaults(&params);
  optimizer = gls_rmsprop_centered(&params, &state, weights, square, mean, 61);
  return gls_step(&optimizer, gls_gradient_buffer(gradients), 1.0f);
}
