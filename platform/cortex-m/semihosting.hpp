// SPDX-License-Identifier: Apache-2.0
#ifndef GLISSADE_PLATFORM_CORTEX_M_SEMIHOSTING_HPP
#define GLISSADE_PLATFORM_CORTEX_M_SEMIHOSTING_HPP

namespace glissade {

// Ends the emulator (or stops in the debugger) with this exit status.
[[noreturn]] void exit(int status);

}  // namespace glissade

#endif
