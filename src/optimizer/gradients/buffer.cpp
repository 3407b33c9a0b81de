// SPDX-License-Identifier: Apache-2.0
// Gradients in a buffer.
#include "cpu/exact_math.hpp"
#include "optimizer/gradients/source.hpp"

namespace glissade {

float unscaled(uint32_t exponent, float scale) {
  const uint32_t scale_exponent = ((float_bits(scale) & 0x7fffffffu) + 0x7fffffu) >> 23;
  const uint32_t biased = 2 * 127 + exponent - scale_exponent;
  return bits_float((biased < 255 ? biased : 255) << 23);
}

__attribute__((noinline)) bool floats_fit(const float* values, size_t count, uint32_t exponent, float scale,
                                          Backend backend) {
  bool below;
  backend->all_below(values, unscaled(exponent, scale), &below, count);
  return below;
}

namespace {

const float* floats(const gls_gradients& gradients) { return static_cast<const float*>(gradients.data); }

Status buffer_check(const gls_gradients& gradients, const gls_optimizer& o) noexcept {
  return check_buffers(o, floats(gradients), size_t{2} + o.rule->slot_count);
}

bool buffer_fits(const gls_gradients& gradients, size_t count, uint32_t exponent, float scale,
                 Backend backend) noexcept {
  return floats_fit(floats(gradients), count, exponent, scale, backend);
}

void sweep_buffer(const StepCoefficients& c, const gls_optimizer& o, const gls_gradients& gradients,
                  float* const* buffers, size_t first, size_t count, Backend backend) noexcept {
  sweep(backend, o.rule->kernels, c.of_rule, buffers[0], floats(gradients) + first, buffers + 1, count);
}

}  // namespace

const gls_gradient_source buffer_source = {buffer_check, buffer_fits, sweep_buffer};

}  // namespace glissade

gls_gradients gls_gradient_buffer(const float* gradients) { return glissade::gradients_of(gradients); }
