// SPDX-License-Identifier: Apache-2.0
// Whom the library is measured beside, by rule: each computes the same step on the same data.
#ifndef GLISSADE_BENCH_PEERS_HPP
#define GLISSADE_BENCH_PEERS_HPP

#include <stddef.h>

#include <vector>

// Hyper-parameters are those of `usual`, the gradient's scale is kScale, and the step's number is kStep.
constexpr float kScale = 0.5f;
constexpr unsigned kStep = 11;

struct Peer {
  const char *rule, *who;
  // buffers: weights, gradients, slots, and one that may be overwritten.
  void (*step)(float* const* buffers, size_t count, float rate);
};

std::vector<Peer> plain_peers();
std::vector<Peer> eigen_peers();  // none where there was no Eigen
std::vector<Peer> torch_peers();  // none without GLISSADE_BENCH_TORCH

// What a rule's formula has of roots and divisions, and of memory.
struct Cost {
  const char* rule;
  int slots, roots;
};
constexpr Cost kCosts[] = {{"sgd", 0, 0},      {"momentum", 1, 0}, {"lion", 1, 0},
                           {"signum", 1, 0},   {"adagrad", 1, 1},  {"rmsprop", 1, 1},
                           {"adadelta", 2, 2}, {"adam", 2, 1},     {"adamw", 2, 1}};

// 1 - beta^kStep.
constexpr float correction(float beta) {
  float power = 1.0f;
  for (unsigned i = 0; i < kStep; ++i) power *= beta;
  return 1.0f - power;
}
// Its root, by Newton's method.
constexpr float root(float x) {
  float r = 1.0f;
  for (int i = 0; i < 30; ++i) r = 0.5f * (r + x / r);
  return r;
}
constexpr float kCorrection1 = correction(0.9f), kRootCorrection2 = root(correction(0.999f));

#endif
