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
  const gls_status status = check_pointers(count, order);
  if (status != GLS_OK) return status;
  uint32_t words[4] = {};
  for (uint32_t i = 0; i < count; ++i) {
    if (i % 4 == 0) {
      words[0] = i / 4;
      words[1] = 0;
      words[2] = epoch;
      words[3] = kShuffleStream;
      philox(words, seed);
    }
    const uint32_t place = static_cast<uint32_t>(words[i % 4] * (uint64_t{i} + 1) >> 32);
    order[i] = order[place];
    order[place] = i;
  }
  return GLS_OK;
}

uint32_t gls_batch_count_by(uint32_t samples, uint32_t batch_size, gls_last_batch last) {
  if (batch_size == 0) return 0;
  const uint32_t whole = samples / batch_size;
  const bool rest = samples % batch_size != 0;
  switch (last) {
    case GLS_LAST_BATCH_SHORT:
      return whole + (rest ? 1u : 0u);
    case GLS_LAST_BATCH_DROPPED:
      return whole;
    case GLS_LAST_BATCH_JOINED:
      return whole == 0 && rest ? 1 : whole;
  }
  return 0;
}

gls_batch gls_batch_at_by(uint32_t samples, uint32_t batch_size, gls_last_batch last, uint32_t index) {
  const uint32_t batches = gls_batch_count_by(samples, batch_size, last);
  gls_batch batch = {samples, 0, 0.0f};
  if (index >= batches) return batch;
  batch.first = index * batch_size;
  const uint32_t rest = samples - batch.first;
  const bool takes_rest = rest < batch_size || (index + 1 == batches && last == GLS_LAST_BATCH_JOINED);
  batch.count = takes_rest ? rest : batch_size;
  batch.mean = in_scalar_mode(reciprocal, batch.count);
  return batch;
}

uint32_t gls_batch_count(uint32_t samples, uint32_t batch_size) {
  return gls_batch_count_by(samples, batch_size, GLS_LAST_BATCH_SHORT);
}

gls_batch gls_batch_at(uint32_t samples, uint32_t batch_size, uint32_t index) {
  return gls_batch_at_by(samples, batch_size, GLS_LAST_BATCH_SHORT, index);
}

}  // extern "C"
