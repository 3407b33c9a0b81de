// SPDX-License-Identifier: Apache-2.0
// The golden files' snapshots, compiled in, on every backend of this machine: what golden_test does, for
// boards.
#include "support/check.hpp"
#include "apps/tool/golden.hpp"

namespace glissade {
namespace golden {
namespace {

// One array of a snapshot; a list of them ends with step 0.
struct Buffer {
  uint32_t step;
  const char* name;
  const uint32_t* words;
};

struct GoldenCase {
  const char* file;
  uint32_t index;
  Case run;
  uint32_t n;
  const Buffer* buffers;
};

#include GLISSADE_GOLDEN_CASES

constexpr uint32_t kMost = 67;
float memory[5][kMost];  // weights, gradients, up to three slots

void run_case(const GoldenCase& golden) {
  CHECK(golden.n <= kMost, golden.file);
  const bool known = with_rule(golden.run, false, [&](const auto& match) {
    uint32_t compared = 0;
    float* const buffers[] = {memory[0], memory[1], memory[2], memory[3], memory[4]};
    const Status status =
        run(match, golden.run, Generated{golden.run}, buffers, golden.n, [&](uint32_t step) {
          for (const Buffer* buffer = golden.buffers; buffer->step != 0; ++buffer) {
            if (buffer->step != step) continue;
            const float* values = memory[0];
            for (size_t k = 0; same(buffer->name, "params") ? false : match.slot_names[k] != nullptr; ++k) {
              if (same(match.slot_names[k], buffer->name)) values = memory[2 + k];
            }
            const bool equal = __builtin_memcmp(values, buffer->words, golden.n * sizeof(float)) == 0;
            CHECK(equal, golden.file, " case ", golden.index, " step ", step, " ", buffer->name, " on ",
                  gls_backend_active());
            ++compared;
          }
        });
    CHECK(status == GLS_OK && compared > 0, golden.file, " case ", golden.index, ": ",
          gls_status_text(status));
    return true;
  });
  CHECK(known, golden.file, " case ", golden.index, ": no rule for it");
}

}  // namespace
}  // namespace golden
}  // namespace glissade

int program(int, char**) {
  for (size_t backend = 0; backend < gls_backend_count(); ++backend) {
    if (gls_backend_force(gls_backend_name(backend)) != GLS_OK) continue;
    uint32_t run = 0, subnormal = 0;
    for (const auto& golden : glissade::golden::kCases) {
      if (gls_backend_flushes_subnormals(backend) && golden.run.gradient_exponent < 0) {
        ++subnormal;  // it flushes them; matrix_test and rules_test compare that with a model
        continue;
      }
      glissade::golden::run_case(golden);
      ++run;
    }
    glissade::print(gls_backend_active(), ": ", run, " cases, ", subnormal, " with subnormals left out\n");
  }
  return glissade::test::finish();
}
