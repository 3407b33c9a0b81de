// SPDX-License-Identifier: Apache-2.0
// A backend as the rest of the library sees it.
#ifndef GLISSADE_SRC_BACKEND_HPP
#define GLISSADE_SRC_BACKEND_HPP

#include "glissade/glissade.hpp"

namespace glissade {

// What one look over at most 1024 gradients finds; infinities and NaN are only counted. The sums of squares
// are of values scaled so that no square overflows or vanishes.
struct GradientBlock {
  float huge;        // of x 2^-80 where |x| >= 2^40
  float ordinary;    // of x
  float tiny;        // of x 2^110 where |x| < 2^-63
  float largest;     // |x|
  float not_finite;  // how many
};

// Which noise: its standard deviation, and what chooses its bits.
struct NoiseStream {
  uint64_t seed;
  uint32_t step;
  float deviation;
};

struct BatchNormCoefficients {
  float samples, samples_less_1, epsilon;
  LerpCoefficients momentum;
};

// A rule's sweep: coefficients are its Coefficients.
using Sweep = void(const void* coefficients, float* w, const float* g, float* const* slots,
                   size_t count) noexcept;
// The same over the weights number first to first + count - 1 of a layer; w and slots point to these.
using SweepFactors = void(const void* coefficients, float* w, const gls_factors* layer, float* const* slots,
                          size_t first, size_t count) noexcept;

// Whole blocks of slots in fewer bits, one behind the other: of each slot the codes, and the blocks'
// exponents.
struct SlotBlocks {
  void* codes[GLS_SLOTS_MOST];
  uint8_t* exponents[GLS_SLOTS_MOST];
  uint32_t start, first;  // their random bits: slot_block_hash(start, number of the block)
  size_t count;
};
// A rule's sweep over such blocks.
using SweepSlotBlocks = void(const void* coefficients, float* w, const float* g, const SlotBlocks* slots);

struct BackendTraits {
  size_t width;  // floats in a vector
  bool flushes_subnormals;
  bool steps_slot_blocks;  // do a rule's sweeps over SlotBlocks anything?
};

struct Kernels {
  const BackendTraits* traits;
#define GLISSADE_KERNEL(name, arguments) void(*name) arguments;
#include "kernels/kernels.inc"
};

// The backend of a call: looked up once, by the call itself, and handed on.
#ifdef GLISSADE_ONLY_BACKEND

// With a single backend the choice is made here: calls through a constant table are direct calls, and the
// linker drops the kernels that a firmware does not use.
namespace GLISSADE_ONLY_BACKEND {
#define GLISSADE_KERNEL(name, arguments) void name arguments;
#include "kernels/kernels.inc"
extern const BackendTraits traits;
}  // namespace GLISSADE_ONLY_BACKEND

constexpr Kernels kOnlyKernels = {
    &GLISSADE_ONLY_BACKEND::traits,
#define GLISSADE_KERNEL(name, arguments) GLISSADE_ONLY_BACKEND::name,
#include "kernels/kernels.inc"
};
struct Backend {
  constexpr const Kernels* operator->() const { return &kOnlyKernels; }
  // NOLINTBEGIN(readability-convert-member-functions-to-static): as the other Backend below
  constexpr bool is_none() const { return false; }
  constexpr bool flushes_subnormals() const { return GLISSADE_ONLY_FLUSHES; }
  // NOLINTEND(readability-convert-member-functions-to-static)
};
constexpr Backend active_backend() { return {}; }

// What of a rule's kernels its table names; and how they are called.
using RuleKernels = Sweep*;
#define GLISSADE_RULE_KERNELS(name) GLISSADE_ONLY_BACKEND::sweep_##name
inline void sweep(Backend, RuleKernels rule, const void* c, float* w, const float* g, float* const* slots,
                  size_t count) {
  rule(c, w, g, slots, count);
}
// Moves the slots' pointers on.
inline void sweep_layer(Backend backend, RuleKernels rule, size_t slot_count, const void* c, float* w,
                        const gls_factors& layer, float** slots, size_t first, size_t count) {
  backend->sweep_blocks(rule, slot_count, c, w, &layer, slots, first, count);
}
inline Sweep* buffer_sweep(Backend, RuleKernels rule) { return rule; }

#else

class Backend {
 public:
  explicit Backend(const Kernels* kernels) : kernels_(kernels) {}
  const Kernels* operator->() const { return kernels_; }
  // While the environment asks for a backend that this machine does not have.
  bool is_none() const { return kernels_ == nullptr; }
  bool flushes_subnormals() const { return kernels_->traits->flushes_subnormals; }

