// SPDX-License-Identifier: Apache-2.0
// Lanes on the FPU of a Cortex-M: four floats at a time, one by one. What that saves is loads, stores and
// loop: four neighbours are one instruction each way. (Adam on M4F: 15.2 instructions per weight instead
// of 21.) Where the compiler optimizes for size, one float at a time, which takes a third of the flash.
#include "cpu/simd/scalar.hpp"

namespace glissade {
namespace GLISSADE_BACKEND {
namespace {

#ifdef __OPTIMIZE_SIZE__

using Vector = Scalar;

#else

#define GLISSADE_LOAD(r0, r1, r2, r3, range)                               \
  {                                                                        \
    register float a __asm__(r0);                                          \
    register float b __asm__(r1);                                          \
    register float c __asm__(r2);                                          \
    register float d __asm__(r3);                                          \
    __asm__("vldmia %4, {" range "}"                                       \
            : "=t"(a), "=t"(b), "=t"(c), "=t"(d)                           \
            : "r"(from), "m"(*reinterpret_cast<const float(*)[4]>(from))); \
    return {a, b, c, d};                                                   \
  }

#define GLISSADE_STORE(r0, r1, r2, r3, range)               \
  {                                                         \
    register float a_ __asm__(r0) = a;                      \
    register float b_ __asm__(r1) = b;                      \
    register float c_ __asm__(r2) = c;                      \
    register float d_ __asm__(r3) = d;                      \
    __asm__("vstmia %1, {" range "}"                        \
            : "=m"(*reinterpret_cast<float(*)[4]>(to))      \
            : "r"(to), "t"(a_), "t"(b_), "t"(c_), "t"(d_)); \
  }

struct Vector {
  static constexpr bool kComparesWhole = false;
  static constexpr bool kManyRegisters = false;
  static constexpr size_t kWidth = 4;
  static constexpr bool kFlushesSubnormals = false;
  struct Mask {
    bool a, b, c, d;
  };
  float a, b, c, d;

  GLISSADE_INLINE Vector(float x) : a(x), b(x), c(x), d(x) {}
  GLISSADE_INLINE Vector(float a_, float b_, float c_, float d_) : a(a_), b(b_), c(c_), d(d_) {}
  // To each buffer four registers, or every value would be copied out of the way of the next load.
  template <int kBuffer = 0>
  GLISSADE_INLINE static Vector load(const float* from) {
    if constexpr (kBuffer == 1) GLISSADE_LOAD("s4", "s5", "s6", "s7", "s4-s7")
    if constexpr (kBuffer == 2) GLISSADE_LOAD("s8", "s9", "s10", "s11", "s8-s11")
    if constexpr (kBuffer > 2) GLISSADE_LOAD("s12", "s13", "s14", "s15", "s12-s15")
    GLISSADE_LOAD("s0", "s1", "s2", "s3", "s0-s3")
  }
  template <int kBuffer = 0>
  GLISSADE_INLINE void store(float* to) const {
    if constexpr (kBuffer == 0) GLISSADE_STORE("s0", "s1", "s2", "s3", "s0-s3")
    if constexpr (kBuffer == 2) GLISSADE_STORE("s8", "s9", "s10", "s11", "s8-s11")
    if constexpr (kBuffer > 2) GLISSADE_STORE("s12", "s13", "s14", "s15", "s12-s15")
  }
};

#define GLISSADE_EACH(operation) \
  { operation(a), operation(b), operation(c), operation(d) }
#define GLISSADE_ADD(k) x.k + y.k
#define GLISSADE_SUBTRACT(k) x.k - y.k
#define GLISSADE_MULTIPLY(k) x.k* y.k
#define GLISSADE_DIVIDE(k) x.k / y.k
#define GLISSADE_GREATER(k) x.k > y.k
#define GLISSADE_SELECT(k) condition.k ? x.k : y.k
#define GLISSADE_FMA(k) scalar_fma(x.k, y.k, z.k)
#define GLISSADE_ABS(k) __builtin_fabsf(x.k)
#define GLISSADE_SQRT(k) scalar_sqrt(x.k)
#define GLISSADE_POWER(k) power_of_two(Scalar(n.k)).value
GLISSADE_INLINE Vector operator+(Vector x, Vector y) { return GLISSADE_EACH(GLISSADE_ADD); }
GLISSADE_INLINE Vector operator-(Vector x, Vector y) { return GLISSADE_EACH(GLISSADE_SUBTRACT); }
GLISSADE_INLINE Vector operator*(Vector x, Vector y) { return GLISSADE_EACH(GLISSADE_MULTIPLY); }
GLISSADE_INLINE Vector operator/(Vector x, Vector y) { return GLISSADE_EACH(GLISSADE_DIVIDE); }
GLISSADE_INLINE Vector::Mask operator>(Vector x, Vector y) { return GLISSADE_EACH(GLISSADE_GREATER); }
GLISSADE_INLINE Vector select(Vector::Mask condition, Vector x, Vector y) {
  return GLISSADE_EACH(GLISSADE_SELECT);
}
GLISSADE_INLINE Vector fma(Vector x, Vector y, Vector z) { return GLISSADE_EACH(GLISSADE_FMA); }
GLISSADE_INLINE Vector abs(Vector x) { return GLISSADE_EACH(GLISSADE_ABS); }
GLISSADE_INLINE Vector sqrt(Vector x) { return GLISSADE_EACH(GLISSADE_SQRT); }
GLISSADE_INLINE Vector power_of_two(Vector n) { return GLISSADE_EACH(GLISSADE_POWER); }
GLISSADE_INLINE Vector divide_by(Vector x, float divisor, float /*reciprocal*/) { return x / divisor; }

#endif

#ifdef __ARM_FEATURE_SIMD32
template <>
struct Bits<Vector> {
  using Type = DspBits;
};
#endif

}  // namespace
}  // namespace GLISSADE_BACKEND
}  // namespace glissade
