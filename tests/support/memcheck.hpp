// SPDX-License-Identifier: Apache-2.0
// What a test tells Valgrind's memcheck of static memory, which it takes for written; elsewhere nothing.
#ifndef GLISSADE_TESTS_MEMCHECK_HPP
#define GLISSADE_TESTS_MEMCHECK_HPP

#include <stddef.h>

#if defined(__x86_64__) && defined(__linux__) && __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#endif

namespace glissade {
namespace test {

// As if nobody had written these bytes.
inline void make_undefined(void* bytes, size_t size) {
  static_cast<void>(bytes), static_cast<void>(size);
#ifdef VALGRIND_MAKE_MEM_UNDEFINED
  static_cast<void>(VALGRIND_MAKE_MEM_UNDEFINED(bytes, size));
#endif
}

// Says so where one of these bytes was never written: a copy alone is no error.
inline void check_defined(const void* bytes, size_t size) {
  static_cast<void>(bytes), static_cast<void>(size);
#ifdef VALGRIND_CHECK_MEM_IS_DEFINED
  static_cast<void>(VALGRIND_CHECK_MEM_IS_DEFINED(bytes, size));
#endif
}

}  // namespace test
}  // namespace glissade

#endif
