// SPDX-License-Identifier: Apache-2.0
// A gradient that would spoil the state changes nothing, wherever it stands; every other one is stepped on.
#include "glissade/formats.h"
#include "support/check.hpp"
#include "support/matrix.hpp"

namespace glissade {
namespace test {
namespace {

#ifdef GLISSADE_SMALL
constexpr size_t kMostVectors = 2;
#else
constexpr size_t kMostVectors = 4;
#endif

// NaN of both kinds and signs, both infinities.
constexpr uint32_t kNotFinite[] = {0x7fc00000, 0xffc00000, 0x7f800001, 0xff800001, 0x7f800000, 0xff800000};

template <class Rule>
float bound() {
  return bits_to_float((127 + Rule::kGradientBits) << 23);
}

template <class Rule>
struct Guarded {
  const char* name;
  Set set{0}, before{1};
  typename Rule::Params params;
  typename Rule::State state = {}, state_before = {};
  float scale = 0.5f;

  explicit Guarded(const char* rule) : name(rule) {
    set.fill(3);
    before.fill(3);
    state.step = state_before.step = 4;
  }

  Status step(size_t count) {
    return test::step<Rule>(&params, &state, set.buffers[0], set.buffers[1], scale, set.buffers + 2, count);
  }

  Status guard_alone(size_t count) {
    return test::guard<Rule>(&params, set.buffers[0], set.buffers[1], scale, count);
  }

  bool untouched() const {
    bool same = __builtin_memcmp(&state, &state_before, sizeof state) == 0;
    for (size_t k = 0; k < kBuffers; ++k) {
      same = same && __builtin_memcmp(set.buffers[k], before.buffers[k], sizeof(float) * kCount) == 0;
    }
    return same;
  }

