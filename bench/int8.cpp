// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <cstdio>
#include <string>
#include <vector>

#include "glissade/glissade.h"
#include "layers.hpp"

#define GLISSADE_PLAIN plain_O2
#include "plain.hpp"
#undef GLISSADE_PLAIN
#define GLISSADE_PLAIN plain_O3_native
#include "plain.hpp"
#undef GLISSADE_PLAIN

namespace {

using Forward = void (*)(const int8_t* weights, const int32_t* biases, const int8_t* inputs, int8_t* outputs,
                         size_t n);
template <class Scale>
constexpr Scale kScale{-128, 3, 1500000000, 9};

constexpr Forward kPlain = [](const int8_t* w, const int32_t* biases, const int8_t* x, int8_t* y, size_t n) {
  plain_O2::int8_dense(w, biases, x, y, n, n, kScale<plain_O2::Int8Scale>);
};
constexpr Forward kNative = [](const int8_t* w, const int32_t* biases, const int8_t* x, int8_t* y, size_t n) {
  plain_O3_native::int8_dense(w, biases, x, y, n, n, kScale<plain_O3_native::Int8Scale>);
};

// A layer of n inputs and n outputs, one scale.
struct Int8Layer {
  size_t n;
  std::vector<int8_t> weights, inputs, outputs;
  std::vector<int32_t> biases;
  gls_int8_multiplier multiplier = {kScale<plain_O2::Int8Scale>.multiplier, -9};

  explicit Int8Layer(size_t side) : n(side), weights(n * n), inputs(n), outputs(n), biases(n, -5000) {
    uint32_t state = 1;
    for (auto* const bytes : {&weights, &inputs}) {
      for (int8_t& byte : *bytes) {
        state = state * 1664525u + 1013904223u;
        byte = static_cast<int8_t>(state >> 24);
      }
    }
  }
  bool forward(Forward peer) {
    if (peer != nullptr) {
      peer(weights.data(), biases.data(), inputs.data(), outputs.data(), n);
      return true;
    }
    gls_int8_dense layer = {};
    layer.weights = weights.data();
    layer.biases = biases.data();
    layer.multipliers = &multiplier;
    layer.scale_count = layer.prepared = 1;
    layer.input_count = layer.output_count = n;
    layer.input_zero = layer.least = -128;
    layer.output_zero = 3;
    layer.most = 127;
    return gls_int8_dense_forward(&layer, inputs.data(), outputs.data(), 1) == GLS_OK;
  }
};

bool check(Forward peer, size_t n) {
  Int8Layer ours(n), theirs(n);
  const bool same = ours.forward(nullptr) && theirs.forward(peer) && ours.outputs == theirs.outputs;
  if (!same) std::printf("an int8 layer of %zux%zu is not the plain loop's\n", n, n);
  return same;
}

void add(const char* who, Forward peer) {
  const std::string name = std::string("dense_int8_1/") + who;
  auto* const added = benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) {
    Int8Layer layer(static_cast<size_t>(state.range(0)));
    if (peer == nullptr && gls_backend_force(who) != GLS_OK) state.SkipWithError("not supported here");
    for (auto _ : state) {
      if (!layer.forward(peer)) state.SkipWithError("failed");
      benchmark::ClobberMemory();
    }
    using benchmark::Counter;
    state.counters["per_weight"] = Counter(static_cast<double>(layer.n * layer.n),
                                           Counter::kIsIterationInvariantRate | Counter::kInvert);
  });
  for (const int64_t n : {16, 32, 64, 128, 256}) added->Arg(n);
}

}  // namespace

bool add_int8() {
  for (const Forward peer : {kPlain, kNative}) {
    if (!check(peer, 16) || !check(peer, 67)) return false;
  }
  add("peer_plain_O2", kPlain);
  add("peer_plain_O3_native", kNative);
  for (size_t i = 0; i < gls_backend_count(); ++i) {
    if (gls_backend_supported(i)) add(gls_backend_name(i), nullptr);
  }
  return true;
}
