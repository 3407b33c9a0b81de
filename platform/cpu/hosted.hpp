// SPDX-License-Identifier: Apache-2.0
// What choosing among several backends asks of the machine. Firmware has one backend and asks nothing.
#ifndef GLISSADE_PLATFORM_HOSTED_HPP
#define GLISSADE_PLATFORM_HOSTED_HPP

#include <stddef.h>

namespace glissade {

#ifdef GLISSADE_ONLY_BACKEND
inline const char* requested_backend() { return nullptr; }
inline bool processor_supports(size_t) { return true; }
#else
const char* requested_backend();        // the environment's GLISSADE_BACKEND, null where it is unset or empty
bool processor_supports(size_t index);  // of glissade_backends.inc
#endif

}  // namespace glissade

#endif
