// SPDX-License-Identifier: Apache-2.0
// Stands in for an Arduino core, as far as the examples see it.
#include <stdint.h>

struct Print {
  void begin(unsigned long) {}
  void print(float) {}
  void print(const char*) {}
  void println(float) {}
  void println(const char*) {}
};
static Print Serial;
void setup();
void loop();
