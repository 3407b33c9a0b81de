// SPDX-License-Identifier: Apache-2.0
// Activations, batch normalization and losses.
#ifndef GLISSADE_SRC_KERNELS_LAYER_KERNELS_INL_HPP
#define GLISSADE_SRC_KERNELS_LAYER_KERNELS_INL_HPP

#include "kernels/elementary-inl.hpp"
#include "kernels/loops-inl.hpp"

namespace glissade {
namespace GLISSADE_BACKEND {

namespace {

// outputs = f(inputs).
template <class Function>
GLISSADE_INLINE void activate(const float* inputs, float* outputs, size_t count, Function f) {
  for_each(count, [=](auto lanes, size_t i) { lanes.store(f(lanes.load(inputs + i)), outputs + i); });
}

// input_gradients = f(outputs, output_gradients).
template <class Function>
GLISSADE_INLINE void activate_backward(const float* outputs, const float* output_gradients,
                                       float* input_gradients, size_t count, Function f) {
  for_each(count, [=](auto lanes, size_t i) {
    lanes.store(f(lanes.load(outputs + i), lanes.load(output_gradients + i)), input_gradients + i);
  });
}

}  // namespace

void relu_forward(const float* inputs, float* outputs, size_t count) {
  activate(inputs, outputs, count, [](auto x) { return max(decltype(x)(0.0f), x); });  // so that a NaN stays
}

void relu_backward(const float* outputs, const float* output_gradients, float* input_gradients,
                   size_t count) {
  activate_backward(outputs, output_gradients, input_gradients, count, [](auto y, auto gradient) {
    const decltype(y) zero(0.0f);
    return select(y > zero, gradient, zero);
  });
}

void sigmoid_forward(const float* inputs, float* outputs, size_t count) {
  activate(inputs, outputs, count, [](auto x) {
    using V = decltype(x);
    return V(1.0f) / (exp(V(0.0f) - x) + 1.0f);
  });
}

void sigmoid_backward(const float* outputs, const float* output_gradients, float* input_gradients,
                      size_t count) {
  activate_backward(outputs, output_gradients, input_gradients, count,
                    [](auto y, auto gradient) { return gradient * (y * (decltype(y)(1.0f) - y)); });
}

void tanh_forward(const float* inputs, float* outputs, size_t count) {
  activate(inputs, outputs, count, [](auto x) { return tanh(x); });
}

void tanh_backward(const float* outputs, const float* output_gradients, float* input_gradients,
                   size_t count) {
  activate_backward(outputs, output_gradients, input_gradients, count, [](auto y, auto gradient) {
    using V = decltype(y);
    return gradient * fma(V(0.0f) - y, y, V(1.0f));
  });
}

namespace {

// Features in lanes, samples in order. Not inlined, to keep the caller's stack small.
__attribute__((noinline)) void batch_statistics(const float* inputs, float* running, float* batch,
                                                size_t samples, size_t features,
                                                const BatchNormCoefficients& c) {
  const size_t count = samples * features;
  for_each(features, [&](auto lanes, size_t j) {
    using V = typename decltype(lanes)::Type;
    V sum(0.0f), squares(0.0f);
    for (size_t i = j; i < count; i += features) sum = sum + lanes.load(inputs + i);
    const V mean = sum / c.samples;
    for (size_t i = j; i < count; i += features) {
      const V difference = lanes.load(inputs + i) - mean;
      squares = fma(difference, difference, squares);
    }
    lanes.store(mean, batch + j);
    lanes.store(V(1.0f) / sqrt(squares / c.samples + c.epsilon), batch + features + j);
    lanes.store(lerp(lanes.load(running + j), mean, c.momentum), running + j);
    float* const variance = running + features + j;
    lanes.store(lerp(lanes.load(variance), squares / c.samples_less_1, c.momentum), variance);
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
            [=](auto variance) { return decltype(variance)(1.0f) / sqrt(variance + epsilon); });
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

namespace {

// to = e^(from - shift). Not inlined, to keep the caller's stack small.
__attribute__((noinline)) void exp_differences(const float* from, float shift, float* to, size_t count) {
  for_each(count, [=](auto lanes, size_t i) { lanes.store(exp(lanes.load(from + i) - shift), to + i); });
}

}  // namespace

// With p = softmax(logits), all relative to the largest logit so that no exp overflows.
void softmax_cross_entropy(const float* logits, size_t label, float* loss, float* logit_gradients,
                           size_t count) {
  Scalar largest = Scalar::load(logits);
  for (size_t i = 1; i < count; ++i) largest = max(Scalar::load(logits + i), largest);
  const float top = largest.value;
  const Scalar labelled = Scalar::load(logits + label) - top;
  exp_differences(logits, top, logit_gradients, count);
  const float total = canonical_sum(count, [=](auto sum, size_t i) {
    using V = decltype(sum);
    return sum + V::load(logit_gradients + i);
  });
  (log(Scalar(total)) - labelled).store(loss);
  for_each(count, [=](auto lanes, size_t i) {
    lanes.store(lanes.load(logit_gradients + i) / total, logit_gradients + i);
  });
  (Scalar::load(logit_gradients + label) - 1.0f).store(logit_gradients + label);
}

void mean_squared_error(const float* outputs, const float* targets, float* loss, float* output_gradients,
                        size_t count) {
  const float number = static_cast<float>(count), twice = 2.0f / number;
  const float sum = canonical_sum(count, [=](auto s, size_t i) {
    using V = decltype(s);
    const V difference = V::load(outputs + i) - V::load(targets + i);
    return fma(difference, difference, s);
  });
  (Scalar(sum) / number).store(loss);
  for_each(count, [=](auto lanes, size_t i) {
    lanes.store((lanes.load(outputs + i) - lanes.load(targets + i)) * twice, output_gradients + i);
  });
}

}  // namespace GLISSADE_BACKEND
}  // namespace glissade

#endif
