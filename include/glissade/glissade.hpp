// SPDX-License-Identifier: Apache-2.0
// Glissade's C++17 face. Everything the C face says about buffers, ranges, errors and bits holds here.
#ifndef GLISSADE_GLISSADE_HPP
#define GLISSADE_GLISSADE_HPP

#include "glissade/glissade.h"
#include "glissade/rules/adadelta.hpp"
#include "glissade/rules/adagrad.hpp"
#include "glissade/rules/adam.hpp"
#include "glissade/rules/adamax.hpp"
#include "glissade/rules/amsgrad.hpp"
#include "glissade/rules/asgd.hpp"
#include "glissade/rules/averaging_momentum.hpp"
#include "glissade/rules/classical_momentum.hpp"
#include "glissade/rules/lion.hpp"
#include "glissade/rules/momentum.hpp"
#include "glissade/rules/nadam.hpp"
#include "glissade/rules/radam.hpp"
#include "glissade/rules/rmsprop.hpp"
#include "glissade/rules/rprop.hpp"
#include "glissade/rules/sgd.hpp"
#include "glissade/rules/signsgd.hpp"
#include "glissade/rules/signum.hpp"

namespace glissade {

using Status = gls_status;

// The gradients of dense layers one behind the other, as factors: gls_dense_gradient. Everywhere below they
// may stand in place of a buffer of gradients.
struct DenseGradients {
  const gls_dense_gradient* layers;
  size_t layer_count;
};

// The calls of the C face for any rule: gls_<rule>_step is step<Rule>, and so on. slots: kSlots pointers.
template <class Rule>
[[nodiscard]] Status begin(const typename Rule::Params* params, typename Rule::State* state,
                           float gradient_scale, typename Rule::Coefficients* coefficients);
#define GLISSADE_FACES(Gradients)                                                                            \
  template <class Rule>                                                                                      \
  [[nodiscard]] Status sweep(const typename Rule::Coefficients* coefficients, float* weights,                \
                             Gradients gradients, float* const* slots, size_t count);                        \
  template <class Rule>                                                                                      \
  [[nodiscard]] Status guard(const typename Rule::Params* params, const float* weights, Gradients gradients, \
                             float gradient_scale, size_t count);                                            \
  template <class Rule>                                                                                      \
  [[nodiscard]] Status step(const typename Rule::Params* params, typename Rule::State* state,                \
                            float* weights, Gradients gradients, float gradient_scale, float* const* slots,  \
                            size_t count);                                                                   \
  template <class Rule>                                                                                      \
  [[nodiscard]] Status step_unguarded(const typename Rule::Params* params, typename Rule::State* state,      \
                                      float* weights, Gradients gradients, float gradient_scale,             \
                                      float* const* slots, size_t count);
GLISSADE_FACES(const float*)
GLISSADE_FACES(DenseGradients)
#undef GLISSADE_FACES

// As in glissade/saved.h.
template <class Rule>
[[nodiscard]] size_t saved_bytes(size_t count);
template <class Rule>
[[nodiscard]] Status save(const typename Rule::Params* params, const typename Rule::State* state,
                          const float* weights, const float* const* slots, size_t count, void* bytes,
                          size_t size);
template <class Rule>
[[nodiscard]] Status restore(typename Rule::Params* params, typename Rule::State* state, float* weights,
                             float* const* slots, size_t count, const void* bytes, size_t size);

// As in glissade/store.h.
template <class Rule>
[[nodiscard]] Status save_to(const typename Rule::Params* params, const typename Rule::State* state,
                             const float* weights, const float* const* slots, size_t count, gls_store* store);
template <class Rule>
[[nodiscard]] Status restore_from(typename Rule::Params* params, typename Rule::State* state, float* weights,
                                  float* const* slots, size_t count, gls_store* store);

// An optimizer over memory that the caller holds, for sizes known only at run time.
//
//   Adam::State state = {};
//   float m[n] = {}, v[n] = {};
//   OptimizerView<Adam> optimizer{&state, {m, v}, n};
//   Status status = optimizer.step(weights, gradients);
template <class Rule>
struct OptimizerView {
  using Formula = typename Rule::Formula;
  using Params = typename Rule::Params;
  using Coefficients = typename Rule::Coefficients;

  typename Rule::State* state;
  float* slots[Rule::kSlots + 1];  // float[count] each, zero at the start, and one that is not used
  size_t count;

  // One step: weights is float[count], gradients too, or DenseGradients of layers with as many weights. A
  // gradient that is not finite, or would spoil the state, is GLS_ERROR_GRADIENT and changes nothing;
  // step_unguarded is for those who know that there is none.
  template <class Gradients>
  [[nodiscard]] Status step(float* weights, Gradients gradients, const Params& params = {},
                            float gradient_scale = 1.0f) const {
    return glissade::step<Formula>(&params, state, weights, gradients, gradient_scale, slots, count);
  }
  template <class Gradients>
  [[nodiscard]] Status step_unguarded(float* weights, Gradients gradients, const Params& params = {},
                                      float gradient_scale = 1.0f) const {
    return glissade::step_unguarded<Formula>(&params, state, weights, gradients, gradient_scale, slots,
                                             count);
  }

