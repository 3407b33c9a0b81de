// SPDX-License-Identifier: Apache-2.0
#include "boards/console.hpp"

extern "C" uint32_t train(void);

int program(int, char**) {
  glissade::print(glissade::Hex{train()}, "\n");
  return 0;
}
