// SPDX-License-Identifier: Apache-2.0
#include "peers.hpp"

#define GLISSADE_PLAIN plain_O2
#include "plain.hpp"
#undef GLISSADE_PLAIN
#define GLISSADE_PLAIN plain_O3_native
#include "plain.hpp"
#undef GLISSADE_PLAIN

#define GLISSADE_PEER(rule, who, call)                             \
  Peer {                                                           \
    rule, who, [](float* const* b, size_t n, float rate) { call; } \
  }
#define GLISSADE_PEERS(name)                                                                                \
  GLISSADE_PEER("sgd", "peer_" #name, name::sgd(b[0], b[1], n, kScale, rate)),                              \
      GLISSADE_PEER("momentum", "peer_" #name, name::momentum(b[0], b[1], b[2], n, kScale, rate, 0.9f)),    \
      GLISSADE_PEER("lion", "peer_" #name, name::lion(b[0], b[1], b[2], n, kScale, rate, 0.9f, 0.99f)),     \
      GLISSADE_PEER("signum", "peer_" #name, name::signum(b[0], b[1], b[2], n, kScale, rate, 0.9f)),        \
      GLISSADE_PEER("adagrad", "peer_" #name, name::adagrad(b[0], b[1], b[2], n, kScale, rate, 1e-10f)),    \
      GLISSADE_PEER("rmsprop", "peer_" #name,                                                               \
                    name::rmsprop(b[0], b[1], b[2], n, kScale, rate, 0.99f, 1e-8f)),                        \
      GLISSADE_PEER("adadelta", "peer_" #name,                                                              \
                    name::adadelta(b[0], b[1], b[2], b[3], n, kScale, rate, 0.9f, 1e-6f)),                  \
      GLISSADE_PEER(                                                                                        \
          "adam", "peer_" #name,                                                                            \
          name::adam_folded(b[0], b[1], b[2], b[3], n, kScale, rate* kRootCorrection2 / kCorrection1, 0.9f, \
                            0.999f, 1e-8f * kRootCorrection2, 1.0f)),                                       \
      GLISSADE_PEER(                                                                                        \
          "adamw", "peer_" #name,                                                                           \
          name::adam_folded(b[0], b[1], b[2], b[3], n, kScale, rate* kRootCorrection2 / kCorrection1, 0.9f, \
                            0.999f, 1e-8f * kRootCorrection2, 1.0f - rate * 0.01f))

std::vector<Peer> plain_peers() {
  return {GLISSADE_PEERS(plain_O2), GLISSADE_PEERS(plain_O3_native),
          GLISSADE_PEER("adam", "peer_two_divides_O3_native",
                        plain_O3_native::adam(b[0], b[1], b[2], b[3], n, kScale, rate / kCorrection1, 0.9f,
                                              0.999f, kRootCorrection2, 1e-8f)),
          GLISSADE_PEER("adam", "peer_passes_O2",
                        plain_O2::adam_passes(b[0], b[1], b[2], b[3], b[5], n, kScale, rate / kCorrection1,
                                              0.9f, 0.999f, kRootCorrection2, 1e-8f))};
}
