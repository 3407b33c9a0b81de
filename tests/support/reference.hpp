// SPDX-License-Identifier: Apache-2.0
// The kernels once more, inside the tests: scalar, and scalar as a unit that flushes subnormals computes.
#ifndef GLISSADE_TESTS_REFERENCE_HPP
#define GLISSADE_TESTS_REFERENCE_HPP

#include "optimizer/rule.hpp"
#include "support/calls.hpp"

namespace glissade {

namespace reference {
extern const Kernels kernels;
}
namespace reference_flush {
extern const Kernels kernels;
}

namespace test {

inline size_t active_index() {
  size_t i = 0;
  while (!same_text(gls_backend_name(i), gls_backend_active())) ++i;
  return i;
}

// What the active backend must compute.
inline const Kernels& expected_kernels() {
  return gls_backend_flushes_subnormals(active_index()) ? reference_flush::kernels : reference::kernels;
}

// work() on every backend of this machine.
template <class Work>
void on_each_backend(Work work) {
  for (size_t i = 0; i < gls_backend_count(); ++i) {
    if (gls_backend_force(gls_backend_name(i)) == GLS_OK) work();
  }
}

inline uint32_t float_to_bits(float x) {
  uint32_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  return bits;
}
inline float bits_to_float(uint32_t bits) {
  float x;
  __builtin_memcpy(&x, &bits, sizeof x);
  return x;
}

// The same bits, or both NaN.
inline bool same_value(float a, float b) {
  return float_to_bits(a) == float_to_bits(b) || (a != a && b != b);
}

// The index of the first difference, or count.
inline size_t first_difference(const float* a, const float* b, size_t count) {
  size_t i = 0;
  while (i < count && same_value(a[i], b[i])) ++i;
  return i;
}

// What gls_dot gives for up to a block: the float sum, or, where that is tiny or not finite, one in double.
inline double expected_dot(const float* a, const float* b, size_t count) {
  float sum;
  expected_kernels().dot(a, b, &sum, count);
  const float magnitude = sum < 0.0f ? -sum : sum;
  if (magnitude > 0x1p-100f && is_finite(sum)) return static_cast<double>(sum);
  double exact = 0.0;
  for (size_t i = 0; i < count; ++i) exact += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return exact;
}

// A small generator: the same numbers on every target.
class Random {
 public:
  explicit Random(uint32_t seed) : state_(seed * 2654435761u + 1u) {}
  uint32_t next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    return state_ ^= state_ << 5;
  }
  uint32_t below(uint32_t limit) { return static_cast<uint32_t>((uint64_t{next()} * limit) >> 32); }

  // From -1 to 1.
  float ordinary() { return static_cast<float>(static_cast<int32_t>(next() >> 7) - (1 << 24)) * 0x1p-24f; }

  // Anything: every exponent, and often a value that arithmetic treats specially.
  float extreme() {
    constexpr uint32_t kSpecial[] = {0x00000000, 0x80000000, 0x00000001, 0x80000001, 0x007fffff, 0x807fffff,
                                     0x00800000, 0x80800000, 0x7f7fffff, 0xff7fffff, 0x7f800000, 0xff800000,
                                     0x7fc00000, 0x3f800000, 0x1e3ce508, 0x6258d727};
    const uint32_t choice = below(4);
    if (choice == 0) return bits_to_float(kSpecial[below(16)]);
    return choice == 1 ? bits_to_float(next()) : ordinary();
  }

 private:
  uint32_t state_;
};

}  // namespace test
}  // namespace glissade

#endif
