// SPDX-License-Identifier: Apache-2.0
// Text and exit status by Arm semihosting: a breakpoint that the debugger, or QEMU, answers.
#include "semihosting.hpp"

#include <stdint.h>

#include "console.hpp"

namespace {

enum : uint32_t { kWriteText = 0x04, kExitExtended = 0x20, kApplicationExit = 0x20026 };

void semihosting(uint32_t operation, const void* argument) {
  register uint32_t r0 __asm__("r0") = operation;
  register const void* r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

}  // namespace

void glissade::print(const char* text) { semihosting(kWriteText, text); }

void glissade::exit(int status) {
  const uint32_t reason[] = {kApplicationExit, static_cast<uint32_t>(status)};
  for (;;) semihosting(kExitExtended, reason);
}
