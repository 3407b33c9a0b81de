// SPDX-License-Identifier: Apache-2.0
// What checkpointed.cpp runs: one of the demo's jobs, with its state in a store.
#ifndef GLISSADE_PLATFORM_DEMO_CHECKPOINTED_HPP
#define GLISSADE_PLATFORM_DEMO_CHECKPOINTED_HPP

#include "apps/demo/int8_jobs.hpp"

namespace glissade {
namespace demo {

// The most bytes that a commit of one of them has.
constexpr uint32_t kFineTuneSaved = GLS_SAVED_BYTES_MAX(2, kWeights),
                   kMostSaved = kFineTuneSaved < kMostOwnerSaved ? kMostOwnerSaved : kFineTuneSaved;

// Runs the job to its end, and prints its report: checkpointed_fine_tune.cpp, checkpointed_owner.cpp.
Status run_checkpointed(gls_store& store);

}  // namespace demo
}  // namespace glissade

#endif
