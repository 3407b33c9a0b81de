/* SPDX-License-Identifier: Apache-2.0 */
/* The four functions that every compiler expects, for firmware without a C library. Compiled with
 * -fno-tree-loop-distribute-patterns, or they would call themselves, and with -fno-lto: link-time
 * optimization drops what only the code that it makes itself will call. */
#include <stddef.h>

void* memcpy(void* to, const void* from, size_t size) {
  for (size_t i = 0; i < size; ++i) ((unsigned char*)to)[i] = ((const unsigned char*)from)[i];
  return to;
}

void* memmove(void* to, const void* from, size_t size) {
  if ((const char*)to <= (const char*)from) return memcpy(to, from, size);
  while (size-- > 0) ((unsigned char*)to)[size] = ((const unsigned char*)from)[size];
  return to;
}

void* memset(void* to, int byte, size_t size) {
  for (size_t i = 0; i < size; ++i) ((unsigned char*)to)[i] = (unsigned char)byte;
  return to;
}

int memcmp(const void* a, const void* b, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    const int difference = ((const unsigned char*)a)[i] - ((const unsigned char*)b)[i];
    if (difference != 0) return difference;
  }
  return 0;
}

#if defined(__clang__) && defined(__arm__) /* clang calls them by the names of Arm's ABI, at any alignment \
                                            */
void __aeabi_memcpy(void* to, const void* from, size_t size) { memcpy(to, from, size); }
void __aeabi_memset(void* to, size_t size, int byte) { memset(to, byte, size); }
void __aeabi_memclr(void* to, size_t size) { memset(to, 0, size); }
void __aeabi_memcpy4(void* to, const void* from, size_t size) __attribute__((alias("__aeabi_memcpy")));
void __aeabi_memcpy8(void* to, const void* from, size_t size) __attribute__((alias("__aeabi_memcpy")));
void __aeabi_memset4(void* to, size_t size, int byte) __attribute__((alias("__aeabi_memset")));
void __aeabi_memset8(void* to, size_t size, int byte) __attribute__((alias("__aeabi_memset")));
void __aeabi_memclr4(void* to, size_t size) __attribute__((alias("__aeabi_memclr")));
void __aeabi_memclr8(void* to, size_t size) __attribute__((alias("__aeabi_memclr")));
#endif
