// SPDX-License-Identifier: Apache-2.0
// Firmware whose start-up forgot the FPU: the first step must fault, and say so.
#include "boards/console.hpp"
#include "glissade/glissade.hpp"

int program(int, char**) {
  volatile uint32_t* const coprocessor_access = reinterpret_cast<uint32_t*>(0xe000ed88);
  *coprocessor_access = *coprocessor_access & ~(0xfu << 20);
  __asm__ volatile("dsb\n\tisb" : : : "memory");
  static float weights[8];
  static const float gradients[8] = {};
  glissade::Optimizer<glissade::Sgd, 8> optimizer;
  glissade::print("before the step\n");
  const glissade::Status status = optimizer.step(weights, gradients);
  glissade::print("the step returned: ", gls_status_text(status), "\n");
  return 0;
}
