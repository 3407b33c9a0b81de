/* SPDX-License-Identifier: Apache-2.0 */
/* A C99 firmware that uses one rule, GLISSADE_RULE_NAME with GLISSADE_RULE_SLOTS slots: what a user links,
 * and what `./dev size` measures. GLISSADE_KEEPS: 1 saves it to memory and restores it, 2 does so with a
 * store, 3 with a checkpoint. GLISSADE_WITH_MOMENTUM: beside another optimizer, of momentum, kept in the same way:
 * what a second rule costs. GLISSADE_FORMAT: 8bit or bfloat16, of its slots (of a rule with two). */
#include <stddef.h>

#include "glissade/glissade.h"

#ifndef GLISSADE_KEEPS
#define GLISSADE_KEEPS 0
#endif

#define JOIN(a, b, c) a##b##c
#define NAME(rule, what) JOIN(gls_, rule, what)
#define RULE(what) NAME(GLISSADE_RULE_NAME, what)

enum { kCount = 7 };
static float weights[kCount] = {1, 1, 1, 1, 1, 1, 1};
static RULE(_state) state;

#ifdef GLISSADE_FORMAT
static uint16_t codes[GLS_SLOTS_BFLOAT16_COUNT(GLISSADE_RULE_SLOTS, kCount)];
#define IN_FORMAT(optimizer) NAME(slots_, GLISSADE_FORMAT)(optimizer, (void*)codes)
#else
#define IN_FORMAT(optimizer) optimizer
#endif

#if GLISSADE_RULE_SLOTS == 0
#define SLOTS
#elif defined(GLISSADE_FORMAT)
#define SLOTS NULL, NULL,
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

static RULE(_params) params;

#if GLISSADE_KEEPS == 1
static unsigned char bytes[GLS_SAVED_BYTES_MAX(GLISSADE_RULE_SLOTS, kCount)];

static gls_status keep(const gls_optimizer* optimizer) {
  const gls_status status = gls_save(optimizer, bytes, sizeof bytes);
  return status == GLS_OK ? gls_restore(optimizer, bytes, sizeof bytes) : status;
}
#elif GLISSADE_KEEPS > 1
static unsigned char memory[2048], unit[8];
static gls_memory_flash chip = {memory, NULL};
static const gls_flash flash = {gls_memory_flash_read,
                                gls_memory_flash_prog,
                                gls_memory_flash_erase,
                                gls_memory_flash_sync,
                                &chip,
                                1,
                                sizeof unit,
                                512,
                                4,
                                unit,
                                NULL,
                                0};
static gls_store store;

#if GLISSADE_KEEPS == 3
static gls_status save(void* context, gls_store* to) { return gls_save_to(context, to); }
static gls_status restore(void* context, gls_store* from) { return gls_restore_from(context, from); }
#endif
static gls_status keep(gls_optimizer* optimizer) {
  gls_status status = gls_store_open(&store, &flash);
  if (status != GLS_ERROR_EMPTY) return GLS_ERROR_DEVICE;
#if GLISSADE_KEEPS == 2
  status = gls_store_begin(&store);
  if (status == GLS_OK) status = gls_save_to(optimizer, &store);
  if (status == GLS_OK) status = gls_store_commit(&store);
  return status == GLS_OK ? gls_restore_from(optimizer, &store) : status;
#else
  gls_checkpoint checkpoint = {&store, save, restore, optimizer, NULL, NULL, 0, {0, 0, 0, 0}};
  gls_verdict verdict = GLS_GO_ON;
  status = gls_checkpoint_start(&checkpoint);
  if (status == GLS_OK) status = gls_checkpoint_decide(&checkpoint, 1.0, 0.0, 1, &verdict);
  return status == GLS_OK && verdict == GLS_COMMITTED ? gls_checkpoint_roll_back(&checkpoint)
                                                      : GLS_ERROR_DEVICE;
#endif
}
#else
static gls_status keep(const gls_optimizer* optimizer) {
  (void)optimizer;
  return GLS_OK;
}
#endif

#ifdef GLISSADE_WITH_MOMENTUM
static float other_weights[kCount] = {1, 1, 1, 1, 1, 1, 1}, buffer[kCount];
static gls_momentum_state other_state;

static gls_status step_other(gls_gradients gradients) {
  gls_momentum_params other_params;
  gls_momentum_defaults(&other_params);
  gls_optimizer other = gls_momentum(&other_params, &other_state, other_weights, buffer, kCount);
  const gls_status status = gls_step(&other, gradients, 1.0f);
  return status == GLS_OK ? keep(&other) : status;
}
#else
static gls_status step_other(gls_gradients gradients) {
  (void)gradients;
  return GLS_OK;
}
#endif

/* Called by platform/boards/cortex-m/startup.cpp. */
int program(int argument_count, char** arguments);

int program(int argument_count, char** arguments) {
  static const float gradients[kCount] = {1, -1, 1, -1, 1, -1, 1};
  (void)argument_count, (void)arguments;
  RULE(_defaults)(&params);
  gls_optimizer optimizer = IN_FORMAT(RULE()(&params, &state, weights, SLOTS kCount));
  if (gls_step(&optimizer, gls_gradient_buffer(gradients), 1.0f) != GLS_OK) return 1;
  if (keep(&optimizer) != GLS_OK) return 4;
  if (step_other(gls_gradient_buffer(gradients)) != GLS_OK) return 5;
  for (int i = 0; i < kCount; ++i) {
    if ((weights[i] < 1.0f) != (gradients[i] > 0.0f)) return 2;
  }
  return state.step == 1 ? 0 : 3;
}
