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
  gls_lerp_coefficients momentum;
};

struct Kernels {
#define GLISSADE_KERNEL(name, arguments) void(*name) arguments;
#include "kernels.inc"
};

struct BackendTraits {
  size_t width;  // floats in a vector
  bool flushes_subnormals;
};

#ifdef GLISSADE_ONLY_BACKEND

// With a single backend the choice is made here: calls through a constant table are direct calls, and the
// linker drops the kernels that a firmware does not use.
namespace GLISSADE_ONLY_BACKEND {
#define GLISSADE_KERNEL(name, arguments) void name arguments;
#include "kernels.inc"
extern const BackendTraits traits;
}  // namespace GLISSADE_ONLY_BACKEND

constexpr Kernels kOnlyKernels = {
#define GLISSADE_KERNEL(name, arguments) GLISSADE_ONLY_BACKEND::name,
#include "kernels.inc"
};
constexpr const Kernels* active_kernels() { return &kOnlyKernels; }

#else

// Null while the environment asks for a backend that this machine does not have.
const Kernels* active_kernels();

#endif

// As many floats as two counts make; where that overflows, more than any memory holds.
inline size_t elements(size_t rows, size_t columns) {
  size_t product;
  return __builtin_mul_overflow(rows, columns, &product) ? SIZE_MAX : product;
}

// Buffers must be aligned, and null only where there is nothing in them.
template <class... Buffer>
Status check_pointers(size_t count, const Buffer*... buffers) {
  const bool any_null = (... || (buffers == nullptr));
  if (any_null && count != 0) return GLS_ERROR_NULL;
  const uintptr_t low_bits = (... | reinterpret_cast<uintptr_t>(buffers));
  return low_bits % alignof(float) == 0 ? GLS_OK : GLS_ERROR_ALIGNMENT;
}

// What every entry needs before it writes anything: a backend, such buffers, and a count that they can have
// (no object is as large as half the address space). Inlined, because a constant table that is handed to a
// function keeps all its kernels in the firmware.
template <class... Buffer>
GLISSADE_INLINE Status check_buffers(const Kernels* kernels, size_t count, const Buffer*... buffers) {
  if (kernels == nullptr) return GLS_ERROR_BACKEND;
  return count > PTRDIFF_MAX / sizeof(float) ? GLS_ERROR_RANGE : check_pointers(count, buffers...);
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
