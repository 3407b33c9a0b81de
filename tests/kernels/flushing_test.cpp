// SPDX-License-Identifier: Apache-2.0
// Steps that flush subnormals on demand, for every rule, on every backend.
#include "cpu/float_mode.hpp"
#include "support/check.hpp"
#include "support/matrix.hpp"

namespace glissade {
namespace test {
namespace {

float flushed(float x) { return (float_to_bits(x) & 0x7f800000u) == 0 ? 0.0f : x; }

// gls_flush_subnormals, over a buffer and over a layer of 11 outputs: where the processor can, what a unit
// that flushes computes, and the caller's mode is as it was; where it cannot, what it always computes.
template <class Rule>
void check_flushing(const Tested<Rule>& tested) {
  Set got(0), wanted(1);
  float x[5], dy[11];
  const Kernels& expected = kFlushesOnDemand ? reference_flush::kernels : expected_kernels();
  uint32_t wrong = 0;
  for (uint32_t seed = 0; seed < 20; ++seed) {
    const typename Rule::Params params = seed % 2 == 0 ? usual_params<Rule>() : typename Rule::Params();
    Random random(seed);
    for (float& value : x) value = random.extreme();
    for (float& value : dy) value = random.extreme();
    for (size_t k = 0; k < kBuffers; ++k) {
      // States as they decay towards zero, and anything.
      for (size_t i = 0; i < kCount; ++i) {
        const float tiny = random.ordinary() * bits_to_float(random.below(0x01800000u));
        got.buffers[k][i] = wanted.buffers[k][i] = seed < 10              ? random.extreme()
                                                   : k > 2 && tiny < 0.0f ? -tiny
                                                                          : tiny;
      }
    }
    typename Rule::State state = {};
    gls_coefficients c, flushing;
    Status status = begin<Rule>(&params, &state, 0.75f, &c);
    flushing = c;
    gls_flush_subnormals(&flushing);
    const FloatModeRegister before = read_float_mode() & kFloatModeMask;
    if (seed % 4 < 3) {
      if (status == GLS_OK)
        status = sweep<Rule>(&flushing, got.buffers[0], got.buffers[1], got.buffers + 2, kCount);
      (expected.*tested.sweep)(inside(c).of_rule, wanted.buffers[0], wanted.buffers[1], wanted.buffers + 2,
                               kCount);
    } else {
      const gls_factors layer = {x, dy, 1, 5, 11};
      if (status == GLS_OK) {
        status = sweep<Rule>(&flushing, got.buffers[0], Factors{&layer, 1}, got.buffers + 2, 66);
      }
      float* slots[] = {wanted.buffers[2], wanted.buffers[3], wanted.buffers[4]};
      expected.sweep_blocks(expected.*tested.sweep, Rule::kSlots, inside(c).of_rule, wanted.buffers[0],
                            &layer, slots, 0, 66);
    }
    bool same = status == GLS_OK && (read_float_mode() & kFloatModeMask) == before;
    for (size_t i = 0; __is_same(Rule, AmsGrad) && i < kCount; ++i) {  // its largest v may be kept as it is
      got.buffers[4][i] = flushed(got.buffers[4][i]);
      wanted.buffers[4][i] = flushed(wanted.buffers[4][i]);
    }
    same = same && got == wanted;
    wrong += !same;
  }
  CHECK(wrong == 0, tested.name, " flushing subnormals: ", wrong, " of 20 on ", gls_backend_active());
}

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  using namespace glissade::test;
  on_each_backend([] { for_each_rule([](const auto& tested) { check_flushing(tested); }); });
  return finish();
}
