// SPDX-License-Identifier: Apache-2.0
/** @file
 * One step on several threads, by OpenMP: compile with -fopenmp; without it the same step runs on one. For
 * hosts: the library itself starts no thread. */
#ifndef GLISSADE_THREADS_HPP
#define GLISSADE_THREADS_HPP

#include "glissade/glissade.hpp"

namespace glissade {

namespace detail {

#ifdef _OPENMP
#define GLISSADE_TEXT_OF(word) #word
#define GLISSADE_SYMBOL(prefix, name) GLISSADE_TEXT_OF(prefix) name
/** C's getpid by another name: no header of the system is needed here. */
int process_number() __asm__(GLISSADE_SYMBOL(__USER_LABEL_PREFIX__, "getpid"));
#undef GLISSADE_SYMBOL
#undef GLISSADE_TEXT_OF

/** The process that was the first to step on threads; 0: none. Hidden, so that a library can be unloaded. */
__attribute__((visibility("hidden"))) inline int threads_owner = 0;

/** Is this a child that fork made of that process? */
inline bool is_forked() {
  int owner = 0;
  const int self = process_number();
  return !__atomic_compare_exchange_n(&threads_owner, &owner, self, false, __ATOMIC_RELAXED,
                                      __ATOMIC_RELAXED) &&
         owner != self;
}
#else
/** Without OpenMP there is no thread to miss. */
inline bool is_forked() { return false; }
#endif

}  // namespace detail

/** optimizer.step, guard included, its range cut into as many slices as threads, whatever format its slots
 * and weights have. The bits are those of one thread, whatever their number. Fewer are taken where a slice
 * would be shorter than 4096 weights. fork: OpenMP keeps its threads, a child process does not have them, and
 * GNU's OpenMP would wait for them for ever. So a child of a process that has called this takes one thread,
 * with the same bits (a getpid for each call tells). Where other code of the parent has used OpenMP before it
 * forks, pass threads = 1 in the child. */
template <class Rule, class Slots, class Weights>
[[nodiscard]] Status step_on_threads(unsigned threads, const OptimizerView<Rule, Slots, Weights>& optimizer,
                                     typename Weights::Code* weights, const float* gradients,
                                     const typename Rule::Params& params = {}, float gradient_scale = 1.0f) {
  constexpr size_t kShortest = 4096;
  const size_t count = optimizer.count;
  const size_t slices = count / kShortest < threads ? count / kShortest : threads;
  if (slices < 2 || weights == nullptr || gradients == nullptr || detail::is_forked()) {
    return optimizer.step(weights, gradients, params, gradient_scale);
  }
  // A slot that is not there must be found before the step is begun.
  for (int k = 0; k < Rule::kSlots; ++k) {
    if (optimizer.slots[k] == nullptr) return GLS_ERROR_NULL;
    if (reinterpret_cast<uintptr_t>(optimizer.slots[k]) % alignof(typename Slots::Code) != 0)
      return GLS_ERROR_ALIGNMENT;
  }
  const size_t length = count / slices & ~size_t{63};  // blocks of slots; the last slice has the rest
  const auto size_of = [&](size_t slice) { return slice + 1 == slices ? count - slice * length : length; };
  const int team = static_cast<int>(slices);
  (void)team;  // without OpenMP
  int worst = GLS_OK;
#ifdef _OPENMP
#pragma omp parallel for num_threads(team) reduction(min : worst)
#endif
  for (size_t slice = 0; slice < slices; ++slice) {
    const size_t first = slice * length;
    OptimizerView<Rule, Slots, Weights> part = optimizer;  // to guard: in whichever part of the slots it is
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
