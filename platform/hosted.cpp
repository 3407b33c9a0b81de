// SPDX-License-Identifier: Apache-2.0
#include "hosted.hpp"

#include <stdlib.h>

#ifdef GLISSADE_WITH_HIGHWAY
#include <hwy/targets.h>
#endif
#ifdef GLISSADE_WITH_XSIMD
#include <xsimd/xsimd.hpp>
#endif

#define GLISSADE_SUPPORTED_highway(target) ((hwy::SupportedTargets() & (target)) != 0)
#define GLISSADE_SUPPORTED_xsimd(target) (xsimd::available_architectures().target != 0)
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
