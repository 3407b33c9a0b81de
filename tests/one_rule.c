/* SPDX-License-Identifier: Apache-2.0 */
/* A C99 firmware that uses one rule, GLISSADE_RULE_NAME with GLISSADE_RULE_SLOTS slots: what a user links,
 * and what
 * `./dev size` measures. */
#include "glissade/glissade.h"

#define JOIN(a, b, c) a##b##c
#define NAME(rule, what) JOIN(gls_, rule, what)
#define RULE(what) NAME(GLISSADE_RULE_NAME, what)

enum { kCount = 7 };
static float weights[kCount] = {1, 1, 1, 1, 1, 1, 1};
static RULE(_state) state;

#if GLISSADE_RULE_SLOTS == 0
#define SLOTS
#else
static float slots[GLISSADE_RULE_SLOTS][kCount];
#if GLISSADE_RULE_SLOTS == 1
#define SLOTS slots[0],
#elif GLISSADE_RULE_SLOTS == 2
#define SLOTS slots[0], slots[1],
#else
#define SLOTS slots[0], slots[1], slots[2],
#endif
#endif

/* Called by platform/cortex-m/startup.cpp. */
int program(int argument_count, char** arguments);

int program(int argument_count, char** arguments) {
  static const float gradients[kCount] = {1, -1, 1, -1, 1, -1, 1};
  RULE(_params) params;
  (void)argument_count, (void)arguments;
  RULE(_defaults)(&params);
  if (RULE(_step)(&params, &state, weights, gradients, 1.0f, SLOTS kCount) != GLS_OK) return 1;
  for (int i = 0; i < kCount; ++i) {
    if ((weights[i] < 1.0f) != (gradients[i] > 0.0f)) return 2;
  }
  return state.step == 1 ? 0 : 3;
}
