// SPDX-License-Identifier: Apache-2.0
// Batch normalization.
#ifndef GLISSADE_SRC_KERNELS_NORMALIZATION_KERNELS_INL_HPP
#define GLISSADE_SRC_KERNELS_NORMALIZATION_KERNELS_INL_HPP

#include "kernels/loops-inl.hpp"
#include "kernels/means-inl.hpp"

namespace glissade {
namespace GLISSADE_BACKEND {

namespace {

// What runs begins at 0, which a variance never becomes: a variance of 0 says that there was none, which
// counts as 1.
template <class V>
GLISSADE_INLINE V begun(V variance) {
  return select(V(kLeastPositive) > abs(variance), V(1.0f), variance);
}

// The mean of differences from the first sample: exact for a feature that is constant. The pass for the
// variance takes what is left of the mean's error from both (Chan, Golub and LeVeque 1983). Features in
// lanes, samples in order. Not inlined, to keep the caller's stack small.
__attribute__((noinline)) void batch_statistics(const float* inputs, float* running, float* batch,
                                                size_t samples, size_t features,
                                                const BatchNormCoefficients& c) {
  const size_t count = samples * features;
  for_each(features, [&](auto lanes, size_t j) {
    using V = typename decltype(lanes)::Type;
    const V first = lanes.load(inputs + j);
    V sum(0.0f), rest(0.0f), squares(0.0f);
    for (size_t i = j; i < count; i += features) sum = sum + (lanes.load(inputs + i) - first);
    const V near = first + sum / c.samples;
    for (size_t i = j; i < count; i += features) {
      const V difference = lanes.load(inputs + i) - near;
      rest = rest + difference;
      squares = fma(difference, difference, squares);
    }
    const V correction = rest / c.samples, mean = near + correction;
    squares = max(V(0.0f), fma(V(0.0f) - correction, rest, squares));
    lanes.store(mean, batch + j);
    lanes.store(V(1.0f) / sqrt(squares / c.samples + c.epsilon), batch + features + j);
    if (c.momentum.weight == 0.0f) return;
    lanes.store(move_mean(lanes.load(running + j), mean, c.momentum), running + j);
    float* const to = running + features + j;
    const V variance = move_mean(begun(lanes.load(to)), squares / c.samples_less_1, c.momentum);
    lanes.store(max(V(0x1p-126f), variance), to);
  });
}

// (x - mean) inverse gamma + beta; inverse(scale) makes 1 / deviation of what stands behind the means.
template <class Inverse>
GLISSADE_INLINE void normalize(const float* weights, const float* means_and_scales, const float* inputs,
                               float* outputs, size_t samples, size_t features, Inverse inverse) {
  const size_t count = samples * features;
  for_each(features, [=](auto lanes, size_t j) {
    using V = typename decltype(lanes)::Type;
    const V mean = lanes.load(means_and_scales + j),
            factor = inverse(lanes.load(means_and_scales + features + j));
    const V gamma = lanes.load(weights + j), beta = lanes.load(weights + features + j);
    for (size_t i = j; i < count; i += features) {
      lanes.store(fma((lanes.load(inputs + i) - mean) * factor, gamma, beta), outputs + i);
    }
  });
}

}  // namespace

void batch_norm_train(const float* weights, const float* inputs, float* outputs, float* running, float* batch,
                      size_t samples, size_t features, const BatchNormCoefficients* coefficients) {
  batch_statistics(inputs, running, batch, samples, features, *coefficients);
  normalize(weights, batch, inputs, outputs, samples, features, [](auto inverse) { return inverse; });
}

void batch_norm_infer(const float* weights, const float* running, const float* inputs, float* outputs,
                      size_t samples, size_t features, float epsilon) {
  normalize(weights, running, inputs, outputs, samples, features,
            [=](auto variance) { return decltype(variance)(1.0f) / sqrt(begun(variance) + epsilon); });
}

// With x^ = (x - mean) / deviation: dx = gamma / deviation (dy - (sum dy + x^ sum dy x^) / samples), where
// what stays the same for all samples is computed once.
void batch_norm_backward(const float* weights, const float* inputs, const float* batch,
                         const float* output_gradients, float* weight_gradients, float* input_gradients,
                         size_t samples, size_t features) {
  const float sample_count = static_cast<float>(samples);
  for_each(features, [=](auto lanes, size_t j) {
    using V = typename decltype(lanes)::Type;
    const V mean = lanes.load(batch + j), inverse = lanes.load(batch + features + j);
    V sum(0.0f), sum_normalized(0.0f);
    for (size_t i = j; i < samples * features; i += features) {
      const V gradient = lanes.load(output_gradients + i);
      sum = sum + gradient;
      sum_normalized = fma(gradient, (lanes.load(inputs + i) - mean) * inverse, sum_normalized);
    }
    const V scale = lanes.load(weights + j) * inverse;
    const V shift = scale * sum / sample_count, slope = scale * inverse * sum_normalized / sample_count;
    for (size_t i = j; i < samples * features; i += features) {
      const V gradient = lanes.load(output_gradients + i) * scale - shift;
      lanes.store(fma(mean - lanes.load(inputs + i), slope, gradient), input_gradients + i);
    }
    float *const gamma = weight_gradients + j, *const beta = gamma + features;
    lanes.store(lanes.load(gamma) + sum_normalized, gamma);
    lanes.store(lanes.load(beta) + sum, beta);
  });
}

}  // namespace GLISSADE_BACKEND
}  // namespace glissade

#endif
