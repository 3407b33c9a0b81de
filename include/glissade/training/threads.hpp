// SPDX-License-Identifier: Apache-2.0
/** @file
 * One step on several threads, by OpenMP: compile with -fopenmp; without it the same step runs on one. For
 * hosts: the library itself starts no thread. */
#ifndef GLISSADE_THREADS_HPP
#define GLISSADE_THREADS_HPP

#include "glissade/glissade.hpp"

namespace glissade {

/** optimizer.step, guard included, its range cut into as many slices as threads. The bits are those of one
 * thread, whatever their number. Fewer are taken where a slice would be shorter than 4096 weights. */
template <class Rule>
[[nodiscard]] Status step_on_threads(unsigned threads, const OptimizerView<Rule>& optimizer, float* weights,
                                     const float* gradients, const typename Rule::Params& params = {},
                                     float gradient_scale = 1.0f) {
  constexpr size_t kShortest = 4096;
  const size_t count = optimizer.count;
  const size_t slices = count / kShortest < threads ? count / kShortest : threads;
  if (slices < 2 || weights == nullptr || gradients == nullptr) {
    return optimizer.step(weights, gradients, params, gradient_scale);
  }
  // A slot that is not there must be found before the step is begun.
  for (int k = 0; k < Rule::kSlots; ++k) {
    if (optimizer.slots[k] == nullptr) return GLS_ERROR_NULL;
    if (reinterpret_cast<uintptr_t>(optimizer.slots[k]) % alignof(float) != 0) return GLS_ERROR_ALIGNMENT;
  }
  const size_t length = count / slices & ~size_t{15};  // the last slice has the rest
  const auto size_of = [&](size_t slice) { return slice + 1 == slices ? count - slice * length : length; };
  const int team = static_cast<int>(slices);
  (void)team;  // without OpenMP
  int worst = GLS_OK;
#ifdef _OPENMP
#pragma omp parallel for num_threads(team) reduction(min : worst)
#endif
  for (size_t slice = 0; slice < slices; ++slice) {
    const size_t first = slice * length;
    OptimizerView<Rule> part = optimizer;
    part.count = size_of(slice);
    for (int k = 0; k < Rule::kSlots; ++k) part.slots[k] += first;
    const int status = part.guard(weights + first, gradients + first, params, gradient_scale);
    worst = status < worst ? status : worst;
  }
  gls_coefficients coefficients;
  if (worst == GLS_OK) worst = optimizer.begin(coefficients, params, gradient_scale);
  if (worst != GLS_OK) return static_cast<Status>(worst);
#ifdef _OPENMP
#pragma omp parallel for num_threads(team) reduction(min : worst)
#endif
  for (size_t slice = 0; slice < slices; ++slice) {
    const int status = optimizer.sweep(coefficients, weights, gradients, slice * length, size_of(slice));
    worst = status < worst ? status : worst;
  }
  return static_cast<Status>(worst);
}

}  // namespace glissade

#endif
