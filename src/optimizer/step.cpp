// SPDX-License-Identifier: Apache-2.0
// The calls that take a step: what is checked, and in which order.
#include "backend/gate.hpp"
#include "optimizer/gradients/source.hpp"

using namespace glissade;

namespace {

inline Status check(Backend backend, const gls_gradients& gradients, const gls_optimizer* o) {
  const Status status = check_rule(backend, o);
  if (status != GLS_OK) return status;
  return gradients.source == nullptr ? GLS_ERROR_NULL : gradients.source->check(gradients, *o);
}

inline Status check_params(const gls_optimizer& o, float gradient_scale) {
  if (o.params == nullptr || o.state == nullptr) return GLS_ERROR_NULL;
  return is_finite(gradient_scale) && o.rule->valid(o.params) ? GLS_OK : GLS_ERROR_RANGE;
}

const CommonParams& common(const gls_optimizer& o) { return *static_cast<const CommonParams*>(o.params); }

// Parameters, and what the gradients and the decay would do to the state.
Status guard(Backend backend, const gls_optimizer& o, const gls_gradients& gradients, float gradient_scale) {
  const Status status = check_params(o, gradient_scale);
  if (status != GLS_OK) return status;
  const uint32_t exponent = o.rule->gradient_bits;
  if (!gradients.source->fit(gradients, o.count, exponent, gradient_scale, backend))
    return GLS_ERROR_GRADIENT;
  const CommonParams& p = common(o);
  if (p.decoupled_weight_decay || equals_zero(p.weight_decay)) return GLS_OK;
  const float decay = static_cast<float>(p.weight_decay);
  const bool fit = o.format == nullptr ? floats_fit(o.weights, o.count, exponent, decay, backend)
                                       : o.format->weights_fit(o, exponent, decay);
  return fit ? GLS_OK : GLS_ERROR_GRADIENT;
}

// Counts the step: after all that can refuse it. Not inlined: its arithmetic stays between the two changes of
// the floating-point mode.
__attribute__((noinline)) void begin(const gls_optimizer& o, float gradient_scale, StepCoefficients& c) {
  c.rule = o.rule;
  o.rule->tick(o.params, o.state, c.of_rule);
  set_gradient_coefficients(common(o), gradient_scale, c.gradient());
}

// buffers begin with weight number `first` where they are floats.
GLISSADE_INLINE void sweep(Backend backend, const gls_optimizer& o, const StepCoefficients& c,
                           const gls_gradients& gradients, float* const* buffers, size_t first,
                           size_t count) {
  const SweepMode mode(backend, c.gradient().flush != 0);
  SweepGradients* const of = o.format == nullptr ? gradients.source->sweep : o.format->sweep;
  of(c, o, gradients, buffers, first, count, backend);
}

GLISSADE_INLINE void begin_and_sweep(Backend backend, const gls_optimizer& o, const gls_gradients& gradients,
                                     float gradient_scale) {
  StepCoefficients c;
  begin(o, gradient_scale, c);
  sweep(backend, o, c, gradients, buffers_of(o), 0, o.count);
}

// Inlined: the C face has the gradients on its stack, the C++ face need not copy them.
GLISSADE_INLINE Status guarded_step(const gls_optimizer* optimizer, const gls_gradients& gradients,
                                    float gradient_scale) {
  const Gate backend(Mode::kScalars);
  Status status = check(backend, gradients, optimizer);
  if (status != GLS_OK) return status;
  status = guard(backend, *optimizer, gradients, gradient_scale);
  if (status == GLS_OK) begin_and_sweep(backend, *optimizer, gradients, gradient_scale);
  return status;
}

GLISSADE_INLINE Status unguarded_step(const gls_optimizer* optimizer, const gls_gradients& gradients,
                                      float gradient_scale) {
  const Gate backend(Mode::kScalars);
  Status status = check(backend, gradients, optimizer);
  if (status == GLS_OK) status = check_params(*optimizer, gradient_scale);
  if (status == GLS_OK) begin_and_sweep(backend, *optimizer, gradients, gradient_scale);
  return status;
}

}  // namespace

