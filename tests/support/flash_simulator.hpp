// SPDX-License-Identifier: Apache-2.0
// Flash that loses power, in the middle of a byte if need be, and forgets what was not synced.
#ifndef GLISSADE_TESTS_FLASH_SIMULATOR_HPP
#define GLISSADE_TESTS_FLASH_SIMULATOR_HPP

#include "glissade/storage/store.h"
#include "support/reference.hpp"

namespace glissade {
namespace test {

// What the unit looks like, or the block, in whose programming or erasing the power went: what of it is done.
enum class Torn { kBytesBefore, kSomeBits, kAnything, kUncorrectable };
constexpr uint32_t kTorn = 4;

template <uint32_t kMost, uint32_t kMostUnits>
struct FlashSimulator {
  static constexpr uint32_t kNever = UINT32_MAX;

  gls_flash flash;
  bool write_back;  // what is not synced may be lost, in any part, whatever came after it
  uint32_t stuck;   // this byte stays as it is; kNever: none
  Random random{1};

  // An erased flash.
  void shape(uint32_t prog_size, uint32_t block_size, uint32_t block_count) {
    flash = {read, prog, erase, sync, this, 1, prog_size, block_size, block_count, buffer_, nullptr};
    write_back = false;
    stuck = kNever;
    __builtin_memset(visible_, 0xff, sizeof visible_);
    __builtin_memset(durable_, 0xff, sizeof durable_);
    __builtin_memset(lost_, 0, sizeof lost_);
    power_on();
  }

  // The power goes after this many more bytes have been programmed or erased, or syncs begun.
  void cut_after(uint32_t work, Torn torn) {
    left_ = work;
    torn_ = torn;
  }
  bool off() const { return off_; }
  void power_on() {
    off_ = false;
    left_ = kNever;
  }
  void lose(uint32_t byte) { lost_[byte / flash.prog_size] = true; }
  unsigned char& byte(uint32_t at) {
    durable_[at] = visible_[at];
    return visible_[at];
  }
  uint32_t size() const { return flash.block_size * flash.block_count; }

 private:
  static FlashSimulator& self(const gls_flash* flash) {
    return *static_cast<FlashSimulator*>(flash->context);
  }

  static int read(const gls_flash* flash, uint32_t block, uint32_t offset, void* buffer, uint32_t size) {
    FlashSimulator& s = self(flash);
    const uint32_t first = s.checked(block, offset, size);
    if (s.off_) return -5;
    if (s.lost_[first / size]) return GLS_FLASH_UNCORRECTABLE;
    __builtin_memcpy(buffer, s.visible_ + first, size);
    return 0;
  }

  static int prog(const gls_flash* flash, uint32_t block, uint32_t offset, const void* buffer,
                  uint32_t size) {
    FlashSimulator& s = self(flash);
    const unsigned char* const bytes = static_cast<const unsigned char*>(buffer);
    const uint32_t first = s.checked(block, offset, size);
    for (uint32_t i = 0; i < size; ++i) {
      if (s.visible_[first + i] != 0xff && first + i != s.stuck) s.misused = true;
    }
    return s.work(first, size, [=](uint32_t i) { return bytes[i]; });
  }

  static int erase(const gls_flash* flash, uint32_t block) {
    FlashSimulator& s = self(flash);
    const uint32_t size = flash->block_size, first = s.checked(block, 0, flash->prog_size);
    for (uint32_t i = 0; i < size && !s.off_; i += flash->prog_size)
      s.lost_[(first + i) / flash->prog_size] = false;
    return s.work(first, size, [](uint32_t) -> unsigned char { return 0xff; });
  }

  static int sync(const gls_flash* flash) {
    FlashSimulator& s = self(flash);
    if (s.tick()) return s.cut();
    if (!s.off_) __builtin_memcpy(s.durable_, s.visible_, s.size());
    return s.off_ ? -5 : 0;
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

  // Whether the power goes now.
  bool tick() { return !off_ && left_ != kNever && left_-- == 0; }

  // Makes bytes from `first` on become: byte by byte.
  template <class Become>
  int work(uint32_t first, uint32_t size, Become become) {
    for (uint32_t i = 0; i < size && !off_; ++i) {
      if (tick()) {
        tear(first, i, size, become);
        return cut();
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
    if (torn_ == Torn::kSomeBits) some(done);
    if (torn_ != Torn::kAnything && torn_ != Torn::kUncorrectable) return;
    for (uint32_t i = done; i < size; ++i) some(i);
    if (torn_ == Torn::kUncorrectable) {
      const uint32_t unit = first + done / flash.prog_size * flash.prog_size;
      lose(unit);
      set(unit, 0);
    }
  }

  // The power is gone. What was not synced is there, or not, or in part.
  int cut() {
    off_ = true;
    for (uint32_t unit = 0; unit < size() && write_back; unit += flash.prog_size) {
      const uint32_t choice = random.below(4);
      for (uint32_t i = unit; i < unit + flash.prog_size; ++i) {
        const unsigned mask = choice == 0   ? 0
                              : choice == 1 ? 0xff
                              : choice == 2 ? random.next() >> 8
                                            : 0xffu * random.below(2);
        durable_[i] = static_cast<unsigned char>((durable_[i] & ~mask) | (visible_[i] & mask));
      }
    }
    __builtin_memcpy(visible_, durable_, size());
    return -5;
  }

  unsigned char visible_[kMost], durable_[kMost];  // as reads see it, as it is after a cut
  bool lost_[kMostUnits];
  alignas(4) unsigned char buffer_[512];
  uint32_t left_;
  bool off_;
  Torn torn_;

 public:
  bool misused = false;  // an address outside, a part of a unit, or programming what was not erased
};

}  // namespace test
}  // namespace glissade

#endif
