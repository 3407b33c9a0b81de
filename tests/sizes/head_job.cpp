// SPDX-License-Identifier: Apache-2.0
// Firmware of a whole job: a head 64 -> 10 learns with rule GLISSADE_RULE_NAME, which has GLISSADE_RULE_SLOTS
// slots, from GLISSADE_SAMPLES samples, is committed to flash piece by piece, and restored. It prints a line
// "<what> <number of the piece>" before each piece, for the instruction counter, and at the end "RAM <bytes>
// <stack>": all RAM of the firmware with its stack, which was painted, and the stack alone.
#include "apps/demo/marks.hpp"
#include "boards/console.hpp"
#include "boards/cortex-m/semihosting.hpp"
#include "glissade/glissade.h"
#include "sizes/board_flash.hpp"

extern "C" {
extern uint32_t data_start, bss_end, stack_top;
}

namespace {

using glissade::address_of;
using glissade::print;

#define JOIN(a, b, c) a##b##c
#define NAME(rule, what) JOIN(gls_, rule, what)
#define RULE(what) NAME(GLISSADE_RULE_NAME, what)
#if GLISSADE_RULE_SLOTS == 0
#define SLOTS
#elif GLISSADE_RULE_SLOTS == 1
#define SLOTS nullptr,
#else
#define SLOTS nullptr, nullptr,
#endif

constexpr uint32_t kInputs = 64, kClasses = 10, kSamples = GLISSADE_SAMPLES, kHeldBack = 5;
alignas(float) unsigned char memory[GLS_HEAD_BYTES(kInputs, kClasses, GLISSADE_RULE_SLOTS, kSamples, 1)];
RULE(_params) params;
RULE(_state) state;
gls_head head;
gls_store store;

int8_t features[kInputs];
uint8_t make_sample(uint32_t number) {
  const uint8_t label = static_cast<uint8_t>(number % kClasses);
  for (uint32_t i = 0; i < kInputs; ++i)
    features[i] = static_cast<int8_t>((i % kClasses == label ? 60 : 0) +
                                      static_cast<int32_t>((number * 31 + i * 17) % 50) - 40);
  return label;
}

// The stack below this function, painted; and down to where the paint is gone.
constexpr uint32_t kPaint = 0x9e3779b9;
__attribute__((noinline)) void paint() {
  volatile uint32_t here = 0;
  const uintptr_t end = reinterpret_cast<uintptr_t>(&here) - 64;
  for (uintptr_t at = address_of(bss_end); at < end; at += 4)
    *reinterpret_cast<volatile uint32_t*>(at) = kPaint;
}
__attribute__((noinline)) uint32_t stack_bytes() {
  uintptr_t at = address_of(bss_end);
  while (*reinterpret_cast<volatile uint32_t*>(at) == kPaint) at += 4;
  return static_cast<uint32_t>(address_of(stack_top) - at);
}

// Calls a piece until it says that it was the last, or an error.
uint32_t number;
template <class Piece>
gls_status pieces(const char* what, Piece piece) {
  bool more = true;
  gls_status status = GLS_OK;
  for (number = 0; more && status == GLS_OK; ++number) {
    print(what, " ", number, "\n");
    count_begins();
    status = piece(more);
    count_ends();
  }
  return status;
}
template <class Call>
gls_status once(const char* what, Call call) {
  return pieces(what, [&](bool& more) {
    more = false;
    return call();
  });
}

gls_status start() {
  RULE(_defaults)(&params);
  head.kind = &gls_head_classes;
  head.inputs = kInputs;
  head.outputs = kClasses;
  head.samples = kSamples;
  head.held_back = kHeldBack;
  head.input_scale = 0.08f;
  head.input_zero = -10;
  head.optimizer = RULE()(&params, &state, nullptr, SLOTS 0);
  return gls_head_start(&head, memory, sizeof memory, nullptr);
}

gls_status observe() {
  return pieces("observe", [](bool& more) {
    const uint8_t label = make_sample(number);
    more = number + 1 < kSamples + 10;
    return gls_head_observe(&head, features, &label);
  });
}

gls_status train() {
  const gls_status status = gls_head_train_begin(&head, 2);
  if (status != GLS_OK) return status;
  return pieces("train", [](bool& more) {
    const gls_status trained = gls_head_train(&head);
    more = head.phase == GLS_HEAD_TRAINING;
    return trained;
  });
}

gls_status commit() {
  const gls_status status = gls_head_commit_begin(&head, &store, GLS_HEAD_ALWAYS);
  if (status != GLS_OK) return status;
  return pieces("commit", [](bool& more) {
    const gls_status written = gls_head_commit_piece(&head, &store);
    more = head.phase == GLS_HEAD_COMMITTING;
    return written;
  });
}

gls_status predict() {
  static int8_t outputs[kClasses];
  make_sample(1);
  return once("predict", [] { return gls_head_predict(&head, features, outputs); });
}

gls_status job() {
  gls_status status = once("start", start);
  if (status == GLS_OK) status = gls_store_format(&kFlash);
  if (status == GLS_OK) status = gls_store_open(&store, &kFlash);
  if (status == GLS_ERROR_EMPTY) status = observe();
  if (status == GLS_OK) status = train();
  if (status == GLS_OK) status = commit();
  if (status == GLS_OK) status = predict();
  if (status == GLS_OK) status = start();
  if (status == GLS_OK) status = once("restore", [] { return gls_head_restore_from(&head, &store); });
  return status;
}

}  // namespace

int program(int, char**) {
  paint();
  const gls_status status = job();
  const uint32_t stack = stack_bytes();
  const uint32_t fixed = static_cast<uint32_t>(address_of(bss_end) - address_of(data_start));
  print("RAM ", fixed + stack, " ", stack, "\n");
  if (status != GLS_OK) print("FAILED: ", gls_status_text(status), "\n");
  return status == GLS_OK ? 0 : 1;
}
