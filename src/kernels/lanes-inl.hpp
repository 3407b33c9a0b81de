// SPDX-License-Identifier: Apache-2.0
// The lanes of the backend that is being compiled: kernels.cpp is, once for each, with GLISSADE_BACKEND (its
// name and namespace), GLISSADE_LANES (its header) and GLISSADE_FLUSHES. Where an editor opens a file of this
// folder alone, it sees the scalar backend.
#ifndef GLISSADE_SRC_KERNELS_LANES_INL_HPP
#define GLISSADE_SRC_KERNELS_LANES_INL_HPP

#include "backend/backend.hpp"

#ifndef GLISSADE_BACKEND
#define GLISSADE_BACKEND scalar
#define GLISSADE_LANES "cpu/simd/lanes_scalar.hpp"
#define GLISSADE_FLUSHES 0
#endif

#include GLISSADE_LANES

namespace glissade {
namespace GLISSADE_BACKEND {
namespace {

// x <= 0 exactly where it is below this: comparisons are only "greater", which is false of NaN.
#ifdef GLISSADE_LEAST_POSITIVE  // of a model of flushing, on a unit that does not
constexpr float kLeastPositive = GLISSADE_LEAST_POSITIVE;
#else
constexpr float kLeastPositive = Vector::kFlushesSubnormals ? 0x1p-126f : 0x1p-149f;
#endif

}  // namespace

#define GLISSADE_KERNEL(name, arguments) void name arguments;
#include "kernels/kernels.inc"
extern const BackendTraits traits;
extern const Kernels kernels;  // all of them as one value, for builds that choose among several

}  // namespace GLISSADE_BACKEND
}  // namespace glissade

#endif
