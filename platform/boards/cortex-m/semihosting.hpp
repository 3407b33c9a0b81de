// SPDX-License-Identifier: Apache-2.0
#ifndef GLISSADE_PLATFORM_CORTEX_M_SEMIHOSTING_HPP
#define GLISSADE_PLATFORM_CORTEX_M_SEMIHOSTING_HPP

#include <stdint.h>

namespace glissade {

// Ends the emulator (or stops in the debugger) with this exit status.
[[noreturn]] void exit(int status);

// A linker symbol's address as a number: compilers take two symbols for two objects, whose addresses differ.
inline uintptr_t address_of(const uint32_t& symbol) {
  uintptr_t address = reinterpret_cast<uintptr_t>(&symbol);
  __asm__("" : "+r"(address));
  return address;
}

}  // namespace glissade

#endif
