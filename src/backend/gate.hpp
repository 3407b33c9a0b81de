// SPDX-License-Identifier: Apache-2.0
// The gate by which a call enters the library, and the one place that sets the floating-point mode.
#ifndef GLISSADE_SRC_BACKEND_GATE_HPP
#define GLISSADE_SRC_BACKEND_GATE_HPP

#include "backend/backend.hpp"
#include "cpu/float_mode.hpp"

namespace glissade {
namespace {

template <class T>
struct Same {
  using Type = T;
};
template <class T>
using same_t = typename Same<T>::Type;  // of an argument that another one's type decides

// For kernels: as the backend computes. For arithmetic on single numbers (hyper-parameters, sums of blocks):
// subnormals are kept, whatever the backend does.
enum class Mode { kKernels, kScalars };

// The backend of a call, and while it lives the mode. Kernels rely on both; check_buffers comes before them.
class Gate {
 public:
  GLISSADE_INLINE explicit Gate(Mode mode = Mode::kKernels)
      : backend_(active_backend()),
        mode_(mode == Mode::kKernels && !backend_.is_none() && backend_.flushes_subnormals()) {}

  const Kernels* operator->() const { return backend_.operator->(); }
  // Without a word, so that a call is handed its gate as its backend.
  // NOLINTNEXTLINE(google-explicit-constructor,hicpp-explicit-conversions)
  operator Backend() const { return backend_; }

 private:
  const Backend backend_;
  const FloatMode mode_;
};

// Inside a gate, for single numbers. The function that holds one is not inlined: its arithmetic stays between
// the two changes of the mode.
class ScalarMode {
 private:
  const FloatMode mode_{false};
};

// From here on x is what memory holds: arithmetic with it stays behind the changes of the mode before this
// point, and in front of those behind it. Without modes it is nothing.
template <class T>
GLISSADE_INLINE void pin(T& x) {
  if constexpr (kFloatModeMask != 0) __asm__ volatile("" : "+m"(x));
}

// Inside a gate: a number as the nearest float.
template <class Number>
GLISSADE_INLINE float nearest(Number x) {
  pin(x);
  float rounded = static_cast<float>(x);
  pin(rounded);
  return rounded;
}

// work(arguments...), arithmetic on single numbers: the gate of calls that take no buffer.
template <class Result, class... Parameters>
GLISSADE_INLINE Result in_scalar_mode(Result (*work)(Parameters...), same_t<Parameters>... arguments) {
  const ScalarMode mode;
  (..., pin(arguments));
  Result result = work(arguments...);
  pin(result);
  return result;
}

// Inside a gate for single numbers, for one sweep, which may have been asked to flush.
class SweepMode {
 public:
  GLISSADE_INLINE SweepMode(Backend backend, bool asked)
      : SweepMode(backend.flushes_subnormals() || (kFlushesOnDemand && asked)) {}

 private:
  GLISSADE_INLINE explicit SweepMode(bool flush) : mode_(flush, !flush) {}

  const FloatMode mode_;
};

}  // namespace
}  // namespace glissade

#endif
