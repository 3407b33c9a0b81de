// SPDX-License-Identifier: Apache-2.0
// What every backend computes. Compiled once per backend: GLISSADE_BACKEND is its name and namespace,
// GLISSADE_LANES the header with its Vector (as wide as the machine) and its Single (one lane).
#include "arithmetic_flags.hpp"
#include "backend.hpp"
#include "float_mode.hpp"
#include "philox.hpp"
#include GLISSADE_LANES

namespace glissade {
namespace GLISSADE_BACKEND {
#define GLISSADE_KERNEL(name, arguments) void name arguments;
#include "kernels.inc"

namespace {
#include "elementary.hpp"
#include "loops.hpp"
#include "loops_buffers.hpp"
#include "loops_dense.hpp"
}  // namespace

#define GLISSADE_RULE(name, Rule, slot_count)                                                              \
  void sweep_##name(const void* c, float* w, const float* g, float* const* slots, size_t count) noexcept { \
    sweep<Rule>(*static_cast<const Rule::Coefficients*>(c), w, g, slots, count);                           \
  }                                                                                                        \
  void sweep_factors_##name(const void* c, float* w, const gls_factors* layer, float* const* slots,        \
                            size_t first, size_t count) noexcept {                                         \
    sweep_factors<Rule>(*static_cast<const Rule::Coefficients*>(c), w, *layer, slots, first, count);       \
  }
#include "rules.inc"
#undef GLISSADE_RULE

#include "buffer_kernels.hpp"
#include "dense_kernels.hpp"
#include "layer_kernels.hpp"
#include "matrix_kernels.hpp"
#include "noise_kernel.hpp"

static_assert(Vector::kFlushesSubnormals == GLISSADE_FLUSHES,
              "backends.cmake says whether a backend flushes");
extern const BackendTraits traits;
const BackendTraits traits = {Vector::kWidth, Vector::kFlushesSubnormals};

// The backend as one value, for builds that choose among several.
extern const Kernels kernels;
const Kernels kernels = {
    &traits,
#define GLISSADE_KERNEL(name, arguments) name,
#include "kernels.inc"
};

}  // namespace GLISSADE_BACKEND
}  // namespace glissade
