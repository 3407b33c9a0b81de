// SPDX-License-Identifier: Apache-2.0
// From reset to program(), for a RISC-V core in machine mode under a debugger or QEMU.
#include <stdint.h>

#include "boards/console.hpp"
#include "boards/cortex-m/semihosting.hpp"

extern "C" {
extern uint32_t bss_start, bss_end;
[[noreturn]] __attribute__((used)) void start();
[[noreturn]] __attribute__((used, aligned(4))) void fault();
}

// The stack pointer, and where exceptions go; nothing here uses the global pointer.
__asm__(
    ".section .reset, \"ax\"\n"
    ".option push\n.option arch, +zicsr\n"  // not in -march: GCC has no libgcc for it
    ".global reset\n"
    "reset:\n"
    "  la sp, stack_top\n"
    "  la t0, fault\n"
    "  csrw mtvec, t0\n"
    "  j start\n"
    ".option pop\n"
    ".text\n");

void fault() {
  glissade::print("fault: the processor took an exception\n");
  glissade::exit(70);
}

void start() {
#ifdef __riscv_flen
  __asm__ volatile(".option arch, +zicsr\n\tcsrs mstatus, %0" : : "r"(0x2000));  // the FPU on
#endif
  const uintptr_t bss_size = glissade::address_of(bss_end) - glissade::address_of(bss_start);
  for (uintptr_t i = 0; i < bss_size / 4; ++i) (&bss_start)[i] = 0;
  glissade::exit(program(0, nullptr));
}
