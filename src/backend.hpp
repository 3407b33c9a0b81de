// SPDX-License-Identifier: Apache-2.0
// A backend as the rest of the library sees it.
#ifndef GLISSADE_SRC_BACKEND_HPP
#define GLISSADE_SRC_BACKEND_HPP

#include "glissade/glissade.hpp"

namespace glissade {

struct Kernels {
#define GLISSADE_KERNEL(name, arguments) void(*name) arguments;
#include "kernels.inc"
};

#ifdef GLISSADE_ONLY_BACKEND

// With a single backend the choice is made here: calls through a constant table are direct calls, and the
// linker drops the kernels that a firmware does not use.
namespace GLISSADE_ONLY_BACKEND {
#define GLISSADE_KERNEL(name, arguments) void name arguments;
#include "kernels.inc"
}  // namespace GLISSADE_ONLY_BACKEND

constexpr Kernels kOnlyKernels = {
#define GLISSADE_KERNEL(name, arguments) GLISSADE_ONLY_BACKEND::name,
#include "kernels.inc"
};
constexpr const Kernels* active_kernels() { return &kOnlyKernels; }

#else

// Null while the environment asks for a backend that this machine does not have.
const Kernels* active_kernels();

#endif

}  // namespace glissade

#endif
