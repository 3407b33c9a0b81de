// SPDX-License-Identifier: Apache-2.0
// Refuses to be compiled with arithmetic that is not IEEE 754's, as far as the compiler tells.
#ifndef GLISSADE_PLATFORM_ARITHMETIC_FLAGS_HPP
#define GLISSADE_PLATFORM_ARITHMETIC_FLAGS_HPP

#include "cpu/compiler.hpp"

#if defined(__FAST_MATH__) || __FINITE_MATH_ONLY__ || defined(__ASSOCIATIVE_MATH__) || \
    defined(__RECIPROCAL_MATH__) || defined(__NO_SIGNED_ZEROS__)
#error \
    "Glissade's results are exact: compile its files without -ffast-math, -Ofast and their parts (-fno-fast-math last)."
#endif
#if defined(__FLT_EVAL_METHOD__) && __FLT_EVAL_METHOD__ != 0 && __FLT_EVAL_METHOD__ != 16
#error "Glissade's results are exact: compile its files with arithmetic that rounds to float (-mfpmath=sse)."
#endif

#endif
