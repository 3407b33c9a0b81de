/* SPDX-License-Identifier: Apache-2.0 */
/* A C99 firmware that uses one rule: what a user links, and what `./dev size` measures. */
#include "glissade/glissade.h"

#ifdef GLISSADE_SIZE_sgd
#define RULE(name) gls_sgd_##name
#define SLOTS
#elif defined GLISSADE_SIZE_momentum
#define RULE(name) gls_momentum_##name
#define SLOTS slots[0],
#elif defined GLISSADE_SIZE_adam
#define RULE(name) gls_adam_##name
#define SLOTS slots[0], slots[1],
#else
#define RULE(name) gls_amsgrad_##name
#define SLOTS slots[0], slots[1], slots[2],
#endif

enum { kCount = 7 };
static float weights[kCount] = {1, 1, 1, 1, 1, 1, 1}, slots[3][kCount];
static RULE(state) state;

/* Called by platform/cortex-m/startup.cpp. */
int program(int argument_count, char** arguments);

int program(int argument_count, char** arguments) {
  static const float gradients[kCount] = {1, -1, 1, -1, 1, -1, 1};
  RULE(params) params;
  (void)argument_count, (void)arguments, (void)slots;
  RULE(defaults)(&params);
  if (RULE(step)(&params, &state, weights, gradients, 1.0f, SLOTS kCount) != GLS_OK) return 1;
  for (int i = 0; i < kCount; ++i) {
    if ((weights[i] < 1.0f) != (gradients[i] > 0.0f)) return 2;
  }
  return state.step == 1 ? 0 : 3;
}