gls_status gls_step(const gls_optimizer* optimizer, gls_gradients gradients, float gradient_scale) {
  return guarded_step(optimizer, gradients, gradient_scale);
}

gls_status gls_step_unguarded(const gls_optimizer* optimizer, gls_gradients gradients, float gradient_scale) {
  return unguarded_step(optimizer, gradients, gradient_scale);
}

Status glissade::step(const gls_optimizer& optimizer, const gls_gradients& gradients, float gradient_scale) {
  return guarded_step(&optimizer, gradients, gradient_scale);
}

Status glissade::step_unguarded(const gls_optimizer& optimizer, const gls_gradients& gradients,
                                float gradient_scale) {
  return unguarded_step(&optimizer, gradients, gradient_scale);
}

namespace {

// Two optimizers of one step: a state counts once, weights move once.
bool share(const gls_optimizer& a, const gls_optimizer& b) {
  return a.state == b.state || overlap(a.weights, words_of(a, 0), b.weights, words_of(b, 0));
}

// Does number k share with one before it? Not inlined, to keep the caller's stack small.
__attribute__((noinline)) bool shares(const gls_optimizer* optimizers, size_t k) {
  size_t other = 0;
  while (other < k && !share(optimizers[other], optimizers[k])) ++other;
  return other < k;
}

}  // namespace

gls_status gls_step_all(const gls_optimizer* optimizers, const gls_gradients* gradients, size_t n,
                        float gradient_scale) {
  if (n != 0 && (optimizers == nullptr || gradients == nullptr)) return GLS_ERROR_NULL;
  const Gate backend(Mode::kScalars);
  for (size_t k = 0; k < n; ++k) {
    Status status = check(backend, gradients[k], &optimizers[k]);
    if (status == GLS_OK) status = guard(backend, optimizers[k], gradients[k], gradient_scale);
    if (status == GLS_OK && shares(optimizers, k)) status = GLS_ERROR_OVERLAP;
    if (status != GLS_OK) return status;
  }
  for (size_t k = 0; k < n; ++k) begin_and_sweep(backend, optimizers[k], gradients[k], gradient_scale);
  return GLS_OK;
}

gls_status gls_guard(const gls_optimizer* optimizer, gls_gradients gradients, float gradient_scale) {
  const Gate backend(Mode::kScalars);
  const Status status = check(backend, gradients, optimizer);
  if (status != GLS_OK) return status;
  return guard(backend, *optimizer, gradients, gradient_scale);
}

gls_status gls_begin(const gls_optimizer* optimizer, float gradient_scale, gls_coefficients* coefficients) {
  if (optimizer == nullptr || optimizer->rule == nullptr || coefficients == nullptr) return GLS_ERROR_NULL;
  const Status status = check_params(*optimizer, gradient_scale);
  if (status != GLS_OK) return status;
  const ScalarMode mode;
  begin(*optimizer, gradient_scale, inside(*coefficients));
  return GLS_OK;
}

void gls_flush_subnormals(gls_coefficients* coefficients) {
  if (coefficients != nullptr) inside(*coefficients).gradient().flush = 1;
}

gls_status gls_sweep(const gls_optimizer* optimizer, const gls_coefficients* coefficients,
                     gls_gradients gradients, size_t first, size_t count) {
  const Gate backend(Mode::kScalars);
  const Status status = check(backend, gradients, optimizer);
  if (status != GLS_OK) return status;
  if (coefficients == nullptr) return GLS_ERROR_NULL;
  if (inside(*coefficients).rule != optimizer->rule) return GLS_ERROR_ORDER;
  if (first > optimizer->count || count > optimizer->count - first) return GLS_ERROR_RANGE;
  if (optimizer->format != nullptr) {
    const Status range = optimizer->format->check_range(*optimizer, first, count);
    if (range != GLS_OK) return range;
  }
  float* buffers[1 + GLS_SLOTS_MOST];
  for (size_t k = 0; k <= optimizer->rule->slot_count; ++k) buffers[k] = buffers_of(*optimizer)[k] + first;
  sweep(backend, *optimizer, inside(*coefficients), gradients, buffers, first, count);
  return GLS_OK;
}
