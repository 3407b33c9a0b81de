// SPDX-License-Identifier: Apache-2.0
// Steps, named <rule>/<who>/<weights>: who is a backend (the unguarded step; <backend>_guarded the guarded
// one), a peer (peers.hpp) or a limit (limits.hpp). `--check` only compares what the peers compute with what
// the library does.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "glissade/glissade.hpp"
#include "glissade/threads.hpp"
#include "layers.hpp"
#include "limits.hpp"
#include "peers.hpp"

namespace {

using glissade::Status;

constexpr size_t kBuffers = 6, kMost = 1 << 24;
constexpr int64_t kSizes[] = {64, 256, 1024, 4096, 16384, 262144, kMost};
constexpr float kStill = 1e-9f;  // a learning rate with which weights do not run away

// Buffers aligned to 64 bytes, at staggered offsets within a page: at the same one, four of them slow each
// other down. Values over realistic ranges: roots and divisions of easy ones are fast, and subnormals slow.
class Memory {
 public:
  explicit Memory(size_t most) : stride_(most + 272), memory_(new float[kBuffers * stride_ + 16]) {
    float* const aligned =
        reinterpret_cast<float*>((reinterpret_cast<uintptr_t>(memory_.get()) + 63) & ~uintptr_t{63});
    for (size_t k = 0; k < kBuffers; ++k) buffers_[k] = aligned + k * stride_;
    fill();
  }
  void fill() {
    uint32_t state = 1;
    for (size_t k = 0; k < kBuffers; ++k) {
      for (size_t i = 0; i < stride_ - 272; ++i) {
        state = state * 1664525u + 1013904223u;
        const float value =
            std::ldexp(static_cast<float>(state >> 8) * 0x1p-24f + 0.5f, -static_cast<int>(state % 8));
        const bool square = k == 3 || k == 4;
        buffers_[k][i] = square ? value * value : state % 2 == 1 ? -value : value;
      }
    }
  }
  float* const* buffers() const { return buffers_; }

 private:
  size_t stride_;
  std::unique_ptr<float[]> memory_;
  float* buffers_[kBuffers];
};

using Step = Status (*)(float* const* buffers, size_t count, float rate, bool guarded);

template <class Rule>
Status step(float* const* buffers, size_t count, float rate, bool guarded) {
  static typename Rule::State state = {};
  static typename Rule::Params params;
  state.step = kStep - 1;
  params.learning_rate = static_cast<double>(rate);
  const auto view = glissade::view_of<Rule>(&state, buffers + 2, count);
  return guarded ? view.step(buffers[0], buffers[1], params, kScale)
                 : view.step_unguarded(buffers[0], buffers[1], params, kScale);
}

struct Rule {
  const char* name;
  Step step;

