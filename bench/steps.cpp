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
#include <vector>

#include "glissade/glissade.hpp"
#include "glissade/training/threads.hpp"
#include "layers.hpp"
#include "limits.hpp"
#include "peers.hpp"

namespace {

using glissade::Status;

constexpr size_t kBuffers = 6, kMost = 1 << 24;
constexpr int64_t kSizes[] = {64, 256, 1024, 4096, 16384, 262144, kMost};
constexpr float kStill = 1e-9f;  // a learning rate with which weights do not run away

// Buffers aligned to 64 bytes, a page and some lines apart: at the same place within a page, four of them
// slow each other down, and so they do whole multiples of 64 MB and some lines apart (Adam: 1.08 times).
// Values over realistic ranges: roots and divisions of easy ones are fast, and subnormals slow.
class Memory {
 public:
  explicit Memory(size_t most) : stride_(most + kApart), memory_(new float[kBuffers * stride_ + 16]) {
    float* const aligned =
        reinterpret_cast<float*>((reinterpret_cast<uintptr_t>(memory_.get()) + 63) & ~uintptr_t{63});
    for (size_t k = 0; k < kBuffers; ++k) buffers_[k] = aligned + k * stride_;
    fill();
  }
  void fill() {
    uint32_t state = 1;
    for (size_t k = 0; k < kBuffers; ++k) {
      for (size_t i = 0; i < stride_ - kApart; ++i) {
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
  static constexpr size_t kApart = 1024 + 272;
  size_t stride_;
  std::unique_ptr<float[]> memory_;
  float* buffers_[kBuffers];
};

enum class Way { kUnguarded, kGuarded, kFlushing, kBfloat16, k8Bit, kAllBfloat16 };
using Step = Status (*)(float* const* buffers, size_t count, float rate, Way way);

// An optimizer's slots in another format (kAllBfloat16: its weights too), in memory that stays; from those of
// the optimizer where it has changed since the last call.
template <class Rule>
gls_optimizer in_format(const gls_optimizer& floats, Way way) {
  static std::vector<uint16_t> memory;
  static gls_optimizer last;
  const size_t slots = static_cast<size_t>(Rule::kSlots);
  const size_t halves = GLS_SLOTS_BFLOAT16_COUNT(slots, floats.count);
  const bool is_new = memory.size() != halves || last.weights != floats.weights;
  if (is_new) memory.assign(halves, 0);
  gls_optimizer optimizer = way == Way::k8Bit
                                ? gls_slots_8bit(floats, reinterpret_cast<uint8_t*>(memory.data()))
                                : gls_slots_bfloat16(floats, memory.data());
  if (way == Way::kAllBfloat16) {
    static std::vector<uint16_t> weights;
    if (is_new || last.format != &glissade::format_bfloat16_weights) {
      weights.assign(GLS_WEIGHTS_BFLOAT16_COUNT(floats.count), 0);
      if (gls_floats_to_bfloat16(floats.weights, weights.data(), floats.count) != GLS_OK) std::abort();
    }
    optimizer = gls_weights_bfloat16(optimizer, weights.data());
  }
  if ((is_new || last.format != optimizer.format) && gls_copy_slots(&floats, &optimizer) != GLS_OK)
    std::abort();
  last = optimizer;
  last.weights = floats.weights;
  return optimizer;
}

template <class Rule>
Status step(float* const* buffers, size_t count, float rate, Way way) {
  static typename Rule::State state = {};
  static typename Rule::Params params;
  state.step = kStep - 1;
  params.learning_rate = static_cast<double>(rate);
  const auto view = glissade::view_of<Rule>(&state, buffers + 2, count);
  if (way == Way::kUnguarded) return view.step_unguarded(buffers[0], buffers[1], params, kScale);
  if (way == Way::kGuarded) return view.step(buffers[0], buffers[1], params, kScale);
  if (way != Way::kFlushing) {
    const auto floats = glissade::optimizer_of<Rule>(&params, &state, buffers[0], buffers + 2, count);
    const gls_optimizer optimizer = in_format<Rule>(floats, way);
    return gls_step_unguarded(&optimizer, gls_gradient_buffer(buffers[1]), kScale);
  }
  gls_coefficients coefficients;
  const Status status = view.begin(coefficients, params, kScale);
  gls_flush_subnormals(&coefficients);
  return status == GLS_OK ? view.sweep(coefficients, buffers[0], buffers[1], 0, count) : status;
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
#include "optimizer/rules.inc"
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
  if (rule.step(a, kCount, rate, Way::kUnguarded) != GLS_OK) return false;
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

// A row of ours: place(buffers) may put other buffers, or other values, in the place of the usual.
template <class Place>
auto* add_ours(const Rule& rule, const char* backend, const char* suffix, Way way, Place place) {
  const std::string name = std::string(rule.name) + "/" + backend + suffix;
  return benchmark::RegisterBenchmark(name.c_str(), [=, &rule](benchmark::State& state) {
    const size_t count = static_cast<size_t>(state.range(0));
    float* buffers[kBuffers];
    rule.order(shared_buffers(kSteps, count), buffers);
    place(buffers, count);
    if (gls_backend_force(backend) != GLS_OK) state.SkipWithError("not supported here");
    if (rule.step(buffers, count, kStill, way) != GLS_OK) state.SkipWithError("no first step");  // its slots
    for (auto _ : state) {
      const Status status = rule.step(buffers, count, kStill, way);
      if (status != GLS_OK) state.SkipWithError(gls_status_text(status));
    }
    report(state, rule.name, moved(slots_of(rule.name)));
  });
}

void as_usual(float**, size_t) {}

void off_by_one_float(float** buffers, size_t) {
  for (size_t k = 0; k < kBuffers; ++k) ++buffers[k];
}

// All at the same place within a page.
void aliased(float** buffers, size_t count) {
  constexpr size_t kPage = 4096 / sizeof(float);
  static std::vector<float> memory((kBuffers * 16 + 1) * kPage);
  if (count > 16 * kPage) std::abort();
  const uintptr_t first_page = (reinterpret_cast<uintptr_t>(memory.data()) + 4095) & ~uintptr_t{4095};
  float* at = reinterpret_cast<float*>(first_page);
  for (size_t k = 0; k < kBuffers; ++k, at += 16 * kPage) {
    for (size_t i = 0; i < count; ++i) at[i] = buffers[k][i];
    buffers[k] = at;
  }
}

// Gradients whose squares are subnormal, and so is their mean.
void subnormal(float** buffers, size_t count) {
  static std::vector<float> memory(2 * 1024);
  if (count > 1024) std::abort();
  float *const gradients = memory.data(), *const squares = gradients + 1024;
  for (size_t i = 0; i < count; ++i) {
    gradients[i] = static_cast<float>(i % 16 + 1) * 1e-20f;  // their squares are subnormal
    squares[i] = 1e-40f;
  }
  buffers[1] = gradients;
  buffers[3] = squares;
}

void add_backend(const char* backend) {
  for (const Cost& cost : kCosts) {
    const Rule& rule = rule_called(cost.rule);
    auto* const usual = add_ours(rule, backend, "", Way::kUnguarded, as_usual);
    for (const int64_t size : kSizes) usual->Arg(size);
    add_ours(rule, backend, "_guarded", Way::kGuarded, as_usual)->Arg(1024);
    add_ours(rule, backend, "_unaligned", Way::kUnguarded, off_by_one_float)->Arg(1024);
    add_ours(rule, backend, "_aliased", Way::kUnguarded, aliased)->Arg(1024);
    if (cost.slots > 0) {
      for (const int64_t size : {int64_t{1024}, int64_t{16384}, int64_t{kMost}}) {
        add_ours(rule, backend, "_bfloat16", Way::kBfloat16, as_usual)->Arg(size);
        add_ours(rule, backend, "_8bit", Way::k8Bit, as_usual)->Arg(size);
        add_ours(rule, backend, "_all_bfloat16", Way::kAllBfloat16, as_usual)->Arg(size);
      }
    }
    // A step that is short, and rests of 1 to 15 weights behind 1024.
    if (std::strcmp(rule.name, "adam") == 0) usual->Arg(1)->Arg(16)->Arg(1025)->Arg(1031)->Arg(1039);
  }
  const Rule& adam = rule_called("adam");
  add_ours(adam, backend, "_subnormal", Way::kUnguarded, subnormal)->Arg(1024);
  add_ours(adam, backend, "_flushing", Way::kFlushing, subnormal)->Arg(1024);
  for (const Rule& rule : kRules) {
    bool measured = false;
    for (const Cost& cost : kCosts) measured = measured || std::strcmp(cost.rule, rule.name) == 0;
    if (!measured) add_ours(rule, backend, "", Way::kUnguarded, as_usual)->Arg(1024);
  }
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

// Two threads where memory is the limit: the guarded step, the unguarded one in slices, and what the
// machine's copy does with two.
template <class Work>
void add_two_threads(const Cost& cost, const char* who, Which which, Work work) {
  benchmark::RegisterBenchmark((std::string(cost.rule) + who).c_str(),
                               [=](benchmark::State& state) {
                                 const size_t count = static_cast<size_t>(state.range(0));
                                 float* const* const buffers = shared_buffers(which, count);
                                 if (gls_backend_force(nullptr) != GLS_OK) state.SkipWithError("no backend");
                                 if (work(buffers, count) != GLS_OK) state.SkipWithError("no first step");
                                 for (auto _ : state) {
                                   const Status status = work(buffers, count);
                                   if (status != GLS_OK) state.SkipWithError(gls_status_text(status));
                                   benchmark::ClobberMemory();
                                 }
                                 report(state, cost.rule, moved(cost.slots));
                               })
      ->Arg(kMost)
      ->UseRealTime();
}

// work(0) and work(1) by a thread each.
template <class Work>
void on_two_threads(Work work) {
#ifdef _OPENMP
#pragma omp parallel for num_threads(2)
#endif
  for (size_t half = 0; half < 2; ++half) work(half);
}

// The unguarded step in slices.
template <class Rule>
void add_two_threads(const Cost& cost, const char* who, Way way) {
  add_two_threads(cost, who, kSteps, [way](float* const* buffers, size_t count) {
    typename Rule::State state = {kStep};
    typename Rule::Params params;
    gls_coefficients c;
    params.learning_rate = static_cast<double>(kStill);
    gls_optimizer optimizer = glissade::optimizer_of<Rule>(&params, &state, buffers[0], buffers + 2, count);
    if (way != Way::kUnguarded) optimizer = in_format<Rule>(optimizer, way);
    const gls_gradients gradients = gls_gradient_buffer(buffers[1]);
    const Status status = gls_begin(&optimizer, kScale, &c);
    Status swept[2] = {status, status};
    on_two_threads([&](size_t half) {
      if (status == GLS_OK) swept[half] = gls_sweep(&optimizer, &c, gradients, half * count / 2, count / 2);
    });
    return swept[0] == GLS_OK ? swept[1] : swept[0];
  });
}

template <class Rule>
void add_two_threads(const Cost& cost) {
  add_two_threads(cost, "/two_threads_guarded", kSteps, [](float* const* buffers, size_t count) {
    typename Rule::State state = {kStep};
    typename Rule::Params params;
    params.learning_rate = static_cast<double>(kStill);
    const auto view = glissade::view_of<Rule>(&state, buffers + 2, count);
    return glissade::step_on_threads(2, view, buffers[0], buffers[1], params, kScale);
  });
  add_two_threads<Rule>(cost, "/two_threads", Way::kUnguarded);
  if constexpr (Rule::kSlots > 0) {
    add_two_threads<Rule>(cost, "/two_threads_bfloat16", Way::kBfloat16);
    add_two_threads<Rule>(cost, "/two_threads_8bit", Way::k8Bit);
    add_two_threads<Rule>(cost, "/two_threads_all_bfloat16", Way::kAllBfloat16);
  }
  add_two_threads(cost, "/limit_copy_two_threads", kLimits, [cost](float* const* buffers, size_t count) {
    on_two_threads([&](size_t half) {
      float* part[kBuffers];
      for (size_t k = 0; k < kBuffers; ++k) part[k] = buffers[k] + half * count / 2;
      limit_copy(part, cost.slots, count / 2);
    });
    return GLS_OK;
  });
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
  for (const Peer& peer : torch_peers()) peers.push_back(peer);
  bool same = true;
  for (const Peer& peer : peers) same = check(peer) && same;
  same = add_layers() && same;
  same = add_int8() && same;
  if (!same) return 1;
  if (argument_count == 2 && std::strcmp(arguments[1], "--check") == 0) {
    std::printf("%zu peers compute the same steps, and Eigen the same layers\n", peers.size());
    return 0;
  }
  for (size_t i = 0; i < gls_backend_count(); ++i) {
    if (!gls_backend_supported(i)) continue;
    add_backend(gls_backend_name(i));
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
