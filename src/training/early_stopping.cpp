// SPDX-License-Identifier: Apache-2.0
#include "glissade/training/early_stopping.h"

#include "backend/gate.hpp"
#include "numbers/doubles.hpp"

using namespace glissade;

namespace {

bool is_better(const gls_early_stopping* state, double loss, double min_delta) {
  return finite(loss) && (state->best_update == 0 || loss < state->best - min_delta);
}

}  // namespace

extern "C" {

gls_status gls_early_stopping_update(gls_early_stopping* state, double loss, double min_delta,
                                     uint32_t patience, const float* weights, float* best_weights,
                                     size_t count, bool* stop) {
  const Gate backend(Mode::kScalars);
  const gls_status status = check_buffers(backend, count, weights, best_weights);
  if (status != GLS_OK) return status;
  if (state == nullptr || stop == nullptr) return GLS_ERROR_NULL;
  if (min_delta != 0.0 && !positive(min_delta)) return GLS_ERROR_RANGE;
  const bool better = in_scalar_mode(is_better, state, loss, min_delta);
  if (better && !all_finite(backend, weights, count)) return GLS_ERROR_NOT_FINITE;
  count_step(state->updates);
  if (better) {
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
