// SPDX-License-Identifier: Apache-2.0
/** @file
 * Optimizers in C++: of a size that the compiler knows, or a view of memory that the caller holds. All that
 * optimizer.h and saved.h say about buffers, ranges, errors and bits holds here. The rules' types are in
 * glissade/rules/. */
#ifndef GLISSADE_OPTIMIZER_HPP
#define GLISSADE_OPTIMIZER_HPP

#include "glissade/cpp17.hpp"
#include "glissade/formats.h"
#include "glissade/layers/int8_inputs.h"
#include "glissade/storage/saved.h"

/** Glissade's C++ face. */
namespace glissade {

/** What a call says: GLS_OK or an error. */
using Status = gls_status;

/** Gradients of dense layers that stand one behind the other, as their factors. They may stand in place of a
 * buffer of gradients. */
struct Factors {
  const gls_factors* layers; /**< [0 .. layer_count) */
  size_t layer_count;        /**< how many layers */
};

/** The same of layers with int8 inputs. */
struct Int8Factors {
  const gls_int8_factors* layers; /**< [0 .. layer_count) */
  size_t layer_count;             /**< how many layers */
};

/** May the rule's slots be kept in another format than float (formats.h)? rules/README.md says why not. */
template <class Rule, class = void>
constexpr bool kHasSlotFormats = true;
/** @cond INTERNAL */
template <class Rule>
constexpr bool kHasSlotFormats<Rule, decltype(void(Rule::kSlotsAreFloats))> = !Rule::kSlotsAreFloats;
/** @endcond */

/** @cond INTERNAL */
extern const gls_gradient_source buffer_source;
extern const gls_slot_format format_8bit, format_bfloat16, format_bfloat16_weights;

// gls_step and gls_step_unguarded without a copy of the gradients.
[[nodiscard]] Status step(const gls_optimizer& optimizer, const gls_gradients& gradients,
                          float gradient_scale);
[[nodiscard]] Status step_unguarded(const gls_optimizer& optimizer, const gls_gradients& gradients,
                                    float gradient_scale);
/** @endcond */

/** Gradients in a buffer: gls_gradient_buffer(). */
inline gls_gradients gradients_of(const float* buffer) { return {&buffer_source, buffer, 0, {}}; }
/** Gradients as factors: gls_gradient_factors(). */
inline gls_gradients gradients_of(const Factors& factors) {
  return gls_gradient_factors(factors.layers, factors.layer_count);
}
/** Gradients as factors with int8 inputs: gls_gradient_int8_factors(). */
inline gls_gradients gradients_of(const Int8Factors& factors) {
  return gls_gradient_int8_factors(factors.layers, factors.layer_count);
}

/** @cond INTERNAL */
// A gls_optimizer has no const pointers, since restoring writes through them. This one is not written
// through: the callers below hand it to calls that only read.
template <class T>
T* only_read(const T* pointer) {
  return const_cast<T*>(pointer);  // NOLINT(cppcoreguidelines-pro-type-const-cast): said above
}
/** @endcond */

/** @cond INTERNAL */
// The words of saved bytes (saved.h) without their checksums, and bytes with them.
constexpr size_t kSavedHeaderWords = 8, kSavedBlockWords = 256;
constexpr size_t saved_words(size_t params, size_t state_words, size_t count, size_t slots,
                             size_t words_of_slot) {
  return kSavedHeaderWords + 2 * params + state_words + count + slots * words_of_slot;
}
constexpr size_t bytes_of_saved_words(size_t words) {
  return 4 * (words + (words + kSavedBlockWords - 1) / kSavedBlockWords + 1);
}
// Of a rule's hyper-parameters: how many are saved. They come first.
template <class Rule>
constexpr size_t saved_params() {
  size_t count = 0;
  for (const auto& param : Rule::kParams) count += param.saved ? 1u : 0u;
  return count;
}
/** @endcond */

/** Slots as floats: what an optimizer has unless it says otherwise. */
struct SlotsInFloats {
  /** A number in a slot. */
  using Code = float;
  /** How many of them a slot of count weights has. */
  static constexpr size_t codes(size_t count) { return count; }
  /** @cond INTERNAL */
  static constexpr const gls_slot_format* kFormat = nullptr;
  /** @endcond */
};
/** Slots in 8 bits, 1.016 bytes for each weight and slot (formats.h). */
struct SlotsIn8Bits {
  /** A byte: a number's code, or a block's exponent. */
  using Code = uint8_t;
  /** How many of them a slot of count weights has: a multiple of 4. */
  static constexpr size_t codes(size_t count) { return GLS_SLOTS_8BIT_BYTES(1, count); }
  /** @cond INTERNAL */
  static constexpr const gls_slot_format* kFormat = &format_8bit;
  /** @endcond */
};
/** Slots in bfloat16, 2 bytes for each weight and slot (formats.h). */
struct SlotsInBfloat16 {
  /** A number in a slot: the upper half of a float's bits. */
  using Code = uint16_t;
  /** How many of them a slot of count weights has: an even number. */
  static constexpr size_t codes(size_t count) { return GLS_SLOTS_BFLOAT16_COUNT(1, count); }
  /** @cond INTERNAL */
  static constexpr const gls_slot_format* kFormat = &format_bfloat16;
  /** @endcond */
};

/** Weights as floats: what an optimizer has unless it says otherwise. */
using WeightsInFloats = SlotsInFloats;
/** Weights in bfloat16, 2 bytes each, for large models on hosts: gls_weights_bfloat16() (formats.h). codes():
 * as of a slot. */
struct WeightsInBfloat16 : SlotsInBfloat16 {
  /** @cond INTERNAL */
  static constexpr const gls_slot_format* kFormat = &format_bfloat16_weights;
  /** @endcond */
};

/** How many bytes save writes for a rule with so many weights and such slots, known to the compiler. */
template <class Rule, class Slots = SlotsInFloats, class Weights = WeightsInFloats>
constexpr size_t saved_bytes_of(size_t count) {
  return bytes_of_saved_words(saved_words(saved_params<Rule>(), sizeof(typename Rule::State) / 4,
                                          sizeof(typename Weights::Code) * Weights::codes(count) / 4,
                                          Rule::kSlots,
                                          sizeof(typename Slots::Code) * Slots::codes(count) / 4));
}

/** @cond INTERNAL */
// Are slots or weights in fewer bytes?
template <class Slots, class Weights>
constexpr bool kHasCodes = Slots::kFormat != nullptr || Weights::kFormat != nullptr;
template <class Slots, class Weights>
void set_formats(gls_optimizer& optimizer) {
  optimizer.format = Weights::kFormat == nullptr ? Slots::kFormat : Weights::kFormat;
  optimizer.slot_format = Slots::kFormat;
}
// The type of a view's seed and first.
template <class Slots, class Weights, bool = kHasCodes<Slots, Weights>>
struct RandomNumber {
  using Type = size_t;
};
template <class Slots, class Weights>
struct RandomNumber<Slots, Weights, false> {
  struct Type {};
};
/** @endcond */

/** The C optimizer of a rule. slots: pointers to Rule::kSlots buffers. params is written by gls_restore() and
 * gls_restore_from() alone. */
template <class Rule>
gls_optimizer optimizer_of(const typename Rule::Formula::Params* params, typename Rule::State* state,
                           float* weights, float* const* slots, size_t count) {
  gls_optimizer optimizer;  // field by field: compilers clear a whole one first, by a call or worse
  optimizer.rule = Rule::kRule;
  optimizer.params = only_read(params);
  optimizer.state = state;
  optimizer.weights = weights;
  const auto slot = [slots](int k) { return k < Rule::kSlots ? slots[k] : nullptr; };
  optimizer.slots[0] = slot(0), optimizer.slots[1] = slot(1), optimizer.slots[2] = slot(2);
  optimizer.slots[3] = slot(3), optimizer.slots[4] = slot(4), optimizer.slots[5] = slot(5);
  optimizer.count = count;
  optimizer.format = nullptr;
  optimizer.seed = 0;
  optimizer.first = 0;
  optimizer.slot_format = nullptr;
  optimizer.reserved = 0;
  return optimizer;
}

/** An optimizer over memory that the caller holds, for sizes known only at run time.
 *
 *     Adam::State state = {};
 *     float m[n] = {}, v[n] = {};
 *     OptimizerView<Adam> optimizer{&state, {m, v}, n};
 *     Status status = optimizer.step(weights, gradients);
 *
 * Slots: SlotsInFloats, SlotsIn8Bits or SlotsInBfloat16. A rule that does not bear them does not compile.
 * Weights: WeightsInFloats or WeightsInBfloat16. */
template <class Rule, class Slots = SlotsInFloats, class Weights = WeightsInFloats>
struct OptimizerView {
  static_assert(Slots::kFormat == nullptr || kHasSlotFormats<Rule>,
                "this rule's slots are floats only: rules/README.md says why");
  /** The hyper-parameters. */
  using Params = typename Rule::Params;
  /** One step's coefficients. */
  using Coefficients = gls_coefficients;

