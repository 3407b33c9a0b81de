// SPDX-License-Identifier: Apache-2.0
// The ways a kernel walks over buffers: whole vectors first, then what is left, with the same results.
//
#ifndef GLISSADE_SRC_KERNELS_LOOPS_INL_HPP
#define GLISSADE_SRC_KERNELS_LOOPS_INL_HPP

#include "kernels/lanes-inl.hpp"

namespace glissade {
namespace GLISSADE_BACKEND {
namespace {

#define GLISSADE_FLAT __attribute__((always_inline))

// Whether several vectors or sums are under way at once: not where code must be small, nor where there are
// few registers (on a Cortex-M55 it took 500 bytes of stack).
#ifdef __OPTIMIZE_SIZE__
constexpr bool kTiles = false;
#else
constexpr bool kTiles = Vector::kManyRegisters;
#endif
constexpr size_t at_once(size_t most) { return kTiles ? most : 1; }
// So many at once, as an argument.
template <size_t kNumber>
struct AtOnce {
  static constexpr size_t kCount = kNumber;
};

// The lanes that a function works in: all of a vector's,
template <class V>
struct Whole {
  using Type = V;
  GLISSADE_INLINE static size_t count() { return V::kWidth; }
  template <int kBuffer = 0>
  GLISSADE_INLINE static V load(const float* from) {
    return V::template load<kBuffer>(from);
  }
  template <int kBuffer = 0>
  GLISSADE_INLINE static void store(V value, float* to) {
    value.template store<kBuffer>(to);
  }
  template <class T>
  GLISSADE_INLINE static void move(T*& pointer) {
    Pointers<V>::move(pointer);
  }
};

// or its first few. With masks the others do what the first one does, and are not stored; without, they are
// loaded too, from a whole vector, and stay in memory as they were.
template <class V>
struct Part {
  using Type = V;
  size_t few;
  GLISSADE_INLINE size_t count() const { return few; }
  template <int kBuffer = 0>
  GLISSADE_INLINE V load(const float* from) const {
    if constexpr (kMasks<V>)
      return V::load_first(few, from);
    else
      return V::load(from);
  }
  template <int kBuffer = 0>
  GLISSADE_INLINE void store(V value, float* to) const {
    if constexpr (kMasks<V>) {
      value.store_first(few, to);
    } else {
      static constexpr float kNumbers[] = {0, 1, 2, 3, 4, 5, 6, 7};
      static_assert(V::kWidth <= 8, "numbers for all lanes");
      select(V(static_cast<float>(few)) > V::load(kNumbers), value, V::load(to)).store(to);
    }
  }
  template <class T>
  GLISSADE_INLINE void move(T*& pointer) const {
    pointer += few;
  }
};

// operation(lanes, i) for the elements that do not fill a vector.
template <class Operation>
GLISSADE_INLINE void for_tail(size_t count, Operation operation) {
  if constexpr (kMasks<Vector>) {
    if (count > 0) operation(Part<Vector>{count}, 0);
  } else {
    for (size_t i = 0; i < count; ++i) operation(Whole<Scalar>{}, i);
  }
}

// operation(lanes, i) for all elements, V::kWidth at a time.
template <class Operation>
GLISSADE_INLINE void for_each(size_t count, Operation operation) {
  size_t i = 0;
  for (; count - i >= Vector::kWidth; i += Vector::kWidth) operation(Whole<Vector>{}, i);
  for_tail(count - i, [&](auto lanes, size_t k) GLISSADE_FLAT { operation(lanes, i + k); });
}

// kCount values that stay in registers, where of an array compilers do not always know it. each(f) does
// f(value, its number), at(k) is one of them.
template <class T, size_t kCount>
struct Tile {
  T first;
  Tile<T, kCount - 1> rest;

  GLISSADE_INLINE explicit Tile(T start) : first(start), rest(start) {}
  template <size_t kFirst = 0, class Work>
  GLISSADE_INLINE void each(Work work) {
    work(first, kFirst);
    rest.template each<kFirst + 1>(work);
  }
  GLISSADE_INLINE T at(size_t k) const { return k == 0 ? first : rest.at(k - 1); }
  // Numbers k and k + half of them are added, and so on.
  template <size_t kStride = 1>
  GLISSADE_INLINE T total(size_t k = 0) const {
    if constexpr (kStride == kCount)
      return at(k);
    else
      return total<2 * kStride>(k) + total<2 * kStride>(k + kStride);
  }
};
template <class T>
struct Tile<T, 1> {
  T first;

