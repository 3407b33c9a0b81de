// SPDX-License-Identifier: Apache-2.0
#include "glissade/gradients.h"

#include "backend.hpp"

namespace {

constexpr size_t kBlock = 1024;

void add(const glissade::GradientBlock& block, gls_gradient_report& report) {
  const double huge = static_cast<double>(block.huge), tiny = static_cast<double>(block.tiny);
  report.sum_of_squares += (huge * 0x1p160 + static_cast<double>(block.ordinary)) + tiny * 0x1p-220;
  if (block.largest > report.largest) report.largest = block.largest;
  const uint32_t more = static_cast<uint32_t>(block.not_finite), left = UINT32_MAX - report.not_finite;
  report.not_finite += more < left ? more : left;
}

}  // namespace

extern "C" {

gls_status gls_gradient_look(const float* gradients, size_t count, gls_gradient_report* report) {
  const glissade::Kernels* const kernels = glissade::active_kernels();
  if (report == nullptr) return GLS_ERROR_NULL;
  const gls_status status = glissade::check_buffers(kernels, count, gradients);
  for (size_t left = status == GLS_OK ? count : 0; left > 0;) {
    const size_t size = left < kBlock ? left : kBlock;
    glissade::GradientBlock block;
    kernels->look_at_gradients(gradients, &block, size);
    add(block, *report);
    gradients += size;
    left -= size;
  }
  return status;
}

double gls_gradient_norm(const gls_gradient_report* report) {
  return glissade::square_root(report->sum_of_squares);
}

float gls_clip_scale(const gls_gradient_report* report, double max_norm) {
  if (report == nullptr || report->not_finite != 0 || !glissade::not_negative(max_norm))
    return __builtin_nanf("");
  const double scale = max_norm / (gls_gradient_norm(report) + 1e-6);
  return scale < 1.0 ? static_cast<float>(scale) : 1.0f;
}

gls_status gls_clip_values(float* values, size_t count, float largest) {
  const glissade::Kernels* const kernels = glissade::active_kernels();
  if (!glissade::not_negative(static_cast<double>(largest))) return GLS_ERROR_RANGE;
  const gls_status status = glissade::check_buffers(kernels, count, values);
  if (status == GLS_OK) kernels->clip_values(values, largest, count);
  return status;
}

}  // extern "C"
