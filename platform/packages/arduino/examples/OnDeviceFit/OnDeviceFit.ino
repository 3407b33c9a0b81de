// SPDX-License-Identifier: Apache-2.0
// Fits y = a x + b to readings, one step of Adam for each: what a calibration that runs all day looks like.
#include <Arduino.h>
#include <glissade.h>

using Line = glissade::Network<glissade::Dense<1, 1>>;
static Line line;
static float weights[Line::kWeights];                                   // a, b
static glissade::Optimizer<glissade::Adam, Line::kWeights> optimizer;  // 20 bytes; zero at the start

void setup() { Serial.begin(115200); }

void loop() {
  static int reading = 0;
  const int k = reading++ % 16;
  const float x = 0.125f * static_cast<float>(k);
  const float y = 0.125f * static_cast<float>(3 * k - 8);  // your sensor here; this one is 3 x - 1

  glissade::Adam::Params params;
  params.learning_rate = 0.05;
  gls_factors layers[Line::kDenseLayers];
  float loss = 0.0f;
  glissade::Status status = line.learn_regression(weights, &x, &y, layers, &loss);
  if (status == GLS_OK) status = optimizer.step(weights, layers, params);
  if (status != GLS_OK) Serial.println(gls_status_text(status));
  if (reading % 100 == 0) {
    Serial.print(weights[0]);
    Serial.print(" x + ");
    Serial.println(weights[1]);
  }
}
