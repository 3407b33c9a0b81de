// SPDX-License-Identifier: Apache-2.0
// The model that was shipped: a .tflite file of two fully connected int8 layers and a softmax, run where its
// bytes lie, and patched there.
#ifndef GLISSADE_PLATFORM_DEMO_SHIPPED_MODEL_HPP
#define GLISSADE_PLATFORM_DEMO_SHIPPED_MODEL_HPP

#include "apps/demo/fine_tune.hpp"
#include "glissade/layers/int8.h"

namespace glissade {
namespace demo {

constexpr size_t kHidden = 32;

// Where a layer's bytes are in the file, as `glissade tflite --header` says it. All tensors have one scale.
struct LayerAt {
  uint32_t outputs;                    // its rows
  uint32_t weights, biases;            // int8_t[outputs][inputs], int32_t[outputs]
  uint32_t weight_scale, bias_scale;   // float; the second is input_scale * the first
  uint32_t input_scale, input_zero;    // float, int64_t
  uint32_t output_scale, output_zero;  // float, int64_t
};

struct ShippedFile {
  const unsigned char* bytes;  // aligned to 16 bytes, as an engine wants it
  uint32_t size;
  LayerAt hidden, head;
};

// A file in memory, ready to run. It reads weights and biases where they are.
class ShippedModel {
 public:
  // bytes: the file's, or a copy of them. Again after scales or zero points have changed there.
  Status open(const ShippedFile& file, const unsigned char* bytes);

  // A recording, float[kFeatures], as the int8 inputs of the model, int8_t[kFeatures].
  void quantize(const float* recording, int8_t* inputs) const;

  // What the hidden layer makes of inputs: int8_t[kHidden].
  Status features(const int8_t* inputs, int8_t* features) const;

  // Which vowel a recording is.
  Status classify(const float* recording, uint32_t& vowel) const;

  const gls_int8_dense& head() const { return head_; }

 private:
  gls_int8_dense hidden_ = {}, head_ = {};
  gls_int8_multiplier multipliers_[2] = {};
};

// Puts a learned head into a file in memory: as many rows, one scale.
void patch(unsigned char* bytes, const LayerAt& at, const gls_int8_dense& learned);

// Which output is largest, the first of equals.
uint32_t largest(const int8_t* outputs, uint32_t count);

}  // namespace demo
}  // namespace glissade

#endif
