// SPDX-License-Identifier: Apache-2.0
// The forms of slots (glissade/formats.h), chosen at run time.
#ifndef GLISSADE_PLATFORM_SLOT_FORMS_HPP
#define GLISSADE_PLATFORM_SLOT_FORMS_HPP

#include "glissade/glissade.hpp"

namespace glissade {

enum class SlotForm { kFloat, kBfloat16, k8Bit };
constexpr SlotForm kSlotForms[] = {SlotForm::kFloat, SlotForm::kBfloat16, SlotForm::k8Bit};
constexpr const char* kSlotFormNames[] = {"float", "bfloat16", "8bit"};

constexpr const char* name_of(SlotForm form) { return kSlotFormNames[static_cast<int>(form)]; }

// work(form as a type).
template <class Work>
auto with_slots(SlotForm form, Work work) {
  if (form == SlotForm::kBfloat16) return work(SlotsInBfloat16());
  if (form == SlotForm::k8Bit) return work(SlotsIn8Bits());
  return work(SlotsInFloats());
}

// The bytes of one slot of so many weights.
inline size_t slot_bytes(SlotForm form, size_t count) {
  return with_slots(form, [count](auto slots) {
    using Slots = decltype(slots);
    return Slots::codes(count) * sizeof(typename Slots::Code);
  });
}

// The optimizer with its slots in this form, each where it was.
inline gls_optimizer in_form(SlotForm form, const gls_optimizer& optimizer) {
  gls_optimizer result = optimizer;
  if (form == SlotForm::kBfloat16) result = gls_slots_bfloat16(optimizer, nullptr);
  if (form == SlotForm::k8Bit) result = gls_slots_8bit(optimizer, nullptr);
  for (size_t k = 0; k < GLS_SLOTS_MOST; ++k) result.slots[k] = optimizer.slots[k];
  return result;
}

}  // namespace glissade

#endif
