// SPDX-License-Identifier: Apache-2.0
#include "layers.hpp"

#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdio>
#include <cstring>
#include <new>
#include <string>
#include <vector>

#include "glissade/layers/network.hpp"
#include "peers.hpp"

namespace {

using glissade::Status;

constexpr size_t kSides[] = {16, 32, 64, 128, 256}, kBatches[] = {1, 32};

template <class T>
struct Aligned {
  using value_type = T;
  T* allocate(size_t count) {
    return static_cast<T*>(::operator new (count * sizeof(T), std::align_val_t{64}));
  }
  void deallocate(T* memory, size_t) { ::operator delete (memory, std::align_val_t{64}); }
  bool operator==(const Aligned&) const { return true; }
  bool operator!=(const Aligned&) const { return false; }
};
using Floats = std::vector<float, Aligned<float>>;

// Values of both signs, from 2^-8 to 1.
Floats values(size_t count) {
  static uint32_t state = 1;
  Floats result(count);
  for (float& value : result) {
    state = state * 1664525u + 1013904223u;
    const float magnitude =
        std::ldexp(static_cast<float>(state >> 8) * 0x1p-24f + 0.5f, -static_cast<int>(state % 8));
    value = (state >> 3) % 2 == 1 ? -magnitude : magnitude;
  }
  return result;
}

struct Layer {
  size_t samples, n;
  Floats weights, inputs, outputs, output_gradients, weight_gradients, input_gradients;

  Layer(size_t sample_count, size_t side)
      : samples(sample_count),
        n(side),
        weights(values((n + 1) * n)),
        inputs(values(samples * n)),
        outputs(samples * n),
        output_gradients(values(samples * n)),
        weight_gradients((n + 1) * n),
        input_gradients(samples * n) {}

  Status forward(const LayerPeer* peer) {
    if (peer == nullptr) {
      return gls_dense_forward(weights.data(), inputs.data(), outputs.data(), samples, n, n);
    }
    peer->forward(weights.data(), inputs.data(), outputs.data(), samples, n);
    return GLS_OK;
  }
  Status backward(const LayerPeer* peer) {
    if (peer == nullptr) {
      return gls_dense_backward(weights.data(), inputs.data(), output_gradients.data(),
                                weight_gradients.data(), input_gradients.data(), samples, n, n);
    }
    peer->backward(weights.data(), inputs.data(), output_gradients.data(), weight_gradients.data(),
                   input_gradients.data(), samples, n);
    return GLS_OK;
  }
};

bool near(const Floats& a, const Floats& b) {
  for (size_t i = 0; i < a.size(); ++i) {
    if (!(std::fabs(a[i] - b[i]) <= 1e-4f * (1.0f + std::fabs(a[i])))) return false;
  }
  return true;
}

bool check(const LayerPeer* peer, size_t samples, size_t n) {
  Layer ours(samples, n), theirs = ours;
  const bool ran = ours.forward(nullptr) == GLS_OK && ours.backward(nullptr) == GLS_OK &&
                   theirs.forward(peer) == GLS_OK && theirs.backward(peer) == GLS_OK;
  const bool same = near(ours.outputs, theirs.outputs) &&
                    near(ours.weight_gradients, theirs.weight_gradients) &&
                    near(ours.input_gradients, theirs.input_gradients);
  if (!ran || !same) std::printf("a dense layer of %zu samples, %zux%zu, is not Eigen's\n", samples, n, n);
  return ran && same;
}

void report(benchmark::State& state, size_t weights) {
  using benchmark::Counter;
  state.counters["per_weight"] =
      Counter(static_cast<double>(weights), Counter::kIsIterationInvariantRate | Counter::kInvert);
}

void choose(benchmark::State& state, const char* backend) {
  if (gls_backend_force(backend) != GLS_OK) state.SkipWithError("not supported here");
}

using Pass = Status (Layer::*)(const LayerPeer*);

void add_pass(const char* name, Pass pass, size_t samples, const char* who, const LayerPeer* peer) {
  auto* const added = benchmark::RegisterBenchmark(
      (std::string(name) + "_" + std::to_string(samples) + "/" + who).c_str(), [=](benchmark::State& state) {
        Layer layer(samples, static_cast<size_t>(state.range(0)));
        if (peer == nullptr) choose(state, who);
        for (auto _ : state) {
          if ((layer.*pass)(peer) != GLS_OK) state.SkipWithError("failed");
          benchmark::ClobberMemory();
        }
        report(state, layer.weights.size() * samples);
      });
  for (const size_t n : kSides) added->Arg(static_cast<int64_t>(n));
}

void add_passes(const char* who, const LayerPeer* peer) {
  for (const size_t samples : kBatches) {
    add_pass("dense_forward", &Layer::forward, samples, who, peer);
    add_pass("dense_backward", &Layer::backward, samples, who, peer);
  }
}

// One sample's gradient of a layer with count weights, and a step: by way of a buffer, or straight.
template <class Rule>
void add_steps(const char* rule, const char* backend, bool fused) {
  auto* const added = benchmark::RegisterBenchmark(
      (std::string(rule) + "/" + backend + (fused ? "_fused" : "_two_steps")).c_str(),
      [=](benchmark::State& state) {
        const size_t count = static_cast<size_t>(state.range(0));
        const size_t outputs = static_cast<size_t>(std::lround(std::sqrt(static_cast<double>(count))));
        const size_t inputs = count / outputs - 1;
        Floats weights = values(count), gradients(count), x = values(inputs), dy = values(outputs);
        Floats slots[3] = {values(count), values(count), values(count)};
        for (auto& slot : slots) {
          for (float& value : slot) value *= value;
        }
        float* const pointers[] = {slots[0].data(), slots[1].data(), slots[2].data()};
        typename Rule::State rule_state = {};
        typename Rule::Params params;
        params.learning_rate = 1e-9;
        const auto view = glissade::view_of<Rule>(&rule_state, pointers, count);
        const gls_factors layer = {x.data(), dy.data(), 1, inputs, outputs};
        choose(state, backend);
        for (auto _ : state) {
          Status status = GLS_OK;
          rule_state.step = 10;
          if (fused) {
            status = view.step(weights.data(), glissade::Factors{&layer, 1}, params);
          } else {
            std::memset(gradients.data(), 0, count * sizeof(float));
            status = gls_dense_backward(weights.data(), x.data(), dy.data(), gradients.data(), nullptr, 1,
                                        inputs, outputs);
            if (status == GLS_OK) status = view.step(weights.data(), gradients.data(), params);
          }
          if (status != GLS_OK) state.SkipWithError(gls_status_text(status));
        }
        report(state, count);
      });
  for (const int64_t count : {256, 1024, 4096, 16384}) added->Arg(count);
}

// A step of the demo's training, by ours or by the peer.
struct Training {
  using Net = glissade::Network<glissade::Dense<kNetwork[0], kNetwork[1]>, glissade::Relu<kNetwork[1]>,
                                glissade::Dense<kNetwork[1], kNetwork[2]>>;
  static_assert(Net::kWeights == kNetworkWeights, "the peer has as many");
  Floats weights = values(kNetworkWeights), inputs = values(kNetworkSamples * kNetwork[0]);
  Floats m = Floats(kNetworkWeights), v = Floats(kNetworkWeights, 0.01f);
  size_t labels[kNetworkSamples] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  Net::InBatches<kNetworkSamples> net;

