// SPDX-License-Identifier: Apache-2.0
// Rule x option x backend x every length to 4 vectors and 3 x every offset to 15, and blocks of vectors: the
// reference's bits, and nothing written outside.
#include "support/matrix.hpp"

#include "support/check.hpp"

namespace glissade {
namespace test {
namespace {

constexpr size_t kMargin = 16;
constexpr float kGuard = 12345.0f;
alignas(64) float memory[kBuffers][kMargin + kMostWeights + kMargin];

template <class Rule>
void check(const Tested<Rule>& tested, const typename Rule::Params& params, const char* option, size_t length,
           size_t offset) {
  float* buffers[kBuffers];
  for (size_t k = 0; k < kBuffers; ++k) {
    for (float& value : memory[k]) value = kGuard;
    buffers[k] = memory[k] + (offset + 5 * k) % kMargin;  // each buffer at an alignment of its own
  }
  const uint32_t seed = static_cast<uint32_t>(length * kMargin + offset);
  const size_t wrong = step_and_compare(tested, params, buffers, length, seed);
  size_t overwritten = 0;
  for (size_t k = 0; k < kBuffers; ++k) {
    for (float& value : memory[k]) {
      const bool inside = &value >= buffers[k] && &value < buffers[k] + length;
      overwritten += !inside && value != kGuard;
    }
  }
  CHECK(wrong == kBuffers && overwritten == 0, tested.name, " with ", option, " changed on ",
        gls_backend_active(), ", length ", static_cast<uint32_t>(length), ", offset ",
        static_cast<uint32_t>(offset), ": buffer ", static_cast<uint32_t>(wrong),
        " differs, guards overwritten: ", static_cast<uint32_t>(overwritten));
}

void check_all_rules() {
  const size_t width = gls_backend_width(active_index());
  for_each_rule([&](const auto& tested) {
    for_each_option<decltype(rule_of(tested))>([&](const auto& params, const char* option) {
      for (size_t length = 0; length <= 4 * width + 3; ++length) {
        for (size_t offset = 0; offset < kMargin; ++offset) check(tested, params, option, length, offset);
      }
      constexpr size_t kBlocks[] = {16, 17, 31, 32, 33, 48, 49, 64, 65};
      for (const size_t vectors : kBlocks) {
        for (size_t rest = 0; rest < width && vectors * width + rest <= kMostWeights;
             rest += width > 1 ? width - 1 : 1) {
          check(tested, params, option, vectors * width + rest, vectors % kMargin);
        }
      }
    });
  });
}

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  glissade::test::on_each_backend([] {
    glissade::print(gls_backend_active(), "\n");
    glissade::test::check_all_rules();
  });
  return glissade::test::finish();
}
