// SPDX-License-Identifier: Apache-2.0
// A rule over buffers of weights, gradients and slots.
#ifndef GLISSADE_SRC_KERNELS_LOOPS_BUFFERS_INL_HPP
#define GLISSADE_SRC_KERNELS_LOOPS_BUFFERS_INL_HPP

#include "kernels/loops-inl.hpp"

namespace glissade {
namespace GLISSADE_BACKEND {
namespace {

// Loads the slots one by one (loads and stores are told which buffer it is: lanes may have registers for
// each), does operation(slots...), and stores each slot on the way back.
template <int kSlots, class L, class Operation, class... Slot>
GLISSADE_INLINE void with_slots(L lanes, float* const* slots, Operation operation, Slot&... loaded) {
  if constexpr (sizeof...(loaded) == kSlots) {
    operation(loaded...);
  } else {
    float* const slot = slots[sizeof...(loaded)];
    auto value = lanes.template load<2 + sizeof...(loaded)>(slot);
    with_slots<kSlots>(lanes, slots, operation, loaded..., value);
    lanes.template store<2 + sizeof...(loaded)>(value, slot);
  }
}

// Where a sweep has got to in each buffer.
template <int kSlots>
struct Position {
  float* w;
  float* slots[kSlots + 1];
};

template <int kSlots>
GLISSADE_INLINE Position<kSlots> start_at(float* w, float* const* slots) {
  Position<kSlots> at{w, {}};
  for (int k = 0; k < kSlots; ++k) at.slots[k] = slots[k];
  return at;
}

// operation(w, g, slots...) for the lanes' weights, and the position beyond them.
template <bool kMovesWeights, class L, int kSlots, class Operation>
GLISSADE_INLINE void advance(L lanes, const GradientCoefficients& c, Position<kSlots>& at,
                             typename L::Type gradient, Operation operation) {
  using V = typename L::Type;
  V weight = lanes.template load<0>(at.w);
  prepare(c, weight, gradient);
  with_slots<kSlots>(lanes, at.slots,
                     [&](auto&... slot) GLISSADE_FLAT { operation(weight, gradient, slot...); });
  if constexpr (kMovesWeights) lanes.template store<0>(weight, at.w);
  lanes.move(at.w);
  for (int k = 0; k < kSlots; ++k) lanes.move(at.slots[k]);
}

// A rule is one function, w = next(c, w, g, slots...), which moves the slots on; or two: root(c, g, slots...)
// moves the slots on, and w = move(c, w, root, g, slots...).
template <class...>
using Void = void;
template <class Rule, class = void>
constexpr bool kIsOneFunction = false;
template <class Rule>
constexpr bool kIsOneFunction<Rule, Void<decltype(&Rule::template next<Vector>)>> = true;

template <class Rule, class L>
GLISSADE_INLINE void advance(L lanes, const typename Rule::Coefficients& c, Position<Rule::kSlots>& at,
                             typename L::Type gradient) {
  using V = typename L::Type;
  advance<true>(lanes, c.gradient, at, gradient, [&](V& w, V g, auto&... slot) GLISSADE_FLAT {
    if constexpr (kIsOneFunction<Rule>)
      w = Rule::next(c, w, g, slot...);
    else
      w = Rule::move(c, w, Rule::root(c, g, slot...), g, slot...);
  });
}

// kRootsAtOnce vectors at most: their roots, then their moves.
template <class Rule>
GLISSADE_INLINE void advance_by_roots(const typename Rule::Coefficients& c, Position<Rule::kSlots>& at,
                                      const float*& g, size_t steps) {
  using V = Vector;
  const Whole<V> lanes;
  float roots[kRootsAtOnce * V::kWidth];
  Position<Rule::kSlots> ahead = at;
  const float* gradients = g;
  for (size_t i = 0; i < steps; ++i) {
    advance<false>(lanes, c.gradient, ahead, V::load(gradients),
                   [&](V, V gradient, auto&... slot)
                       GLISSADE_FLAT { Rule::root(c, gradient, slot...).store(roots + i * V::kWidth); });
    lanes.move(gradients);
  }
  for (size_t i = 0; i < steps; ++i) {
    advance<true>(lanes, c.gradient, at, V::load(g), [&](V& w, V gradient, auto&... slot) GLISSADE_FLAT {
      w = Rule::move(c, w, V::load(roots + i * V::kWidth), gradient, slot...);
    });
    lanes.move(g);
  }
}

// The rule over `count` weights with gradients from a buffer. Counting down and moving pointers is what
// compilers turn into the shortest loops on small cores; on others it makes no difference.
template <class Rule>
GLISSADE_INLINE void advance(const typename Rule::Coefficients& c, Position<Rule::kSlots>& at, const float* g,
                             size_t count) {
  size_t steps = count / Vector::kWidth;
  if constexpr (kTiles && kRootsAtOnce > 1 && !kIsOneFunction<Rule>) {
    while (steps > kRootsAtOnce / 2 && count < kFarFromCaches) {
      const size_t now = steps < kRootsAtOnce ? steps : kRootsAtOnce;
      advance_by_roots<Rule>(c, at, g, now);
      steps -= now;
    }
  }
  const auto one = [&](auto lanes) GLISSADE_FLAT {
    advance<Rule>(lanes, c, at, lanes.template load<1>(g));
    lanes.move(g);
  };
  for (; steps > 0; --steps) one(Whole<Vector>{});
  for_tail(count % Vector::kWidth, [&](auto lanes, size_t) GLISSADE_FLAT { one(lanes); });
}

template <class Rule>
GLISSADE_INLINE void sweep(const typename Rule::Coefficients& coefficients, float* w, const float* g,
                           float* const* slots, size_t count) {
  // Locals: through the pointers nothing is hoisted out of the loop, which then takes 1.3 times as long.
  const typename Rule::Coefficients c = coefficients;
  Position<Rule::kSlots> at = start_at<Rule::kSlots>(w, slots);
  // Vectors of weights that lie across cache lines take up to twice as long (momentum on AVX2): a few weights
  // go first. Shorter sweeps, and vectors of 16 bytes, gain nothing.
  if constexpr (kTiles && Vector::kWidth >= 8) {
    const size_t beyond = reinterpret_cast<uintptr_t>(w) / sizeof(float) % Vector::kWidth;
    if (beyond != 0 && count >= 64 * Vector::kWidth) {
      const Part<Vector> lanes{Vector::kWidth - beyond};
      advance<Rule>(lanes, c, at, lanes.template load<1>(g));
      g += lanes.few;
      count -= lanes.few;
    }
  }
  advance<Rule>(c, at, g, count);
}

}  // namespace
}  // namespace GLISSADE_BACKEND
}  // namespace glissade

#endif
