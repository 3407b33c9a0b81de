// SPDX-License-Identifier: Apache-2.0
// A rule over buffers of weights, gradients and slots.
#ifndef GLISSADE_SRC_KERNELS_SWEEP_INL_HPP
#define GLISSADE_SRC_KERNELS_SWEEP_INL_HPP

#include "kernels/loops-inl.hpp"

namespace glissade {
namespace GLISSADE_BACKEND {
namespace {

// A sweep is sweep<Rule, Gradients, Slots>: a rule over weights, whose gradients come from somewhere, and
// whose slots are kept in some form.

// Slots as floats, and where a sweep has got to in each.
template <int kSlots>
struct FloatSlots {
  static constexpr int kCount = kSlots;
  float* at[static_cast<size_t>(kSlots) + 1];

  GLISSADE_INLINE explicit FloatSlots(float* const* slots) : at{} {
    for (int k = 0; k < kSlots; ++k) at[k] = slots[k];
  }

  // Loads the slots one by one (loads and stores are told which buffer it is: lanes may have registers for
  // each), does operation(slots...), and stores each slot on the way back.
  template <class L, class Operation, class... Slot>
  GLISSADE_INLINE void with(L lanes, Operation operation, Slot&... loaded) {
    if constexpr (sizeof...(loaded) == kSlots) {
      operation(loaded...);
    } else {
      float* const slot = at[sizeof...(loaded)];
      auto value = lanes.template load<2 + sizeof...(loaded)>(slot);
      with(lanes, operation, loaded..., value);
      lanes.template store<2 + sizeof...(loaded)>(value, slot);
    }
  }

  template <class L>
  GLISSADE_INLINE void move(L lanes) {
    for (int k = 0; k < kSlots; ++k) lanes.move(at[k]);
  }
};

// Where a sweep has got to.
template <class Slots>
struct Position {
  float* w;
  Slots slots;
};

// operation(w, g, slots...) for the lanes' weights, and the position beyond them.
template <bool kMovesWeights, class L, class Slots, class Operation>
GLISSADE_INLINE void advance(L lanes, const GradientCoefficients& c, Position<Slots>& at,
                             typename L::Type gradient, Operation operation) {
  using V = typename L::Type;
  V weight = lanes.template load<0>(at.w);
  prepare(c, weight, gradient);
  at.slots.with(lanes, [&](auto&... slot) GLISSADE_FLAT { operation(weight, gradient, slot...); });
  if constexpr (kMovesWeights) lanes.template store<0>(weight, at.w);
  lanes.move(at.w);
  at.slots.move(lanes);
}

// A rule is one function, w = next(c, w, g, slots...), which moves the slots on; or two: root(c, g, slots...)
// moves the slots on, and w = move(c, w, root, g, slots...).
template <class...>
using Void = void;
template <class Rule, class = void>
constexpr bool kIsOneFunction = false;
template <class Rule>
constexpr bool kIsOneFunction<Rule, Void<decltype(&Rule::template next<Vector>)>> = true;

template <class Rule, class L, class Slots>
GLISSADE_INLINE void advance(L lanes, const typename Rule::Coefficients& c, Position<Slots>& at,
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
template <class Rule, class Slots>
GLISSADE_INLINE void advance_by_roots(const typename Rule::Coefficients& c, Position<Slots>& at,
                                      const float*& g, size_t steps) {
  using V = Vector;
  const Whole<V> lanes;
  float roots[kRootsAtOnce * V::kWidth];
  Position<Slots> ahead = at;
  const float* gradients = g;
  for (size_t i = 0; i < steps; ++i) {
    advance<false>(lanes, c.gradient, ahead, V::load(gradients),
                   [&](V, V gradient, auto&... slot)
                       GLISSADE_FLAT { Rule::root(c, gradient, slot...).store(roots + i * V::kWidth); });
    Whole<V>::move(gradients);
  }
  for (size_t i = 0; i < steps; ++i) {
    advance<true>(lanes, c.gradient, at, V::load(g), [&](V& w, V gradient, auto&... slot) GLISSADE_FLAT {
      w = Rule::move(c, w, V::load(roots + i * V::kWidth), gradient, slot...);
    });
    Whole<V>::move(g);
  }
}

// The rule over `count` weights with gradients from a buffer. Counting down and moving pointers is what
// compilers turn into the shortest loops on small cores; on others it makes no difference.
template <class Rule, class Slots>
GLISSADE_INLINE void advance(const typename Rule::Coefficients& c, Position<Slots>& at, const float* g,
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

// A span of gradients. Vectors of weights that lie across cache lines take up to twice as long (momentum on
// AVX2): a few weights go first. Shorter spans, and vectors of 16 bytes, gain nothing.
template <class Rule, class Slots>
GLISSADE_INLINE void advance_span(const typename Rule::Coefficients& c, Position<Slots>& at, const float* g,
                                  size_t count) {
  if constexpr (kTiles && Vector::kWidth >= 8) {
    const size_t beyond = reinterpret_cast<uintptr_t>(at.w) / sizeof(float) % Vector::kWidth;
    if (beyond != 0 && count >= 64 * Vector::kWidth) {
      const Part<Vector> lanes{Vector::kWidth - beyond};
      advance<Rule>(lanes, c, at, lanes.template load<1>(g));
      g += lanes.few;
      count -= lanes.few;
    }
  }
  advance<Rule>(c, at, g, count);
}

// Gradients in a buffer: one span.
struct BufferGradients {
  const float* gradients;

  GLISSADE_INLINE static constexpr bool are_vectors(size_t) { return false; }
  template <class Work>
  GLISSADE_INLINE void each_vector(Work) const {}
  template <class Work>
  GLISSADE_INLINE void each_span(size_t count, Work work) const {
    work(gradients, count);
  }
};

// Gradients are handed out as vectors, in registers, or as spans in memory.
template <class Rule, class Gradients, class Slots>
GLISSADE_INLINE void sweep(const typename Rule::Coefficients& coefficients, float* w, Gradients gradients,
                           Slots slots, size_t count) {
  // Locals: through the pointers nothing is hoisted out of the loop, which then takes 1.3 times as long.
  const typename Rule::Coefficients c = coefficients;
  Position<Slots> at{w, slots};
  if (gradients.are_vectors(count)) {
    gradients.each_vector([&](Vector g) GLISSADE_FLAT { advance<Rule>(Whole<Vector>{}, c, at, g); });
  } else {
    gradients.each_span(
        count, [&](const float* g, size_t some) GLISSADE_FLAT { advance_span<Rule>(c, at, g, some); });
  }
}

}  // namespace
}  // namespace GLISSADE_BACKEND
}  // namespace glissade

#endif
