/* SPDX-License-Identifier: Apache-2.0 */
/* What a user of the C face writes: training steps, and a checksum of where they end. */
#include <stdint.h>

#include "glissade/glissade.h"

/* Another few steps, by the C++ face. */
gls_status train_in_cpp(float* weights, const float* gradients);

enum { kCount = 61 };
static float weights[kCount], gradients[kCount], slots[2][kCount];

static uint32_t checksum(const float* values, uint32_t sum) {
  const unsigned char* const bytes = (const unsigned char*)values;
  for (size_t i = 0; i < kCount * sizeof(float); ++i) sum = (sum ^ bytes[i]) * 16777619u;
  return sum;
}

/* Gradients of every size, subnormal ones too. They are bits: a program that flushes could not compute them.
 */
static void next_gradients(uint32_t* state) {
  unsigned char* const bytes = (unsigned char*)gradients;
  for (size_t i = 0; i < kCount; ++i) {
    const uint32_t exponent = (i % 7 == 0) ? 0u : 90u + (uint32_t)i % 37u;
    uint32_t bits;
    *state = *state * 1664525u + 1013904223u;
    bits = (*state >> 31 << 31) | exponent << 23 | (*state >> 8 & 0x7fffffu);
    for (size_t k = 0; k < 4; ++k) bytes[4 * i + k] = (unsigned char)(bits >> (8 * k));
  }
}

uint32_t train(void) {
  uint32_t state = 1;
  gls_adam_params adam;
  gls_adam_state adam_state = {0};
  gls_gradient_report report = {0};
  gls_adam_defaults(&adam);
  const gls_optimizer optimizer = gls_adam(&adam, &adam_state, weights, slots[0], slots[1], kCount);
  adam.epsilon = 1e-30;
  for (int step = 0; step < 50; ++step) {
    next_gradients(&state);
    adam.learning_rate = gls_schedule_cosine(0.01, (uint32_t)step, 50, 0.0);
    if (gls_gradient_report_update(&report, gradients, kCount) != GLS_OK) return 1;
    if (gls_step(&optimizer, gls_gradient_buffer(gradients), 0.5f) != GLS_OK) return 2;
    if (train_in_cpp(weights, gradients) != GLS_OK) return 3;
  }
  if (report.not_finite != 0) return 4;
  /* A NaN, as bits, because this file may be compiled as if there were none: refused, and nothing changes. */
  ((unsigned char*)gradients)[4 * 60 + 3] = 0x7f;
  ((unsigned char*)gradients)[4 * 60 + 2] = 0xc0;
  if (gls_step(&optimizer, gls_gradient_buffer(gradients), 0.5f) != GLS_ERROR_GRADIENT) return 5;
  return checksum(slots[1], checksum(slots[0], checksum(weights, 2166136261u)));
}

#if __STDC_HOSTED__
#include <stdio.h>
int main(void) {
  printf("%08lx\n", (unsigned long)train());
  return 0;
}
#endif