  // Buffers as the rule takes them: weights, gradients, slots. Its first slot is a mean, or of squares.
  void order(float* const* from, float** to) const {
    const std::string text = name;
    const bool squares = text.rfind("rmsprop", 0) == 0 || text.rfind("adagrad", 0) == 0 || text == "adadelta";
    for (size_t k = 0; k < kBuffers; ++k) to[k] = from[k];
    if (squares) to[2] = from[3], to[3] = from[4], to[4] = from[2];
  }
};
const Rule kRules[] = {
#define GLISSADE_RULE(name, Rule, slot_count) {#name, step<glissade::Rule>},
#include "rules.inc"
    {"adamw", step<glissade::AdamW>},
};

const Rule& rule_called(const char* name) {
  for (const Rule& rule : kRules) {
    if (std::strcmp(rule.name, name) == 0) return rule;
  }
  std::abort();
}

// The same step on the same data, to within rounding: peers fold constants in their own ways.
bool check(const Peer& peer) {
  constexpr size_t kCount = 1000;
  const float rate = 0.125f;
  Memory ours(kCount), theirs(kCount);
  float *a[kBuffers], *b[kBuffers];
  const Rule& rule = rule_called(peer.rule);
  rule.order(ours.buffers(), a);
  rule.order(theirs.buffers(), b);
  if (rule.step(a, kCount, rate, false) != GLS_OK) return false;
  peer.step(b, kCount, rate);
  for (size_t i = 0; i < kCount; ++i) {
    const float difference = std::fabs(a[0][i] - b[0][i]);
    if (!(difference <= 2e-5f * (std::fabs(a[0][i]) + rate))) {
      std::printf("%s/%s: weight %zu is %.9g, not %.9g\n", peer.rule, peer.who, i,
                  static_cast<double>(b[0][i]), static_cast<double>(a[0][i]));
      return false;
    }
  }
  return true;
}

// One for steps and one for limits, which leave nothing that a step could use; as large as was asked for yet.
enum Which { kSteps, kLimits };
float* const* shared_buffers(Which which, size_t count) {
  static std::unique_ptr<Memory> memory[2];
  static size_t most[2] = {0, 0};
  if (count > most[which]) {
    memory[which].reset();
    memory[which] = std::make_unique<Memory>(count);
    most[which] = count;
  }
  return memory[which]->buffers();
}

void report(benchmark::State& state, const char* rule, int buffers_moved) {
  using benchmark::Counter;
  const double count = static_cast<double>(state.range(0));
  state.counters["per_weight"] = Counter(count, Counter::kIsIterationInvariantRate | Counter::kInvert);
  state.SetBytesProcessed(state.iterations() * state.range(0) * buffers_moved * 4);
  state.SetLabel(rule);
}

int moved(int slots) { return 3 + 2 * slots; }  // w, g and slots are read, w and slots written

int slots_of(const char* rule) {
  for (const Cost& cost : kCosts) {
    if (std::strcmp(cost.rule, rule) == 0) return cost.slots;
  }
  return 2;
}

void add_ours(const Rule& rule, const char* backend, bool guarded, bool all_sizes) {
  const std::string name = std::string(rule.name) + "/" + backend + (guarded ? "_guarded" : "");
  auto* const added =
      benchmark::RegisterBenchmark(name.c_str(), [&rule, backend, guarded](benchmark::State& state) {
        const size_t count = static_cast<size_t>(state.range(0));
        float* buffers[kBuffers];
        rule.order(shared_buffers(kSteps, count), buffers);
        if (gls_backend_force(backend) != GLS_OK) state.SkipWithError("not supported here");
        for (auto _ : state) {
          const Status status = rule.step(buffers, count, kStill, guarded);
          if (status != GLS_OK) state.SkipWithError(gls_status_text(status));
        }
        report(state, rule.name, moved(slots_of(rule.name)));
      });
  for (const int64_t size : kSizes) {
    if (all_sizes || size == 1024) added->Arg(size);
  }
  if (all_sizes && std::strcmp(rule.name, "adam") == 0) added->Arg(1)->Arg(16);
}

void add_peer(const Peer& peer) {
  auto* const added = benchmark::RegisterBenchmark(
      (std::string(peer.rule) + "/" + peer.who).c_str(), [peer](benchmark::State& state) {
        const size_t count = static_cast<size_t>(state.range(0));
        float* buffers[kBuffers];
        rule_called(peer.rule).order(shared_buffers(kSteps, count), buffers);
        for (auto _ : state) {
          peer.step(buffers, count, kStill);
          benchmark::ClobberMemory();
        }
        report(state, peer.rule, moved(slots_of(peer.rule)));
      });
  for (const int64_t size : kSizes) added->Arg(size);
}

// Two threads where memory is the limit: the guarded step, and what the machine's copy does with two.
template <class Rule>
void add_two_threads(const Cost& cost) {
  const std::string name = cost.rule;
  benchmark::RegisterBenchmark((name + "/two_threads").c_str(),
                               [cost](benchmark::State& state) {
                                 const size_t count = static_cast<size_t>(state.range(0));
                                 float* const* const buffers = shared_buffers(kSteps, count);
                                 typename Rule::State rule_state = {kStep};
                                 typename Rule::Params params;
                                 params.learning_rate = static_cast<double>(kStill);
                                 const auto view = glissade::view_of<Rule>(&rule_state, buffers + 2, count);
                                 if (gls_backend_force(nullptr) != GLS_OK) state.SkipWithError("no backend");
                                 for (auto _ : state) {
                                   const Status status = glissade::step_on_threads(
                                       2, view, buffers[0], buffers[1], params, kScale);
                                   if (status != GLS_OK) state.SkipWithError(gls_status_text(status));
                                 }
                                 report(state, cost.rule, moved(cost.slots));
                               })
      ->Arg(kMost)
      ->UseRealTime();
  benchmark::RegisterBenchmark((name + "/limit_copy_two_threads").c_str(),
                               [cost](benchmark::State& state) {
                                 const size_t count = static_cast<size_t>(state.range(0));
                                 float* const* const buffers = shared_buffers(kLimits, count);
                                 for (auto _ : state) {
#ifdef _OPENMP
#pragma omp parallel for num_threads(2)
#endif
                                   for (size_t half = 0; half < 2; ++half) {
                                     float* part[kBuffers];
                                     for (size_t k = 0; k < kBuffers; ++k)
                                       part[k] = buffers[k] + half * count / 2;
                                     limit_copy(part, cost.slots, count / 2);
                                   }
                                   benchmark::ClobberMemory();
                                 }
                                 report(state, cost.rule, moved(cost.slots));
                               })
      ->Arg(kMost)
      ->UseRealTime();
}

void add_limits(const Cost& cost) {
  auto* const copy = benchmark::RegisterBenchmark(
      (std::string(cost.rule) + "/limit_copy").c_str(), [cost](benchmark::State& state) {
        const size_t count = static_cast<size_t>(state.range(0));
        float* const* const buffers = shared_buffers(kLimits, count);
        for (auto _ : state) {
          limit_copy(buffers, cost.slots, count);
          benchmark::ClobberMemory();
        }
        report(state, cost.rule, moved(cost.slots));
      });
  for (const int64_t size : kSizes) copy->Arg(size);
  if (cost.roots == 0) return;
  benchmark::RegisterBenchmark((std::string(cost.rule) + "/limit_divide").c_str(),
                               [cost](benchmark::State& state) {
                                 float sink[32];
                                 for (int i = 0; i < 32; ++i)
                                   sink[i] = 0.01f + 0.1234f * static_cast<float>(i);
                                 for (auto _ : state) {
                                   limit_root_divide(sink, cost.roots, static_cast<size_t>(state.range(0)));
                                   benchmark::DoNotOptimize(sink);
                                 }
                                 report(state, cost.rule, 0);
                               })
      ->Arg(16384);
}

}  // namespace

