// SPDX-License-Identifier: Apache-2.0
// Layers and losses: the reference's bits for every size, on every backend; and errors.
#include "cpu/scalar_unit.hpp"
#include "glissade/layers/network.hpp"
#include "support/check.hpp"
#include "support/reference.hpp"

namespace glissade {
namespace test {
namespace {

#ifdef GLISSADE_SMALL
constexpr uint32_t kMost = 19;  // what fits into 16 KB; a canonical sum and 3
#else
constexpr uint32_t kMost = 35;  // two whole 16-wide vectors and 3
#endif
constexpr uint32_t kSamples[] = {0, 1, 6, 13};  // the last one: a tile of 8, of 4, and one more
constexpr double kMomenta[] = {0.0, 0.1, 0.75, 1.0};
constexpr float kGuard = 12345.0f;

struct Buffer {
  float values[kMost * kMost + kMost + 1];
  uint32_t count;

  void fill(uint32_t n, Random& random, bool extreme) {
    count = n;
    for (uint32_t i = 0; i < n; ++i) values[i] = extreme ? random.extreme() : random.ordinary();
    values[n] = kGuard;
  }
  bool operator==(const Buffer& other) const {
    return first_difference(values, other.values, count) == count && values[count] == kGuard;
  }
};

Buffer weights, x, dy;
Buffer got[2], expected[2];  // what the library wrote, what the reference wrote

// The stated order of a sum of products, written once more.
float canonical_dot(const float* a, const float* b, uint32_t count) {
  float sums[16] = {};
  for (uint32_t i = 0; i < count; ++i) {
    float& sum = sums[count < 16 ? 0 : i % 16];
    sum = scalar_fma(a[i], b[i], sum);
  }
  for (uint32_t half = 8; half > 0 && count >= 16; half /= 2) {
    for (uint32_t j = 0; j < half; ++j) sums[j] += sums[j + half];
  }
  return sums[0];
}

void check_order_of_sums(uint32_t count) {
  Random random(count);
  weights.fill(count + count, random, false);
  dy.fill(count, random, false);
  const float input = 0.5f;
  float dx = 0.0f;
  got[0].fill(2 * count, random, false);
  const Status status =
      gls_dense_backward(weights.values, &input, dy.values, got[0].values, &dx, 1, 1, count);
  CHECK(status == GLS_OK && same_value(dx, canonical_dot(weights.values, dy.values, count)), "a sum of ",
        count, " products on ", gls_backend_active());
}

// Forward and backward, sample by sample, as dense.h says it.
void plain_forward(uint32_t samples, uint32_t inputs, uint32_t outputs, float* y) {
  for (uint32_t s = 0; s < samples; ++s) {
    for (uint32_t j = 0; j < outputs; ++j) {
      float sum = weights.values[inputs * outputs + j];
      for (uint32_t i = 0; i < inputs; ++i) {
        sum = scalar_fma(weights.values[i * outputs + j], x.values[s * inputs + i], sum);
      }
      y[s * outputs + j] = sum;
    }
  }
}

void plain_backward(uint32_t samples, uint32_t inputs, uint32_t outputs, float* dw, float* dx) {
  for (uint32_t s = 0; s < samples; ++s) {
    const float* const gradients = dy.values + s * outputs;
    for (uint32_t i = 0; i <= inputs; ++i) {
      for (uint32_t j = 0; j < outputs; ++j) {
        float& sum = dw[i * outputs + j];
        sum = i == inputs ? sum + gradients[j] : scalar_fma(gradients[j], x.values[s * inputs + i], sum);
      }
      if (i < inputs) dx[s * inputs + i] = canonical_dot(weights.values + i * outputs, gradients, outputs);
    }
  }
}

void check_dense(uint32_t samples, uint32_t inputs, uint32_t outputs, bool extreme) {
  Random random(inputs * 64 + outputs);
  weights.fill(inputs * outputs + outputs, random, extreme);
  x.fill(samples * inputs, random, extreme);
  dy.fill(samples * outputs, random, extreme);
  got[0].fill(samples * outputs, random, false);
  expected[0] = got[0];
  const Kernels& kernels = expected_kernels();
  Status status = gls_dense_forward(weights.values, x.values, got[0].values, samples, inputs, outputs);
  if (extreme)
    kernels.dense_forward(weights.values, x.values, expected[0].values, samples, inputs, outputs);
  else
    plain_forward(samples, inputs, outputs, expected[0].values);
  CHECK(status == GLS_OK && got[0] == expected[0], "dense forward ", samples, "x", inputs, "x", outputs,
        " on ", gls_backend_active());
  got[0].fill(weights.count, random, extreme);
  got[1].fill(samples * inputs, random, false);
  expected[0] = got[0];
  expected[1] = got[1];
  const gls_factors layer = {x.values, dy.values, samples, inputs, outputs};
  status = gls_dense_backward(weights.values, x.values, dy.values, got[0].values, got[1].values, samples,
                              inputs, outputs);
  if (extreme) {
    kernels.dense_weight_gradients(&layer, expected[0].values);
    kernels.dense_input_gradients(weights.values, dy.values, expected[1].values, samples, inputs, outputs);
  } else {
    plain_backward(samples, inputs, outputs, expected[0].values, expected[1].values);
  }
  CHECK(status == GLS_OK && got[0] == expected[0] && got[1] == expected[1], "dense backward ", samples, "x",
        inputs, "x", outputs, " on ", gls_backend_active());
  got[0] = got[1];
  for (uint32_t i = 0; i < got[0].count; ++i) got[0].values[i] = 1.0f;
  status = gls_dense_input_gradients(weights.values, dy.values, got[0].values, samples, inputs, outputs);
  CHECK(status == GLS_OK && got[0] == got[1], "dense input gradients ", samples, "x", inputs, "x", outputs);
}

using Forward = Status (*)(const float*, float*, size_t);
using Backward = Status (*)(const float*, const float*, float*, size_t);

void check_activation(const char* name, uint32_t count, Forward forward, Backward backward,
                      void (*Kernels::*forward_kernel)(const float*, float*, size_t),
                      void (*Kernels::*backward_kernel)(const float*, const float*, float*, size_t)) {
  Random random(count);
  x.fill(count, random, true);
  for (uint32_t i = 0; i < count; i += 3) x.values[i] = random.ordinary() * 8.0f;
  dy.fill(count, random, true);
  got[0].fill(count, random, false);
  got[1] = expected[0] = expected[1] = got[0];
  const Status forth = forward(x.values, got[0].values, count);
  const Status back = backward(x.values, dy.values, got[1].values, count);
  (expected_kernels().*forward_kernel)(x.values, expected[0].values, count);
  (expected_kernels().*backward_kernel)(x.values, dy.values, expected[1].values, count);
  CHECK(forth == GLS_OK && back == GLS_OK && got[0] == expected[0] && got[1] == expected[1], name, " ", count,
        " on ", gls_backend_active());
}

void check_activations(uint32_t count) {
  check_activation("ReLU", count, gls_relu_forward, gls_relu_backward, &Kernels::relu_forward,
                   &Kernels::relu_backward);
  check_activation("sigmoid", count, gls_sigmoid_forward, gls_sigmoid_backward, &Kernels::sigmoid_forward,
                   &Kernels::sigmoid_backward);
  check_activation("tanh", count, gls_tanh_forward, gls_tanh_backward, &Kernels::tanh_forward,
                   &Kernels::tanh_backward);
}

void check_relu_is_zero_below_zero() {
  const float inputs[] = {-2.0f, -0.5f, 0.0f, 0.5f, 2.0f};
  float outputs[5];
  CHECK(gls_relu_forward(inputs, outputs, 5) == GLS_OK, "ReLU");
  for (int i = 0; i < 5; ++i) CHECK(outputs[i] == (inputs[i] > 0.0f ? inputs[i] : 0.0f), "ReLU");
}

// weights: gamma and beta; got[0]: outputs, then input gradients; got[1]: running, batch, weight gradients.
void check_batch_norm(uint32_t samples, uint32_t features, double momentum, bool extreme) {
  Random random(features);
  const uint32_t count = samples * features;
  weights.fill(2 * features, random, extreme);
  x.fill(count, random, extreme);
  dy.fill(count, random, extreme);
  got[0].fill(count, random, false);
  got[1].fill(6 * features, random, extreme);
  for (uint32_t i = features; i < 2 * features && !extreme; ++i)
    got[1].values[i] = static_cast<float>(random.below(3)) * 0.5f;
  expected[0] = got[0];
  expected[1] = got[1];
  float start[2 * kMost];
  for (uint32_t i = 0; i < 2 * features; ++i) start[i] = got[1].values[i];
  float *const batch = got[1].values + 2 * features, *const expected_batch =
                                                         expected[1].values + 2 * features;
  bool fits = true;
  for (uint32_t i = 0; i < count; ++i) fits = fits && x.values[i] < 0x1p60f && x.values[i] > -0x1p60f;
  Status status = gls_batch_norm_train(weights.values, x.values, got[0].values, got[1].values, batch, samples,
                                       features, momentum, 1e-5);
  if (!fits) {
    CHECK(status == GLS_ERROR_NOT_FINITE && got[0] == expected[0] && got[1] == expected[1],
          "batch norm that would spoil running ", samples, "x", features, " on ", gls_backend_active());
    for (uint32_t i = 0; i < count; ++i) x.values[i] = random.ordinary() * 0x1p59f;
    status = gls_batch_norm_train(weights.values, x.values, got[0].values, got[1].values, batch, samples,
                                  features, momentum, 1e-5);
  }
  const Kernels& k = expected_kernels();
  const BatchNormCoefficients c = {static_cast<float>(samples), static_cast<float>(samples - 1), 1e-5f,
                                   lerp_coefficients(momentum)};
  k.batch_norm_train(weights.values, x.values, expected[0].values, expected[1].values, expected_batch,
                     samples, features, &c);
  CHECK(status == GLS_OK && got[0] == expected[0] && got[1] == expected[1], "batch norm ", samples, "x",
        features, " on ", gls_backend_active());
  for (uint32_t i = 0; i < 2 * features; ++i) got[1].values[i] = start[i];
  status = gls_batch_norm_train_unguarded(weights.values, x.values, got[0].values, got[1].values, batch,
                                          samples, features, momentum, 1e-5);
  CHECK(status == GLS_OK && got[0] == expected[0] && got[1] == expected[1], "unguarded batch norm ", samples,
        "x", features, " on ", gls_backend_active());
  for (uint32_t i = 0; i < features; ++i) {
    CHECK(batch[i] - batch[i] == 0.0f && batch[features + i] > 0.0f && batch[features + i] <= 317.0f,
          "a mean and an inverse deviation of finite inputs");
  }
  status = gls_batch_norm_backward(weights.values, x.values, batch, dy.values, batch + 2 * features,
                                   got[0].values, samples, features);
  k.batch_norm_backward(weights.values, x.values, expected_batch, dy.values, expected_batch + 2 * features,
                        expected[0].values, samples, features);
  CHECK(status == GLS_OK && got[0] == expected[0] && got[1] == expected[1], "batch norm backward ", samples,
        "x", features, " on ", gls_backend_active());
  status =
      gls_batch_norm_infer(weights.values, got[1].values, x.values, got[0].values, samples, features, 1e-5);
  k.batch_norm_infer(weights.values, expected[1].values, x.values, expected[0].values, samples, features,
                     1e-5f);
  CHECK(status == GLS_OK && got[0] == expected[0], "batch norm inference ", samples, "x", features, " on ",
        gls_backend_active());
}

void check_mean_squared_error(uint32_t count) {
  Random random(count);
  x.fill(count, random, false);
  got[0].fill(count, random, false);
  expected[0] = got[0];
  float loss = 0.0f, expected_loss = 0.0f;
  const Status status = gls_mean_squared_error(got[0].values, x.values, &loss, got[0].values, count);
  expected_kernels().mean_squared_error(expected[0].values, x.values, &expected_loss, expected[0].values,
                                        count);
  CHECK(status == GLS_OK && got[0] == expected[0] && same_value(loss, expected_loss), "mean squared error ",
        count, " on ", gls_backend_active());
}

void check_l2_penalty(uint32_t count) {
  Random random(count);
  x.fill(count, random, true);
  got[0].fill(count, random, true);
  expected[0] = got[0];
  double penalty = 1.0;
  const Status status = gls_l2_penalty(x.values, 0.3, got[0].values, &penalty, count);
  expected_kernels().axpy(expected[0].values, x.values, 0.3f, expected[0].values, count);
  const double squares = expected_dot(x.values, x.values, count);
  CHECK(status == GLS_OK && got[0] == expected[0] && (penalty == 1.0 + 0.15 * squares || penalty != penalty),
        "L2 penalty ", count, " on ", gls_backend_active());
}

void check_softmax(uint32_t count, bool extreme) {
  Random random(count);
  got[0].fill(count, random, extreme);
  for (uint32_t i = 0; !extreme && i < count; ++i) got[0].values[i] *= 50.0f;
  expected[0] = got[0];
  float loss = 0.0f, expected_loss = 0.0f;
  const uint32_t label = random.below(count);
  const Status status = gls_softmax_cross_entropy(got[0].values, label, &loss, got[0].values, count);
  expected_kernels().softmax_cross_entropy(expected[0].values, label, &expected_loss, expected[0].values,
                                           count);
  CHECK(status == GLS_OK && got[0] == expected[0] && same_value(loss, expected_loss), "softmax ", count,
        " on ", gls_backend_active());
}

void check_weighted_softmax(uint32_t count, bool extreme) {
  Random random(count);
  got[0].fill(count, random, extreme);
  weights.fill(count, random, extreme);
  const uint32_t label = random.below(count + 1);
  const float weight = label == count ? 0.0f : weights.values[label];
  expected[0] = got[0];
  float loss = 7.0f, expected_loss = 7.0f;
  const bool fits = weight >= 0.0f && weight <= 3.4028235e38f;
  const Status status = gls_weighted_cross_entropy(got[0].values, label == count ? GLS_IGNORED_LABEL : label,
                                                   weights.values, &loss, got[0].values, count);
  const Kernels& k = expected_kernels();
  if (fits) {
    if (label < count)
      k.softmax_cross_entropy(expected[0].values, label, &expected_loss, expected[0].values, count);
    k.scale_values(&expected_loss, weight, 1);
    k.scale_values(expected[0].values, weight, count);
  }
  CHECK(
      status == (fits ? GLS_OK : GLS_ERROR_RANGE) && got[0] == expected[0] && same_value(loss, expected_loss),
      "weighted softmax ", count, " on ", gls_backend_active());
}

void check_sigmoid_cross_entropy(uint32_t count, bool extreme) {
  Random random(count);
  got[0].fill(count, random, extreme);
  x.fill(count, random, extreme);
  weights.fill(count, random, extreme);
  for (uint32_t i = 0; !extreme && i < count; ++i) x.values[i] = x.values[i] * 0.5f + 0.5f;
  const float* const positives[] = {nullptr, weights.values};
  for (const float* positive : positives) {
    expected[0] = got[0];
    float loss = 0.0f, expected_loss = 0.0f;
    const Status status =
        gls_sigmoid_cross_entropy(got[0].values, x.values, positive, &loss, got[0].values, count);
    expected_kernels().sigmoid_cross_entropy(expected[0].values, x.values, positive, &expected_loss,
                                             expected[0].values, count);
    CHECK(status == GLS_OK && got[0] == expected[0] && same_value(loss, expected_loss),
          "sigmoid cross-entropy ", count, " on ", gls_backend_active());
  }
}

void check_errors() {
  float a[16] = {}, b[16] = {}, c[16] = {}, loss = 1.0f;
  float* const odd = reinterpret_cast<float*>(reinterpret_cast<uintptr_t>(a) + 1);
  CHECK(gls_dense_forward(nullptr, b, c, 1, 2, 2) == GLS_ERROR_NULL, "dense without weights");
  CHECK(gls_dense_forward(a, b, nullptr, 1, 2, 2) == GLS_ERROR_NULL, "dense without outputs");
  CHECK(gls_dense_forward(odd, b, c, 1, 2, 2) == GLS_ERROR_ALIGNMENT, "dense with odd weights");
  CHECK(gls_dense_backward(a, b, c, nullptr, nullptr, 1, 2, 2) == GLS_ERROR_NULL,
        "dense without weight gradients");
  CHECK(gls_dense_backward(a, b, c, a, nullptr, 1, 2, 2) == GLS_OK, "dense without input gradients");
  CHECK(gls_dense_input_gradients(a, b, nullptr, 1, 2, 2) == GLS_ERROR_NULL, "only input gradients, without");
  CHECK(gls_relu_forward(nullptr, b, 2) == GLS_ERROR_NULL, "ReLU without inputs");
  CHECK(gls_relu_backward(a, nullptr, b, 2) == GLS_ERROR_NULL, "ReLU without gradients");
  CHECK(gls_tanh_forward(a, nullptr, 2) == GLS_ERROR_NULL, "tanh without outputs");
  CHECK(gls_batch_norm_train(a, b, c, a, b, 1, 2, 0.1, 1e-5) == GLS_ERROR_RANGE, "a batch of one");
  CHECK(gls_batch_norm_train(a, b, c, a, b, 2, 2, 0x1.0000000000001p0, 1e-5) == GLS_ERROR_RANGE,
        "a momentum above 1");
  CHECK(gls_batch_norm_train(a, b, c, a, b, 2, 2, -0x1p-1074, 1e-5) == GLS_ERROR_RANGE, "one below 0");
  CHECK(gls_batch_norm_train(a, b, c, a, b, 2, 2, 0.1, 0.0) == GLS_ERROR_RANGE, "epsilon 0");
  CHECK(gls_batch_norm_train(a, b, c, nullptr, b, 2, 2, 0.1, 1e-5) == GLS_ERROR_NULL, "nothing running");
  CHECK(gls_batch_norm_backward(a, b, c, a, b, c, 1, 2) == GLS_ERROR_RANGE, "a batch of one, backward");
  CHECK(gls_batch_norm_infer(a, b, c, a, 2, 2, 1e-46) == GLS_ERROR_RANGE, "an epsilon that vanishes");
  CHECK(gls_mean_squared_error(a, b, &loss, c, 0) == GLS_ERROR_RANGE && loss == 1.0f, "a mean of nothing");
  CHECK(gls_l2_penalty(a, 0.1, b, nullptr, 2) == GLS_ERROR_NULL, "no penalty");
  double penalty = 1.0;
  CHECK(gls_l2_penalty(a, -0.1, b, &penalty, 2) == GLS_ERROR_RANGE && penalty == 1.0, "a negative strength");
  CHECK(gls_softmax_cross_entropy(a, 3, &loss, b, 3) == GLS_ERROR_RANGE && loss == 1.0f,
        "a label beyond the outputs");
  CHECK(gls_softmax_cross_entropy(a, 0, nullptr, b, 3) == GLS_ERROR_NULL, "softmax without a loss");
  CHECK(gls_softmax_cross_entropy(a, GLS_IGNORED_LABEL, &loss, b, 3) == GLS_ERROR_RANGE && loss == 1.0f,
        "no class is ignored without being asked");
  CHECK(gls_weighted_cross_entropy(a, 3, nullptr, &loss, b, 3) == GLS_ERROR_RANGE && loss == 1.0f,
        "a label beyond the outputs, with weights");
  CHECK(gls_weighted_cross_entropy(a, 0, odd, &loss, b, 3) == GLS_ERROR_ALIGNMENT, "odd class weights");
  CHECK(gls_sigmoid_cross_entropy(a, a, nullptr, &loss, b, 0) == GLS_ERROR_RANGE && loss == 1.0f,
        "no question");
  CHECK(gls_sigmoid_cross_entropy(a, nullptr, a, &loss, b, 2) == GLS_ERROR_NULL, "no answers");
}

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  using namespace glissade::test;
  on_each_backend([] {
    for (uint32_t inputs = 0; inputs <= kMost; inputs += inputs < 3 ? 1 : 4) {
      for (uint32_t outputs = 0; outputs <= kMost; ++outputs) {
        for (const uint32_t samples : kSamples) {
          check_dense(samples, inputs, outputs, false);
          check_dense(samples, inputs, outputs, true);
        }
      }
    }
    for (uint32_t count = 0; count <= 67; ++count) {
      check_activations(count);
      check_l2_penalty(count);
      check_order_of_sums(count);
    }
    for (uint32_t features = 0; features <= kMost; ++features) {
      for (uint32_t samples = 2; samples <= 5; ++samples) {
        for (const double momentum : kMomenta) {
          check_batch_norm(samples, features, momentum, false);
          check_batch_norm(samples, features, momentum, true);
        }
      }
    }
    for (uint32_t count = 1; count <= 67; ++count) {
      check_mean_squared_error(count);
      check_softmax(count, false);
      check_softmax(count, true);
      check_weighted_softmax(count, false);
      check_weighted_softmax(count, true);
      check_sigmoid_cross_entropy(count, false);
      check_sigmoid_cross_entropy(count, true);
    }
  });
  check_relu_is_zero_below_zero();
  check_errors();
  return finish();
}
