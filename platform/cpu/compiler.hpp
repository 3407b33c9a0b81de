// SPDX-License-Identifier: Apache-2.0
// Refuses compilers that are older than all that are tested (platform/compilers.txt), never newer ones. armclang is clang.
#ifndef GLISSADE_PLATFORM_COMPILER_HPP
#define GLISSADE_PLATFORM_COMPILER_HPP

#ifndef GLISSADE_UNTESTED_COMPILER
#if defined(__clang__) && __clang_major__ < 14
#error "Glissade is compiled by clang 14 or newer. An older one is untested: -DGLISSADE_UNTESTED_COMPILER takes it."
#elif !defined(__clang__) && __GNUC__ < 12
#error "Glissade is compiled by GCC 12 or newer. An older one is untested: -DGLISSADE_UNTESTED_COMPILER takes it."
#endif
#endif

#endif
