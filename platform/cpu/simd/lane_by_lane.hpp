// SPDX-License-Identifier: Apache-2.0
// Division and square root for 32-bit Arm's vectors, which have no such instructions: lane by lane, in the
// scalar unit's registers that are the vector's own.
#ifndef GLISSADE_PLATFORM_SIMD_LANE_BY_LANE_HPP
#define GLISSADE_PLATFORM_SIMD_LANE_BY_LANE_HPP

#include "glissade/rules/common.hpp"  // GLISSADE_INLINE

namespace glissade {
namespace GLISSADE_BACKEND {
namespace {

GLISSADE_INLINE float32x4_t divide_lane_by_lane(float32x4_t a, float32x4_t b) {
  register float32x4_t x __asm__("q0") = a;
  register float32x4_t y __asm__("q1") = b;
  __asm__("vdiv.f32 s0, s0, s4\n\tvdiv.f32 s1, s1, s5\n\tvdiv.f32 s2, s2, s6\n\tvdiv.f32 s3, s3, s7"
          : "+w"(x)
          : "w"(y));
  const float32x4_t quotient = x;
  return quotient;
}

// In q1, where a division that follows wants its divisor.
GLISSADE_INLINE float32x4_t root_lane_by_lane(float32x4_t a) {
  register float32x4_t x __asm__("q1") = a;
  __asm__("vsqrt.f32 s4, s4\n\tvsqrt.f32 s5, s5\n\tvsqrt.f32 s6, s6\n\tvsqrt.f32 s7, s7" : "+w"(x));
  const float32x4_t root = x;
  return root;
}

}  // namespace
}  // namespace GLISSADE_BACKEND
}  // namespace glissade

#endif
