// SPDX-License-Identifier: Apache-2.0
// Norms, counts and clipping: the reference's bits at every length, the right values, and errors.

#include "glissade/training/gradients.h"
#include "support/check.hpp"
#include "support/list.hpp"
#include "support/reference.hpp"

namespace glissade {
namespace test {
namespace {

constexpr uint32_t kMost = 1100;  // more than one block
float values[kMost], copy[kMost];

double magnitude(double x) { return x < 0.0 ? -x : x; }

// Not inlined: GCC 12 would make the conversion conditional, and its assembler refuses that for Cortex-M55.
__attribute__((noinline)) double square(float x) { return static_cast<double>(x) * static_cast<double>(x); }

bool near(double a, double b) { return magnitude(a - b) <= 2e-6 * magnitude(b); }

// Against the reference's kernel, on data with everything in it.
void check_block(uint32_t count) {
  Random random(count + 1);
  for (uint32_t i = 0; i < count; ++i) values[i] = random.extreme();
  gls_gradient_report report = {};
  const Status status = gls_gradient_report_update(&report, values, count);
  GradientBlock block;
  expected_kernels().summarize_gradients(values, &block, count);
  const double sum = (static_cast<double>(block.huge) * 0x1p160 + static_cast<double>(block.ordinary)) +
                     static_cast<double>(block.tiny) * 0x1p-220;
  const bool same = report.sum_of_squares == sum && same_value(report.largest, block.largest) &&
                    report.not_finite == static_cast<uint32_t>(block.not_finite);
  CHECK(status == GLS_OK && same, "gradients looked at, ", count, " on ", gls_backend_active());
  uint32_t not_finite = 0;
  double naive = 0.0;
  for (uint32_t i = 0; i < count; ++i) {
    const bool finite = (float_to_bits(values[i]) & 0x7f800000u) != 0x7f800000u;
    naive += finite ? square(values[i]) : 0.0;
    not_finite += !finite;
  }
  CHECK(report.not_finite == not_finite && near(report.sum_of_squares, naive), "sum of squares, ", count,
        " on ", gls_backend_active());
  for (uint32_t i = 0; i < count; ++i) copy[i] = values[i];
  expected_kernels().clip_values(copy, 0.5f, count);
  const bool clipped = gls_clip_values(values, count, 0.5f) == GLS_OK;
  CHECK(clipped && first_difference(values, copy, count) == count, "values clipped, ", count, " on ",
        gls_backend_active());
}

// One value anywhere is seen, also where float squares would overflow or vanish.
void check_positions() {
  constexpr uint32_t kCount = 39;
  const float seen[] = {3e38f,    0x1.8p40f,  0x1p40f,  0x1.fffffep39f, 1.0f,
                        0x1p-62f, 0x1.8p-63f, 0x1p-63f, 0x1.8p-64f,     1e-30f};
  for (const float value : seen) {
    for (uint32_t at = 0; at < kCount; ++at) {
      for (float& other : values) other = 0.0f;
      values[at] = -value;
      gls_gradient_report report = {};
      const bool ok = gls_gradient_report_update(&report, values, kCount) == GLS_OK;
      CHECK(ok && near(gls_gradient_norm(&report), static_cast<double>(value)) && report.largest == value &&
                report.not_finite == 0,
            "one value at ", at, " on ", gls_backend_active());
      values[at] = bits_to_float(at % 3 == 0 ? 0x7fc00000u : at % 3 == 1 ? 0x7f800000u : 0xff800000u);
      gls_gradient_report bad = {};
      CHECK(gls_gradient_report_update(&bad, values, kCount) == GLS_OK && bad.not_finite == 1 &&
                bad.sum_of_squares == 0.0,
            "one that is not finite at ", at, " on ", gls_backend_active());
    }
  }
}

void check_clipping() {
  gls_gradient_report report = {};
  const float first[] = {3e38f, 0.0f}, second[] = {3e38f};
  bool ok = gls_gradient_report_update(&report, first, 2) == GLS_OK &&
            gls_gradient_report_update(&report, second, 1) == GLS_OK;
  CHECK(ok && near(gls_gradient_norm(&report), 3e38 * 1.4142135623730951), "two of 3e38 have a norm");
  gls_gradient_report pythagoras = {};
  const float three_four[] = {3.0f, -4.0f};
  ok = gls_gradient_report_update(&pythagoras, three_four, 2) == GLS_OK;
  CHECK(ok && gls_gradient_norm(&pythagoras) == 5.0 && pythagoras.largest == 4.0f, "3, 4, 5");
  CHECK(gls_clip_scale(&pythagoras, 1.0) == static_cast<float>(1.0 / (5.0 + 1e-6)), "PyTorch's scale");
  CHECK(gls_clip_scale(&pythagoras, 6.0) == 1.0f, "a small norm is left alone");
  CHECK(gls_clip_scale(&pythagoras, 0.0) == 0.0f, "to nothing");
  const float nan = bits_to_float(0x7fc00000u);
  const float bad[] = {1.0f, nan};
  ok = gls_gradient_report_update(&pythagoras, bad, 2) == GLS_OK;
  const float refused = gls_clip_scale(&pythagoras, 1.0);
  CHECK(ok && refused != refused, "not finite gives NaN");
  Sgd::Params params;
  Sgd::State state = {};
  float weight = 1.0f;
  float* const slots[] = {nullptr};
  const Status status = step<Sgd>(&params, &state, &weight, three_four, refused, slots, 1);
  CHECK(status == GLS_ERROR_RANGE && weight == 1.0f, "and the step refuses it");
  CHECK(gls_gradient_report_update(&report, nullptr, 2) == GLS_ERROR_NULL, "no gradients");
  CHECK(gls_gradient_report_update(nullptr, three_four, 2) == GLS_ERROR_NULL, "no report");
  CHECK(gls_clip_values(nullptr, 2, 1.0f) == GLS_ERROR_NULL, "no values");
  CHECK(gls_clip_values(values, 2, -1.0f) == GLS_ERROR_RANGE, "a negative bound");
  CHECK(gls_clip_values(values, 2, nan) == GLS_ERROR_RANGE, "a bound that is NaN");
}

// One scale for a sum over samples of a scaled loss: what the mean without the loss scale would get, times
// the mean and the loss scale.
void check_gradient_scale() {
  const float mean[] = {3.0f, -4.0f};
  for (const uint32_t samples : {uint32_t{1}, uint32_t{10}, uint32_t{1000}}) {
    for (const float loss_scale : {1.0f, 65536.0f, 0x1p-20f}) {
      for (const double max_norm : {0.0, 0.5, 1.0, 4.999, 5.1, 1e39}) {
        float sums[2];
        for (int i = 0; i < 2; ++i) sums[i] = mean[i] * static_cast<float>(samples) * loss_scale;
        gls_gradient_report of_mean = {}, of_sums = {};
        const bool ok = gls_gradient_report_update(&of_mean, mean, 2) == GLS_OK &&
                        gls_gradient_report_update(&of_sums, sums, 2) == GLS_OK;
        const double together = static_cast<double>(samples) * static_cast<double>(loss_scale);
        const double right = static_cast<double>(gls_clip_scale(&of_mean, max_norm)) / together;
        CHECK(ok && near(static_cast<double>(gls_gradient_scale(&of_sums, max_norm, samples, loss_scale)),
                         right),
              "a sum over ", samples);
      }
    }
  }
  // A sum over ten with norm 50, clipped at 1: the step's gradient has norm 1. The product of scales gave
  // 0.1.
  gls_gradient_report report = {};
  const float sum[] = {30.0f, -40.0f};
  const bool ok = gls_gradient_report_update(&report, sum, 2) == GLS_OK;
  CHECK(ok && near(static_cast<double>(gls_gradient_scale(&report, 1.0, 10, 1.0f)) * 50.0, 1.0), "norm 1");
  const auto refused = [](float x) { return x != x; };
  CHECK(refused(gls_gradient_scale(&report, 1.0, 0, 1.0f)) &&
            refused(gls_gradient_scale(nullptr, 1.0, 1, 1.0f)) &&
            refused(gls_gradient_scale(&report, -1.0, 1, 1.0f)) &&
            refused(gls_gradient_scale(&report, 1.0, 1, 0.0f)),
        "refused");
  report.not_finite = 1;
  CHECK(refused(gls_gradient_scale(&report, 1.0, 1, 1.0f)), "not finite gives NaN");
}

// Blocks are added in double: a long sum of small squares does not stop growing.
void check_blocks() {
  for (float& value : values) value = 0.1f;
  gls_gradient_report report = {};
  bool ok = true;
  for (int i = 0; i < 100; ++i) ok = ok && gls_gradient_report_update(&report, values, kMost) == GLS_OK;
  CHECK(ok && near(report.sum_of_squares, 100.0 * kMost * 0.01), "many blocks on ", gls_backend_active());
}

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  using namespace glissade::test;
  on_each_backend([] {
    for (uint32_t count = 0; count <= 83; ++count) check_block(count);
    check_block(1024);
    check_positions();
    check_blocks();
  });
  check_clipping();
  check_gradient_scale();
  return finish();
}