  GLISSADE_INLINE explicit Tile(T start) : first(start) {}
  template <size_t kFirst = 0, class Work>
  GLISSADE_INLINE void each(Work work) {
    work(first, kFirst);
  }
  GLISSADE_INLINE T at(size_t) const { return first; }
  GLISSADE_INLINE T total() const { return first; }
};

struct Plus {
  template <class V>
  GLISSADE_INLINE V operator()(V a, V b) const {
    return a + b;
  }
};

// Of the sums, j and j + half of them are combined, and so on.
template <class Combine>
GLISSADE_INLINE float fold_sums(float* sums, size_t count, Combine combine) {
  size_t half = count / 2;
  if constexpr (kTiles) {
    for (; half >= Vector::kWidth; half /= 2) {
      for (size_t j = 0; j < half; j += Vector::kWidth) {
        combine(Vector::load(sums + j), Vector::load(sums + j + half)).store(sums + j);
      }
    }
    if constexpr (__is_same(Combine, Plus)) return add_across(Vector::load(sums));
  }
  for (; half > 0; half /= 2) {
    for (size_t j = 0; j < half; ++j) {
      combine(Scalar::load(sums + j), Scalar::load(sums + j + half)).store(sums + j);
    }
  }
  return sums[0];
}

// Several sums side by side, each in order.
template <size_t kAtOnce, class Add, class Result>
GLISSADE_INLINE void sums_in_order(size_t count, Add add, Result result) {
  Tile<Scalar, kAtOnce> sums(Scalar(0.0f));
  for (size_t i = 0; i < count; ++i) {
    sums.each([&](Scalar& sum, size_t n) GLISSADE_FLAT { sum = add(sum, i, n); });
  }
  sums.each([&](const Scalar& sum, size_t n) GLISSADE_FLAT { result(sum.value, n); });
}

constexpr size_t kSums = 16;

// The canonical sum of count terms. 16 running sums start at +0, and term i goes into sum i mod 16; then sums
// j and j + 8 are added, j and j + 4, j + 2, j + 1. Fewer than 16 terms are added in order. add(sum, i, n) is
// sum n plus its terms from i on; combine(a, b) is a + b, or what takes its place. Several sums at a time,
// result(sum, n) for each, hide each other's latency.
template <size_t kAtOnce, class Add, class Combine, class Result>
GLISSADE_INLINE void canonical_folds(size_t count, Add add, Combine combine, Result result) {
  constexpr size_t kWidth = Vector::kWidth;
  static_assert(kSums % kWidth == 0, "a vector must hold a whole share of the running sums");
  constexpr size_t kTogether = at_once(kSums / kWidth);
  float memory[kAtOnce][kSums];
  const size_t whole = count < kSums ? 0 : count - count % kSums;
  for (size_t j = 0; whole > 0 && j < kSums; j += kTogether * kWidth) {
    using Row = Tile<Vector, kTogether>;
    Tile<Row, kAtOnce> sums(Row(Vector(0.0f)));
    for (size_t i = j; i < whole; i += kSums) {
      sums.each([&](Row& row, size_t n) GLISSADE_FLAT {
        row.each([&](Vector& sum, size_t k) GLISSADE_FLAT { sum = add(sum, i + k * kWidth, n); });
      });
    }
    // Without a rest nothing needs to go through memory: half the time of short sums.
    if constexpr (kTiles && __is_same(Combine, Plus)) {
      if (whole == count) {
        sums.each([&](const Row& row, size_t n) GLISSADE_FLAT { result(add_across(row.total()), n); });
        return;
      }
    }
    sums.each([&](Row& row, size_t n) GLISSADE_FLAT {
      row.each([&](Vector& sum, size_t k) GLISSADE_FLAT { sum.store(memory[n] + j + k * kWidth); });
    });
  }
  if (whole == 0) return sums_in_order<kAtOnce>(count, add, result);
  for (size_t n = 0; n < kAtOnce; ++n) {
    float* const sums = memory[n];
    for (size_t i = whole; i < count; ++i) add(Scalar::load(sums + i - whole), i, n).store(sums + i - whole);
    result(fold_sums(sums, kSums, combine), n);
  }
}

template <class Add, class Combine>
GLISSADE_INLINE float canonical_fold(size_t count, Add add, Combine combine) {
  float sum = 0.0f;
  canonical_folds<1>(
      count, [=](auto partial, size_t i, size_t) { return add(partial, i); }, combine,
      [&sum](float total, size_t) { sum = total; });
  return sum;
}

template <class Add>
GLISSADE_INLINE float canonical_sum(size_t count, Add add) {
  return canonical_fold(count, add, Plus());
}

}  // namespace
}  // namespace GLISSADE_BACKEND
}  // namespace glissade

#endif