  // glissade/saved.h: all that a run needs to go on, in saved_bytes<Formula>(count) bytes.
  [[nodiscard]] Status save(const float* weights, const Params& params, void* bytes, size_t size) const {
    return glissade::save<Formula>(&params, state, weights, slots, count, bytes, size);
  }
  [[nodiscard]] Status restore(float* weights, typename Formula::Params& params, const void* bytes,
                               size_t size) const {
    return glissade::restore<Formula>(&params, state, weights, slots, count, bytes, size);
  }
  [[nodiscard]] Status save_to(const float* weights, const Params& params, gls_store& store) const {
    return glissade::save_to<Formula>(&params, state, weights, slots, count, &store);
  }
  [[nodiscard]] Status restore_from(float* weights, typename Formula::Params& params,
                                    gls_store& store) const {
    return glissade::restore_from<Formula>(&params, state, weights, slots, count, &store);
  }

  // The same step in slices, unguarded (guard looks at all gradients first): begin once, then sweep ranges
  // that cover each of [0..count) once, in any order, from any task. A range beyond count is GLS_ERROR_RANGE.
  [[nodiscard]] Status begin(Coefficients& coefficients, const Params& params = {},
                             float gradient_scale = 1.0f) const {
    return glissade::begin<Formula>(&params, state, gradient_scale, &coefficients);
  }
  [[nodiscard]] Status sweep(const Coefficients& coefficients, float* weights, const float* gradients,
                             size_t first, size_t range) const {
    if (first > count || range > count - first) return GLS_ERROR_RANGE;
    float* from_first[Rule::kSlots + 1] = {};
    for (int k = 0; k < Rule::kSlots; ++k) from_first[k] = at(slots[k], first);
    return glissade::sweep<Formula>(&coefficients, at(weights, first), at(gradients, first), from_first,
                                    range);
  }

 private:
  template <class T>
  static T* at(T* buffer, size_t first) {
    return buffer == nullptr ? nullptr : buffer + first;
  }
};

// A view of slots in an array of kSlots pointers.
template <class Rule>
OptimizerView<Rule> view_of(typename Rule::State* state, float* const* slots, size_t count) {
  OptimizerView<Rule> view{state, {}, count};
  for (int k = 0; k < Rule::kSlots; ++k) view.slots[k] = slots[k];
  return view;
}

template <int kSlots, size_t N>
struct SlotMemory {
  float slots[kSlots][N];
};
template <size_t N>
struct SlotMemory<0, N> {};

// An optimizer for N weights in one object that can be copied, compared and written to flash; its size is
// 4 + 4 * N * kSlots bytes. It starts at all zeros: a static one needs nothing, others are written
// `Optimizer<Adam, 683> optimizer{};`. Hyper-parameters come with each step, so they may change at any.
// Buffers are float[N] or std::array<float, N>; another size does not compile. Gradients may also be an array
// of gls_dense_gradient.
//
//   static glissade::Optimizer<glissade::Adam, 683> optimizer;
//   glissade::Adam::Params params;
//   params.learning_rate = 3e-3;
//   glissade::Status status = optimizer.step(weights, gradients, params);
template <class Rule, size_t N>
struct Optimizer : SlotMemory<Rule::kSlots, N> {
  using Params = typename Rule::Params;
  using Coefficients = typename Rule::Coefficients;

  typename Rule::State state;

  template <class Weights, class Gradients>
  [[nodiscard]] Status step(Weights& weights, const Gradients& gradients, const Params& params = {},
                            float gradient_scale = 1.0f) {
    return view().step(pointer(weights), pointer(gradients), params, gradient_scale);
  }
  template <class Weights, class Gradients>
  [[nodiscard]] Status step_unguarded(Weights& weights, const Gradients& gradients, const Params& params = {},
                                      float gradient_scale = 1.0f) {
    return view().step_unguarded(pointer(weights), pointer(gradients), params, gradient_scale);
  }
  template <class Weights>
  [[nodiscard]] Status save(const Weights& weights, const Params& params, void* bytes, size_t size) {
    return view().save(pointer(weights), params, bytes, size);
  }
  template <class Weights>
  [[nodiscard]] Status restore(Weights& weights, typename Rule::Formula::Params& params, const void* bytes,
                               size_t size) {
    return view().restore(pointer(weights), params, bytes, size);
  }
  template <class Weights>
  [[nodiscard]] Status save_to(const Weights& weights, const Params& params, gls_store& store) {
    return view().save_to(pointer(weights), params, store);
  }
  template <class Weights>
  [[nodiscard]] Status restore_from(Weights& weights, typename Rule::Formula::Params& params,
                                    gls_store& store) {
    return view().restore_from(pointer(weights), params, store);
  }
  [[nodiscard]] Status begin(Coefficients& coefficients, const Params& params = {},
                             float gradient_scale = 1.0f) {
    return view().begin(coefficients, params, gradient_scale);
  }
  template <class Weights, class Gradients>
  [[nodiscard]] Status sweep(const Coefficients& coefficients, Weights& weights, const Gradients& gradients,
                             size_t first, size_t range) {
    return view().sweep(coefficients, pointer(weights), pointer(gradients), first, range);
  }

  OptimizerView<Rule> view() {
    OptimizerView<Rule> result{&state, {}, N};
    if constexpr (Rule::kSlots > 0) {
      for (int k = 0; k < Rule::kSlots; ++k) result.slots[k] = this->slots[k];
    }
    return result;
  }

 private:
  static float* pointer(float (&buffer)[N]) { return buffer; }
  static const float* pointer(const float (&buffer)[N]) { return buffer; }
  template <size_t kLayers>
  static DenseGradients pointer(const gls_dense_gradient (&layers)[kLayers]) {
    return {layers, kLayers};
  }
  template <template <class, size_t> class Array>
  static float* pointer(Array<float, N>& buffer) {
    return buffer.data();
  }
  template <template <class, size_t> class Array>
  static const float* pointer(const Array<float, N>& buffer) {
    return buffer.data();
  }
};

}  // namespace glissade

#endif
