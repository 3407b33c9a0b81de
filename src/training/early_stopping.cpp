// SPDX-License-Identifier: Apache-2.0
#include "glissade/training/early_stopping.h"

#include "backend/gate.hpp"

using namespace glissade;

namespace {

bool is_better(const gls_early_stopping* state, double loss, double min_delta) {
  return state->best_update == 0 ? loss == loss : loss < state->best - min_delta;
}

}  // namespace

extern "C" {

gls_status gls_early_stopping_update(gls_early_stopping* state, double loss, double min_delta,
                                     uint32_t patience, const float* weights, float* best_weights,
                                     size_t count, bool* stop) {
  if (state == nullptr || stop == nullptr) return GLS_ERROR_NULL;
  const gls_status status = check_floats(count, weights, best_weights);
  if (status != GLS_OK) return status;
  if (!not_negative(min_delta)) return GLS_ERROR_RANGE;
  count_step(state->updates);
  if (in_scalar_mode(is_better, state, loss, min_delta)) {
    state->best = loss;
    state->best_update = state->updates;
    state->waiting = 0;
    for (size_t i = 0; i < count; ++i) best_weights[i] = weights[i];
  } else {
    count_step(state->waiting);
  }
  *stop = state->waiting != 0 && state->waiting >= patience;
  return GLS_OK;
}

}  // extern "C"