 private:
  const Kernels* kernels_;
};
Backend active_backend();

// Flash is no matter here: a rule takes factors directly, which for one sample is up to 2.5 times as fast.
struct RuleKernels {
  Sweep* Kernels::*of_buffer;
  SweepFactors* Kernels::*of_factors;
  SweepSlotBlocks *Kernels::*of_8bit, *Kernels::*of_bfloat16;
};
#define GLISSADE_RULE_KERNELS(name)                                                      \
  {                                                                                      \
    &Kernels::sweep_##name, &Kernels::sweep_factors_##name, &Kernels::sweep_8bit_##name, \
        &Kernels::sweep_bfloat16_##name                                                  \
  }
inline void sweep(Backend backend, RuleKernels rule, const void* c, float* w, const float* g,
                  float* const* slots, size_t count) {
  (backend.operator->()->*rule.of_buffer)(c, w, g, slots, count);
}
inline void sweep_layer(Backend backend, RuleKernels rule, size_t slot_count, const void* c, float* w,
                        const gls_factors& layer, float** slots, size_t first, size_t count) {
  (backend.operator->()->*rule.of_factors)(c, w, &layer, slots, first, count);
  for (size_t k = 0; k < slot_count; ++k) slots[k] += count;
}
inline Sweep* buffer_sweep(Backend backend, RuleKernels rule) {
  return backend.operator->()->*rule.of_buffer;
}

#endif

inline void sweep_layer(Backend backend, RuleKernels rule, size_t slot_count, const void* c, float* w,
                        const gls_int8_factors& layer, float** slots, size_t first, size_t count) {
  backend->sweep_int8_blocks(buffer_sweep(backend, rule), slot_count, c, w, &layer, slots, first, count);
}

// As many floats as two counts make; where that overflows, more than any memory holds.
inline size_t elements(size_t rows, size_t columns) {
  size_t product;
  return __builtin_mul_overflow(rows, columns, &product) ? SIZE_MAX : product;
}

// Whether two parts of memory share some: where one begins less than the other's size behind it.
inline bool overlap_bytes(const void* a, size_t a_bytes, const void* b, size_t b_bytes) {
  const uintptr_t behind = reinterpret_cast<uintptr_t>(b) - reinterpret_cast<uintptr_t>(a);
  return behind < a_bytes || 0 - behind < b_bytes;
}

// Buffers must be aligned, and null only where there is nothing in them.
template <class... Buffer>
Status check_pointers(size_t count, const Buffer*... buffers) {
  const bool any_null = (... || (buffers == nullptr));
  if (any_null && count != 0) return GLS_ERROR_NULL;
  const uintptr_t low_bits = (... | reinterpret_cast<uintptr_t>(buffers));
  return low_bits % alignof(float) == 0 ? GLS_OK : GLS_ERROR_ALIGNMENT;
}

// Inlined where speed counts; where code must be small, one copy for all calls.
#ifdef __OPTIMIZE_SIZE__
#define GLISSADE_SHARED __attribute__((noinline)) inline
#else
#define GLISSADE_SHARED inline
#endif

// The same of one.
GLISSADE_SHARED Status check_buffer(const float* buffer, size_t count) {
  return check_pointers(count, buffer);
}

// No object is as large as half the address space.
constexpr size_t kMostFloats = PTRDIFF_MAX / sizeof(float);
template <class... Buffer>
Status check_floats(size_t count, const Buffer*... buffers) {
  return count > kMostFloats ? GLS_ERROR_RANGE : check_pointers(count, buffers...);
}

// What every entry needs before it writes anything: a backend, and such buffers.
template <class... Buffer>
GLISSADE_INLINE Status check_buffers(Backend backend, size_t count, const Buffer*... buffers) {
  return backend.is_none() ? GLS_ERROR_BACKEND : check_floats(count, buffers...);
}

// The guard of what is kept from call to call: whether every |x| is below the bound; NaN is not.
inline bool all_below(Backend backend, const float* values, float bound, size_t count) {
  bool below;
  backend->all_below(values, bound, &below, count);
  return below;
}
inline bool all_finite(Backend backend, const float* values, size_t count) {
  return all_below(backend, values, __builtin_huge_valf(), count);
}

inline bool same_text(const char* a, const char* b) {
  for (; *a != '\0' && *a == *b; ++a) ++b;
  return *a == *b;
}

// A loop over `count` floats in blocks of kBlock: work(first, size). Their sums are added in double.
constexpr size_t kBlock = 1024;
template <class Work>
void for_each_block(size_t count, Work work) {
  for (size_t first = 0; first < count; first += kBlock) {
    work(first, count - first < kBlock ? count - first : kBlock);
  }
}

// *sum = a . b, by a backend's kernel; buffers are already checked.
using DotKernel = void (*)(const float* a, const float* b, float* sum, size_t count);
void dot(DotKernel kernel, const float* a, const float* b, double* sum, size_t count);

}  // namespace glissade

#endif
