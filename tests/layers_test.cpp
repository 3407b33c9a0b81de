// SPDX-License-Identifier: Apache-2.0
// Dense, ReLU and softmax with cross-entropy: the reference's bits for every size, on every backend; and
// errors.
#include "glissade/layers.hpp"

#include "check.hpp"
#include "reference.hpp"
#include "scalar_unit.hpp"

namespace glissade {
namespace test {
namespace {

#ifdef GLISSADE_SMALL
constexpr uint32_t kMost = 19;  // what fits into 16 KB; a canonical sum and 3
#else
constexpr uint32_t kMost = 35;  // two whole 16-wide vectors and 3
#endif
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
  const Status status = gls_dense_backward(weights.values, &input, dy.values, got[0].values, &dx, 1, count);
  CHECK(status == GLS_OK && same_value(dx, canonical_dot(weights.values, dy.values, count)), "a sum of ",
        count, " products on ", gls_backend_active());
}

void check_dense(uint32_t inputs, uint32_t outputs, bool extreme) {
  Random random(inputs * 64 + outputs);
  weights.fill(inputs * outputs + outputs, random, extreme);
  x.fill(inputs, random, extreme);
  dy.fill(outputs, random, extreme);
  got[0].fill(outputs, random, false);
  expected[0] = got[0];
  const Kernels& kernels = expected_kernels();
  Status status = gls_dense_forward(weights.values, x.values, got[0].values, inputs, outputs);
  kernels.dense_forward(weights.values, x.values, expected[0].values, inputs, outputs);
  CHECK(status == GLS_OK && got[0] == expected[0], "dense forward ", inputs, "x", outputs, " on ",
        gls_backend_active());
  got[0].fill(weights.count, random, extreme);
  got[1].fill(inputs, random, false);
  expected[0] = got[0];
  expected[1] = got[1];
  status =
      gls_dense_backward(weights.values, x.values, dy.values, got[0].values, got[1].values, inputs, outputs);
  kernels.dense_backward(weights.values, x.values, dy.values, expected[0].values, expected[1].values, inputs,
                         outputs);
  CHECK(status == GLS_OK && got[0] == expected[0] && got[1] == expected[1], "dense backward ", inputs, "x",
        outputs, " on ", gls_backend_active());
}

void check_relu(uint32_t count) {
  Random random(count);
  x.fill(count, random, true);
  dy.fill(count, random, true);
  got[0].fill(count, random, false);
  got[1] = expected[0] = expected[1] = got[0];
  const Status forward = gls_relu_forward(x.values, got[0].values, count);
  const Status backward = gls_relu_backward(x.values, dy.values, got[1].values, count);
  expected_kernels().relu_forward(x.values, expected[0].values, count);
  expected_kernels().relu_backward(x.values, dy.values, expected[1].values, count);
  bool right = forward == GLS_OK && backward == GLS_OK && got[0] == expected[0] && got[1] == expected[1];
  for (uint32_t i = 0; i < count; ++i)
    right = right && (x.values[i] < -1e-37f ? got[0].values[i] == 0.0f : true);
  CHECK(right, "ReLU ", count, " on ", gls_backend_active());
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

void check_errors() {
  float a[16] = {}, b[16] = {}, c[16] = {}, loss = 1.0f;
  float* const odd = reinterpret_cast<float*>(reinterpret_cast<uintptr_t>(a) + 1);
  CHECK(gls_dense_forward(nullptr, b, c, 2, 2) == GLS_ERROR_NULL, "dense without weights");
  CHECK(gls_dense_forward(a, b, nullptr, 2, 2) == GLS_ERROR_NULL, "dense without outputs");
  CHECK(gls_dense_forward(odd, b, c, 2, 2) == GLS_ERROR_ALIGNMENT, "dense with odd weights");
  CHECK(gls_dense_backward(a, b, c, nullptr, nullptr, 2, 2) == GLS_ERROR_NULL,
        "dense without weight gradients");
  CHECK(gls_dense_backward(a, b, c, a, nullptr, 2, 2) == GLS_OK, "dense without input gradients");
  CHECK(gls_relu_forward(nullptr, b, 2) == GLS_ERROR_NULL, "ReLU without inputs");
  CHECK(gls_relu_backward(a, nullptr, b, 2) == GLS_ERROR_NULL, "ReLU without gradients");
  CHECK(gls_softmax_cross_entropy(a, 3, &loss, b, 3) == GLS_ERROR_RANGE && loss == 1.0f,
        "a label beyond the outputs");
  CHECK(gls_softmax_cross_entropy(a, 0, nullptr, b, 3) == GLS_ERROR_NULL, "softmax without a loss");
}

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  using namespace glissade::test;
  on_each_backend([] {
    for (uint32_t inputs = 0; inputs <= kMost; inputs += inputs < 3 ? 1 : 4) {
      for (uint32_t outputs = 0; outputs <= kMost; ++outputs) {
        check_dense(inputs, outputs, false);
        check_dense(inputs, outputs, true);
      }
    }
    for (uint32_t count = 0; count <= 67; ++count) {
      check_relu(count);
      check_order_of_sums(count);
    }
    for (uint32_t count = 1; count <= 67; ++count) {
      check_softmax(count, false);
      check_softmax(count, true);
    }
  });
  check_errors();
  return finish();
}
