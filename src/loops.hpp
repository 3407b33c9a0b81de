// SPDX-License-Identifier: Apache-2.0
// The ways a kernel walks over buffers: whole vectors first, then one lane at a time, with the same results.
// Included by kernels.cpp only, inside its backend's namespace.

// Loads the slots one by one (loads and stores are told which buffer it is: lanes may have registers for
// each), applies the rule, and stores each slot on the way back.
template <class Rule, class V, class... Slot>
GLISSADE_INLINE void next(const typename Rule::Coefficients& c, V& w, V g, float* const* slots,
                          Slot&... loaded) {
  if constexpr (sizeof...(loaded) == Rule::kSlots) {
    w = Rule::next(c, w, g, loaded...);
  } else {
    float* const slot = slots[sizeof...(loaded)];
    V value = V::template load<2 + sizeof...(loaded)>(slot);
    next<Rule>(c, w, g, slots, loaded..., value);
    value.template store<2 + sizeof...(loaded)>(slot);
  }
}

// Where a sweep has got to in each buffer.
template <int kSlots>
struct Position {
  float* w;
  const float* g;
  float* slots[kSlots + 1];
};

// Takes the rule over `steps` times V::kWidth weights. Counting down and moving pointers is what compilers
// turn into the shortest loops on small cores; on others it makes no difference.
template <class Rule, class V>
GLISSADE_INLINE void advance(const typename Rule::Coefficients& c, Position<Rule::kSlots>& at, size_t steps) {
  for (; steps > 0; --steps) {
    V weight = V::template load<0>(at.w);
    V gradient = V::template load<1>(at.g);
    prepare(c.gradient, weight, gradient);
    next<Rule>(c, weight, gradient, at.slots);
    weight.template store<0>(at.w);
    Pointers<V>::move(at.w);
    Pointers<V>::move(at.g);
    for (int k = 0; k < Rule::kSlots; ++k) Pointers<V>::move(at.slots[k]);
  }
}

template <class Rule>
GLISSADE_INLINE void sweep(const typename Rule::Coefficients& coefficients, float* w, const float* g,
                           float* const* slots, size_t count) {
  const FloatMode mode(Vector::kFlushesSubnormals);
  // Locals: through the pointers nothing is hoisted out of the loop, which then takes 1.3 times as long.
  const typename Rule::Coefficients c = coefficients;
  Position<Rule::kSlots> at{w, g, {}};
  for (int k = 0; k < Rule::kSlots; ++k) at.slots[k] = slots[k];
  advance<Rule, Vector>(c, at, count / Vector::kWidth);
  advance<Rule, Single>(c, at, count % Vector::kWidth);
}

// Tells a lambda the lanes type to work in.
template <class V>
struct Lanes {
  using Type = V;
};

// operation(Lanes<V>, i) for all elements, V::kWidth at a time.
template <class Operation>
GLISSADE_INLINE void for_each(size_t count, Operation operation) {
  size_t i = 0;
  for (; count - i >= Vector::kWidth; i += Vector::kWidth) operation(Lanes<Vector>{}, i);
  for (; i < count; ++i) operation(Lanes<Single>{}, i);
}

// The canonical sum of count terms. 16 running sums start at +0, and term i goes into sum i mod 16; then sums
// j and j + 8 are added, j and j + 4, j + 2, j + 1. Fewer than 16 terms are added in order. add(sum, i) is
// sum plus the terms from i on; combine(a, b) is a + b, or what takes its place.
template <class Add, class Combine>
GLISSADE_INLINE float canonical_fold(size_t count, Add add, Combine combine) {
  constexpr size_t kSums = 16;
  static_assert(kSums % Vector::kWidth == 0, "a vector must hold a whole share of the running sums");
  float sums[kSums] = {};
  const size_t whole = count < kSums ? 0 : count - count % kSums;
  for (size_t j = 0; whole > 0 && j < kSums; j += Vector::kWidth) {
    Vector sum(0.0f);
    for (size_t i = j; i < whole; i += kSums) sum = add(sum, i);
    sum.store(sums + j);
  }
  for (size_t i = whole; i < count; ++i) {
    float* const sum = sums + (whole > 0 ? i - whole : 0);
    add(Single::load(sum), i).store(sum);
  }
  for (size_t half = whole > 0 ? kSums / 2 : 0; half > 0; half /= 2) {
    for (size_t j = 0; j < half; ++j) {
      combine(Single::load(sums + j), Single::load(sums + j + half)).store(sums + j);
    }
  }
  return sums[0];
}

template <class Add>
GLISSADE_INLINE float canonical_sum(size_t count, Add add) {
  return canonical_fold(count, add, [](Single a, Single b) { return a + b; });
}
