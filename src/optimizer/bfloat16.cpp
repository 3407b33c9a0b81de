// SPDX-License-Identifier: Apache-2.0
// Numbers in bfloat16 as floats, and back.
#include "backend/gate.hpp"
#include "cpu/exact_math.hpp"
#include "glissade/formats.h"
#include "numbers/slot_block.hpp"

namespace glissade {
namespace {

Status check(const uint16_t* codes, const float* floats, size_t count) {
  const Status status = check_floats(count, floats);
  if (status != GLS_OK) return status;
  if (codes == nullptr && count != 0) return GLS_ERROR_NULL;
  if (reinterpret_cast<uintptr_t>(codes) % alignof(uint16_t) != 0) return GLS_ERROR_ALIGNMENT;
  const bool share = overlap_bytes(codes, count * sizeof(uint16_t), floats, count * sizeof(float));
  return share ? GLS_ERROR_OVERLAP : GLS_OK;
}

uint16_t nearest(float x) {
  const uint32_t bits = float_bits(x), below_half = 0x7fffu + (bits >> 16 & 1);
  return static_cast<uint16_t>((bits & 0x7fffffffu) > 0x7f800000u ? 0x7fc0u : (bits + below_half) >> 16);
}

}  // namespace
}  // namespace glissade

using namespace glissade;

gls_status gls_bfloat16_to_floats(const uint16_t* from, float* to, size_t count) {
  const Gate backend;
  Status status = check_buffers(backend, count, to);
  if (status == GLS_OK) status = check(from, to, count);
  if (status != GLS_OK) return status;
  for (size_t first = 0; first < count; first += kSlotBlock)
    backend->decode_bfloat16(from + first, to + first,
                             count - first < kSlotBlock ? count - first : kSlotBlock);
  return GLS_OK;
}

gls_status gls_floats_to_bfloat16(const float* from, uint16_t* to, size_t count) {
  const Status status = check(to, from, count);
  for (size_t i = 0; status == GLS_OK && i < count; ++i) to[i] = nearest(from[i]);
  return status;
}