  /** A weight, as it is kept. */
  using Weight = typename Weights::Code;
  /** Of seed and first: none where all is floats. */
  using Number = typename RandomNumber<Slots, Weights>::Type;

  typename Rule::State* state; /**< the rule's state, zero at the start */
  /** Slots::codes(count) each, zero at the start; and one that is not used. */
  typename Slots::Code* slots[Rule::kSlots + 1];
  size_t count;      /**< weights */
  Number seed = {};  /**< gls_optimizer.seed, of slots and weights in fewer bytes */
  Number first = {}; /**< gls_optimizer.first, of these */

  /** One step. weights is float[count], or uint16_t[Weights::codes(count)]; gradients is float[count], or
   * (Int8)Factors of layers with as many weights. A gradient that is not finite, or would spoil the state, is
   * GLS_ERROR_GRADIENT and changes nothing. */
  template <class Gradients>
  [[nodiscard]] Status step(Weight* weights, Gradients gradients, const Params& params = {},
                            float gradient_scale = 1.0f) const {
    const gls_optimizer optimizer = of(weights, &params);
    return glissade::step(optimizer, gradients_of(gradients), gradient_scale);
  }
  /** The same for those who know that there is no such gradient. */
  template <class Gradients>
  [[nodiscard]] Status step_unguarded(Weight* weights, Gradients gradients, const Params& params = {},
                                      float gradient_scale = 1.0f) const {
    const gls_optimizer optimizer = of(weights, &params);
    return glissade::step_unguarded(optimizer, gradients_of(gradients), gradient_scale);
  }
  /** Would step refuse these gradients? Writes nothing. */
  template <class Gradients>
  [[nodiscard]] Status guard(const Weight* weights, Gradients gradients, const Params& params = {},
                             float gradient_scale = 1.0f) const {
    const gls_optimizer optimizer = of(only_read(weights), &params);
    return gls_guard(&optimizer, gradients_of(gradients), gradient_scale);
  }

