// SPDX-License-Identifier: Apache-2.0
#include "cpu/hosted.hpp"

#include <stdlib.h>

#ifdef GLISSADE_WITH_HIGHWAY
#include <hwy/targets.h>
#endif
#ifdef GLISSADE_WITH_XSIMD
#include <xsimd/xsimd.hpp>
#endif
#ifdef GLISSADE_WITH_LINUX
#include <sys/auxv.h>
#include <sys/prctl.h>
#endif

namespace {

// What the targets of carrier "linux" are written with: the kernel's word on the processor.
#ifdef GLISSADE_WITH_LINUX
#if defined(__aarch64__)
size_t sve_bits() {  // of the calling thread's vectors; 0 without SVE
  if ((getauxval(AT_HWCAP) & HWCAP_SVE) == 0) return 0;
  const int length = prctl(PR_SVE_GET_VL);
  return length < 0 ? 0 : static_cast<size_t>(length & PR_SVE_VL_LEN_MASK) * 8;
}
#elif defined(__arm__)
bool neon_with_fma() {
  constexpr unsigned long kBoth = HWCAP_ARM_NEON | HWCAP_ARM_VFPv4;
  return (getauxval(AT_HWCAP) & kBoth) == kBoth;
}
#elif defined(__riscv)
size_t rvv_bits() {  // 0 without the vector extension
  if ((getauxval(AT_HWCAP) >> ('V' - 'A') & 1) == 0) return 0;
  size_t length;
  __asm__("csrr %0, 0xc22" : "=r"(length));  // vlenb
  return length * 8;
}
#endif
#endif

}  // namespace

#define GLISSADE_SUPPORTED_highway(target) ((hwy::SupportedTargets() & (target)) != 0)
#define GLISSADE_SUPPORTED_xsimd(target) (xsimd::available_architectures().target != 0)
#define GLISSADE_SUPPORTED_linux(target) (target)
#define GLISSADE_SUPPORTED_baseline(target) true  // the whole build assumes it

namespace glissade {

const char* requested_backend() {
  const char* const name = getenv("GLISSADE_BACKEND");
  return name == nullptr || *name == '\0' ? nullptr : name;
}

bool processor_supports(size_t index) {
  const bool supported[] = {
#define GLISSADE_BACKEND_ENTRY(name, carrier, target) GLISSADE_SUPPORTED_##carrier(target),
#include "glissade_backends.inc"
  };
  return supported[index];
}

}  // namespace glissade
