// SPDX-License-Identifier: Apache-2.0
#include "glissade/training/batches.h"

#include "backend/gate.hpp"
#include "numbers/philox.hpp"

using namespace glissade;

namespace {

float reciprocal(uint32_t count) { return 1.0f / static_cast<float>(count); }

}  // namespace

extern "C" {

// Fisher-Yates, inside out: the number i goes to a random place among the first i + 1, and what was there to
// the end.
gls_status gls_shuffle(uint32_t* order, uint32_t count, uint64_t seed, uint32_t epoch) {
  if (order == nullptr && count != 0) return GLS_ERROR_NULL;
  uint32_t words[4] = {};
  for (uint32_t i = 0; i < count; ++i) {
    if (i % 4 == 0) {
      words[0] = i / 4, words[1] = 0, words[2] = epoch, words[3] = kShuffleStream;
      philox(words, seed);
    }
    const uint32_t place = static_cast<uint32_t>(words[i % 4] * (uint64_t{i} + 1) >> 32);
    order[i] = order[place];
    order[place] = i;
  }
  return GLS_OK;
}

uint32_t gls_batch_count(uint32_t samples, uint32_t batch_size) {
  return batch_size == 0 ? 0 : samples / batch_size + (samples % batch_size != 0 ? 1u : 0u);
}

gls_batch gls_batch_at(uint32_t samples, uint32_t batch_size, uint32_t index) {
  gls_batch batch = {samples, 0, 0.0f};
  if (index < gls_batch_count(samples, batch_size)) {
    batch.first = index * batch_size;
    batch.count = samples - batch.first < batch_size ? samples - batch.first : batch_size;
    batch.mean = in_scalar_mode(reciprocal, batch.count);
  }
  return batch;
}

}  // extern "C"
