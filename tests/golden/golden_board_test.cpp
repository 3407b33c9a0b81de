// SPDX-License-Identifier: Apache-2.0
// The golden files' snapshots, or checksums where there are none, compiled in, on every backend of this
// machine: what the test golden does, for boards. Of what is compared by checksums, one CRC for each form of
// slots is printed: weights, then slots, of one case after the other.
#include "apps/tool/golden.hpp"
#include "support/check.hpp"

namespace glissade {
namespace golden {
namespace {

// One array of a snapshot; a list of them ends with step 0.
struct Buffer {
  uint32_t step;
  const char* name;
  const uint32_t* words;
};

// A buffer's checksum; a list of them ends with null.
struct Checksum {
  const char* name;
  uint32_t crc;
};

struct GoldenCase {
  const char* file;
  uint32_t index;
  Case run;
  uint32_t n;
  const Buffer* buffers;
  uint32_t checksum_step;
  const Checksum* checksums;
};

#include GLISSADE_GOLDEN_CASES

constexpr uint32_t kMost = 130;
float memory[5][kMost];  // weights, gradients, up to three slots
uint32_t crcs[3];        // by the form of slots

template <class Match>
const float* buffer_named(const Match& match, const char* name) {
  const float* values = memory[0];
  for (size_t k = 0; same(name, "params") ? false : match.slot_names[k] != nullptr; ++k) {
    if (same(match.slot_names[k], name)) values = memory[2 + k];
  }
  return values;
}

template <class Match>
void add_to_crc(const Match& match, const GoldenCase& golden) {
  uint32_t& crc = crcs[static_cast<size_t>(golden.run.slots)];
  crc = gls_crc32(crc, memory[0], golden.n * sizeof(float));
  for (size_t k = 0; match.slot_names[k] != nullptr; ++k)
    crc = gls_crc32(crc, memory[2 + k], slot_bytes(golden.run.slots, golden.n));
}

void run_case(const GoldenCase& golden) {
  CHECK(golden.n <= kMost, golden.file);
  const bool known = with_rule(golden.run, false, [&](const auto& match) {
    uint32_t compared = 0;
    float* const buffers[] = {memory[0], memory[1], memory[2], memory[3], memory[4]};
    const Status status =
        run(match, golden.run, Generated{golden.run}, buffers, golden.n, [&](uint32_t step) {
          for (const Buffer* buffer = golden.buffers; buffer->step != 0; ++buffer) {
            if (buffer->step != step) continue;
            const float* const values = buffer_named(match, buffer->name);
            const bool equal = __builtin_memcmp(values, buffer->words, golden.n * sizeof(float)) == 0;
            CHECK(equal, golden.file, " case ", golden.index, " step ", step, " ", buffer->name, " on ",
                  gls_backend_active());
            ++compared;
          }
          if (step != golden.checksum_step) return;
          for (const Checksum* right = golden.checksums; right->name != nullptr; ++right) {
            const SlotForm form = same(right->name, "params") ? SlotForm::kFloat : golden.run.slots;
            const uint32_t crc = gls_crc32(0, buffer_named(match, right->name), slot_bytes(form, golden.n));
            CHECK(crc == right->crc, golden.file, " case ", golden.index, " ", golden.run.optimizer, " ",
                  right->name, " on ", gls_backend_active());
            ++compared;
          }
          add_to_crc(match, golden);
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
    using glissade::golden::crcs;
    uint32_t run = 0, subnormal = 0;
    for (uint32_t& crc : crcs) crc = 0;
    for (const auto& golden : glissade::golden::kCases) {
      if (gls_backend_flushes_subnormals(backend) && golden.run.gradient_exponent < 0) {
        ++subnormal;  // it flushes them; matrix_test and rules_test compare that with a model
        continue;
      }
      glissade::golden::run_case(golden);
      ++run;
    }
    glissade::print(gls_backend_active(), ": ", run, " cases, ", subnormal, " with subnormals left out\n");
#ifdef GLISSADE_GOLDEN_CRCS
    constexpr uint32_t kExpected[] = {GLISSADE_GOLDEN_CRCS};
    for (size_t form = 0; form < 3; ++form) {
      glissade::print("slots ", glissade::kSlotFormNames[form], ": crc ", glissade::Hex{crcs[form]}, "\n");
      CHECK(crcs[form] == kExpected[form], "the CRC of all cases with slots ",
            glissade::kSlotFormNames[form]);
    }
#endif
  }
  return glissade::test::finish();
}
