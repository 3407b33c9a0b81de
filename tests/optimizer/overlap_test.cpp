// SPDX-License-Identifier: Apache-2.0
// Buffers of an optimizer, and its gradients, that share memory: for every rule each two of them, in each
// call, by one weight or by all. It is an error and writes nothing; buffers that touch are none.

#include "support/check.hpp"
#include "support/list.hpp"
#include "support/matrix.hpp"

namespace glissade {
namespace test {
namespace {

constexpr size_t kFew = 5, kParts = 12;

// Memory for all buffers, one behind the other.
struct Room {
  alignas(4) float floats[kParts * kFew];
  uint32_t crc() const { return gls_crc32(0, floats, sizeof floats); }
};

template <class Rule>
class Buffers {
 public:
  static constexpr size_t kGradients = Rule::kSlots + 1, kCount = Rule::kSlots + 2;

  Buffers() {
    for (size_t i = 0; i < kParts * kFew; ++i) room_.floats[i] = 1.0f + static_cast<float>(i);
    for (size_t k = 0; k < kCount; ++k) buffers_[k] = room_.floats + (2 * k + 1) * kFew;
  }
  // Buffer a begins `by` floats behind buffer b.
  void move(size_t a, size_t b, ptrdiff_t by) { buffers_[a] = buffers_[b] + by; }

  // The calls that read these buffers, in turn: of gradients, of a layer's inputs, of four int8 in each
  // float.
  Status call(int which) {
    const gls_optimizer o = optimizer_of<Rule>(&params_, &state_, buffers_[0], buffers_ + 1, kFew);
    const float *const from = buffers_[kGradients], *const others = room_.floats + 11 * kFew;
    const gls_factors layer = {from, others, 1, kFew - 1, 1};
    const int8_t* const values = reinterpret_cast<const int8_t*>(from);
    const gls_int8_factors int8_layer = {{values, kFew, nullptr, 0.5f, 0}, others, 1, kFew - 1, 1};
    const gls_gradients gradients[] = {gls_gradient_buffer(from), gls_gradient_factors(&layer, 1),
                                       gls_gradient_int8_factors(&int8_layer, 1)};
    return call(which % 5, o, gradients[which / 5]);
  }
  Status call(int which, const gls_optimizer& o, const gls_gradients& gradients) {
    gls_coefficients c;
    if (which == 4 && gls_begin(&o, 1.0f, &c) != GLS_OK) return GLS_ERROR_ORDER;
    state_ = {};
    switch (which) {
      case 0:
        return gls_step(&o, gradients, 1.0f);
      case 1:
        return gls_step_unguarded(&o, gradients, 1.0f);
      case 2:
        return gls_guard(&o, gradients, 1.0f);
      case 3:
        return gls_step_all(&o, &gradients, 1, 1.0f);
      default:
        return gls_sweep(&o, &c, gradients, 0, kFew);
    }
  }
  static constexpr int kCalls = 15;
  Status save(unsigned char* bytes, size_t size) {
    const gls_optimizer o = optimizer_of<Rule>(&params_, &state_, buffers_[0], buffers_ + 1, kFew);
    return gls_save(&o, bytes, size);
  }
  bool untouched() const { return state_.step == 0 && room_.crc() == Buffers().room_.crc(); }

 private:
  Room room_;
  float* buffers_[kCount];
  typename Rule::Params params_ = {};
  typename Rule::State state_ = {};
};

template <class Rule>
void check_overlaps(const char* name) {
  using All = Buffers<Rule>;
  unsigned char bytes[512];
  const ptrdiff_t n = static_cast<ptrdiff_t>(kFew), distances[] = {0, 1, -1, n - 1, 1 - n};
  for (size_t a = 0; a < All::kCount; ++a) {
    for (size_t b = 0; b < a; ++b) {
      for (const ptrdiff_t by : distances) {
        for (int which = 0; which < All::kCalls; ++which) {
          // Of a layer's factors the inputs have one float less.
          if (which / 5 == 1 && a == All::kGradients && by == 1 - n) continue;
          All all;
          all.move(a, b, by);
          CHECK(all.call(which) == GLS_ERROR_OVERLAP && all.untouched(), name, ": buffers ",
                static_cast<uint32_t>(a), " and ", static_cast<uint32_t>(b), ", call ",
                static_cast<uint32_t>(which));
        }
        All all;
        all.move(a, b, by);
        if (a < All::kGradients) CHECK(all.save(bytes, sizeof bytes) == GLS_ERROR_OVERLAP, name, ": save");
      }
      for (const ptrdiff_t by : {n, -n}) {
        for (int which = 0; which < All::kCalls; ++which) {
          All all;
          all.move(a, b, by);
          CHECK(all.call(which) == GLS_OK, name, ": buffers that touch");
        }
      }
    }
  }
}

// Optimizers of one step.
void check_all() {
  Adam::Params params;
  Adam::State states[2] = {};
  float memory[8][kFew] = {};
  const auto adam = [&](size_t first, size_t state) {
    float* const slots[] = {memory[first + 1], memory[first + 2]};
    return optimizer_of<Adam>(&params, &states[state], memory[first], slots, kFew);
  };
  const gls_gradients gradients[] = {gls_gradient_buffer(memory[6]), gls_gradient_buffer(memory[7])};
  const auto status = [&](const gls_optimizer& a, const gls_optimizer& b) {
    const gls_optimizer both[] = {a, b};
    return gls_step_all(both, gradients, 2, 1.0f);
  };
  CHECK(status(adam(0, 0), adam(3, 0)) == GLS_ERROR_OVERLAP && states[0].step == 0, "one state for two");
  CHECK(status(adam(0, 0), adam(0, 1)) == GLS_ERROR_OVERLAP && states[0].step == 0, "one optimizer twice");
  CHECK(status(adam(0, 0), adam(3, 1)) == GLS_OK && states[0].step == 1 && states[1].step == 1, "two");
}

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  using namespace glissade::test;
  for_each_rule([](const auto& tested) { check_overlaps<decltype(rule_of(tested))>(tested.name); });
  check_all();
  return finish();
}
