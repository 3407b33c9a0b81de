// SPDX-License-Identifier: Apache-2.0
// libtorch's torch::optim, on one thread, over the same buffers. Its gradients are already scaled.
#include "peers.hpp"

#ifdef GLISSADE_BENCH_TORCH
#include <torch/torch.h>

#include <functional>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <type_traits>

namespace {

using torch::Tensor;
using torch::optim::Optimizer;
namespace optim = torch::optim;

// An optimizer over one parameter, whose state is set to what the buffers hold.
struct Session {
  Tensor weights, gradients;
  std::unique_ptr<Optimizer> optimizer;

  template <class State, class Fill>
  void set_state(Fill fill) {
    auto state = std::make_unique<State>();
    fill(*state);
    auto& states = optimizer->state();
    states[key<typename std::decay_t<decltype(states)>::key_type>()] = std::move(state);
  }

  // Of the weights' state: where they are, since libtorch 2; before, the text of that.
  template <class Key>
  Key key() const {
    if constexpr (std::is_same_v<Key, std::string>) {
      std::ostringstream text;
      text << static_cast<void*>(weights.unsafeGetTensorImpl());
      return text.str();
    } else {
      return weights.unsafeGetTensorImpl();
    }
  }
};

Tensor view(float* buffer, size_t count) { return torch::from_blob(buffer, {static_cast<int64_t>(count)}); }

using Make = void (*)(Session& session, float* const* buffers, size_t count, double rate);

template <class Optim, class Options>
void optimize(Session& session, Options options) {
  session.optimizer = std::make_unique<Optim>(std::vector<Tensor>{session.weights}, options);
}

void sgd(Session& s, float* const*, size_t, double rate) { optimize<optim::SGD>(s, optim::SGDOptions(rate)); }
void momentum(Session& s, float* const* b, size_t n, double rate) {
  optimize<optim::SGD>(s, optim::SGDOptions(rate).momentum(0.9));
  s.set_state<optim::SGDParamState>([=](auto& state) { state.momentum_buffer(view(b[2], n)); });
}
void adagrad(Session& s, float* const* b, size_t n, double rate) {
  optimize<optim::Adagrad>(s, optim::AdagradOptions(rate).eps(1e-10));
  s.set_state<optim::AdagradParamState>([=](auto& state) {
    state.sum(view(b[2], n));
    state.step(kStep - 1);
  });
}
void rmsprop(Session& s, float* const* b, size_t n, double rate) {
  optimize<optim::RMSprop>(s, optim::RMSpropOptions(rate).alpha(0.99).eps(1e-8));
  s.set_state<optim::RMSpropParamState>([=](auto& state) {
    state.square_avg(view(b[2], n));
    state.step(kStep - 1);
  });
}
template <class Optim, class Options, class State>
void adam(Session& s, float* const* b, size_t n, double rate) {
  optimize<Optim>(s, Options(rate));
  s.set_state<State>([=](auto& state) {
    state.exp_avg(view(b[2], n));
    state.exp_avg_sq(view(b[3], n));
    state.step(kStep - 1);
  });
}

template <Make kMake>
void step(float* const* buffers, size_t count, float rate) {
  static std::map<std::pair<float*, size_t>, Session> sessions;
  Session& session = sessions[{buffers[0], count}];
  if (!session.optimizer || session.weights.data_ptr() != buffers[0]) {
    torch::set_num_threads(1);
    session.weights = view(buffers[0], count).requires_grad_(true);
    session.gradients = view(buffers[1], count) * kScale;
    session.weights.mutable_grad() = session.gradients;
    kMake(session, buffers, count, static_cast<double>(rate));
  }
  session.optimizer->step();
}

}  // namespace

std::vector<Peer> torch_peers() {
  return {{"sgd", "peer_libtorch", step<sgd>},
          {"momentum", "peer_libtorch", step<momentum>},
          {"adagrad", "peer_libtorch", step<adagrad>},
          {"rmsprop", "peer_libtorch", step<rmsprop>},
          {"adam", "peer_libtorch", step<adam<optim::Adam, optim::AdamOptions, optim::AdamParamState>>},
          {"adamw", "peer_libtorch", step<adam<optim::AdamW, optim::AdamWOptions, optim::AdamWParamState>>}};
}
#else
std::vector<Peer> torch_peers() { return {}; }
#endif
