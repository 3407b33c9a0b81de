// SPDX-License-Identifier: Apache-2.0
// Steps, and all other calls, on buffers that start right behind, or end right before, memory that must not
// be touched.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cfenv>

#include "support/matrix.hpp"

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

// An int8 layer of n inputs and 5 outputs, two samples.
Status int8_forward(const Page (&pages)[kBuffers], bool at_end, size_t n) {
  const auto bytes = [&](size_t k, size_t count) {
    return reinterpret_cast<int8_t*>(at_end ? pages[k].end() : pages[k].begin()) - (at_end ? count : 0);
  };
  gls_int8_multiplier multiplier = {1 << 30, -3};
  gls_int8_dense layer = {};
  layer.weights = bytes(0, 5 * n);
  layer.multipliers = &multiplier;
  layer.scale_count = layer.prepared = 1;
  layer.input_count = n;
  layer.output_count = 5;
  layer.most = 127;
  return gls_int8_dense_forward(&layer, bytes(1, 2 * n), bytes(2, 10), 2);
}

// Everything else that takes buffers, each of exactly `length` floats (or as many rows as the header says).
TEST_P(PageEdge, NorByTheCallsAroundAStep) {
  if (gls_backend_force(gls_backend_name(GetParam())) != GLS_OK) GTEST_SKIP();
  const Page pages[kBuffers];
  for (size_t length = 2; length <= 29; ++length) {
    for (const bool at_end : {false, true}) {
      const auto buffer = [&](size_t k, size_t count) {
        float* const start = at_end ? pages[k].end() - count : pages[k].begin();
        for (size_t i = 0; i < count; ++i) start[i] = 0.25f + static_cast<float>((7 * i + k) % 5);
        return start;
      };
      const auto good = [&](Status status, const char* what) {
        EXPECT_EQ(status, GLS_OK) << what << " " << length;
      };
      const size_t n = length;
      gls_gradient_report report = {};
      gls_noise_params noise;
      gls_noise_defaults(&noise);
      double number = 0.0;
      float loss;
      good(gls_gradient_report_update(&report, buffer(0, n), n), "look");
      good(gls_clip_values(buffer(0, n), n, 1.0f), "clip");
      good(gls_add_noise(&noise, 1, buffer(0, n), 3, n), "noise");
      good(gls_accumulate(buffer(0, n), buffer(1, n), 0.5f, n), "accumulate");
      good(gls_mean_update(buffer(0, n), buffer(1, n), 3, n), "mean");
      good(gls_ema_corrected(buffer(0, n), 0.9, 3, buffer(1, n), n), "corrected mean");
      good(gls_dot(buffer(0, n), buffer(1, n), &number, n), "dot");
      good(gls_axpy(buffer(0, n), buffer(1, n), 0.5, buffer(2, n), n), "axpy");
      good(gls_fisher_update(buffer(0, n * n), buffer(1, n), 1, n), "Fisher matrix");
      good(gls_fisher_diagonal_update(buffer(0, n), buffer(1, n), 1, n), "its diagonal");
      good(gls_natural_gradient(buffer(0, n * n), 1e3, buffer(1, n), buffer(2, n * n), buffer(3, n), &number,
                                n),
           "natural gradient");
      good(gls_natural_gradient_diagonal(buffer(0, n), 1.0, buffer(1, n), buffer(2, n), &number, n),
           "diagonal");
      good(gls_dense_forward(buffer(0, 3 * n + n), buffer(1, 18), buffer(2, 6 * n), 6, 3, n), "dense");
      good(gls_dense_backward(buffer(0, 4 * n), buffer(1, 18), buffer(2, 6 * n), buffer(3, 4 * n),
                              buffer(4, 18), 6, 3, n),
           "dense backward");
      good(int8_forward(pages, at_end, n), "int8");
      for (const auto forward : {gls_relu_forward, gls_sigmoid_forward, gls_tanh_forward}) {
        good(forward(buffer(0, n), buffer(1, n), n), "activation");
      }
      for (const auto backward : {gls_relu_backward, gls_sigmoid_backward, gls_tanh_backward}) {
        good(backward(buffer(0, n), buffer(1, n), buffer(2, n), n), "activation backward");
      }
      good(gls_batch_norm_train(buffer(0, 2 * n), buffer(1, 3 * n), buffer(2, 3 * n), buffer(3, 2 * n),
                                buffer(4, 2 * n), 3, n, 0.1, 1e-5),
           "batch norm");
      good(gls_batch_norm_backward(buffer(0, 2 * n), buffer(1, 3 * n), pages[4].begin(), buffer(2, 3 * n),
                                   buffer(3, 2 * n), pages[2].begin(), 3, n),
           "batch norm backward");
      good(gls_batch_norm_infer(buffer(0, 2 * n), buffer(3, 2 * n), buffer(1, 3 * n), buffer(2, 3 * n), 3, n,
                                1e-5),
           "batch norm inference");
      good(gls_softmax_cross_entropy(buffer(0, n), 1, &loss, buffer(1, n), n), "softmax");
      good(gls_weighted_cross_entropy(buffer(0, n), 1, buffer(1, n), &loss, buffer(2, n), n),
           "weighted softmax");
      good(gls_sigmoid_cross_entropy(buffer(0, n), buffer(1, n), buffer(2, n), &loss, buffer(3, n), n),
           "binary cross-entropy");
      good(gls_mean_squared_error(buffer(0, n), buffer(1, n), &loss, buffer(2, n), n), "squared error");
      good(gls_l2_penalty(buffer(0, n), 0.1, buffer(1, n), &number, n), "L2 penalty");
    }
  }
}

// Where a rest of a buffer is a vector whose other lanes are not stored, those must not divide zero by zero.
template <class Rule>
void expect_no_exceptions(const char* name) {
  for (size_t length = 1; length <= kLongest; ++length) {
    float buffers[4][kLongest];
    for (auto& buffer : buffers) {
      for (float& x : buffer) x = 0.75f;
    }
    typename Rule::State state = {3};
    typename Rule::Params params;
    params.epsilon = 0.0;
    params.allow_zero_epsilon = true;
    float* const slots[] = {buffers[2], buffers[3]};
    std::feclearexcept(FE_ALL_EXCEPT);
    EXPECT_EQ(step_unguarded<Rule>(&params, &state, buffers[0], buffers[1], 1.0f, slots, length), GLS_OK);
    EXPECT_EQ(std::fetestexcept(FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW | FE_UNDERFLOW), 0)
        << name << ", length " << length;
  }
}

TEST_P(PageEdge, NorDoLanesBeyondRaiseExceptions) {
  if (gls_backend_force(gls_backend_name(GetParam())) != GLS_OK) GTEST_SKIP();
  expect_no_exceptions<Adam>("Adam");
  expect_no_exceptions<Adagrad>("Adagrad");
  expect_no_exceptions<Adadelta>("Adadelta");
  expect_no_exceptions<RmsProp>("RMSprop");
}

INSTANTIATE_TEST_SUITE_P(Backends, PageEdge, testing::Range<size_t>(0, gls_backend_count()),
                         [](const auto& parameter) {
                           return std::string(gls_backend_name(parameter.param));
                         });

}  // namespace
}  // namespace test
}  // namespace glissade
