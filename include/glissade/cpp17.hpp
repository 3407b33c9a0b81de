// SPDX-License-Identifier: Apache-2.0
/** @file
 * Stops a compiler that reads the C++ face as an older C++. */
#ifndef GLISSADE_CPP17_HPP
#define GLISSADE_CPP17_HPP

#if __cplusplus < 201703L
#error "Glissade's C++ face needs C++17 (-std=gnu++17). Its C face, the .h headers, takes C++11 and C99."
#endif

#endif
