// SPDX-License-Identifier: Apache-2.0
// Fits y = a x + b to readings, one step of Adam for each: what a calibration that runs all day looks like.
#include <Arduino.h>
#include <glissade.h>

static glissade::Optimizer<glissade::Adam, 2> optimizer;  // 20 bytes; zero at the start
static float weights[2];                                  // a, b

void setup() { Serial.begin(115200); }

void loop() {
  static uint32_t reading = 0;
  const float x = static_cast<float>(reading++ % 16) * 0.125f;
  const float y = 3.0f * x - 1.0f;  // your sensor here
  const float error = weights[0] * x + weights[1] - y;
  const float gradients[2] = {error * x, error};  // of half the squared error

  glissade::Adam::Params params;
  params.learning_rate = 0.05;
  const glissade::Status status = optimizer.step(weights, gradients, params);
  if (status != GLS_OK) Serial.println(gls_status_text(status));
  if (reading % 100 == 0) {
    Serial.print(weights[0]);
    Serial.print(" x + ");
    Serial.println(weights[1]);
  }
}
