// SPDX-License-Identifier: Apache-2.0
// From reset to program(), for any Cortex-M under a debugger or QEMU.
#include <stddef.h>
#include <stdint.h>

#include "boards/console.hpp"
#include "boards/cortex-m/semihosting.hpp"

extern "C" {
extern uint32_t data_start, data_end, bss_start, bss_end, stack_top;
extern const uint32_t data_image;
[[noreturn]] void reset();
}

namespace {

[[noreturn]] void fault() {
  glissade::print("fault: the processor took an exception\n");
  glissade::exit(70);
}

void enable_fpu() {
#ifdef __ARM_FP
  volatile uint32_t* const coprocessor_access = reinterpret_cast<uint32_t*>(0xe000ed88);
  *coprocessor_access = *coprocessor_access | (0xfu << 20);
  __asm__ volatile("dsb\n\tisb" : : : "memory");
#endif
}

using Handler = void (*)();

// The initial stack pointer, reset, and the 14 exceptions of the core.
struct Vectors {
  uint32_t* stack;
  Handler handlers[15];
};
__attribute__((section(".vectors"), used))
const Vectors vectors = {&stack_top,
                         {reset, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault,
                          fault, fault, fault}};

}  // namespace

void reset() {
  enable_fpu();
  const uint32_t* image = &data_image;
  const uintptr_t data_size = glissade::address_of(data_end) - glissade::address_of(data_start);
  for (uintptr_t i = 0; i < data_size / 4; ++i) (&data_start)[i] = image[i];
  const uintptr_t bss_size = glissade::address_of(bss_end) - glissade::address_of(bss_start);
  for (uintptr_t i = 0; i < bss_size / 4; ++i) (&bss_start)[i] = 0;
  glissade::exit(program(0, nullptr));
}
