// SPDX-License-Identifier: Apache-2.0
// Which of the two slots holds the committed state.
#ifndef GLISSADE_SRC_FIND_HPP
#define GLISSADE_SRC_FIND_HPP

#include "storage/slots.hpp"

namespace glissade {
namespace {

// Takes a slot's state for the committed one, if it is whole, authentic, and as new as the counter says.
__attribute__((noinline)) Sight take(gls_store& store, uint32_t slot, uint32_t most) {
  SlotHeader header;
  const gls_flash& flash = *store.flash;
  const Slot found = look_at(flash, slot, header);
  if (found.sight != kGood) return found.sight;
  const uint32_t sequence = header.sequence();
  const Sight sight = sequence < store.counted || sequence > most
                          ? kForged
                          : check_slot(flash, slot, header, flash.authenticator);
  if (sight != kGood) return sight;
  store.slot = slot;
  store.sequence = sequence;
  store.size = header.size();
  store.start = header.start();
  // Nothing else is left, so it has to last.
  if (!found.sure) static_cast<void>(write_header(flash, slot, 1, header));
  return kGood;
}

// Neither slot has a header or a record: is anything else where blocks begin? (A store of another geometry,
// that is; its first slot may just be erased.)
inline Sight look_for_others(const gls_flash& flash) {
  Sight sight = kBlank;
  for (uint32_t slot = 0; slot < 2; ++slot) {
    for (uint32_t place = 0; place < header_place(flash, 0); place += flash.block_size) {
      const Sight found = read_record(flash, slot, place);
      sight = worse(sight, found == kStarted ? kBad : found);
    }
  }
  return sight;
}

// Tries the newer slot, then the other one. Returns the worst that was seen where a newer state may be.
Sight take_newest(gls_store& store, bool older, uint32_t most) {
  const gls_flash& flash = *store.flash;
  const Slot slots[2] = {look_at(flash, 0), look_at(flash, 1)};
  const auto number = [&](uint32_t k) {
    return slots[k].sight == kGood && slots[k].sure ? slots[k].sequence : 0;
  };
  const uint32_t newer = number(1) > number(0) ? 1 : 0;
  Sight worst = kBlank;
  for (uint32_t slot = 0; slot < 2; ++slot) store.checks[slot] = slots[slot].check;
  for (uint32_t k = 0; k < 2; ++k) {
    const Sight other = slots[newer ^ k ^ 1].sight;
    const bool passed = older && k == 0 && other != kUnreadable && other != kStrange;
    Sight sight = slots[newer ^ k].sight;
    if (sight == kGood && store.sequence == 0) sight = passed ? kBad : take(store, newer ^ k, most);
    if (sight != kGood) worst = worse(worst, sight);
  }
  return store.sequence == 0 && worst == kBlank ? look_for_others(flash) : worst;
}

// Finds the committed state; `older`: the one before it.
Status find(gls_store& store, bool older) {
  const gls_flash& flash = *store.flash;
  uint32_t most;
  if (read_counter(store, most) != GLS_OK) return GLS_ERROR_DEVICE;
  const bool synced = flash.sync(&flash) == 0;  // what is read may be a cache, or flash that is still busy
  store.slot = 1;  // the first state goes into slot 0, which begins at the same place in any geometry
  const Sight worst = take_newest(store, older, most);
  if (worst == kFailed) return GLS_ERROR_DEVICE;
  if (worst == kStrange && !(older && store.sequence != 0)) return GLS_ERROR_MISMATCH;
  if (store.sequence == 0) {
    if (!synced || worst == kUnreadable) return GLS_ERROR_DEVICE;
    return worst <= kStarted ? GLS_ERROR_EMPTY : worst == kBad ? GLS_ERROR_DAMAGED : GLS_ERROR_FORGED;
  }
  if (older || worst == kUnreadable) store.barred = GLS_ERROR_OLDER;
  if (!synced) store.barred = GLS_ERROR_DEVICE;
  if (store.highest < store.sequence) store.highest = store.sequence;
  // A cut came between a commit and this. A counter that is used up takes nothing away.
  if (store.barred == GLS_OK && store.sequence > store.counted &&
      raise_counter(store, store.sequence, store.highest - store.sequence) == GLS_OK)
    store.counted = store.sequence;
  return older || worst != kUnreadable ? GLS_OK : GLS_ERROR_OLDER;
}

}  // namespace
}  // namespace glissade

#endif
