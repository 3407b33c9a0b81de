// SPDX-License-Identifier: Apache-2.0
// C that the program writes: numbers, names, comments, arrays.
#ifndef GLISSADE_PLATFORM_C_TEXT_HPP
#define GLISSADE_PLATFORM_C_TEXT_HPP

#include <stdint.h>

#include <string>
#include <vector>

namespace glissade {

std::string c_number(float value);  // finite; the decimal that gives these bits again
std::string c_number(int32_t value);

// The CRC-32 of bytes, as an unsigned number.
std::string c_crc32(const std::string& bytes);

// A name in C from a file's: letters, digits and _.
std::string c_identifier(const std::string& file);

std::string upper(std::string text);

// Text that ends no comment and begins none.
std::string in_comment(std::string text);

// An array, behind a comment that says what it is, its numbers in lines of at most 110 characters.
template <class Number>
std::string c_array(const std::string& type, const std::string& name, const std::vector<Number>& values,
                    const std::string& says);
extern template std::string c_array(const std::string&, const std::string&, const std::vector<float>&,
                                    const std::string&);
extern template std::string c_array(const std::string&, const std::string&, const std::vector<int32_t>&,
                                    const std::string&);

}  // namespace glissade

#endif
