// SPDX-License-Identifier: Apache-2.0
// While one lives, the processor rounds to nearest and keeps subnormals, whatever the program's mode is
// (-ffast-math start-up code flushes; an RTOS may set its own); with `flush`, for vector units that can only
// flush, the scalar unit beside them flushes too. The caller's mode comes back at the end.
//
// Results must travel through memory between construction and destruction: the compiler may move arithmetic
// on registers across a mode change, but not loads and stores.
#ifndef GLISSADE_PLATFORM_FLOAT_MODE_HPP
#define GLISSADE_PLATFORM_FLOAT_MODE_HPP

#include <stdint.h>

#include "glissade/rules/common.hpp"  // GLISSADE_INLINE

namespace glissade {
namespace {

// Whether flushing is worth an option: smaller cores keep subnormals without losing time.
#if defined(__x86_64__) || defined(__i386__) || defined(__aarch64__)
constexpr bool kFlushesOnDemand = true;
#else
constexpr bool kFlushesOnDemand = false;
#endif

#if defined(__x86_64__) || defined(__i386__)

using FloatModeRegister = uint32_t;
constexpr FloatModeRegister kFloatModeMask = 0xe040u, kFlushMode = 0x8040u;  // rounding, FTZ, DAZ
inline FloatModeRegister read_float_mode() {
  FloatModeRegister mode;
  __asm__ volatile("stmxcsr %0" : "=m"(mode) : : "memory");
  return mode;
}
inline void write_float_mode(FloatModeRegister mode) {
  __asm__ volatile("ldmxcsr %0" : : "m"(mode) : "memory");
}

#elif defined(__aarch64__)

using FloatModeRegister = uint64_t;
constexpr FloatModeRegister kFloatModeMask = 0x1c00000u, kFlushMode = 0x1000000u;  // FZ, rounding
inline FloatModeRegister read_float_mode() {
  FloatModeRegister mode;
  __asm__ volatile("mrs %0, fpcr" : "=r"(mode) : : "memory");
  return mode;
}
inline void write_float_mode(FloatModeRegister mode) {
  __asm__ volatile("msr fpcr, %0" : : "r"(mode) : "memory");
}

#elif defined(__arm__) && !defined(__SOFTFP__)

using FloatModeRegister = uint32_t;
constexpr FloatModeRegister kFloatModeMask = 0x1c00000u, kFlushMode = 0x1000000u;  // FZ, rounding
inline FloatModeRegister read_float_mode() {
  FloatModeRegister mode;
  __asm__ volatile("vmrs %0, fpscr" : "=r"(mode) : : "memory");
  return mode;
}
inline void write_float_mode(FloatModeRegister mode) {
  __asm__ volatile("vmsr fpscr, %0" : : "r"(mode) : "memory");
}

#elif defined(__riscv_flen)

using FloatModeRegister = uint32_t;
constexpr FloatModeRegister kFloatModeMask = 7u, kFlushMode = 0;  // rounding; subnormals are always kept
inline FloatModeRegister read_float_mode() {
  FloatModeRegister mode;
  __asm__ volatile("frrm %0" : "=r"(mode) : : "memory");
  return mode;
}
inline void write_float_mode(FloatModeRegister mode) { __asm__ volatile("fsrm %0" : : "r"(mode) : "memory"); }

#else  // soft float has one mode

using FloatModeRegister = uint32_t;
constexpr FloatModeRegister kFloatModeMask = 0, kFlushMode = 0;
inline FloatModeRegister read_float_mode() { return 0; }
inline void write_float_mode(FloatModeRegister) {}

#endif

class FloatMode {
 public:
  // is_set: the mode without flushing, by one that lives longer.
  GLISSADE_INLINE explicit FloatMode(bool flush, bool is_set = false)
      : ours_(flush ? kFlushMode & kFloatModeMask : 0),
        callers_(is_set ? 0 : read_float_mode() & kFloatModeMask) {
    if (callers_ != ours_) set(ours_);
  }
  GLISSADE_INLINE ~FloatMode() {
    if (callers_ != ours_) set(callers_);
  }
  FloatMode(const FloatMode&) = delete;
  FloatMode& operator=(const FloatMode&) = delete;

 private:
  // Leaves the rest of the register alone: exception flags add up there.
  GLISSADE_INLINE static void set(FloatModeRegister mode) {
    write_float_mode((read_float_mode() & ~kFloatModeMask) | mode);
  }

  FloatModeRegister ours_, callers_;
};

}  // namespace
}  // namespace glissade

#endif