int main(int argument_count, char** arguments) {
  std::vector<Peer> peers = plain_peers();
  for (const Peer& peer : eigen_peers()) peers.push_back(peer);
  bool same = true;
  for (const Peer& peer : peers) same = check(peer) && same;
  same = add_layers() && same;
  if (!same) return 1;
  if (argument_count == 2 && std::strcmp(arguments[1], "--check") == 0) {
    std::printf("%zu peers compute the same steps, and Eigen the same layers\n", peers.size());
    return 0;
  }
  for (size_t i = 0; i < gls_backend_count(); ++i) {
    if (!gls_backend_supported(i)) continue;
    const char* const backend = gls_backend_name(i);
    for (const Cost& cost : kCosts) add_ours(rule_called(cost.rule), backend, false, true);
    for (const Cost& cost : kCosts) add_ours(rule_called(cost.rule), backend, true, false);
    for (const Rule& rule : kRules) {
      bool measured = false;
      for (const Cost& cost : kCosts) measured = measured || std::strcmp(cost.rule, rule.name) == 0;
      if (!measured) add_ours(rule, backend, false, false);
    }
  }
  for (const Peer& peer : peers) add_peer(peer);
  for (const Cost& cost : kCosts) add_limits(cost);
  add_two_threads<glissade::Sgd>(kCosts[0]);
  add_two_threads<glissade::Adam>(kCosts[7]);
  benchmark::Initialize(&argument_count, arguments);
  if (benchmark::ReportUnrecognizedArguments(argument_count, arguments)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
