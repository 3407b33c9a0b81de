// SPDX-License-Identifier: Apache-2.0
// What this machine has: the processor and the system together. Highway and xsimd know it too, but answer for
// their own lists of instructions and not for our flags, and bring a C++ library with them.
#ifndef GLISSADE_PLATFORM_PROCESSOR_HPP
#define GLISSADE_PLATFORM_PROCESSOR_HPP

#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__linux__)
#include <sys/auxv.h>
#include <sys/prctl.h>
#endif

namespace glissade {

#if defined(__x86_64__)

struct CpuidLeaf {
  uint32_t eax, ebx, ecx, edx;
};

struct ThisMachine {
  static CpuidLeaf cpuid(uint32_t number) {
    CpuidLeaf leaf = {};  // what a processor without this leaf has
    __get_cpuid_count(number, 0, &leaf.eax, &leaf.ebx, &leaf.ecx, &leaf.edx);
    return leaf;
  }
  static uint32_t xcr0() {
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
  }
};

// Machine: ThisMachine, or a test's.
template <class Machine = ThisMachine>
struct Processor {
  static bool bit(uint32_t word, int number) { return (word >> number & 1) != 0; }

  const CpuidLeaf leaf_1 = Machine::cpuid(1), leaf_7 = Machine::cpuid(7),
                  extended_1 = Machine::cpuid(0x80000001u);
  // Which registers the system keeps for a program: it says so where it has set OSXSAVE.
  const uint32_t saved = bit(leaf_1.ecx, 27) ? Machine::xcr0() : 0;
  const bool saves_ymm = (saved & 0x06) == 0x06, saves_zmm = (saved & 0xe6) == 0xe6;
#define GLISSADE_FEATURE(name, macro, question) const bool name = question;
#include "cpu/features.inc"
#undef GLISSADE_FEATURE
};

#elif defined(__linux__)

struct ThisMachine {
  static unsigned long hwcap() { return getauxval(AT_HWCAP); }
  static size_t vector_bits() {  // of the calling thread's scalable vectors
#if defined(__aarch64__)
    const int length = prctl(PR_SVE_GET_VL);
    return length < 0 ? 0 : static_cast<size_t>(length & PR_SVE_VL_LEN_MASK) * 8;
#elif defined(__riscv)
    size_t bytes;
    __asm__("csrr %0, 0xc22" : "=r"(bytes));  // vlenb
    return bytes * 8;
#else
    return 0;
#endif
  }
};

template <class Machine = ThisMachine>
struct Processor {
  const unsigned long hwcap = Machine::hwcap();
  bool all(unsigned long bits) const { return (hwcap & bits) == bits; }
  size_t vector_bits() const { return Machine::vector_bits(); }
#define GLISSADE_FEATURE(name, macro, question) const bool name = question;
#include "cpu/features.inc"
#undef GLISSADE_FEATURE
};

#else  // what the whole build assumes

struct ThisMachine {};
template <class Machine = ThisMachine>
struct Processor {};

#endif

}  // namespace glissade

#endif