  Status step(const LayerPeer* peer, float rate) {
    if (peer != nullptr) {
      peer->train(weights.data(), inputs.data(), labels, m.data(), v.data(), rate);
      return GLS_OK;
    }
    glissade::Adam::State state = {kStep - 1};
    glissade::Adam::Params params;
    params.learning_rate = static_cast<double>(rate);
    gls_factors layers[Net::kDenseLayers];
    float loss = 0.0f;
    float* const slots[] = {m.data(), v.data()};
    const Status status = net.learn(weights.data(), inputs.data(), labels, kNetworkSamples, layers, &loss);
    if (status != GLS_OK) return status;
    return glissade::view_of<glissade::Adam>(&state, slots, kNetworkWeights)
        .step(weights.data(), glissade::Factors{layers, Net::kDenseLayers}, params, 1.0f / kNetworkSamples);
  }
};

bool check_training(const LayerPeer* peer) {
  Training ours, theirs = ours;
  const bool same = ours.step(nullptr, 0.01f) == GLS_OK && theirs.step(peer, 0.01f) == GLS_OK &&
                    near(ours.weights, theirs.weights) && near(ours.m, theirs.m);
  if (!same) std::printf("a step of the demo's training is not Eigen's\n");
  return same;
}

void add_training(const char* who, const LayerPeer* peer) {
  benchmark::RegisterBenchmark((std::string("demo_step/") + who).c_str(), [=](benchmark::State& state) {
    Training training;
    if (peer == nullptr) choose(state, who);
    for (auto _ : state) {
      if (training.step(peer, 1e-9f) != GLS_OK) state.SkipWithError("failed");
      benchmark::ClobberMemory();
    }
    report(state, kNetworkWeights);
  })->Arg(kNetworkWeights);
}

}  // namespace

bool add_layers() {
  const LayerPeer* const eigen = eigen_layer();
  for (const size_t samples : kBatches) {
    for (const size_t n : {size_t{16}, size_t{64}}) {
      if (eigen != nullptr && !check(eigen, samples, n)) return false;
    }
  }
  if (eigen != nullptr) {
    if (!check_training(eigen)) return false;
    add_passes("peer_eigen", eigen);
    add_training("peer_eigen", eigen);
  }
  for (size_t i = 0; i < gls_backend_count(); ++i) {
    if (!gls_backend_supported(i)) continue;
    const char* const backend = gls_backend_name(i);
    add_passes(backend, nullptr);
    add_training(backend, nullptr);
    for (const bool fused : {false, true}) {
      add_steps<glissade::Sgd>("sgd", backend, fused);
      add_steps<glissade::Momentum>("momentum", backend, fused);
      add_steps<glissade::Lion>("lion", backend, fused);
      add_steps<glissade::Signum>("signum", backend, fused);
      add_steps<glissade::Adagrad>("adagrad", backend, fused);
      add_steps<glissade::RmsProp>("rmsprop", backend, fused);
      add_steps<glissade::Adadelta>("adadelta", backend, fused);
      add_steps<glissade::Adam>("adam", backend, fused);
      add_steps<glissade::AdamW>("adamw", backend, fused);
    }
  }
  return true;
}
