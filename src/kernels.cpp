// SPDX-License-Identifier: Apache-2.0
// What every backend computes. Compiled once per backend: GLISSADE_BACKEND is its name and namespace,
// GLISSADE_LANES the header with its Vector (as wide as the machine) and its Single (one lane).
#include "backend.hpp"
#include "float_mode.hpp"
#include GLISSADE_LANES

#ifdef __FAST_MATH__
#error "Glissade's results are exact: compile its files with -fno-fast-math as the last word."
#endif

namespace glissade {
namespace GLISSADE_BACKEND {
#define GLISSADE_KERNEL(name, arguments) void name arguments;
#include "kernels.inc"

namespace {
#include "exp_log.hpp"
#include "loops.hpp"
}  // namespace

#define GLISSADE_RULE(name, Rule, slot_count)                                                   \
  void sweep_##name(const Rule::Coefficients& c, float* w, const float* g, float* const* slots, \
                    size_t count) {                                                             \
    sweep<Rule>(c, w, g, slots, count);                                                         \
  }
#include "rules.inc"
#undef GLISSADE_RULE

namespace {

// The sum of squares of those x * scale whose magnitude is from low to below high.
template <class V>
GLISSADE_INLINE V add_squares(V sum, V x, float low, float high, float scale) {
  const V magnitude = abs(x);
  const V inside = select(V(high) > magnitude, select(V(low) > magnitude, V(0.0f), magnitude), V(0.0f));
  const V scaled = inside * scale;
  return fma(scaled, scaled, sum);
}

__attribute__((noinline)) float sum_of_squares(const float* x, float low, float high, float scale,
                                               size_t count) {
  return canonical_sum(count, [=](auto sum, size_t i) {
    return add_squares(sum, decltype(sum)::load(x + i), low, high, scale);
  });
}

}  // namespace

void look_at_gradients(const float* gradients, GradientBlock* block, size_t count) {
  const FloatMode mode(Vector::kFlushesSubnormals);
  constexpr float kInfinity = __builtin_huge_valf();
  block->huge = sum_of_squares(gradients, 0x1p40f, kInfinity, 0x1p-80f, count);
  block->ordinary = sum_of_squares(gradients, 0x1p-63f, 0x1p40f, 1.0f, count);
  block->tiny = sum_of_squares(gradients, 0.0f, 0x1p-63f, 0x1p110f, count);
  block->largest = canonical_fold(
      count,
      [=](auto most, size_t i) {
        using V = decltype(most);
        const V magnitude = abs(V::load(gradients + i));
        return max(select(V(kInfinity) > magnitude, magnitude, V(0.0f)), most);
      },
      [](Single a, Single b) { return max(a, b); });
  block->not_finite = canonical_sum(count, [=](auto sum, size_t i) {
    using V = decltype(sum);
    return sum + select(V(kInfinity) > abs(V::load(gradients + i)), V(0.0f), V(1.0f));
  });
}

void clip_values(float* values, float largest, size_t count) {
  const FloatMode mode(Vector::kFlushesSubnormals);
  for_each(count, [=](auto lanes, size_t i) {
    using V = typename decltype(lanes)::Type;
    min(V(largest), max(V(-largest), V::load(values + i))).store(values + i);  // in this order a NaN stays
  });
}

void look_ahead(const float* weights, const float* velocity, float momentum, float* ahead, size_t count) {
  const FloatMode mode(Vector::kFlushesSubnormals);
  for_each(count, [=](auto lanes, size_t i) {
    using V = typename decltype(lanes)::Type;
    fma(V::load(velocity + i), -momentum, V::load(weights + i)).store(ahead + i);
  });
}

// Outputs in lanes, inputs in order: y = fma(x, w, y) from the bias.
void dense_forward(const float* weights, const float* inputs, float* outputs, size_t input_count,
                   size_t output_count) {
  const FloatMode mode(Vector::kFlushesSubnormals);
  const float* const biases = weights + input_count * output_count;
  for_each(output_count, [=](auto lanes, size_t j) {
    using V = typename decltype(lanes)::Type;
    V y = V::load(biases + j);
    for (size_t i = 0; i < input_count; ++i) y = fma(V::load(weights + i * output_count + j), inputs[i], y);
    y.store(outputs + j);
  });
}

void dense_backward(const float* weights, const float* inputs, const float* output_gradients,
                    float* weight_gradients, float* input_gradients, size_t input_count,
                    size_t output_count) {
  const FloatMode mode(Vector::kFlushesSubnormals);
  for (size_t i = 0; i < input_count; ++i) {
    const float* const row = weights + i * output_count;
    float* const row_gradient = weight_gradients + i * output_count;
    const float x = inputs[i];
    for_each(output_count, [=](auto lanes, size_t j) {
      using V = typename decltype(lanes)::Type;
      fma(V::load(output_gradients + j), x, V::load(row_gradient + j)).store(row_gradient + j);
    });
    if (input_gradients == nullptr) continue;
    input_gradients[i] = canonical_sum(output_count, [=](auto sum, size_t j) {
      using V = decltype(sum);
      return fma(V::load(row + j), V::load(output_gradients + j), sum);
    });
  }
  float* const bias_gradients = weight_gradients + input_count * output_count;
  for_each(output_count, [=](auto lanes, size_t j) {
    using V = typename decltype(lanes)::Type;
    (V::load(bias_gradients + j) + V::load(output_gradients + j)).store(bias_gradients + j);
  });
}

void relu_forward(const float* inputs, float* outputs, size_t count) {
  const FloatMode mode(Vector::kFlushesSubnormals);
  for_each(count, [=](auto lanes, size_t i) {
    using V = typename decltype(lanes)::Type;
    max(V(0.0f), V::load(inputs + i)).store(outputs + i);  // in this order a NaN stays
  });
}

void relu_backward(const float* outputs, const float* output_gradients, float* input_gradients,
                   size_t count) {
  const FloatMode mode(Vector::kFlushesSubnormals);
  for_each(count, [=](auto lanes, size_t i) {
    using V = typename decltype(lanes)::Type;
    const V zero(0.0f);
    select(V::load(outputs + i) > zero, V::load(output_gradients + i), zero).store(input_gradients + i);
  });
}

namespace {

// to = e^(from - shift). Not inlined, to keep the caller's stack small.
__attribute__((noinline)) void exp_differences(const float* from, float shift, float* to, size_t count) {
  for_each(count, [=](auto lanes, size_t i) {
    using V = typename decltype(lanes)::Type;
    exp(V::load(from + i) - shift).store(to + i);
  });
}

}  // namespace

// With p = softmax(logits), all relative to the largest logit so that no exp overflows.
void softmax_cross_entropy(const float* logits, size_t label, float* loss, float* logit_gradients,
                           size_t count) {
  const FloatMode mode(Vector::kFlushesSubnormals);
  Single largest = Single::load(logits);
  for (size_t i = 1; i < count; ++i) largest = max(Single::load(logits + i), largest);
  const float top = largest.value;
  const Single labelled = Single::load(logits + label) - top;
  exp_differences(logits, top, logit_gradients, count);
  const float total = canonical_sum(count, [=](auto sum, size_t i) {
    using V = decltype(sum);
    return sum + V::load(logit_gradients + i);
  });
  (log(Single(total)) - labelled).store(loss);
  for_each(count, [=](auto lanes, size_t i) {
    using V = typename decltype(lanes)::Type;
    (V::load(logit_gradients + i) / total).store(logit_gradients + i);
  });
  (Single::load(logit_gradients + label) - 1.0f).store(logit_gradients + label);
}

// The backend as one value, for builds that choose among several.
extern const Kernels kernels;
const Kernels kernels = {
#define GLISSADE_KERNEL(name, arguments) name,
#include "kernels.inc"
};

}  // namespace GLISSADE_BACKEND
}  // namespace glissade