  /** The same step in slices, unguarded (guard looks at all gradients first): begin once, then sweep ranges
   * that cover each of [0 .. count) once, in any order, from any task. */
  [[nodiscard]] Status begin(Coefficients& coefficients, const Params& params = {},
                             float gradient_scale = 1.0f) const {
    const gls_optimizer optimizer = of(nullptr, &params);
    return gls_begin(&optimizer, gradient_scale, &coefficients);
  }
  /** Steps the weights [from .. from + range); weights and gradients are all of them. A range beyond count
   * is GLS_ERROR_RANGE. */
  template <class Gradients>
  [[nodiscard]] Status sweep(const Coefficients& coefficients, Weight* weights, Gradients gradients,
                             size_t from, size_t range) const {
    const gls_optimizer optimizer = of(weights, nullptr);
    return gls_sweep(&optimizer, &coefficients, gradients_of(gradients), from, range);
  }

  /** All that a run needs to go on, in saved_bytes() bytes (saved.h). */
  [[nodiscard]] Status save(const Weight* weights, const Params& params, void* bytes, size_t size) const {
    const gls_optimizer optimizer = of(only_read(weights), &params);
    return gls_save(&optimizer, bytes, size);
  }
  /** Reads back what save wrote. */
  [[nodiscard]] Status restore(Weight* weights, typename Rule::Formula::Params& params, const void* bytes,
                               size_t size) const {
    const gls_optimizer optimizer = of(weights, &params);
    return gls_restore(&optimizer, bytes, size);
  }
  /** As save, into a store. */
  [[nodiscard]] Status save_to(const Weight* weights, const Params& params, gls_store& store) const {
    const gls_optimizer optimizer = of(only_read(weights), &params);
    return gls_save_to(&optimizer, &store);
  }
  /** As restore, from a store. */
  [[nodiscard]] Status restore_from(Weight* weights, typename Rule::Formula::Params& params,
                                    gls_store& store) const {
    const gls_optimizer optimizer = of(weights, &params);
    return gls_restore_from(&optimizer, &store);
  }
  /** As save, through gls_save_by's callback. */
  [[nodiscard]] Status save_by(const Weight* weights, const Params& params,
                               int (*write)(void* context, const void* bytes, size_t size),
                               void* context) const {
    const gls_optimizer optimizer = of(only_read(weights), &params);
    return gls_save_by(&optimizer, write, context);
  }
  /** As restore, through gls_restore_by's callback. */
  [[nodiscard]] Status restore_by(Weight* weights, typename Rule::Formula::Params& params,
                                  int (*read)(void* context, size_t offset, void* bytes, size_t size),
                                  void* context) const {
    const gls_optimizer optimizer = of(weights, &params);
    return gls_restore_by(&optimizer, read, context);
  }
  /** Takes the slots of another optimizer, in this one's format: gls_copy_slots(). The step of the random
   * bits is that of this one's state. */
  template <class Others, class OtherWeights>
  [[nodiscard]] Status copy_slots_from(const OptimizerView<Rule, Others, OtherWeights>& other) const {
    const gls_optimizer from = other.of(nullptr, nullptr), to = of(nullptr, nullptr);
    return gls_copy_slots(&from, &to);
  }
  /** How many bytes save writes. */
  [[nodiscard]] size_t saved_bytes() const {
    const gls_optimizer optimizer = of(nullptr, nullptr);
    return gls_saved_bytes(&optimizer);
  }

