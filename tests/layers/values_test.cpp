// SPDX-License-Identifier: Apache-2.0
// Losses and batch normalization against values that an independent program computed by PyTorch's formulas
// (data/layers.py), and what batch normalization keeps across batches.

#include "glissade/layers/activations.h"
#include "glissade/layers/losses.h"
#include "glissade/layers/normalization.h"
#include "support/check.hpp"
#include "support/list.hpp"
#include "support/reference.hpp"

namespace glissade {
namespace test {
namespace {

#ifdef GLISSADE_SMALL
constexpr size_t kMost = 1000;
#else
constexpr size_t kMost = 100000;
#endif
constexpr float kNan = __builtin_nanf(""), kInfinity = __builtin_huge_valf(), kFloatMost = 3.4028235e38f;

double magnitude(double x) { return x < 0 ? -x : x; }

// Within 4 units in the last place of the larger of the value and `unit`.
bool near(float got, double expected, double unit) {
  const double size = magnitude(expected) > unit ? magnitude(expected) : unit;
  return magnitude(static_cast<double>(got) - expected) <= 4 * 0x1p-23 * size;
}

template <size_t kCount>
void check_all(const float (&got)[kCount], const double (&expected)[kCount], double unit, const char* what) {
  for (size_t i = 0; i < kCount; ++i) {
    CHECK(near(got[i], expected[i], unit), what, " ", static_cast<uint32_t>(i), " on ", gls_backend_active());
  }
}

template <size_t kCount>
void check_cross_entropy(const float (&logits)[kCount], size_t label, const float (&class_weights)[kCount],
                         double loss, const double (&gradients)[kCount]) {
  float got[kCount], one = -1.0f;
  CHECK(gls_weighted_cross_entropy(logits, label, class_weights, &one, got, kCount) == GLS_OK,
        "cross-entropy");
  CHECK(near(one, loss, 1.0), "loss of label ", static_cast<uint32_t>(label), " on ", gls_backend_active());
  check_all(got, gradients, static_cast<double>(class_weights[label]), "gradient");
  float plain[kCount], plain_loss = -1.0f, null_loss = -2.0f;
  CHECK(gls_softmax_cross_entropy(logits, label, &plain_loss, plain, kCount) == GLS_OK &&
            gls_weighted_cross_entropy(logits, label, nullptr, &null_loss, got, kCount) == GLS_OK,
        "no weights");
  CHECK(plain_loss == null_loss && first_difference(plain, got, kCount) == kCount, "no weights are ones");
  CHECK(gls_weighted_cross_entropy(logits, GLS_IGNORED_LABEL, class_weights, &one, got, kCount) == GLS_OK,
        "ignored");
  CHECK(one == 0.0f, "the loss of an ignored label");
  for (const float gradient : got) CHECK(gradient == 0.0f, "the gradients of an ignored label");
}

template <size_t kCount>
void check_binary(const float (&logits)[kCount], const float (&targets)[kCount],
                  const float (&positive)[kCount], double loss, const double (&gradients)[kCount]) {
  float got[kCount], one = -1.0f;
  CHECK(gls_sigmoid_cross_entropy(logits, targets, positive, &one, got, kCount) == GLS_OK, "binary");
  CHECK(near(one, loss, 0.0), "binary loss on ", gls_backend_active());
  bool ones = true, cancels = false;  // near sigmoid(logit) = target
  for (size_t i = 0; i < kCount; ++i) {
    ones = ones && positive[i] == 1.0f;
    cancels = cancels || (targets[i] > 0.0f && targets[i] < 1.0f);
  }
  check_all(got, gradients, cancels ? 1.0 / kCount : 0.0, "binary gradient");
  float again[kCount], loss_again = -1.0f;
  CHECK(!ones || (gls_sigmoid_cross_entropy(logits, targets, nullptr, &loss_again, again, kCount) == GLS_OK &&
                  loss_again == one && first_difference(got, again, kCount) == kCount),
        "no weights are ones");
}

template <size_t kCount>
void check_batch_norm(const float (&inputs)[kCount], float gamma, float beta, const float (&dy)[kCount],
                      const double (&outputs)[kCount], const double (&running)[2], const double (&dx)[kCount],
                      double gamma_gradient, double beta_gradient) {
  const float weights[] = {gamma, beta};
  float got[kCount], kept[2] = {}, batch[2], gradients[2] = {};
  CHECK(gls_batch_norm_train(weights, inputs, got, kept, batch, kCount, 1, 0.1, 1e-5) == GLS_OK,
        "batch norm");
  // What rounding the mean to a float may move an output.
  const double unit = magnitude(static_cast<double>(batch[0] * batch[1] * gamma)) + 1.0;
  check_all(got, outputs, unit, "output");
  check_all(kept, running, 1.0, "running");
  CHECK(gls_batch_norm_backward(weights, inputs, batch, dy, gradients, got, kCount, 1) == GLS_OK, "backward");
  check_all(got, dx, 4 * static_cast<double>(batch[1] * gamma) * unit, "input gradient");
  CHECK(near(gradients[0], gamma_gradient, 4 * unit) && near(gradients[1], beta_gradient, 1.0),
        "weights' gradients");
}

#define LIST(...) \
  { __VA_ARGS__ }
#define EXPAND(list) LIST list
#define CROSS_ENTROPY(logits, label, weights, loss, gradients) \
  check_cross_entropy(EXPAND(logits), label, EXPAND(weights), loss, EXPAND(gradients));
#define BINARY(logits, targets, positive, loss, gradients) \
  check_binary(EXPAND(logits), EXPAND(targets), EXPAND(positive), loss, EXPAND(gradients));
#define BATCH_NORM(inputs, gamma, beta, dy, outputs, running, dx, gamma_gradient, beta_gradient)          \
  check_batch_norm(EXPAND(inputs), gamma, beta, EXPAND(dy), EXPAND(outputs), EXPAND(running), EXPAND(dx), \
                   gamma_gradient, beta_gradient);

void check_values() {
#include "data/layers.inc"
}

float inputs[kMost], outputs[kMost];

// A constant feature gives beta and keeps its value as the mean, however many samples there are; one other
// value moves it by as much as it should.
void check_constants() {
  const float weights[] = {3.0f, 0.625f};
  for (const float constant : {-15.94f, 0.1f, 1e6f, -3e-30f, 0.0f}) {
    for (size_t i = 0; i < kMost; ++i) inputs[i] = constant;
    for (size_t samples = 2; samples <= kMost; samples = samples * 5 + 3) {
      float running[2] = {}, batch[2];
      CHECK(gls_batch_norm_train(weights, inputs, outputs, running, batch, samples, 1, 1.0, 1e-5) == GLS_OK,
            "train");
      bool beta = true;
      for (size_t i = 0; i < samples; ++i) beta = beta && outputs[i] == 0.625f;
      CHECK(beta && batch[0] == constant && running[0] == constant && running[1] == 0x1p-126f, "constant, ",
            static_cast<uint32_t>(samples), " samples on ", gls_backend_active());
    }
  }
  const float plain[] = {1.0f, 0.0f};
  for (const size_t other : {size_t{0}, size_t{77}, size_t{199}}) {
    for (size_t i = 0; i < 200; ++i) inputs[i] = i == other ? -15.9f : -15.94f;
    float running[2] = {}, batch[2];
    CHECK(gls_batch_norm_train(plain, inputs, outputs, running, batch, 200, 1, 0.1, 1e-5) == GLS_OK, "train");
    const float y = outputs[other == 0 ? 1 : 0];
    CHECK(y > -0.0474f && y < -0.0470f, "one of 200 differs, number ", static_cast<uint32_t>(other));
  }
}

// All zeros is PyTorch's start, of inference and of training; a variance of 0 never comes back.
void check_start() {
  const float weights[] = {2.0f, 0.5f}, x[] = {1.0f, 4.0f};
  float zeros[2] = {}, start[2] = {0.0f, 1.0f}, y[2], expected[2], batch[2];
  CHECK(gls_batch_norm_infer(weights, zeros, x, y, 2, 1, 1e-5) == GLS_OK &&
            gls_batch_norm_infer(weights, start, x, expected, 2, 1, 1e-5) == GLS_OK &&
            first_difference(y, expected, 2) == 2 && y[0] > 2.49f && y[0] < 2.51f,
        "inference from zeros on ", gls_backend_active());
  for (uint32_t n = 0; n < 3; ++n) {
    CHECK(gls_batch_norm_train(weights, x, y, zeros, batch, 2, 1, 0.1, 1e-5) == GLS_OK &&
              gls_batch_norm_train(weights, x, y, start, batch, 2, 1, 0.1, 1e-5) == GLS_OK &&
              first_difference(zeros, start, 2) == 2,
          "training from zeros, batch ", n);
  }
  const float same[] = {7.0f, 7.0f};
  for (int n = 0; n < 2000; ++n) {
    const Status status = gls_batch_norm_train(weights, same, y, zeros, batch, 2, 1, 0.1, 1e-5);
    CHECK(status == GLS_OK && zeros[1] >= 0x1p-126f, "a variance that falls towards 0");
  }
  CHECK(gls_batch_norm_infer(weights, zeros, same, y, 1, 1, 1e-5) == GLS_OK && y[0] > 0.49f && y[0] < 0.51f,
        "inference of a constant");
}

// A momentum of 1 copies and one of 0 leaves, whatever was there.
void check_momentum() {
  const float weights[] = {1.0f, 0.0f}, x[] = {1.0f, 2.0f, 6.0f};
  float y[3], batch[2], copied[2] = {};
  CHECK(gls_batch_norm_train(weights, x, y, copied, batch, 3, 1, 1.0, 1e-5) == GLS_OK && copied[0] == 3.0f &&
            copied[1] == 7.0f,
        "momentum 1 copies");
  for (const float old : {kNan, kInfinity, -kInfinity, kFloatMost, -kFloatMost, -0.0f, 0x1p-149f}) {
    const float before[2] = {old, old};
    float running[2] = {old, old};
    CHECK(gls_batch_norm_train(weights, x, y, running, batch, 3, 1, 1.0, 1e-5) == GLS_OK &&
              first_difference(running, copied, 2) == 2,
          "momentum 1 begins anew on ", gls_backend_active());
    running[0] = running[1] = old;
    CHECK(gls_batch_norm_train(weights, x, y, running, batch, 3, 1, 0.0, 1e-5) == GLS_OK &&
              first_difference(running, before, 2) == 2,
          "momentum 0 leaves on ", gls_backend_active());
  }
}

// Each bad number at each place: refused, and nothing written. What is as large as allowed spoils nothing.
void check_refused() {
  constexpr size_t kSamples = 5, kFeatures = 19, kCount = kSamples * kFeatures;
  float weights[2 * kFeatures], x[kCount], y[kCount], running[2 * kFeatures], batch[2 * kFeatures];
  for (float& w : weights) w = 1.0f;
  for (float& r : running) r = 0.5f;
  for (float& b : batch) b = 0.25f;
  for (size_t i = 0; i < kCount; ++i) x[i] = y[i] = static_cast<float>(i);
  for (const float bad : {kNan, kInfinity, -kInfinity, kFloatMost, -1e25f, 0x1p60f}) {
    for (size_t place = 0; place < kCount; ++place) {
      const float good = x[place];
      x[place] = bad;
      const Status status =
          gls_batch_norm_train(weights, x, y, running, batch, kSamples, kFeatures, 0.1, 1e-5);
      bool kept = true;
      for (size_t i = 0; i < 2 * kFeatures; ++i) kept = kept && running[i] == 0.5f && batch[i] == 0.25f;
      for (size_t i = 0; i < kCount; ++i) kept = kept && y[i] == static_cast<float>(i);
      CHECK(status == GLS_ERROR_NOT_FINITE && kept, "a bad input at ", static_cast<uint32_t>(place), " on ",
            gls_backend_active());
      x[place] = good;
    }
  }
  for (size_t i = 0; i < kCount; ++i) x[i] = (i / kFeatures % 2 == 0 ? 1.0f : -1.0f) * 0x1.fffffep59f;
  for (int n = 0; n < 50; ++n) {
    CHECK(gls_batch_norm_train(weights, x, y, running, batch, kSamples, kFeatures, 0.5, 1e-5) == GLS_OK,
          "large");
  }
  bool finite = true;
  for (const float r : running) finite = finite && r - r == 0.0f;
  for (const float r : y) finite = finite && r - r == 0.0f;
  CHECK(finite, "as large as allowed");
}

// Large differences: the mean of their squares is a float where their sum is none.
void check_large_losses() {
  float y[60], zeros[60] = {}, gradients[60], loss = 0.0f;
  for (float& value : y) value = 1e19f;
  CHECK(gls_mean_squared_error(y, zeros, &loss, gradients, 60) == GLS_OK && near(loss, 1e38, 0.0),
        "60 of 1e19");
  y[3] = 3e19f;
  CHECK(gls_mean_squared_error(y, zeros, &loss, gradients, 60) == GLS_OK &&
            near(loss, (59e38 + 9e38) / 60, 0.0),
        "one of 3e19");
  y[3] = 1e30f;
  CHECK(gls_mean_squared_error(y, zeros, &loss, gradients, 60) == GLS_OK && loss == kInfinity,
        "a mean of 1e58");
  y[3] = kNan;
  CHECK(gls_mean_squared_error(y, zeros, &loss, gradients, 60) == GLS_OK && loss != loss, "NaN");
  for (float& value : y) value = 3e38f;
  CHECK(gls_sigmoid_cross_entropy(y, zeros, nullptr, &loss, gradients, 60) == GLS_OK && near(loss, 3e38, 0.0),
        "60 logits of 3e38");
}

// A label that is ignored, or whose weight is 0, hides whatever the logits are.
void check_ignored() {
  const float logits[] = {kNan, kInfinity, -kInfinity}, class_weights[] = {0.0f, -0.0f, kNan};
  for (const size_t label : {size_t{0}, size_t{1}, GLS_IGNORED_LABEL}) {
    float loss = kNan, gradients[] = {kNan, kNan, kNan};
    CHECK(gls_weighted_cross_entropy(logits, label, class_weights, &loss, gradients, 3) == GLS_OK &&
              loss == 0.0f && gradients[0] == 0.0f && gradients[1] == 0.0f && gradients[2] == 0.0f,
          "nothing of label ", static_cast<uint32_t>(label), " on ", gls_backend_active());
  }
}

// Of weights whose squares no float holds.
void check_penalty() {
  for (const float weight : {3e38f, 1e-23f, 2.0f}) {
    const float weights[] = {weight, 0.0f, -weight};
    float slopes[] = {0.0f, 1.0f, 0.0f};
    double penalty = 0.0;
    const double square = static_cast<double>(weight) * static_cast<double>(weight);
    CHECK(gls_l2_penalty(weights, 0.5, slopes, &penalty, 3) == GLS_OK && slopes[0] == 0.5f * weight &&
              magnitude(penalty - 0.5 * square) <= 1e-6 * square,
          "L2 penalty on ", gls_backend_active());
  }
}

// The stated intervals: both ends, and what is next to them.
void check_intervals() {
  constexpr double kLeast = 0x1p-1074, kFloat = 0x1.fffffep127, kNan64 = __builtin_nan(""),
                   kHuge = __builtin_huge_val();
  struct {
    const char* what;
    double value;
    bool valid;
  } const cases[] = {{"momentum", -kLeast, false},
                     {"momentum", 0.0, true},
                     {"momentum", -0.0, true},
                     {"momentum", kLeast, true},
                     {"momentum", 1.0, true},
                     {"momentum", 0x1.0000000000001p0, false},
                     {"momentum", kNan64, false},
                     {"epsilon", 0.0, false},
                     {"epsilon", -1e-5, false},
                     {"epsilon", 0x1.fffffffffffffp-127, false},
                     {"epsilon", 0x1p-126, true},
                     {"epsilon", kFloat, true},
                     {"epsilon", 0x1.fffffe0000001p127, false},
                     {"epsilon", kHuge, false},
                     {"epsilon", kNan64, false},
                     {"strength", -kLeast, false},
                     {"strength", 0.0, true},
                     {"strength", kFloat, true},
                     {"strength", 0x1.fffffe0000001p127, false},
                     {"strength", kHuge, false},
                     {"strength", kNan64, false},
                     {"class weight", -0x1p-149, false},
                     {"class weight", 0.0, true},
                     {"class weight", kFloat, true},
                     {"class weight", kHuge, false},
                     {"class weight", kNan64, false},
                     {"samples", 1.0, false},
                     {"samples", 2.0, true},
                     {"samples", 0.0, false},
                     {"label", 1.0, true},
                     {"label", 2.0, false},
                     {"outputs", 0.0, false},
                     {"outputs", 1.0, true}};
  for (const auto& c : cases) {
    const char* const what = c.what;
    const float x[] = {1.0f, 2.0f};
    const size_t number = c.value >= 0 && c.value < 9 ? static_cast<size_t>(c.value) : 0;
    float y[2] = {7, 7}, kept[2] = {7, 7}, batch[2] = {7, 7}, loss = 7.0f;
    double penalty = 7.0;
    const float class_weights[] = {static_cast<float>(c.value), -1.0f};
    const auto train = [&](size_t samples, double momentum, double epsilon) {
      return gls_batch_norm_train(x, x, y, kept, batch, samples, 1, momentum, epsilon);
    };
    Status status = GLS_ERROR_RANGE, same = GLS_OK;
    if (same_text(what, "momentum")) status = same = train(2, c.value, 1e-5);
    if (same_text(what, "epsilon")) {
      status = train(2, 0.1, c.value);
      same = c.valid ? gls_batch_norm_infer(x, x, x, y, 2, 1, c.value) : status;
      if (!c.valid) status = gls_batch_norm_infer(x, x, x, y, 2, 1, c.value);
    }
    if (same_text(what, "samples")) {
      status = train(number, 0.1, 1e-5);
      same = c.valid ? status : gls_batch_norm_backward(x, x, x, x, kept, y, number, 1);
    }
    if (same_text(what, "strength")) status = same = gls_l2_penalty(x, c.value, y, &penalty, 2);
    if (same_text(what, "class weight"))
      status = same = gls_weighted_cross_entropy(x, 0, class_weights, &loss, y, 2);
    if (same_text(what, "label")) {
      status = gls_softmax_cross_entropy(x, number, &loss, y, 2);
      same = gls_weighted_cross_entropy(x, number, nullptr, &loss, y, 2);
    }
    if (same_text(what, "outputs")) {
      status = gls_mean_squared_error(x, x, &loss, y, number);
      same = gls_sigmoid_cross_entropy(x, x, nullptr, &loss, y, number);
    }
    CHECK(status == same && status == (c.valid ? GLS_OK : GLS_ERROR_RANGE), what, " case ",
          static_cast<uint32_t>(&c - cases));
    CHECK(c.valid || (y[0] == 7 && y[1] == 7 && kept[0] == 7 && kept[1] == 7 && batch[0] == 7 && loss == 7 &&
                      penalty == 7),
          what, " writes nothing, case ", static_cast<uint32_t>(&c - cases));
  }
}

// What PyTorch's backward passes make of an output of NaN, infinity or zero.
void check_activations_of_nan() {
  const float x[] = {kNan, kInfinity, -kInfinity, 0.0f, -0.0f, -1.0f, 1.0f, 0x1p-126f, -0x1p-126f};
  constexpr size_t kCount = sizeof x / sizeof *x;
  float dy[kCount], dx[kCount];
  for (float& slope : dy) slope = 2.5f;
  const float relu[] = {2.5f, 2.5f, 0, 0, 0, 0, 2.5f, 2.5f, 0};
  CHECK(gls_relu_backward(x, dy, dx, kCount) == GLS_OK && first_difference(dx, relu, kCount) == kCount,
        "ReLU on ", gls_backend_active());
  for (const auto backward : {gls_sigmoid_backward, gls_tanh_backward}) {
    CHECK(backward(x, dy, dx, kCount) == GLS_OK && dx[0] != dx[0], "a NaN stays on ", gls_backend_active());
  }
  for (float& slope : dy) slope = kNan;
  for (const auto backward : {gls_relu_backward, gls_sigmoid_backward, gls_tanh_backward}) {
    CHECK(backward(x, dy, dx, kCount) == GLS_OK && dx[0] != dx[0] && dx[6] != dx[6], "a NaN gradient stays");
  }
  for (const auto forward : {gls_relu_forward, gls_sigmoid_forward, gls_tanh_forward}) {
    CHECK(forward(x, dx, kCount) == GLS_OK && dx[0] != dx[0] && dx[6] == dx[6], "a NaN goes through");
  }
}

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  using namespace glissade::test;
  on_each_backend([] {
    check_values();
    check_constants();
    check_start();
    check_momentum();
    check_refused();
    check_ignored();
    check_penalty();
    check_intervals();
    check_large_losses();
    check_activations_of_nan();
  });
  return finish();
}
