// SPDX-License-Identifier: Apache-2.0
// The loops that a firmware engineer writes: what the library is measured beside. In namespace
// GLISSADE_PLAIN, so that one program can hold them compiled in several ways; without an include guard for
// the same reason.
#ifndef GLISSADE_PLAIN
#define GLISSADE_PLAIN plain
#endif

#include <stddef.h>
#include <stdint.h>

namespace GLISSADE_PLAIN {

void sgd(float* w, const float* g, size_t count, float scale, float rate);
void momentum(float* w, const float* g, float* buffer, size_t count, float scale, float rate, float momentum);
void lion(float* w, const float* g, float* m, size_t count, float scale, float rate, float beta1,
          float beta2);
void signum(float* w, const float* g, float* m, size_t count, float scale, float rate, float beta);
void adagrad(float* w, const float* g, float* sum, size_t count, float scale, float rate, float epsilon);
void rmsprop(float* w, const float* g, float* v, size_t count, float scale, float rate, float alpha,
             float epsilon);
void adadelta(float* w, const float* g, float* v, float* u, size_t count, float scale, float rate, float rho,
              float epsilon);

// With PyTorch's two divisions, by root_divisor (the root of 1 - beta2^t) and by the sum; rate has 1 -
// beta1^t in it.
void adam(float* w, const float* g, float* m, float* v, size_t count, float scale, float rate, float beta1,
          float beta2, float root_divisor, float epsilon);

// With both corrections in the rate, as Kingma and Ba advise: one division; epsilon is as large as
// root_divisor makes it. decay: 1 - learning_rate * weight_decay.
void adam_folded(float* w, const float* g, float* m, float* v, size_t count, float scale, float rate,
                 float beta1, float beta2, float epsilon, float decay);

// In AIfES's shape: one operation per pass over a tensor, and its square root in double. temporary: as large
// as the rest.
void adam_passes(float* w, const float* g, float* m, float* v, float* temporary, size_t count, float scale,
                 float rate, float beta1, float beta2, float root_divisor, float epsilon);

// An int8 layer with one scale, as TensorFlow Lite Micro's reference kernel has it: zero points, then the
// multiplier and its shift to the right. Outputs from -128 to 127.
struct Int8Scale {
  int32_t input_zero, output_zero, multiplier, right_shift;
};
void int8_dense(const int8_t* weights, const int32_t* biases, const int8_t* inputs, int8_t* outputs,
                size_t input_count, size_t output_count, Int8Scale scale);

}  // namespace GLISSADE_PLAIN
