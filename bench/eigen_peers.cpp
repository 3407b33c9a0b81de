// SPDX-License-Identifier: Apache-2.0
// Eigen's array expressions: one pass each, vectorized.
#include "peers.hpp"

#if __has_include(<Eigen/Core>)
#include <Eigen/Core>

namespace {

using Array = Eigen::Map<Eigen::ArrayXf>;

struct Arrays {
  Array w, g, a, b;
  Arrays(float* const* buffers, size_t n)
      : w(buffers[0], static_cast<Eigen::Index>(n)),
        g(buffers[1], w.size()),
        a(buffers[2], w.size()),
        b(buffers[3], w.size()) {}
};

void adam(float* const* buffers, size_t n, float rate, float decay) {
  Arrays x(buffers, n);
  x.a = 0.9f * x.a + (0.1f * kScale) * x.g;
  x.b = 0.999f * x.b + (0.001f * kScale * kScale) * x.g.square();
  x.w =
      decay * x.w - (rate * kRootCorrection2 / kCorrection1) * x.a / (x.b.sqrt() + 1e-8f * kRootCorrection2);
}

}  // namespace

std::vector<Peer> eigen_peers() {
  return {
      {"sgd", "peer_eigen",
       [](float* const* b, size_t n, float rate) {
         Arrays x(b, n);
         x.w -= (rate * kScale) * x.g;
       }},
      {"momentum", "peer_eigen",
       [](float* const* b, size_t n, float rate) {
         Arrays x(b, n);
         x.a = 0.9f * x.a + kScale * x.g;
         x.w -= rate * x.a;
       }},
      {"lion", "peer_eigen",
       [](float* const* b, size_t n, float rate) {
         Arrays x(b, n);
         x.w -= rate * (0.9f * x.a + (0.1f * kScale) * x.g).sign();
         x.a = 0.99f * x.a + (0.01f * kScale) * x.g;
       }},
      {"signum", "peer_eigen",
       [](float* const* b, size_t n, float rate) {
         Arrays x(b, n);
         x.a = 0.9f * x.a + (0.1f * kScale) * x.g;
         x.w -= rate * x.a.sign();
       }},
      {"adagrad", "peer_eigen",
       [](float* const* b, size_t n, float rate) {
         Arrays x(b, n);
         x.a += (kScale * kScale) * x.g.square();
         x.w -= (rate * kScale) * x.g / (x.a.sqrt() + 1e-10f);
       }},
      {"rmsprop", "peer_eigen",
       [](float* const* b, size_t n, float rate) {
         Arrays x(b, n);
         x.a = 0.99f * x.a + (0.01f * kScale * kScale) * x.g.square();
         x.w -= (rate * kScale) * x.g / (x.a.sqrt() + 1e-8f);
       }},
      {"adadelta", "peer_eigen",
       [](float* const* b, size_t n, float rate) {
         Arrays x(b, n);
         x.a = 0.9f * x.a + (0.1f * kScale * kScale) * x.g.square();
         const auto step = (x.b + 1e-6f).sqrt() / (x.a + 1e-6f).sqrt() * (kScale * x.g);
         x.w -= rate * step;
         x.b = 0.9f * x.b + 0.1f * step.square();
       }},
      {"adam", "peer_eigen", [](float* const* b, size_t n, float rate) { adam(b, n, rate, 1.0f); }},
      {"adamw", "peer_eigen",
       [](float* const* b, size_t n, float rate) { adam(b, n, rate, 1.0f - rate * 0.01f); }},
  };
}
#else
std::vector<Peer> eigen_peers() { return {}; }
#endif
