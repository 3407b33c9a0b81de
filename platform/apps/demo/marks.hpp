// SPDX-License-Identifier: Apache-2.0
// Where the instruction counter (platform/boards/cortex-m/qemu_counter.c) starts and stops.
#ifndef GLISSADE_PLATFORM_DEMO_MARKS_HPP
#define GLISSADE_PLATFORM_DEMO_MARKS_HPP

extern "C" __attribute__((noinline, used)) inline void count_begins() { __asm__ volatile("" : : : "memory"); }
extern "C" __attribute__((noinline, used)) inline void count_ends() { __asm__ volatile("" : : : "memory"); }

#endif
