// SPDX-License-Identifier: Apache-2.0
// std::initializer_list, for loops over {a, b}: also where a target has no C++ headers (WebAssembly, bare
// RISC-V).
#ifndef GLISSADE_TESTS_LIST_HPP
#define GLISSADE_TESTS_LIST_HPP

#if __has_include(<initializer_list>)
#include <initializer_list>
#else
#include <stddef.h>
namespace std {
template <class T>
class initializer_list {  // the two fields that a compiler fills
 public:
  constexpr const T* begin() const { return first_; }
  constexpr const T* end() const { return first_ + size_; }
  constexpr size_t size() const { return size_; }

 private:
  const T* first_;
  size_t size_;
};
}  // namespace std
#endif

#endif
