// SPDX-License-Identifier: Apache-2.0
// Memory behind the callbacks of gls_save_by and gls_restore_by.
#ifndef GLISSADE_TESTS_STREAM_HPP
#define GLISSADE_TESTS_STREAM_HPP

#include <stddef.h>
#include <stdint.h>

namespace glissade {
namespace test {

// A caller's memory behind callbacks, of which the call number `fails` fails, and number `spoilt` reads other
// bytes.
struct Stream {
  unsigned char* bytes;
  size_t size;
  uint32_t fails, spoilt;
  size_t place;
  uint32_t calls;
  bool in_order;
  int readings, bad_reading;

  static int write(void* context, const void* from, size_t size) {
    Stream& s = *static_cast<Stream*>(context);
    if (++s.calls == s.fails) return 7;
    s.in_order = s.in_order && size > 0 && size <= 1024 && s.place + size <= s.size;
    if (s.in_order) __builtin_memcpy(s.bytes + s.place, from, size);
    s.place += size;
    return 0;
  }
  static int read(void* context, size_t offset, void* to, size_t size) {
    Stream& s = *static_cast<Stream*>(context);
    if (offset == 0) ++s.readings, s.place = 0;
    ++s.calls;
    if (s.calls == s.fails || s.calls == s.spoilt) s.bad_reading = s.readings;
    if (s.calls == s.fails) return 7;
    s.in_order = s.in_order && offset == s.place && size > 0 && size <= 1024 && offset + size <= s.size;
    if (s.in_order) __builtin_memcpy(to, s.bytes + offset, size);
    if (s.calls == s.spoilt) *static_cast<unsigned char*>(to) ^= 1;
    s.place += size;
    return 0;
  }
};

}  // namespace test
}  // namespace glissade

#endif
