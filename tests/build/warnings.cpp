// SPDX-License-Identifier: Apache-2.0
// A user's file under the widest warnings: names of its own in front of the headers, and all templates in
// use.
extern float weights[32], gradients[32], inputs[32], outputs[32], slots[32], values[32], state[32], loss,
    scale;
extern int count, first, status, size, samples, params, optimizer, layers, labels, group, groups, part, parts;
#include "glissade/glissade.hpp"
#include "glissade/layers/network.hpp"
#include "glissade/storage/checkpoint.h"
#include "glissade/training/groups.hpp"
#include "glissade/training/threads.hpp"

template struct glissade::Optimizer<glissade::Adam, 32>;
template struct glissade::Optimizer<glissade::Sgd, 32>;
template struct glissade::OptimizerView<glissade::AmsGrad>;
template class glissade::BatchNetwork<4, glissade::Dense<4, 3>, glissade::Relu<3>, glissade::Dense<3, 2>>;
template class glissade::Network<glissade::Dense<4, 3>, glissade::Tanh<3>, glissade::Dense<3, 2>>;

extern glissade::Status use(float (&w)[32], float (&g)[32], float* const* s);
glissade::Status use(float (&w)[32], float (&g)[32], float* const* s) {
  static glissade::Optimizer<glissade::Adam, 32> adam;
  static glissade::Network<glissade::Dense<4, 3>, glissade::Tanh<3>, glissade::Dense<3, 2>> network;
  static glissade::ParameterGroup<glissade::Adam> of_all[2] = {{0, 16}, {16, 16}};
  float one = 0.0f;
  glissade::Status result = network.learn(w, g, 1, g, &one);
  if (result == GLS_OK) result = network.learn_regression(w, g, g, g, &one);
  if (result == GLS_OK) result = adam.step(w, g);
  if (result == GLS_OK) result = adam.save(w, {}, s[0], 32);
  if (result == GLS_OK) result = glissade::step_groups(of_all, 2, w, g, s, 32);
  return result == GLS_OK ? glissade::step_on_threads<glissade::Adam>(2, adam.view(), w, g) : result;
}
