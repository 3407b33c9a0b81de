// SPDX-License-Identifier: Apache-2.0
// Which backends a machine is said to have, by its every answer: each answer taken away in turn.
#include "cpu/processor.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

struct Entry {
  std::string name, question;
};
const std::vector<Entry> kEntries = {
#define GLISSADE_BACKEND_ENTRY(name, question) {#name, " " #question " "},
#include "glissade_backends.inc"
#undef GLISSADE_BACKEND_ENTRY
};
const std::vector<std::string> kFeatures = {
#define GLISSADE_FEATURE(name, macro, question) #name,
#include "cpu/features.inc"
#undef GLISSADE_FEATURE
};

bool asks(const Entry& entry, const std::string& feature) {
  return entry.question.find(" cpu." + feature + " ") != std::string::npos;
}

#if defined(__x86_64__)

struct FakeMachine {
  static glissade::CpuidLeaf leaf[3];
  static uint32_t registers;
  static int looks_at_registers;

  static glissade::CpuidLeaf cpuid(uint32_t number) {
    return number == 1             ? leaf[0]
           : number == 7           ? leaf[1]
           : number == 0x80000001u ? leaf[2]
                                   : glissade::CpuidLeaf{};
  }
  static uint32_t xcr0() {
    ++looks_at_registers;
    return registers;
  }
  static void has_all() {
    for (glissade::CpuidLeaf& each : leaf) each = {~0u, ~0u, ~0u, ~0u};
    registers = ~0u;
  }
};
glissade::CpuidLeaf FakeMachine::leaf[3];
uint32_t FakeMachine::registers;
int FakeMachine::looks_at_registers;

std::vector<bool> supported() {
  [[maybe_unused]] const glissade::Processor<FakeMachine> cpu;
  return {
#define GLISSADE_BACKEND_ENTRY(name, question) question,
#include "glissade_backends.inc"
#undef GLISSADE_BACKEND_ENTRY
  };
}

std::vector<bool> features() {
  const glissade::Processor<FakeMachine> cpu;
  return {
#define GLISSADE_FEATURE(name, macro, question) cpu.name,
#include "cpu/features.inc"
#undef GLISSADE_FEATURE
  };
}

TEST(Processor, HasEveryBackendWhereItHasAll) {
  FakeMachine::has_all();
  for (const bool has : supported()) EXPECT_TRUE(has);
}

// Each bit of CPUID: what features go with it, and of the backends those that ask for one of them.
TEST(Processor, LosesABackendWithEachFeature) {
  std::vector<int> lost(kFeatures.size());
  for (int place = 0; place < 3 * 128; ++place) {
    FakeMachine::has_all();
    uint32_t* const words[] = {&FakeMachine::leaf[place / 128].eax, &FakeMachine::leaf[place / 128].ebx,
                               &FakeMachine::leaf[place / 128].ecx, &FakeMachine::leaf[place / 128].edx};
    *words[place / 32 % 4] &= ~(1u << place % 32);
    const std::vector<bool> has = features(), backends = supported();
    for (size_t i = 0; i < kEntries.size(); ++i) {
      bool expected = true;
      for (size_t f = 0; f < kFeatures.size(); ++f) expected &= has[f] || !asks(kEntries[i], kFeatures[f]);
      EXPECT_EQ(backends[i], expected) << kEntries[i].name << ", bit " << place;
    }
    for (size_t f = 0; f < kFeatures.size(); ++f) lost[f] += !has[f];
  }
  for (size_t f = 0; f < kFeatures.size(); ++f) EXPECT_GE(lost[f], 1) << kFeatures[f];
}

// A system that does not keep the upper parts of the registers: AVX needs bits 1 and 2, AVX-512 5 to 7 too.
TEST(Processor, NeedsRegistersThatTheSystemKeeps) {
  for (uint32_t kept = 0; kept < 256; ++kept) {
    FakeMachine::has_all();
    FakeMachine::registers = kept;
    const std::vector<bool> backends = supported();
    for (size_t i = 0; i < kEntries.size(); ++i) {
      const uint32_t needed = asks(kEntries[i], "AVX512F") ? 0xe6 : asks(kEntries[i], "AVX") ? 0x06 : 0;
      EXPECT_EQ(backends[i], (kept & needed) == needed) << kEntries[i].name << " with XCR0 " << kept;
    }
  }
}

// XGETBV itself is an illegal instruction where the system has not set OSXSAVE.
TEST(Processor, LooksAtNoRegistersWithoutOsxsave) {
  FakeMachine::has_all();
  FakeMachine::leaf[0].ecx &= ~(1u << 27);
  FakeMachine::looks_at_registers = 0;
  const std::vector<bool> backends = supported();
  EXPECT_EQ(FakeMachine::looks_at_registers, 0);
  for (size_t i = 0; i < kEntries.size(); ++i)
    EXPECT_EQ(backends[i], !asks(kEntries[i], "AVX")) << kEntries[i].name;
}

#endif

// Scalar is asked nothing; every other backend of x86 is asked something.
TEST(Processor, IsAskedForEveryBackendButTheLast) {
  ASSERT_FALSE(kEntries.empty());
  EXPECT_EQ(kEntries.back().name, "scalar");
  EXPECT_EQ(kEntries.back().question, " true ");
#if defined(__x86_64__)
  for (size_t i = 0; i + 1 < kEntries.size(); ++i)
    EXPECT_NE(kEntries[i].question, " true ") << kEntries[i].name;
#endif
}

}  // namespace
