// SPDX-License-Identifier: Apache-2.0
// A rule as the calls see it, and one step's coefficients.
#ifndef GLISSADE_SRC_OPTIMIZER_RULE_HPP
#define GLISSADE_SRC_OPTIMIZER_RULE_HPP

#include "backend/backend.hpp"

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
  uint8_t slot_count, gradient_bits, state_words, param_count;
  glissade::SavedParam params[glissade::kMostParams];
};

namespace glissade {

// What all rules' parameters begin with.
struct CommonParams {
  double learning_rate, weight_decay;
  bool decoupled_weight_decay, maximize;
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

// An optimizer without a rule, or whose buffers are not as they must be, and no backend are errors.
GLISSADE_SHARED Status check_buffers(Backend backend, const gls_optimizer* o) {
  if (o == nullptr || o->rule == nullptr) return GLS_ERROR_NULL;
  if (backend.is_none()) return GLS_ERROR_BACKEND;
  if (o->count > kMostFloats) return GLS_ERROR_RANGE;
  Status status = check_buffer(o->weights, o->count);
  for (size_t k = 0; k < o->rule->slot_count && status == GLS_OK; ++k) {
    status = check_buffer(o->slots[k], o->count);
  }
  return status;
}

}  // namespace glissade

#endif