 private:
  template <class, class, class>
  friend struct OptimizerView;

  gls_optimizer of(Weight* weights, const typename Rule::Formula::Params* params) const {
    if constexpr (!kHasCodes<Slots, Weights>) {
      return optimizer_of<Rule>(params, state, weights, slots, count);
    } else {
      float* addresses[Rule::kSlots + 1];
      for (int k = 0; k < Rule::kSlots; ++k) addresses[k] = reinterpret_cast<float*>(slots[k]);
      gls_optimizer optimizer =
          optimizer_of<Rule>(params, state, reinterpret_cast<float*>(weights), addresses, count);
      set_formats<Slots, Weights>(optimizer);
      optimizer.seed = seed;
      optimizer.first = first;
      return optimizer;
    }
  }
};

/** A view of slots in an array of Rule::kSlots pointers. */
template <class Rule>
OptimizerView<Rule> view_of(typename Rule::State* state, float* const* slots, size_t count) {
  OptimizerView<Rule> view{state, {}, count};
  for (int k = 0; k < Rule::kSlots; ++k) view.slots[k] = slots[k];
  return view;
}

/** The slots of an Optimizer. */
template <size_t kSlots, size_t N, class Slots = SlotsInFloats>
struct SlotMemory {
  typename Slots::Code slots[kSlots][Slots::codes(N)] = {}; /**< zero at the start */
};
/** Of a rule without slots. */
template <size_t N, class Slots>
struct SlotMemory<0, N, Slots> {};

/** What an Optimizer with slots or weights in fewer bytes has beside them. */
template <bool kHasAny>
struct SlotRandomness {
  uint32_t seed = 0;  /**< gls_optimizer.seed */
  uint32_t first = 0; /**< gls_optimizer.first */
};
/** With floats: nothing. */
template <>
struct SlotRandomness<false> {};

/** An optimizer for N weights in one object that can be copied, compared and written to flash; its size is
 * 4 + 4 * N * kSlots bytes for most rules. It starts at all zeros, a static one without a call.
 * Hyper-parameters come with each step, so they may change at any. Buffers are float[N] or std::array<float,
 * N>; another size does not compile. Gradients may also be an array of gls_factors or gls_int8_factors.
 *
 *     static glissade::Optimizer<glissade::Adam, 683> optimizer;
 *     glissade::Adam::Params params;
 *     params.learning_rate = 3e-3;
 *     glissade::Status status = optimizer.step(weights, gradients, params);
 *
 * Slots: SlotsInFloats, or in a quarter or half of the bytes SlotsIn8Bits or SlotsInBfloat16. Form of
 * weights: WeightsInFloats, or WeightsInBfloat16, which are uint16_t[codes(N)]. Those in fewer bytes have a
 * seed and a first, which may be set before the first step. */
template <class Rule, size_t N, class Slots = SlotsInFloats, class FormOfWeights = WeightsInFloats>
struct Optimizer : SlotMemory<Rule::kSlots, N, Slots>, SlotRandomness<kHasCodes<Slots, FormOfWeights>> {
  /** The hyper-parameters. */
  using Params = typename Rule::Params;
  /** One step's coefficients. */
  using Coefficients = gls_coefficients;

