// SPDX-License-Identifier: Apache-2.0
// The slots of one optimizer in the format of another.
#include "backend/gate.hpp"
#include "glissade/formats.h"
#include "optimizer/rule.hpp"

namespace glissade {
namespace {

Status check_format(const gls_optimizer& o) {
  if (o.count > kMostFloats) return GLS_ERROR_RANGE;
  if (o.slot_format == nullptr) return GLS_OK;
  if (o.rule->has_formats == 0 || o.first % kSlotBlock != 0) return GLS_ERROR_RANGE;
  return o.state == nullptr ? GLS_ERROR_NULL : GLS_OK;
}

// The slots of both, one behind the other: null, alignment, shared memory.
Status check_slots(const gls_optimizer& from, const gls_optimizer& to) {
  const size_t slot_count = from.rule->slot_count;
  const auto of = [&](size_t k) -> const gls_optimizer& { return k < slot_count ? from : to; };
  const auto slot = [&](size_t k) { return of(k).slots[k < slot_count ? k : k - slot_count]; };
  const auto bytes = [&](size_t k) { return sizeof(uint32_t) * words_of(of(k), 1); };
  for (size_t k = 0; k < 2 * slot_count; ++k) {
    if (slot(k) == nullptr && from.count != 0) return GLS_ERROR_NULL;
    const size_t alignment =
        of(k).slot_format == nullptr ? alignof(float) : of(k).slot_format->slot_alignment;
    if ((reinterpret_cast<uintptr_t>(slot(k)) & (alignment - 1)) != 0) return GLS_ERROR_ALIGNMENT;
    for (size_t other = 0; other < k; ++other) {
      if (overlap_bytes(slot(other), bytes(other), slot(k), bytes(k))) return GLS_ERROR_OVERLAP;
    }
  }
  return GLS_OK;
}

Status check_two(Backend backend, const gls_optimizer* from, const gls_optimizer* to) {
  Status status = check_rule(backend, from);
  if (status == GLS_OK) status = check_rule(backend, to);
  if (status != GLS_OK) return status;
  if (from->rule != to->rule || from->count != to->count) return GLS_ERROR_MISMATCH;
  status = check_format(*from);
  if (status == GLS_OK) status = check_format(*to);
  return status == GLS_OK ? check_slots(*from, *to) : status;
}

struct Copy {
  const gls_optimizer& from;
  const gls_optimizer& to;
  Backend backend;
};

// Of slot k the block that begins with weight number `first`. Not inlined: below it is the room that it
// takes.
__attribute__((noinline)) void copy_through(const Copy& copy, float* values, size_t k, size_t first) {
  const gls_optimizer& from = copy.from;
  const gls_optimizer& to = copy.to;
  const size_t left = from.count - first, count = left < kSlotBlock ? left : kSlotBlock;
  if (from.slot_format == nullptr)
    __builtin_memcpy(values, from.slots[k] + first, count * sizeof(float));
  else
    from.slot_format->decode(copy.backend, from, k, first, values, count);
  if (to.slot_format == nullptr)
    __builtin_memcpy(to.slots[k] + first, values, count * sizeof(float));
  else
    to.slot_format->encode(copy.backend, to, k, first, slot_random(to, first), values, count);
}
__attribute__((noinline)) void copy_block(const Copy& copy, size_t k, size_t first) {
  float values[kSlotBlock];
  copy_through(copy, values, k, first);
}

}  // namespace
}  // namespace glissade

using namespace glissade;

gls_status gls_copy_slots(const gls_optimizer* from, const gls_optimizer* to) {
  const Gate backend;
  const Status status = check_two(backend, from, to);
  if (status != GLS_OK) return status;
  const Copy copy{*from, *to, backend};
  for (size_t k = 0; k < from->rule->slot_count; ++k) {
    for (size_t first = 0; first < from->count; first += kSlotBlock) copy_block(copy, k, first);
  }
  return GLS_OK;
}
