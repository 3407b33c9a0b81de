// SPDX-License-Identifier: Apache-2.0
// The gate by which a call enters the library, and the one place that sets the floating-point mode.
#ifndef GLISSADE_SRC_BACKEND_GATE_HPP
#define GLISSADE_SRC_BACKEND_GATE_HPP

#include "backend/backend.hpp"
#include "cpu/float_mode.hpp"

namespace glissade {
namespace {

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
