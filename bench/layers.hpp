// SPDX-License-Identifier: Apache-2.0
// Dense layers of n inputs and n outputs, and steps that take their gradient from its factors.
#ifndef GLISSADE_BENCH_LAYERS_HPP
#define GLISSADE_BENCH_LAYERS_HPP

#include <stddef.h>

// Rows dense_forward_<samples>/<who>/<n> and dense_backward_<samples>/<who>/<n>, per weight; and of rules
// <rule>/<backend>_fused/<weights> beside <backend>_two_steps: the gradient of one sample of a layer, and a
// guarded step on it; demo_step/<who>/<weights>: a step of the demo's training. False where a peer computes
// something else.
bool add_layers();

// Rows dense_int8_1/<who>/<n>, per weight: an int8 layer, forward, one sample.
bool add_int8();

// A layer as Eigen computes it: weights are a matrix of n rows, then a row of biases.
struct LayerPeer {
  void (*forward)(const float* weights, const float* inputs, float* outputs, size_t samples, size_t n);
  void (*backward)(const float* weights, const float* inputs, const float* output_gradients,
                   float* weight_gradients, float* input_gradients, size_t samples, size_t n);
  // One step of the demo's training: a network of kNetwork inputs, units (ReLU) and classes (softmax, cross-
  // entropy), Adam's kStep-th step on the mean of the samples.
  void (*train)(float* weights, const float* inputs, const size_t* labels, float* m, float* v, float rate);
};
constexpr size_t kNetwork[] = {9, 32, 11}, kNetworkSamples = 11, kNetworkWeights = 10 * 32 + 33 * 11;
const LayerPeer* eigen_layer();  // null where there is no Eigen

#endif
