// SPDX-License-Identifier: Apache-2.0
// Losses.
#ifndef GLISSADE_SRC_KERNELS_LOSS_KERNELS_INL_HPP
#define GLISSADE_SRC_KERNELS_LOSS_KERNELS_INL_HPP

#include "kernels/elementary-inl.hpp"
#include "kernels/loops-inl.hpp"

namespace glissade {
namespace GLISSADE_BACKEND {

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

namespace {

// The sum of the squares of (outputs - targets) factor. Not inlined: it stands in two places.
__attribute__((noinline)) float squared_differences(const float* outputs, const float* targets, float factor,
                                                    size_t count) {
  return canonical_sum(count, [=](auto sum, size_t i) {
    const auto difference =
        scale(decltype(sum)::load(outputs + i) - decltype(sum)::load(targets + i), factor);
    return fma(difference, difference, sum);
  });
}

}  // namespace

// A sum of squares that no float holds is taken again of smaller differences: its mean may be a float.
void mean_squared_error(const float* outputs, const float* targets, float* loss, float* output_gradients,
                        size_t count) {
  const float number = static_cast<float>(count), twice = 2.0f / number;
  Scalar mean = Scalar(squared_differences(outputs, targets, 1.0f, count)) / number;
  if (mean > Scalar(3.4028235e38f))
    mean = Scalar(squared_differences(outputs, targets, 0x1p-64f, count)) / number * 0x1p64f * 0x1p64f;
  mean.store(loss);
  for_each(count, [=](auto lanes, size_t i) {
    lanes.store((lanes.load(outputs + i) - lanes.load(targets + i)) * twice, output_gradients + i);
  });
}

namespace {

// Binary cross-entropy of a logit x, target t and the weight p of positive targets, with e = e^-|x|:
// (1 - t) x + (1 + (p - 1) t) ln(1 + e^-x) = pull |x| + weight ln(1 + e), without cancellation.
template <class V>
struct BinaryTerms {
  V pull, weight;

  GLISSADE_INLINE BinaryTerms(V x, V t, V p)
      : pull(select(x > V(0.0f), V(1.0f) - t, p * t)), weight(fma(p - 1.0f, t, V(1.0f))) {}
};

template <class V>
GLISSADE_INLINE V exp_of_minus_abs(V x) {
  return exp(V(0.0f) - abs(x));
}

// ln(1 + e) for e from 0 to 1, with what is lost where 1 + e is rounded.
GLISSADE_INLINE Scalar log_of_1_and(Scalar e) {
  const Scalar sum = e + 1.0f;
  return log(sum) + (e - (sum - 1.0f)) / sum;
}

template <class V, class Lanes>
GLISSADE_INLINE BinaryTerms<V> binary_terms(Lanes lanes, const float* logits, const float* targets,
                                            const float* positive_weights, size_t i) {
  return {lanes.load(logits + i), lanes.load(targets + i),
          positive_weights == nullptr ? V(1.0f) : lanes.load(positive_weights + i)};
}

// The mean of the terms, in order. Not inlined, to keep the caller's stack small.
__attribute__((noinline)) float binary_loss(const float* logits, const float* targets,
                                            const float* positive_weights, size_t count) {
  Scalar loss(0.0f);
  for (size_t i = 0; i < count; ++i) {
    const auto of = binary_terms<Scalar>(Whole<Scalar>{}, logits, targets, positive_weights, i);
    const Scalar x = Scalar::load(logits + i);
    loss = loss +
           fma(of.pull, abs(x), of.weight * log_of_1_and(exp_of_minus_abs(x))) / static_cast<float>(count);
  }
  return loss.value;
}

}  // namespace

// The gradient is pull - weight e / (1 + e), negated where x is not above 0.
void sigmoid_cross_entropy(const float* logits, const float* targets, const float* positive_weights,
                           float* loss, float* logit_gradients, size_t count) {
  const float number = static_cast<float>(count);
  *loss = binary_loss(logits, targets, positive_weights, count);
  for_each(count, [=](auto lanes, size_t i) {
    using V = typename decltype(lanes)::Type;
    const V e = exp_of_minus_abs(lanes.load(logits + i));
    const V share = e / (e + 1.0f);  // first, so that little is alive beside it
    const auto of = binary_terms<V>(lanes, logits, targets, positive_weights, i);
    const V rest = of.weight * share;
    lanes.store(select(lanes.load(logits + i) > V(0.0f), of.pull - rest, rest - of.pull) / number,
                logit_gradients + i);
  });
}

// A factor of 0 makes zeros, of NaN and infinity too.
void scale_values(float* values, float factor, size_t count) {
  for_each(count, [=](auto lanes, size_t i) {
    using V = typename decltype(lanes)::Type;
    const auto is_zero = V(kLeastPositive) > abs(V(factor));  // in lanes, which may flush it
    lanes.store(select(is_zero, V(0.0f), lanes.load(values + i) * factor), values + i);
  });
}

}  // namespace GLISSADE_BACKEND
}  // namespace glissade

#endif
