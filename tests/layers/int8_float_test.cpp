// SPDX-License-Identifier: Apache-2.0
// Int8 layers from and into float ones.
#include "layers/int8_model.hpp"
#include "support/check.hpp"
#include "support/list.hpp"
#include "support/reference.hpp"

namespace glissade {
namespace test {
namespace {

constexpr size_t kInputs = 19, kOutputs = 7;
constexpr float kOldScale = 0.25f;

struct Float {
  float weights[(kInputs + 1) * kOutputs];
  float& weight(size_t d, size_t c) { return weights[d * kOutputs + c]; }
  float& bias(size_t c) { return weights[kInputs * kOutputs + c]; }
};

// Memory for one int8 layer; all of it is compared where nothing may be written.
struct Int8 {
  gls_int8_dense layer = {};
  gls_int8_multiplier multipliers[kOutputs] = {};
  int32_t biases[kOutputs] = {};
  float scales[kOutputs] = {};
  gls_int8_clamped clamped = {9, 9, 9};
  int8_t weights[kOutputs * kInputs] = {};

  explicit Int8(size_t scale_count) {
    for (float& scale : scales) scale = kOldScale;
    layer.scale_count = scale_count;
    layer.input_count = kInputs;
    layer.output_count = kOutputs;
    layer.input_scale = 0.05f;
    layer.output_scale = 0.1f;
    point();
  }
  void point() {
    layer.weights = weights;
    layer.biases = biases;
    layer.weight_scales = scales;
    layer.multipliers = multipliers;
  }
  Status requantize(const Float& from, gls_int8_scales which) {
    return gls_int8_dense_requantize(&layer, from.weights, which, weights, biases, scales, &clamped);
  }
  uint32_t crc() const {
    uint32_t crc = gls_crc32(0, biases, sizeof biases);
    crc = gls_crc32(gls_crc32(crc, scales, sizeof scales), weights, sizeof weights);
    return gls_crc32(gls_crc32(crc, multipliers, sizeof multipliers), &clamped, sizeof clamped);
  }
  float scale(size_t c) const { return scales[layer.scale_count == 1 ? 0 : c]; }
};

void fill(Float& f, uint32_t seed, float size, float bias_size) {
  Random random(seed);
  for (size_t c = 0; c < kOutputs; ++c) {
    for (size_t d = 0; d < kInputs; ++d) f.weight(d, c) = random.ordinary() * size;
    f.bias(c) = random.ordinary() * bias_size;
  }
}

double size_of(float x) { return x < 0.0f ? -static_cast<double>(x) : static_cast<double>(x); }

// The scale of outputs [first .. last), as the header says it.
float wanted_scale(const Int8& q, Float& f, size_t first, size_t last, float before) {
  double least = 0.0;
  for (size_t c = first; c < last; ++c) {
    for (size_t d = 0; d < kInputs; ++d) {
      const double of_weight = size_of(f.weight(d, c)) / 127.0;
      if (of_weight > least) least = of_weight;
    }
    const double of_bias = size_of(f.bias(c)) / (static_cast<double>(q.layer.input_scale) * 1073741824.0);
    if (of_bias > least) least = of_bias;
  }
  const float scale = static_cast<float>(least);
  return size_of(scale) >= 0x1p-126 ? scale : size_of(before) >= 0x1p-126 ? before : 1.0f;
}

double into(double x, double most, bool* clamped) {
  *clamped = x > most || x < -most;
  return x > most ? most : x < -most ? -most : x;
}

// What a layer holds against the formulas in double, with its scales; counts what was clamped.
void check_integers(Int8& q, Float& f, const char* what) {
  gls_int8_clamped counted = {0, 0, 0};
  bool same = true;
  for (size_t c = 0; c < kOutputs; ++c) {
    const double scale = static_cast<double>(q.scale(c)), in = static_cast<double>(q.layer.input_scale);
    bool clamped = false, any = false;
    for (size_t d = 0; d < kInputs; ++d) {
      const double x = static_cast<double>(f.weight(d, c)) / scale;
      same = same && q.weights[c * kInputs + d] == into(model::rounded(x), 127.0, &clamped);
      counted.weights += clamped ? 1 : 0;
      any = any || clamped;
    }
    const double x = static_cast<double>(f.bias(c)) / (in * scale);
    same = same && q.biases[c] == into(model::rounded(x), 2147483647.0 - 32640.0 * kInputs, &clamped);
    counted.biases += clamped ? 1 : 0;
    counted.rows += any || clamped ? 1 : 0;
  }
  const bool counts = q.clamped.weights == counted.weights && q.clamped.biases == counted.biases &&
                      q.clamped.rows == counted.rows;
  CHECK(same && counts, what, ": ", static_cast<uint32_t>(counted.weights), " weights and ",
        static_cast<uint32_t>(counted.biases), " biases are clamped");
}

// No sum can wrap, whatever the inputs are.
void check_sums(const Int8& q) {
  for (size_t c = 0; c < kOutputs; ++c) {
    int64_t most = q.biases[c] < 0 ? -int64_t{q.biases[c]} : q.biases[c];
    for (size_t d = 0; d < kInputs; ++d)
      most += 255 * static_cast<int64_t>(model::magnitude(q.weights[c * kInputs + d]));
    CHECK(most <= INT32_MAX, "a sum of output ", static_cast<uint32_t>(c), " may wrap");
  }
}

void check_new_scales(Float& f, size_t count, const char* what, float before = kOldScale) {
  Int8 q(count);
  for (float& scale : q.scales) scale = before;
  const Status status = q.requantize(f, GLS_INT8_NEW_SCALES);
  bool same = status == GLS_OK;
  for (size_t c = 0; c < count; ++c)
    same =
        same && q.scales[c] == wanted_scale(q, f, count == 1 ? 0 : c, count == 1 ? kOutputs : c + 1, before);
  CHECK(same, what, ": scales, status ", static_cast<uint32_t>(-status));
  check_integers(q, f, what);
  check_sums(q);
}

void check_kept_scales(Float& f, size_t count, const char* what, float kept = kOldScale) {
  Int8 q(count);
  for (float& scale : q.scales) scale = kept;
  const Status status = gls_int8_dense_requantize(&q.layer, f.weights, GLS_INT8_KEPT_SCALES, q.weights,
                                                  q.biases, nullptr, &q.clamped);
  CHECK(status == GLS_OK && q.scales[0] == kept, what, ": status ", static_cast<uint32_t>(-status));
  check_integers(q, f, what);
  check_sums(q);
}

// Weights beside a half of a scale, where a quotient in float is a half.
void check_near_halves(size_t count, uint32_t seed) {
  Random random(seed);
  Float f;
  fill(f, seed, 0.0f, 0.0f);
  const float scale = 0.2f + 0.1f * random.ordinary();
  for (size_t d = 0; d < kInputs; ++d) {
    for (size_t c = 0; c < kOutputs; ++c) {
      const float half = scale * (static_cast<float>(random.below(127)) + 0.5f);
      f.weight(d, c) = bits_to_float(float_to_bits(half) + random.below(3) - 1) * (c % 2 == 0 ? 1.0f : -1.0f);
    }
  }
  check_kept_scales(f, count, "near halves", scale);
}

void check_requantize() {
  Float f;
  for (const size_t count : {size_t{1}, kOutputs}) {
    for (uint32_t seed = 1; seed < 20; ++seed) {
      fill(f, seed, 1.0f, 1.0f);
      check_new_scales(f, count, "new scales");
      fill(f, seed, 40.0f, 4e7f);
      check_kept_scales(f, count, "kept scales");
      check_new_scales(f, count, "large biases");
      check_near_halves(count, seed);
    }
    // Halves go away from 0.
    fill(f, 1, 0.0f, 0.0f);
    for (size_t d = 0; d < 18; ++d) f.weight(d, d % kOutputs) = kOldScale * (static_cast<float>(d) - 8.5f);
    check_kept_scales(f, count, "halves");
    // A row of zeros, and what is too small for a scale: the scale of before, or 1.
    fill(f, 2, 1.0f, 1.0f);
    for (size_t d = 0; d <= kInputs; ++d) f.weight(d, 3) = 0.0f;
    for (const float before :
         {kOldScale, 0.0f, 1e-40f, bits_to_float(0x7fc00000), bits_to_float(0x7f800000), -1.0f}) {
      const bool usable = before > 1e-30f && before < 1e30f;
      check_new_scales(f, count, "a row of zeros", usable ? before : 0.0f);
      Float small;
      fill(small, 3, 1e-37f, 0.0f);
      Int8 q(count);
      for (float& scale : q.scales) scale = before;
      const bool done = q.requantize(small, GLS_INT8_NEW_SCALES) == GLS_OK;
      CHECK(done && q.scale(2) == (usable ? before : 1.0f), "small weights, scale ",
            Hex{float_to_bits(before)});
    }
  }
}

// float -> int8 -> float -> int8 with the scales of the first time is the same int8 layer.
void check_round_trip() {
  for (const size_t count : {size_t{1}, kOutputs}) {
    for (uint32_t seed = 1; seed < 20; ++seed) {
      Float f, again;
      fill(f, seed, 3.0f, 5.0f);
      Int8 q(count), second(count);
      bool done = q.requantize(f, GLS_INT8_NEW_SCALES) == GLS_OK &&
                  gls_int8_dense_dequantize(&q.layer, again.weights) == GLS_OK;
      for (size_t c = 0; c < kOutputs && done; ++c) {
        const double scale = static_cast<double>(q.scale(c));
        for (size_t d = 0; d < kInputs; ++d) {
          const double exact = scale * q.weights[c * kInputs + d];
          done = done && again.weight(d, c) == static_cast<float>(exact) &&
                 size_of(again.weight(d, c) - f.weight(d, c)) <= 0.5001 * scale;
        }
        const double exact = static_cast<double>(q.layer.input_scale) * scale * q.biases[c];
        done = done && again.bias(c) == static_cast<float>(exact);
      }
      for (size_t c = 0; c < count; ++c) second.scales[c] = q.scales[c];
      done = done && second.requantize(again, GLS_INT8_KEPT_SCALES) == GLS_OK;
      CHECK(done && second.crc() == q.crc() && q.clamped.rows == 0, "a round trip, seed ", seed);
    }
  }
}

void check_no_biases() {
  Int8 q(1);
  Float f;
  fill(f, 4, 1.0f, 1.0f);
  q.layer.biases = nullptr;
  CHECK(gls_int8_dense_dequantize(&q.layer, f.weights) == GLS_OK && f.bias(0) == 0.0f, "no biases");
}

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  using namespace glissade::test;
  check_requantize();
  check_round_trip();
  check_no_biases();
  return finish();
}
