// SPDX-License-Identifier: Apache-2.0
// Flash that loses power, in the middle of a byte if need be, and forgets what was not synced; or whose
// processor is reset, while the flash and its cache go on.
#ifndef GLISSADE_TESTS_FLASH_SIMULATOR_HPP
#define GLISSADE_TESTS_FLASH_SIMULATOR_HPP

#include "glissade/storage/store.h"
#include "support/memcheck.hpp"
#include "support/reference.hpp"

namespace glissade {
namespace test {

// What the unit looks like, or the block, in whose programming or erasing the power went: what of it is done.
// kWeak: all of it, but after each reset it reads right, or wrong, or not at all.
enum class Torn { kBytesBefore, kSomeBits, kAnything, kUncorrectable, kWeak };
constexpr uint32_t kTorn = 5;

// kPower: the power goes. kKill: a reset, or a killed process; what was not synced is still read, and lost
// when the power goes later. kBusy: a reset, and until the next sync the flash is busy, and reads as erased.
enum class Reset { kPower, kKill, kBusy };
constexpr uint32_t kResets = 3;

template <uint32_t kMost, uint32_t kMostUnits>
struct FlashSimulator {
  static constexpr uint32_t kNever = UINT32_MAX;

  gls_flash flash;
  bool write_back;       // what is not synced may be lost, in any part, whatever came after it
  uint32_t stuck;        // this byte stays as it is; kNever: none
  unsigned char erased;  // what erased flash reads as
  int blank_error;       // what reading it returns instead; 0: it can be read
  uint32_t sync_fails;   // after so many syncs one fails; kNever: none
  Random random{1};

  // An erased flash.
  void shape(uint32_t prog_size, uint32_t block_size, uint32_t block_count, unsigned char erased_as = 0xff) {
    flash = {read, prog, erase, sync, this, 1, prog_size, block_size, block_count, buffer_, nullptr, 0};
    write_back = false;
    stuck = sync_fails = kNever;
    erased = erased_as;
    blank_error = 0;
    __builtin_memset(visible_, erased, sizeof visible_);
    __builtin_memset(durable_, erased, sizeof durable_);
    for (Unit& unit : units_) unit = {};
    make_undefined(buffer_, sizeof buffer_);
    power_on();
  }

  // The reset comes after this many more bytes have been programmed or erased, or syncs begun.
  void cut_after(uint32_t work, Torn torn, Reset reset = Reset::kPower) {
    left_ = work;
    torn_ = torn;
    reset_ = reset;
  }
  bool off() const { return off_; }
  void power_on() {
    off_ = false;
    left_ = kNever;
    for (uint32_t k = 0; k < size() / flash.prog_size; ++k) {
      Unit& unit = units_[k];
      unit.reads = static_cast<unsigned char>((unit.weak ? random.below(3) : 0u) & 3u);
    }
  }
  // The power goes now.
  void cut() {
    forget();
    busy_ = false;
    power_on();
  }
  void lose(uint32_t byte) { units_[byte / flash.prog_size].lost = true; }
  unsigned char& byte(uint32_t at) {
    durable_[at] = visible_[at];
    return visible_[at];
  }
  uint32_t size() const { return flash.block_size * flash.block_count; }

 private:
  struct Unit {
    unsigned char lost : 1, weak : 1, programmed : 1, reads : 2;  // reads 0: right, 1: wrong, 2: not
  };

  static FlashSimulator& self(const gls_flash* flash) {
    return *static_cast<FlashSimulator*>(flash->context);
  }

  static int read(const gls_flash* flash, uint32_t block, uint32_t offset, void* buffer, uint32_t size) {
    FlashSimulator& s = self(flash);
    const uint32_t first = s.checked(block, offset, size);
    const Unit& unit = s.units_[first / size];
    if (s.off_) return -5;
    if (s.busy_) {
      __builtin_memset(buffer, s.erased, size);
      return 0;
    }
    if (unit.lost || unit.reads == 2) return GLS_FLASH_UNCORRECTABLE;
    if (s.blank_error != 0 && !unit.programmed) return s.blank_error;
    __builtin_memcpy(buffer, s.visible_ + first, size);
    if (unit.reads == 1) *static_cast<unsigned char*>(buffer) ^= 0x10;
    return 0;
  }

  static int prog(const gls_flash* flash, uint32_t block, uint32_t offset, const void* buffer,
                  uint32_t size) {
    FlashSimulator& s = self(flash);
    const unsigned char* const bytes = static_cast<const unsigned char*>(buffer);
    const uint32_t first = s.checked(block, offset, size);
    check_defined(bytes, size);
    const bool stuck = s.stuck - first < size;  // it may not be erased
    if (s.busy_ || (s.units_[first / size].programmed && !stuck && !s.write_back)) s.misused = true;
    const int result = s.work(first, size, true, [=](uint32_t i) { return bytes[i]; });
    make_undefined(flash->buffer, flash->prog_size);  // the next unit is put together anew
    return result;
  }

