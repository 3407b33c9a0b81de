// SPDX-License-Identifier: Apache-2.0
// Text and exit status by semihosting: a breakpoint that the debugger, or QEMU, answers. RISC-V took the
// calls over from Arm.
#include "boards/cortex-m/semihosting.hpp"

#include <stdint.h>

#include "boards/console.hpp"

namespace {

enum : uint32_t { kWriteText = 0x04, kExitExtended = 0x20, kApplicationExit = 0x20026 };

#ifdef __riscv

void semihosting(uintptr_t operation, const void* argument) {
  register uintptr_t a0 __asm__("a0") = operation;
  register const void* a1 __asm__("a1") = argument;
  __asm__ volatile(
      ".option push\n.option norvc\n.balign 16\n"
      "slli x0, x0, 0x1f\nebreak\nsrai x0, x0, 7\n.option pop"
      : "+r"(a0)
      : "r"(a1)
      : "memory");
}

#else

void semihosting(uintptr_t operation, const void* argument) {
  register uintptr_t r0 __asm__("r0") = operation;
  register const void* r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

#endif

}  // namespace

void glissade::print(const char* text) { semihosting(kWriteText, text); }

void glissade::exit(int status) {
  const uintptr_t reason[] = {kApplicationExit, static_cast<uintptr_t>(status)};
  for (;;) semihosting(kExitExtended, reason);
}
