// SPDX-License-Identifier: Apache-2.0
// Every function of the headers is called: with each pointer null, each buffer at an odd address and counts
// beyond memory, which is an error and writes nothing; and in each floating-point mode of the caller, which
// changes no bit.
#include "backend/every_call.hpp"

#include "cpu/float_mode.hpp"
#include "support/check.hpp"
#include "support/reference.hpp"

namespace glissade {
namespace test {
namespace {

// Every gls_name( in include/: support/functions.cmake looks for them.
constexpr const char* kDeclared[] = {
#define GLISSADE_FUNCTION(name) #name,
#include "functions.inc"
#undef GLISSADE_FUNCTION
};

bool has_word(const char* words, const char* word) {
  for (const char* at = words; *at != '\0'; ++at) {
    size_t n = 0;
    while (word[n] != '\0' && at[n] == word[n]) ++n;
    const bool ends = at[n] == '\0' || at[n] == ' ';
    if (word[n] == '\0' && ends && (at == words || at[-1] == ' ')) return true;
  }
  return false;
}

void check_that_all_are_here() {
  for (const char* const name : kDeclared) {
    bool here = false;
    for (const Call& call : kCalls) here = here || has_word(call.names, name);
    CHECK(here, name, " has no line in tests/backend/every_call.inc");
  }
}

Memory memory;

void run(const Call& call, Spoil spoil, size_t which, bool tiny = false) {
  memory.begin(spoil, which, tiny);
  call.run(memory);
}

void check_refusals(const Call& call) {
  run(call, Spoil::kNothing, 0);
  CHECK(memory.status() == GLS_OK, call.names, ": status ", static_cast<uint32_t>(-memory.status()));
  if (!call.refuses) return;
  const struct {
    Spoil spoil;
    gls_status wanted;
  } kinds[] = {
      {Spoil::kNull, GLS_ERROR_NULL}, {Spoil::kOdd, GLS_ERROR_ALIGNMENT}, {Spoil::kHuge, GLS_ERROR_RANGE}};
  for (const auto& kind : kinds) {
    for (size_t which = 0;; ++which) {
      run(call, kind.spoil, which);
      if (!memory.spoiled()) break;
      CHECK(memory.status() == kind.wanted && memory.unwritten(), call.names, ": spoilt argument ",
            static_cast<uint32_t>(which), ", status ", static_cast<uint32_t>(-memory.status()), ", not ",
            static_cast<uint32_t>(-kind.wanted));
      if (kind.spoil == Spoil::kHuge) break;
    }
  }
}

// The rounding modes are neighbours in the processor's register.
constexpr FloatModeRegister kRounding = kFloatModeMask & ~kFlushMode,
                            kOneRounding = kRounding & (~kRounding + 1);

uint32_t in_mode(FloatModeRegister mode, const Call& call, bool tiny, bool* kept) {
  memory.begin(Spoil::kNothing, 0, tiny);
  const FloatModeRegister before = read_float_mode();
  write_float_mode((before & ~kFloatModeMask) | mode);
  call.run(memory);
  *kept = (read_float_mode() & kFloatModeMask) == mode;
  write_float_mode(before);
  return memory.digest();
}

void check_modes(const Call& call) {
  for (const bool tiny : {false, true}) {
    bool kept;
    const uint32_t wanted = in_mode(0, call, tiny, &kept);
    for (const FloatModeRegister flush : {FloatModeRegister{0}, kFlushMode}) {
      for (FloatModeRegister k = 0; k < 4 && k * kOneRounding <= kRounding; ++k) {
        const uint32_t got = in_mode(flush | k * kOneRounding, call, tiny, &kept);
        CHECK(got == wanted && kept, call.names, ": other bits in mode ",
              static_cast<uint32_t>(flush | k * kOneRounding), tiny ? " with a tiny number" : "",
              kept ? "" : ", and the mode changed");
      }
    }
  }
}

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  using namespace glissade::test;
  check_that_all_are_here();
  on_each_backend([] {
    for (const Call& call : kCalls) {
      check_refusals(call);
      check_modes(call);
    }
  });
  return finish();
}
