/* SPDX-License-Identifier: Apache-2.0 */
/* The four functions that every compiler expects, for firmware without a C library. Compiled with
 * -fno-tree-loop-distribute-patterns, or they would call themselves, and with -fno-lto: link-time optimization drops
 * what only the code that it makes itself will call. */
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