  static int erase(const gls_flash* flash, uint32_t block) {
    FlashSimulator& s = self(flash);
    const uint32_t size = flash->block_size, first = s.checked(block, 0, flash->prog_size);
    const unsigned char erased = s.erased;
    if (s.busy_) s.misused = true;
    return s.work(first, size, false, [=](uint32_t) { return erased; });
  }

  static int sync(const gls_flash* flash) {
    FlashSimulator& s = self(flash);
    if (s.tick()) return s.reset();
    if (s.off_) return -5;
    if (s.sync_fails != kNever && s.sync_fails-- == 0) return -5;
    s.busy_ = false;
    __builtin_memcpy(s.durable_, s.visible_, s.size());
    return 0;
  }

  // Where a unit lies. The store must not ask for anything else.
  uint32_t checked(uint32_t block, uint32_t offset, uint32_t size) {
    if (block >= flash.block_count || offset >= flash.block_size || size != flash.prog_size ||
        offset % size != 0) {
      misused = true;
      return 0;
    }
    return block * flash.block_size + offset;
  }

  // Whether the reset comes now.
  bool tick() { return !off_ && left_ != kNever && left_-- == 0; }

  // Makes bytes from `first` on become: byte by byte.
  template <class Become>
  int work(uint32_t first, uint32_t size, bool programs, Become become) {
    for (uint32_t i = 0; i < size && !off_; ++i) {
      Unit& unit = units_[(first + i) / flash.prog_size];
      if (tick()) {
        tear(first, i, size, become);
        if (programs && (i > 0 || torn_ != Torn::kBytesBefore)) unit.programmed = true;
        return reset();
      }
      if ((first + i) % flash.prog_size == 0) {
        unit = {};
        unit.programmed = programs;
      }
      set(first + i, become(i));
    }
    return off_ ? -5 : 0;
  }

  void set(uint32_t at, unsigned char value) {
    if (at == stuck) return;
    visible_[at] = value;
    if (!write_back) durable_[at] = value;
  }

  template <class Become>
  void tear(uint32_t first, uint32_t done, uint32_t size, Become become) {
    const auto some = [&](uint32_t i) {  // some of the bits that change
      const unsigned mask = random.next() >> 8, old = visible_[first + i];
      set(first + i, static_cast<unsigned char>((old & ~mask) | (become(i) & mask)));
    };
    const uint32_t unit = (first + done) / flash.prog_size * flash.prog_size;
    if (torn_ == Torn::kSomeBits) some(done);
    if (torn_ == Torn::kWeak) {
      for (uint32_t i = done; i < size && first + i < unit + flash.prog_size; ++i) set(first + i, become(i));
      units_[unit / flash.prog_size].weak = true;
    }
    if (torn_ != Torn::kAnything && torn_ != Torn::kUncorrectable) return;
    for (uint32_t i = done; i < size; ++i) some(i);
    if (torn_ == Torn::kUncorrectable) {
      lose(unit);
      set(unit, static_cast<unsigned char>(~erased));
    }
  }

  int reset() {
    off_ = true;
    if (reset_ == Reset::kPower) forget();
    busy_ = reset_ == Reset::kBusy;
    return -5;
  }

  // What was not synced is there, or not, or in part.
  void forget() {
    for (uint32_t unit = 0; unit < size() && write_back; unit += flash.prog_size) {
      const uint32_t choice = random.below(4);
      bool blank = true;
      for (uint32_t i = unit; i < unit + flash.prog_size; ++i) {
        const unsigned mask = choice == 0   ? 0
                              : choice == 1 ? 0xff
                              : choice == 2 ? random.next() >> 8
                                            : 0xffu * random.below(2);
        durable_[i] = static_cast<unsigned char>((durable_[i] & ~mask) | (visible_[i] & mask));
        if (durable_[i] != erased) blank = false;
      }
      if (blank) units_[unit / flash.prog_size].weak = 0;  // it never was programmed
    }
    __builtin_memcpy(visible_, durable_, size());
  }

  unsigned char visible_[kMost], durable_[kMost];  // as reads see it, as it is after a cut
  Unit units_[kMostUnits];
  alignas(4) unsigned char buffer_[512];
  uint32_t left_;
  bool off_, busy_ = false;
  Torn torn_;
  Reset reset_;

 public:
  bool misused = false;  // an address outside, a part of a unit, or programming what was not erased
};

}  // namespace test
}  // namespace glissade

#endif
