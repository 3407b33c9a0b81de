// SPDX-License-Identifier: Apache-2.0
// Steps of every rule on every backend, named <rule>/<who>/<weights>, and the plain loop beside Adam.
#include <benchmark/benchmark.h>

#include <cmath>
#include <memory>
#include <string>

#include "glissade/glissade.hpp"
#include "plain.hpp"

namespace {

constexpr size_t kBuffers = 5, kMost = 1 << 20;

// Buffers at staggered offsets within a page: at the same one, four of them slow each other down.
struct Memory {
  static constexpr size_t kStride = kMost + 272;
  std::unique_ptr<float[]> memory{new float[kBuffers * kStride]};
  float* buffers[kBuffers];

  explicit Memory(size_t count) {
    uint32_t state = 1;
    for (size_t k = 0; k < kBuffers; ++k) {
      buffers[k] = memory.get() + k * kStride;
      for (size_t i = 0; i < count; ++i) {
        state = state * 1664525u + 1013904223u;
        const float value = static_cast<float>(state >> 8) * 0x1p-24f + 0.01f;
        buffers[k][i] = k < 3 && state % 2 ? -value : value;
      }
    }
  }
};

void report(benchmark::State& state, size_t count) {
  using benchmark::Counter;
  state.counters["per_weight"] =
      Counter(static_cast<double>(count), Counter::kIsIterationInvariantRate | Counter::kInvert);
}

template <class Rule>
void step(benchmark::State& state, const char* backend) {
  const size_t count = static_cast<size_t>(state.range(0));
  const Memory memory(count);
  typename Rule::Params params;
  params.learning_rate = 1e-9;  // or the weights run away
  typename Rule::State rule_state = {};
  if (gls_backend_force(backend) != GLS_OK) state.SkipWithError("not supported here");
  for (auto _ : state) {
    const gls_status status = glissade::step_unguarded<Rule>(
        &params, &rule_state, memory.buffers[0], memory.buffers[1], 0.5f, memory.buffers + 2, count);
    if (status != GLS_OK) state.SkipWithError(gls_status_text(status));
  }
  report(state, count);
}

void plain(benchmark::State& state) {
  const size_t count = static_cast<size_t>(state.range(0));
  const Memory memory(count);
  float* const* const b = memory.buffers;
  for (auto _ : state) plain_adam(b[0], b[1], b[2], b[3], count, 0.5f, 1e-9f, 0.9f, 0.999f, 0.5f, 1e-8f);
  report(state, count);
}

}  // namespace

int main(int argument_count, char** arguments) {
  for (size_t i = 0; i < gls_backend_count(); ++i) {
    if (!gls_backend_supported(i)) continue;
    const char* const backend = gls_backend_name(i);
    const auto add = [&](const std::string& rule, void (*run)(benchmark::State&, const char*)) {
      benchmark::RegisterBenchmark((rule + "/" + backend).c_str(), run, backend)
          ->Arg(64)
          ->Arg(1024)
          ->Arg(kMost);
    };
#define GLISSADE_RULE(name, Rule, slot_count) add(#name, step<glissade::Rule>);
#include "rules.inc"
  }
  benchmark::RegisterBenchmark("adam/peer_plain_O2", plain)->Arg(64)->Arg(1024)->Arg(kMost);
  benchmark::Initialize(&argument_count, arguments);
  if (benchmark::ReportUnrecognizedArguments(argument_count, arguments)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