  // Is a step over count weights refused, and nothing written, when this number stands there?
  bool refuses(uint32_t bits, size_t buffer, size_t position, size_t count) {
    const float kept = set.buffers[buffer][position];
    set.buffers[buffer][position] = before.buffers[buffer][position] = bits_to_float(bits);
    const bool refused =
        step(count) == GLS_ERROR_GRADIENT && guard_alone(count) == GLS_ERROR_GRADIENT && untouched();
    set.buffers[buffer][position] = before.buffers[buffer][position] = kept;
    return refused;
  }
};

template <class Rule>
void check_every_position(const char* name) {
  Guarded<Rule> guarded(name);
  const size_t longest = kMostVectors * gls_backend_width(active_index()) + 3;
  uint32_t missed = 0, tried = 0;
  for (size_t count = 1; count <= longest; ++count) {
    for (size_t position = 0; position < count; ++position) {
      for (const uint32_t bits : kNotFinite) missed += !guarded.refuses(bits, 1, position, count), ++tried;
      // The first magnitude that is too large, after the scale of 1/2; of both signs.
      const uint32_t too_large = float_to_bits(bound<Rule>() * 2.0f);
      missed += !guarded.refuses(too_large, 1, position, count), ++tried;
      missed += !guarded.refuses(too_large | 0x80000000u, 1, position, count), ++tried;
    }
  }
  CHECK(missed == 0, name, ": ", missed, " of ", tried, " bad gradients were not refused, or wrote");
}

// Just below the bound, and subnormal: the same as without the guard.
template <class Rule>
void check_accepted(const char* name) {
  const float largest = bits_to_float(float_to_bits(bound<Rule>()) - 1);
  const float values[] = {largest, -largest, 1e-45f, -1e-40f, 0.0f, -0.0f};
  for (const float value : values) {
    Guarded<Rule> guarded(name);
    guarded.scale = 1.0f;
    guarded.set.buffers[1][kCount - 1] = guarded.before.buffers[1][kCount - 1] = value;
    const Status status = guarded.step(kCount);
    const Status plain =
        step_unguarded<Rule>(&guarded.params, &guarded.state_before, guarded.before.buffers[0],
                             guarded.before.buffers[1], 1.0f, guarded.before.buffers + 2, kCount);
    CHECK(status == GLS_OK && plain == GLS_OK && guarded.set == guarded.before &&
              guarded.state.step == guarded.state_before.step,
          name, ": a gradient of ", Hex{float_to_bits(value)}, ", status ", static_cast<uint32_t>(-status));
  }
}

// The largest gradients that are accepted, for long and of changing sign: every slot stays finite.
template <class Rule>
void check_never_spoiled(const char* name) {
  constexpr size_t kSteps = 400;
  Guarded<Rule> guarded(name);
  guarded.params.learning_rate = 1e-30;  // the weights are not what this is about
  const float largest = bits_to_float(float_to_bits(bound<Rule>()) - 1);
  guarded.scale = 1.0f;
  bool finite = true;
  for (size_t i = 0; i < kSteps; ++i) {
    for (size_t k = 0; k < kCount; ++k)
      guarded.set.buffers[1][k] = (i >> (k % 9)) % 2 == 0 ? largest : -largest;
    finite = finite && guarded.step(kCount) == GLS_OK;
  }
  for (size_t k = 2; k < 2 + Rule::kSlots; ++k) {
    for (size_t i = 0; i < kCount; ++i) finite = finite && is_finite(guarded.set.buffers[k][i]);
  }
  CHECK(finite, name, ": slots after ", static_cast<uint32_t>(kSteps), " of the largest gradients");
}

// Scales that are no power of two, of both signs: nothing whose product reaches the bound goes through.
template <class Rule>
void check_scales(const char* name) {
  Guarded<Rule> guarded(name);
  const float scales[] = {0.75f, -1.5f, 1e-6f, 100.0f};
  for (const float scale : scales) {
    guarded.scale = scale;
    const float reaches = bound<Rule>() / (scale < 0.0f ? -scale : scale);
    CHECK(guarded.refuses(float_to_bits(reaches) + 1, 1, 3, kCount), name, ": scale ",
          Hex{float_to_bits(scale)});
    CHECK(guarded.set.buffers[1][3] < 1.0f && guarded.step(kCount) == GLS_OK, name,
          ": and ordinary gradients do");
    guarded.set.fill(3);
    guarded.state = guarded.state_before;
  }
}

// Coupled weight decay makes gradients of weights.
template <class Rule>
void check_decay(const char* name) {
  Guarded<Rule> guarded(name);
  guarded.params.weight_decay = 0.25;
  uint32_t missed = 0;
  for (size_t position = 0; position < kCount; position += 5) {
    missed += !guarded.refuses(float_to_bits(bound<Rule>() * 4.0f), 0, position, kCount);
    missed += !guarded.refuses(0x7fc00000, 0, position, kCount);
  }
  CHECK(missed == 0, name, ": ", missed, " weights whose decay is too large a gradient were stepped");
  guarded.params.decoupled_weight_decay = true;
  guarded.set.buffers[0][1] = bound<Rule>() * 4.0f;
  CHECK(guarded.step(kCount) == GLS_OK, name, ": decoupled decay is no gradient");
}

// The guard's other arguments; no scale is too small, and where nothing of a gradient is left it may be
// anything finite.
template <class Rule>
void check_arguments(const char* name) {
  Guarded<Rule> guarded(name);
  const float *const w = guarded.set.buffers[0], *const g = guarded.set.buffers[1];
  const typename Rule::Params& params = guarded.params;
  typename Rule::Params bad = params;
  bad.learning_rate = -1.0;
  CHECK(guard<Rule>(&params, w, g, 1.0f, kCount) == GLS_OK &&
            guard<Rule>(nullptr, w, g, 1.0f, kCount) == GLS_ERROR_NULL &&
            guard<Rule>(&params, nullptr, g, 1.0f, kCount) == GLS_ERROR_NULL &&
            guard<Rule>(&params, w, static_cast<const float*>(nullptr), 1.0f, kCount) == GLS_ERROR_NULL &&
            guard<Rule>(&bad, w, g, 1.0f, kCount) == GLS_ERROR_RANGE &&
            guard<Rule>(&params, w, g, bits_to_float(0x7fc00000), kCount) == GLS_ERROR_RANGE &&
            guard<Rule>(&params, w, g, 1.0f, SIZE_MAX) == GLS_ERROR_RANGE,
        name, ": arguments");
  guarded.set.buffers[1][1] = bits_to_float(0x7f7fffff);
  CHECK(guard<Rule>(&params, w, g, 0.0f, kCount) == GLS_OK &&
            guard<Rule>(&params, w, g, 1e-45f, kCount) == GLS_OK &&
            guard<Rule>(&params, w, g, 1.0f, kCount) == GLS_ERROR_GRADIENT,
        name, ": the largest float at small scales");
}

void check_policies() {
  gls_skipped skipped = {};
  CHECK(gls_skip(&skipped, GLS_OK, 2) == GLS_OK && skipped.total == 0, "a step that went well");
  CHECK(gls_skip(&skipped, GLS_ERROR_GRADIENT, 2) == GLS_OK && skipped.in_a_row == 1, "the first skip");
  CHECK(gls_skip(&skipped, GLS_OK, 2) == GLS_OK && skipped.in_a_row == 0 && skipped.total == 1, "a row ends");
  CHECK(gls_skip(&skipped, GLS_ERROR_GRADIENT, 2) == GLS_OK, "another");
  CHECK(gls_skip(&skipped, GLS_ERROR_GRADIENT, 2) == GLS_ERROR_GRADIENT && skipped.total == 3,
        "two in a row stop");
  CHECK(gls_skip(&skipped, GLS_ERROR_GRADIENT, 0) == GLS_OK && skipped.in_a_row == 3, "0 never stops");
  CHECK(gls_skip(&skipped, GLS_ERROR_NULL, 2) == GLS_ERROR_NULL && skipped.total == 4,
        "other errors are not skipped");
  CHECK(gls_skip(nullptr, GLS_OK, 2) == GLS_ERROR_NULL, "null");
  skipped.total = skipped.in_a_row = UINT32_MAX;
  CHECK(gls_skip(&skipped, GLS_ERROR_GRADIENT, 0) == GLS_OK && skipped.total == UINT32_MAX &&
            skipped.in_a_row == UINT32_MAX,
        "counts stay at their end");
}

// Coupled decay refuses the weights in bfloat16 that it refuses as floats: of all that there are.
void check_bfloat16_weights() {
  float weight = 0.0f, m = 0.0f, v = 0.0f;
  const float gradient = 0.0f;
  gls_adam_params params = {GLS_ADAM_DEFAULTS};
  gls_adam_state state = {};
  alignas(4) uint16_t code[GLS_WEIGHTS_BFLOAT16_COUNT(1)] = {};
  const gls_optimizer floats = gls_adam(&params, &state, &weight, &m, &v, 1);
  const gls_optimizer o = gls_weights_bfloat16(floats, code);
  constexpr double kDecays[] = {1.0, 0.75, 1e30};
  for (const double decay : kDecays) {
    params.weight_decay = decay;
    uint32_t refused = 0, differ = 0;
    for (uint32_t bits = 0; bits < 65536; ++bits) {
      code[0] = static_cast<uint16_t>(bits);
      weight = bits_to_float(bits << 16);
      const gls_status expects = gls_guard(&floats, gls_gradient_buffer(&gradient), 1.0f);
      refused += expects == GLS_ERROR_GRADIENT ? 1 : 0;
      differ += gls_guard(&o, gls_gradient_buffer(&gradient), 1.0f) == expects ? 0 : 1;
    }
    CHECK(differ == 0 && refused > 0 && refused < 65536, "weights that are refused: ", refused,
          ", not as floats are: ", differ);
  }
}

void check_active_backend() {
  for_each_rule([](const auto& tested) {
    using Rule = decltype(rule_of(tested));
    check_every_position<Rule>(tested.name);
    check_arguments<Rule>(tested.name);
    check_accepted<Rule>(tested.name);
    check_never_spoiled<Rule>(tested.name);
    check_scales<Rule>(tested.name);
    check_decay<Rule>(tested.name);
  });
}

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  glissade::test::check_policies();
  glissade::test::check_bfloat16_weights();
  glissade::test::on_each_backend(glissade::test::check_active_backend);
  return glissade::test::finish();
}
