// SPDX-License-Identifier: Apache-2.0
// A rule as the calls see it, and one step's coefficients.
#ifndef GLISSADE_SRC_OPTIMIZER_RULE_HPP
#define GLISSADE_SRC_OPTIMIZER_RULE_HPP

#include "backend/backend.hpp"
#include "numbers/slot_block.hpp"

namespace glissade {

// A hyper-parameter as it is saved: its offset in the rule's parameters, and whether it is a bool.
struct SavedParam {
  uint8_t offset : 7, is_bool : 1;
};
constexpr size_t kMostParams = 8, kMostParamsBytes = 64;

}  // namespace glissade

// Texts stand in another table (list.cpp), and gradients are not known here: a firmware holds what it uses.
struct gls_rule {
  bool (*valid)(const void* params) noexcept;
  void (*tick)(const void* params, void* state, void* coefficients) noexcept;
  glissade::RuleKernels kernels;
  uint32_t name_crc;
  uint8_t slot_count, gradient_bits, state_words : 7, has_epsilon : 1;
  // Bit k of signed_slots: may slot k hold a number below 0?
  uint8_t param_count : 4, signed_slots : 3, has_formats : 1;
  glissade::SavedParam params[glissade::kMostParams];
};

namespace glissade {
struct StepCoefficients;
// Steps the weights number first to first + count - 1 of an optimizer. buffers: these weights, then their
// slots, as floats, wherever they are.
using SweepGradients = void(const StepCoefficients& c, const gls_optimizer& o, const gls_gradients& gradients,
                            float* const* buffers, size_t first, size_t count, Backend backend) noexcept;
}  // namespace glissade

// How an optimizer's weights and slots are kept, where not all are floats. Only what makes such an optimizer
// names one.
struct gls_slot_format {
  // As check_buffers, which asks it.
  glissade::Status (*check)(const gls_optimizer& o, const float* gradients, size_t count) noexcept;
  // Has it no byte of these?
  bool (*apart)(const gls_optimizer& o, const void* buffer, size_t bytes) noexcept;
  // Are they whole blocks, and is there a state?
  glissade::Status (*check_range)(const gls_optimizer& o, size_t first, size_t count) noexcept;
  // As that of gradients, but what is not kept as floats it looks for in the optimizer.
  glissade::SweepGradients* sweep;
  // The words of 4 bytes that the weights are (k = 0), or a slot, in memory and where they are saved.
  size_t (*words)(const gls_optimizer& o, size_t k) noexcept;
  // Are all weights, and all numbers in the slots, finite?
  bool (*all_finite)(glissade::Backend backend, const gls_optimizer& o) noexcept;
  // Does every |scale w| stay below 2^exponent?
  bool (*weights_fit)(const gls_optimizer& o, uint32_t exponent, float scale) noexcept;
  // Of slot k the numbers from weight number `first` on, where a block begins, as floats; and back, which may
  // write over the floats.
  void (*decode)(glissade::Backend backend, const gls_optimizer& o, size_t k, size_t first, float* values,
                 size_t count) noexcept;
  void (*encode)(glissade::Backend backend, const gls_optimizer& o, size_t k, size_t first, uint32_t random,
                 float* values, size_t count) noexcept;
  uint32_t (*magic)(const gls_optimizer& o) noexcept;  // of saved bytes
  uint8_t slot_alignment, weight_bytes;
};

namespace glissade {

// What all rules' parameters begin with; the last, of those that have an epsilon.
struct CommonParams {
  double learning_rate, weight_decay;
  bool decoupled_weight_decay, maximize, allow_zero_epsilon;
};

// Inside a gls_coefficients. The rule is the mark that begin sets and sweep looks at; the rest is the rule's
// Coefficients.
constexpr size_t kMostCoefficients = 72;
struct StepCoefficients {
  const gls_rule* rule;
  alignas(4) unsigned char of_rule[kMostCoefficients];

  GradientCoefficients& gradient() { return *reinterpret_cast<GradientCoefficients*>(of_rule); }
  const GradientCoefficients& gradient() const {
    return *reinterpret_cast<const GradientCoefficients*>(of_rule);
  }
};
static_assert(sizeof(StepCoefficients) + 4 * sizeof(double) <= sizeof(gls_coefficients),
              "the largest rule's coefficients, and a few sums over all weights, fit");
static_assert(sizeof(gls_optimizer) == 16 * sizeof(void*) && sizeof(gls_gradients) == 5 * sizeof(void*) &&
                  sizeof(gls_coefficients) == 128,
              "sizes are part of the ABI: a change of one changes the soname");

inline StepCoefficients& inside(gls_coefficients& c) { return reinterpret_cast<StepCoefficients&>(c); }
inline const StepCoefficients& inside(const gls_coefficients& c) {
  return reinterpret_cast<const StepCoefficients&>(c);
}

// The buffers of an optimizer: its weights, then its slots.
static_assert(offsetof(gls_optimizer, slots) == offsetof(gls_optimizer, weights) + sizeof(float*),
              "the slots stand behind the weights");
inline float* const* buffers_of(const gls_optimizer& o) {
  return reinterpret_cast<float* const*>(reinterpret_cast<const char*>(&o) +
                                         offsetof(gls_optimizer, weights));
}

// As gls_slot_format::words, of any optimizer.
GLISSADE_SHARED size_t words_of(const gls_optimizer& o, size_t k) {
  return o.format == nullptr ? o.count : o.format->words(o, k);
}

// Of a format's random bits: what they begin with in the step that the state counts, the number of the block
// that begins with weight number `first`, and what those of that block begin with.
inline uint32_t slot_start(const gls_optimizer& o) {
  return slot_step_start(static_cast<uint32_t>(o.seed), *static_cast<const uint32_t*>(o.state));
}
inline uint32_t slot_block(const gls_optimizer& o, size_t first) {
  return static_cast<uint32_t>((o.first + first) / kSlotBlock);
}
inline uint32_t slot_random(const gls_optimizer& o, size_t first) {
  return slot_block_hash(slot_start(o), slot_block(o, first));
}

inline bool overlap(const float* a, size_t a_count, const float* b, size_t b_count) {
  return overlap_bytes(a, a_count * sizeof(float), b, b_count * sizeof(float));
}

// The first `count` of an optimizer's buffers, and behind its slots a buffer of gradients: as check_floats,
// and no two share memory.
GLISSADE_SHARED Status check_buffers(const gls_optimizer& o, const float* gradients, size_t count) {
  if (o.count > kMostFloats) return GLS_ERROR_RANGE;
  if (o.format != nullptr) return o.format->check(o, gradients, count);
  for (size_t k = 0; k < count; ++k) {
    const float* const buffer = k <= o.rule->slot_count ? buffers_of(o)[k] : gradients;
    const Status status = check_pointers(o.count, buffer);
    if (status != GLS_OK) return status;
    for (size_t other = 0; other < k; ++other) {
      if (overlap(buffers_of(o)[other], o.count, buffer, o.count)) return GLS_ERROR_OVERLAP;
    }
  }
  return GLS_OK;
}

// An optimizer without a rule and no backend are errors.
inline Status check_rule(Backend backend, const gls_optimizer* o) {
  if (o == nullptr || o->rule == nullptr) return GLS_ERROR_NULL;
  return backend.is_none() ? GLS_ERROR_BACKEND : GLS_OK;
}

}  // namespace glissade

#endif