  typename Rule::State state = {}; /**< the rule's state */

  /** As OptimizerView::step. */
  template <class Weights, class Gradients>
  [[nodiscard]] Status step(Weights& weights, const Gradients& gradients, const Params& params = {},
                            float gradient_scale = 1.0f) {
    return view().step(pointer(weights), pointer(gradients), params, gradient_scale);
  }
  /** As OptimizerView::step_unguarded. */
  template <class Weights, class Gradients>
  [[nodiscard]] Status step_unguarded(Weights& weights, const Gradients& gradients, const Params& params = {},
                                      float gradient_scale = 1.0f) {
    return view().step_unguarded(pointer(weights), pointer(gradients), params, gradient_scale);
  }
  /** As OptimizerView::guard. */
  template <class Weights, class Gradients>
  [[nodiscard]] Status guard(const Weights& weights, const Gradients& gradients, const Params& params = {},
                             float gradient_scale = 1.0f) const {
    return view().guard(pointer(weights), pointer(gradients), params, gradient_scale);
  }
  /** As OptimizerView::save. */
  template <class Weights>
  [[nodiscard]] Status save(const Weights& weights, const Params& params, void* bytes, size_t size) const {
    return view().save(pointer(weights), params, bytes, size);
  }
  /** As OptimizerView::restore. */
  template <class Weights>
  [[nodiscard]] Status restore(Weights& weights, typename Rule::Formula::Params& params, const void* bytes,
                               size_t size) {
    return view().restore(pointer(weights), params, bytes, size);
  }
  /** As OptimizerView::save_to. */
  template <class Weights>
  [[nodiscard]] Status save_to(const Weights& weights, const Params& params, gls_store& store) const {
    return view().save_to(pointer(weights), params, store);
  }
  /** As OptimizerView::restore_from. */
  template <class Weights>
  [[nodiscard]] Status restore_from(Weights& weights, typename Rule::Formula::Params& params,
                                    gls_store& store) {
    return view().restore_from(pointer(weights), params, store);
  }
  /** As OptimizerView::save_by. */
  template <class Weights>
  [[nodiscard]] Status save_by(const Weights& weights, const Params& params,
                               int (*write)(void* context, const void* bytes, size_t size),
                               void* context) const {
    return view().save_by(pointer(weights), params, write, context);
  }
  /** As OptimizerView::restore_by. */
  template <class Weights>
  [[nodiscard]] Status restore_by(Weights& weights, typename Rule::Formula::Params& params,
                                  int (*read)(void* context, size_t offset, void* bytes, size_t size),
                                  void* context) {
    return view().restore_by(pointer(weights), params, read, context);
  }
  /** How many bytes save writes: a constant, for static memory. */
  static constexpr size_t saved_bytes() { return saved_bytes_of<Rule, Slots, FormOfWeights>(N); }
  /** Goes on where another optimizer is, whatever its slots' format: takes its state, and its slots in this
   * one's format (gls_copy_slots()). On an error nothing has changed. */
  template <class Others, class OtherWeights>
  [[nodiscard]] Status continue_from(const Optimizer<Rule, N, Others, OtherWeights>& other) {
    const typename Rule::State before = state;
    state = other.state;
    const Status status = view().copy_slots_from(other.view());
    if (status != GLS_OK) state = before;
    return status;
  }
  /** As OptimizerView::begin. */
  [[nodiscard]] Status begin(Coefficients& coefficients, const Params& params = {},
                             float gradient_scale = 1.0f) {
    return view().begin(coefficients, params, gradient_scale);
  }
  /** As OptimizerView::sweep. */
  template <class Weights, class Gradients>
  [[nodiscard]] Status sweep(const Coefficients& coefficients, Weights& weights, const Gradients& gradients,
                             size_t from, size_t range) {
    return view().sweep(coefficients, pointer(weights), pointer(gradients), from, range);
  }

