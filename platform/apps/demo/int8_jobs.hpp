// SPDX-License-Identifier: Apache-2.0
// The demo's jobs on a shipped int8 model: its head learns a new voice, and vowels that it never knew. These
// sources run on the host and as firmware.
#ifndef GLISSADE_PLATFORM_DEMO_INT8_JOBS_HPP
#define GLISSADE_PLATFORM_DEMO_INT8_JOBS_HPP

#include "apps/demo/head_log.hpp"
#include "apps/demo/shipped_model.hpp"

namespace glissade {
namespace demo {

// The most that a file may have, for a copy in RAM.
constexpr uint32_t kMostFileBytes = 2560;

struct OwnerReport {
  uint32_t repetitions;     // trained on
  uint32_t correct_before;  // of kTests, by the file as it was shipped
  uint32_t correct_after;   // of kTests, by the patched file
  uint32_t steps;           // optimizer steps taken
  uint32_t crc;             // of the int8 head in the patched file, then of the float head

  const unsigned char* patched;  // the file's bytes, until the next job
};

// A copy of the file learns a person's voice, from the first `repetitions` (1 to kMostTrained). With log, the
// head's calls are printed.
Status learn_owner(const ShippedFile& file, const Recordings& recordings, uint32_t repetitions, bool log,
                   OwnerReport& report);
void print_report(const OwnerReport& report);

// The same job by somebody who cannot rely on power: every sample is committed, and every repetition is
// learned, for a third of the epochs, and committed. Goes on from what the store holds.
struct CheckpointedOwnerReport {
  uint32_t commits;  // the store's, over all runs
  uint32_t correct;  // of kTests, by the patched file
  uint32_t crc;      // as above
};
constexpr uint32_t kMostOwnerSaved =
    GLS_HEAD_BYTES(kHidden, kVowels, 1, kMostTrained* kVowels, 1) + 1024;  // with its headers
Status learn_owner_checkpointed(const ShippedFile& file, const Recordings& recordings, gls_store& store,
                                CheckpointedOwnerReport& report);
void print_report(const CheckpointedOwnerReport& report);

// The second job's model knows the first kOldVowels.
constexpr uint32_t kOldVowels = 9, kOldTests = kHeldBack * kOldVowels, kNewTests = kTests - kOldTests;

struct Correct {
  uint32_t old_vowels, new_vowels;  // of kOldTests and kNewTests
};
struct VowelsReport {
  uint32_t repetitions;           // trained on
  Correct before, with, without;  // the new vowels; replay of the old ones
  uint32_t steps;                 // of both trainings, with replay
  uint32_t crc;                   // of both heads at the end, without replay and with it: int8 and float
};

// A head over the file's features learns how a person says the old vowels, and then two that it never knew:
// with the old recordings, and without them.
Status learn_vowels(const ShippedFile& file, const Recordings& recordings, uint32_t repetitions,
                    VowelsReport& report);
void print_report(const VowelsReport& report);

}  // namespace demo
}  // namespace glissade

#endif
