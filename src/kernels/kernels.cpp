// SPDX-License-Identifier: Apache-2.0
// What every backend computes. Compiled once per backend, with its lanes: a Vector as wide as the machine,
// and one lane.
#include "cpu/arithmetic_flags.hpp"
#include "kernels/activation_kernels-inl.hpp"
#include "kernels/buffer_kernels-inl.hpp"
#include "kernels/dense_kernels-inl.hpp"
#include "kernels/factors-inl.hpp"
#include "kernels/formats-inl.hpp"
#include "kernels/int8_inputs-inl.hpp"
#include "kernels/int8_kernels-inl.hpp"
#include "kernels/loss_kernels-inl.hpp"
#include "kernels/matrix_kernels-inl.hpp"
#include "kernels/noise_kernel-inl.hpp"
#include "kernels/normalization_kernels-inl.hpp"
#include "kernels/slot_blocks-inl.hpp"

namespace glissade {
namespace GLISSADE_BACKEND {

#define GLISSADE_RULE(name, Rule, slot_count)                                                              \
  void sweep_##name(const void* c, float* w, const float* g, float* const* slots, size_t count) noexcept { \
    sweep<Rule>(*static_cast<const Rule::Coefficients*>(c), w, BufferGradients{g},                         \
                FloatSlots<Rule::kSlots>(slots), count);                                                   \
  }
#include "optimizer/rules.inc"
#undef GLISSADE_RULE
#ifdef GLISSADE_DIRECT_FACTORS
#define GLISSADE_RULE(name, Rule, slot_count)                                                       \
  void sweep_factors_##name(const void* c, float* w, const gls_factors* layer, float* const* slots, \
                            size_t first, size_t count) noexcept {                                  \
    sweep<Rule>(*static_cast<const Rule::Coefficients*>(c), w, FactorGradients{*layer, first},      \
                FloatSlots<Rule::kSlots>(slots), count);                                            \
  }                                                                                                 \
  void sweep_8bit_##name(const void* c, float* w, const float* g, const SlotBlocks* slots) {        \
    step_slot_blocks<Rule, EightBits, Vector>(sweep_##name, c, w, g, *slots);                       \
  }                                                                                                 \
  void sweep_bfloat16_##name(const void* c, float* w, const float* g, const SlotBlocks* slots) {    \
    step_slot_blocks<Rule, InBfloat16, Vector>(sweep_##name, c, w, g, *slots);                      \
  }
#include "optimizer/rules.inc"
#undef GLISSADE_RULE
#endif

static_assert(Vector::kFlushesSubnormals == (GLISSADE_FLUSHES != 0),
              "backends.cmake says whether a backend flushes");
const BackendTraits traits = {Vector::kWidth, Vector::kFlushesSubnormals, Bits<Vector>::Type::kHasHalves};

const Kernels kernels = {
    &traits,
#define GLISSADE_KERNEL(name, arguments) name,
#include "kernels/kernels.inc"
};

}  // namespace GLISSADE_BACKEND
}  // namespace glissade