  /** The same optimizer as a view of this object. */
  OptimizerView<Rule, Slots, FormOfWeights> view() { return view_of_this(this); }

 private:
  template <class, size_t, class, class>
  friend struct Optimizer;

  // Saving writes nothing through these pointers.
  OptimizerView<Rule, Slots, FormOfWeights> view() const { return view_of_this(only_read(this)); }
  static OptimizerView<Rule, Slots, FormOfWeights> view_of_this(Optimizer* self) {
    OptimizerView<Rule, Slots, FormOfWeights> result{&self->state, {}, N};
    if constexpr (Rule::kSlots > 0) {
      for (int k = 0; k < Rule::kSlots; ++k) result.slots[k] = self->slots[k];
    }
    if constexpr (kHasCodes<Slots, FormOfWeights>) {
      result.seed = self->seed;
      result.first = self->first;
    }
    return result;
  }

  static constexpr size_t kHalves = WeightsInBfloat16::codes(N);
  static uint16_t* pointer(uint16_t (&weights)[kHalves]) { return weights; }
  static const uint16_t* pointer(const uint16_t (&weights)[kHalves]) { return weights; }
  template <template <class, size_t> class Array>
  static uint16_t* pointer(Array<uint16_t, kHalves>& weights) {
    return weights.data();
  }
  template <template <class, size_t> class Array>
  static const uint16_t* pointer(const Array<uint16_t, kHalves>& weights) {
    return weights.data();
  }
  static float* pointer(float (&buffer)[N]) { return buffer; }
  static const float* pointer(const float (&buffer)[N]) { return buffer; }
  static Factors pointer(const Factors& factors) { return factors; }
  template <size_t kLayers>
  static Factors pointer(const gls_factors (&layers)[kLayers]) {
    return {layers, kLayers};
  }
  static Int8Factors pointer(const Int8Factors& factors) { return factors; }
  template <size_t kLayers>
  static Int8Factors pointer(const gls_int8_factors (&layers)[kLayers]) {
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
