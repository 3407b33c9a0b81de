// SPDX-License-Identifier: Apache-2.0
// The rules' C functions: the named slots of each become an array.
#include "glissade/glissade.hpp"

#define GLISSADE_ARGUMENTS_0
#define GLISSADE_ARGUMENTS_1 float *slot0,
#define GLISSADE_ARGUMENTS_2 GLISSADE_ARGUMENTS_1 float *slot1,
#define GLISSADE_ARGUMENTS_3 GLISSADE_ARGUMENTS_2 float *slot2,
#define GLISSADE_SLOTS_0
#define GLISSADE_SLOTS_1 slot0,
#define GLISSADE_SLOTS_2 GLISSADE_SLOTS_1 slot1,
#define GLISSADE_SLOTS_3 GLISSADE_SLOTS_2 slot2,

#define GLISSADE_RULE(name, Rule, slot_count)                                                                \
  void gls_##name##_defaults(gls_##name##_params* params) { *params = {}; }                                  \
  gls_status gls_##name##_step(const gls_##name##_params* params, gls_##name##_state* state, float* weights, \
                               const float* gradients, float gradient_scale,                                 \
                               GLISSADE_ARGUMENTS_##slot_count size_t count) {                               \
    float* const slots[] = {GLISSADE_SLOTS_##slot_count nullptr};                                            \
    return glissade::step<glissade::Rule>(params, state, weights, gradients, gradient_scale, slots, count);  \
  }                                                                                                          \
  gls_status gls_##name##_begin(const gls_##name##_params* params, gls_##name##_state* state,                \
                                float gradient_scale, gls_##name##_coefficients* coefficients) {             \
    return glissade::begin<glissade::Rule>(params, state, gradient_scale, coefficients);                     \
  }                                                                                                          \
  gls_status gls_##name##_sweep(const gls_##name##_coefficients* coefficients, float* weights,               \
                                const float* gradients, GLISSADE_ARGUMENTS_##slot_count size_t count) {      \
    float* const slots[] = {GLISSADE_SLOTS_##slot_count nullptr};                                            \
    return glissade::sweep<glissade::Rule>(coefficients, weights, gradients, slots, count);                  \
  }

extern "C" {
#include "rules.inc"

void gls_adamw_defaults(gls_adam_params* params) { *params = glissade::AdamW::Params(); }
void gls_adam_short_memory_defaults(gls_adam_params* params) {
  *params = glissade::ShortMemoryAdam::Params();
}
void gls_adagrad_textbook_defaults(gls_adagrad_params* params) {
  *params = glissade::TextbookAdagrad::Params();
}
void gls_rmsprop_textbook_defaults(gls_rmsprop_params* params) {
  *params = glissade::TextbookRmsProp::Params();
}
}
