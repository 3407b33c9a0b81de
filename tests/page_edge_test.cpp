// SPDX-License-Identifier: Apache-2.0
// Steps on buffers that start right behind, or end right before, memory that must not be touched.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "matrix.hpp"

namespace glissade {
namespace test {
namespace {

// One readable page between two that are not.
class Page {
 public:
  Page() : size_(static_cast<size_t>(sysconf(_SC_PAGESIZE))) {
    memory_ = static_cast<char*>(mmap(nullptr, 3 * size_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (memory_ == MAP_FAILED || mprotect(memory_ + size_, size_, PROT_READ | PROT_WRITE) != 0) std::abort();
  }
  ~Page() { munmap(memory_, 3 * size_); }
  Page(const Page&) = delete;
  Page& operator=(const Page&) = delete;
  float* begin() const { return reinterpret_cast<float*>(memory_ + size_); }
  float* end() const { return reinterpret_cast<float*>(memory_ + 2 * size_); }

 private:
  size_t size_;
  char* memory_;
};

class PageEdge : public testing::TestWithParam<size_t> {};

TEST_P(PageEdge, NothingBeyondIsReadOrWritten) {
  if (gls_backend_force(gls_backend_name(GetParam())) != GLS_OK) {
    GTEST_SKIP() << "no " << gls_backend_name(GetParam()) << " here";
  }
  const Page pages[kBuffers];
  for_each_rule([&](const auto& tested) {
    using Rule = decltype(rule_of(tested));
    for_each_option<Rule>([&](const auto& params, const char* option) {
      for (size_t length = 0; length <= kLongest; ++length) {
        for (const bool at_end : {false, true}) {
          float* buffers[kBuffers];
          for (size_t k = 0; k < kBuffers; ++k)
            buffers[k] = at_end ? pages[k].end() - length : pages[k].begin();
          const size_t wrong =
              step_and_compare(tested, params, buffers, length, static_cast<uint32_t>(length));
          EXPECT_EQ(wrong, kBuffers) << tested.name << " with " << option << " changed, length " << length;
        }
      }
    });
  });
}

INSTANTIATE_TEST_SUITE_P(Backends, PageEdge, testing::Range<size_t>(0, gls_backend_count()),
                         [](const auto& parameter) {
                           return std::string(gls_backend_name(parameter.param));
                         });

}  // namespace
}  // namespace test
}  // namespace glissade
