// SPDX-License-Identifier: Apache-2.0
// Int8 layers: the range of each field, the ends of each activation, and every way in which a call is
// refused.
#include "layers/int8_model.hpp"
#include "support/check.hpp"
#include "support/list.hpp"
#include "support/reference.hpp"

namespace glissade {
namespace test {
namespace {

constexpr float kInfinity = __builtin_huge_valf();

// A layer of 3 inputs and 2 outputs, and all that its calls write.
struct All {
  gls_int8_dense layer = {};
  gls_int8_multiplier multipliers[2] = {{7, 7}, {7, 7}};
  int32_t biases[2] = {1, 2}, zero = 7;
  float scales[2] = {0.5f, 0.25f}, floats[8] = {1, 2, 3, 4, 5, 6, 7, 8}, scale = 7;
  gls_int8_clamped clamped = {7, 7, 7};
  gls_int8_range range = {-1, 1};
  int8_t weights[6] = {1, 2, 3, 4, 5, 6}, x[6] = {}, y[4] = {7, 7, 7, 7};

  All() {
    layer.weights = weights;
    layer.biases = biases;
    layer.weight_scales = scales;
    layer.multipliers = multipliers;
    layer.scale_count = layer.output_count = 2;
    layer.input_count = 3;
    layer.input_scale = 0.5f;
    layer.output_scale = 0.5f;
  }
  All(const All&) = delete;
  All& operator=(const All&) = delete;
  uint32_t crc() const {
    uint32_t crc = gls_crc32(0, multipliers, sizeof multipliers);
    crc = gls_crc32(gls_crc32(crc, biases, sizeof biases), scales, sizeof scales);
    crc = gls_crc32(gls_crc32(crc, floats, sizeof floats), &range, sizeof range);
    crc = gls_crc32(gls_crc32(crc, &clamped, sizeof clamped), weights, sizeof weights);
    crc = gls_crc32(gls_crc32(crc, x, sizeof x), y, sizeof y);
    crc = gls_crc32(gls_crc32(crc, &scale, sizeof scale), &zero, sizeof zero);
    return crc ^ layer.prepared ^ static_cast<uint32_t>(layer.least) ^ static_cast<uint32_t>(layer.most);
  }
  Status prepare() { return gls_int8_dense_prepare(&layer); }
  Status forward() { return gls_int8_dense_forward(&layer, x, y, 2); }
  Status dequantize() { return gls_int8_dense_dequantize(&layer, floats); }
  Status requantize(gls_int8_scales which) {
    return gls_int8_dense_requantize(&layer, floats, which, weights, biases, scales, &clamped);
  }
  Status renew() { return requantize(GLS_INT8_NEW_SCALES); }
  Status keep() { return requantize(GLS_INT8_KEPT_SCALES); }
  Status write(int8_t* to, int32_t* to_biases, float* to_scales, gls_int8_clamped* counts) {
    return gls_int8_dense_requantize(&layer, floats, GLS_INT8_NEW_SCALES, to, to_biases, to_scales, counts);
  }
  Status find_scale() { return gls_int8_range_scale(&range, &scale, &zero); }
};

// What C may hand for an enum; an address that is not aligned; another type's.
template <class T>
void put(T& place, int32_t value) {
  __builtin_memcpy(&place, &value, sizeof place);
}
gls_int8_scales scales_of_a_third_kind() {
  gls_int8_scales which;
  put(which, 2);
  return which;
}
template <class T>
T* odd(T* pointer) {
  return reinterpret_cast<T*>(reinterpret_cast<uintptr_t>(pointer) + 2);
}
template <class To, class From>
To* as(From* pointer) {
  return reinterpret_cast<To*>(pointer);
}

// A call on what change makes of a good layer, prepared before it where asked.
template <class Change, class Call>
void expect(Status wanted, bool prepared, const char* what, Change change, Call call) {
  All a;
  if (prepared) CHECK(a.prepare() == GLS_OK, what);
  change(a);
  const uint32_t before = a.crc();
  const Status got = call(a);
  CHECK(got == wanted && (wanted == GLS_OK || a.crc() == before), what, ": status ",
        static_cast<uint32_t>(-got));
}

template <class Change>
void expect_range(const char* what, bool forward, bool dequantize, bool requantize, bool keep,
                  Change change) {
  expect(GLS_ERROR_RANGE, false, what, change, [](All& a) { return a.prepare(); });
  if (forward) expect(GLS_ERROR_RANGE, true, what, change, [](All& a) { return a.forward(); });
  if (dequantize) expect(GLS_ERROR_RANGE, false, what, change, [](All& a) { return a.dequantize(); });
  if (requantize) expect(GLS_ERROR_RANGE, false, what, change, [](All& a) { return a.renew(); });
  if (keep) expect(GLS_ERROR_RANGE, false, what, change, [](All& a) { return a.keep(); });
}

void check_the_list() {
  const float no_scales[] = {
      0.0f, -0.0f, -1.0f, kInfinity, -kInfinity, bits_to_float(0x7fc00000), bits_to_float(0xffc00000)};
#define FIELD(what, forward, dequantize, requantize, keep, ...) \
  expect_range(what, forward, dequantize, requantize, keep, [](All& a) { __VA_ARGS__ });
#define SCALE(what, dequantize, requantize, keep, place) \
  for (const float bad : no_scales)                      \
    expect_range(what, false, dequantize, requantize, keep, [=](All& a) { place = bad; });
#define CASE(status, prepared, what, change, call)                    \
  expect(                                                             \
      status, prepared, what, []([[maybe_unused]] All& a) { change }, \
      []([[maybe_unused]] All& a) { return call; });
#include "layers/int8_refused.inc"
}

// Factors: too large for a shift, infinite, and 0.
void check_factors() {
  All a;
  a.layer.rounding = GLS_INT8_SINGLE_ROUNDING;
  a.layer.input_scale = 0x1p100f;
  CHECK(a.prepare() == GLS_OK && a.multipliers[1].multiplier == INT32_MAX && a.multipliers[1].shift == 30,
        "a large factor");
  a.layer.scale_count = 1;
  a.layer.rounding = GLS_INT8_DOUBLE_ROUNDING;
  a.layer.input_scale = a.scales[0] = 0x1p-100f;
  CHECK(a.prepare() == GLS_OK && a.multipliers[0].multiplier == 0 && a.multipliers[0].shift == 0,
        "a product of 0");
  a.layer.input_scale = 0x1p-20f;
  a.scales[0] = 0x1p-12f;
  a.layer.output_scale = 1.0f;
  CHECK(a.prepare() == GLS_OK && a.multipliers[0].multiplier == 1 << 30 && a.multipliers[0].shift == -31,
        "shift -31");
  a.scales[0] = 0x1.fffffep-14f;
  CHECK(a.prepare() == GLS_OK && a.multipliers[0].multiplier == 0 && a.multipliers[0].shift == 0,
        "shift -32");
  a.layer.scale_count = 2;  // more bits than a multiplier has: rounded up to the next power of two
  a.layer.input_scale = 0x1.00001p0f;
  a.scales[0] = a.scales[1] = 0x1.ffffep-1f;  // 1 - 2^-40
  CHECK(a.prepare() == GLS_OK && a.multipliers[0].multiplier == 1 << 30 && a.multipliers[0].shift == 1,
        "rounded up");
}

void check_ends() {
  Random random(3);
  for (uint32_t i = 0; i < 400; ++i) {
    All a;
    a.layer.output_scale =
        i % 4 == 0 ? 6.0f / static_cast<float>(random.below(512) + 1) : 0.05f + 0.04f * random.ordinary();
    if (i % 16 == 3) a.layer.output_scale = 0x1p-28f;
    a.layer.output_zero = static_cast<int8_t>(random.next() >> 24);
    a.layer.activation = static_cast<gls_int8_activation>(random.below(4));
    const auto end = [&](float real) {
      const float units = real / a.layer.output_scale;
      return static_cast<double>(a.layer.output_zero) + model::rounded(static_cast<double>(units));
    };
    constexpr float kLeast[] = {0, 0, -1, 0}, kMost[] = {0, 0, 1, 6};
    double least = -128.0, most = 127.0;
    if (a.layer.activation != GLS_INT8_NO_ACTIVATION) least = end(kLeast[a.layer.activation]);
    if (a.layer.activation > GLS_INT8_RELU) most = end(kMost[a.layer.activation]);
    const bool done = a.prepare() == GLS_OK && a.layer.least == (least < -128.0 ? -128.0 : least) &&
                      a.layer.most == (most > 127.0 ? 127.0 : most);
    CHECK(done, "the ends of activation ", static_cast<uint32_t>(a.layer.activation), ", ", i);
  }
}

void check_not_finite() {
  const float values[] = {kInfinity, -kInfinity, bits_to_float(0x7fc00000), bits_to_float(0xff800001)};
  for (const float bad : values) {
    for (size_t place = 0; place < 8; ++place) {
      const auto change = [=](All& a) { a.floats[place] = bad; };
      constexpr Status kNo = GLS_ERROR_NOT_FINITE;
      expect(kNo, false, "new scales", change, [](All& a) { return a.renew(); });
      expect(kNo, false, "kept scales", change, [](All& a) { return a.keep(); });
      expect(kNo, false, "a range", change,
             [](All& a) { return gls_int8_range_update(&a.range, a.floats, 8); });
    }
  }
}

// The converter's formula, in double; and what its comment promises: 0 is a number of its own.
void check_range() {
  Random random(5);
  gls_int8_range range = {};
  float scale = 3.0f;
  int32_t zero = 5;
  CHECK(gls_int8_range_scale(&range, &scale, &zero) == GLS_ERROR_RANGE && scale == 3.0f && zero == 5,
        "a range of nothing");
  for (uint32_t i = 0; i < 200; ++i) {
    float values[7];
    const float middle = random.ordinary() * 3.0f, width = random.ordinary() * (i % 2 == 0 ? 1.0f : 1e-20f);
    for (float& value : values) value = middle + width * random.ordinary();
    gls_int8_range seen = {};
    bool same = gls_int8_range_update(&seen, values, 3) == GLS_OK &&
                gls_int8_range_update(&seen, values + 3, 4) == GLS_OK;
    float least = 0.0f, most = 0.0f;
    for (const float value : values) {
      least = value < least ? value : least;
      most = value > most ? value : most;
    }
    same = same && seen.least == least && seen.most == most &&
           gls_int8_range_scale(&seen, &scale, &zero) == GLS_OK;
    const float wanted = (most - least) / 255.0f;
    const float quotient = -128.0f - least / wanted;
    const double rounded = model::rounded(static_cast<double>(quotient));
    same = same && scale == wanted && zero == (rounded > 127.0 ? 127.0 : rounded);
    CHECK(same, "a range, ", i);
  }
}

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  using namespace glissade::test;
  check_the_list();
  check_factors();
  check_ends();
  check_not_finite();
  check_range();
  return finish();
}
