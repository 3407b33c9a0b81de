// SPDX-License-Identifier: Apache-2.0
// Golden cases (tests/golden/README.md): PyTorch's options as our parameters, the generated gradients, the
// run.
#ifndef GLISSADE_PLATFORM_GOLDEN_HPP
#define GLISSADE_PLATFORM_GOLDEN_HPP

#include "apps/tool/slot_forms.hpp"

namespace glissade {
namespace golden {

inline bool same(const char* a, const char* b) {
  for (; *a == *b; ++a, ++b) {
    if (*a == '\0') return true;
  }
  return false;
}

// A list of two, as betas, is the two options betas[0] and betas[1]; true is 1.
struct Option {
  const char* name;
  double value;
};

struct Case {
  const char* optimizer;
  const Option* options;
  size_t option_count;
  uint32_t seed;
  int32_t gradient_exponent;
  bool changing;
  SlotForm slots;

  bool has(const char* name) const {
    for (size_t i = 0; i < option_count; ++i) {
      if (same(options[i].name, name)) return true;
    }
    return false;
  }
  // Is this option of the optimizer one that decides which of our rules it is, and nothing else?
  bool chooses(const char* name) const {
    if (same(name, "amsgrad")) return same(optimizer, "adam") || same(optimizer, "adamw");
    return same(name, "centered") && same(optimizer, "rmsprop");
  }
};

// set_<field>(params, value, 0) is false where there is no such field, or it cannot hold the value (a bool: 0
// and 1 alone). get_<field>(params, 0) is 0 where there is none.
#define GLISSADE_OPTION(name, field, other)                                           \
  template <class Params>                                                             \
  auto set_##field(Params& params, double value, int)->decltype(params.field, true) { \
    params.field = static_cast<decltype(params.field)>(value);                        \
    return static_cast<double>(params.field) == value;                                \
  }                                                                                   \
  template <class Params>                                                             \
  bool set_##field(Params&, double, long) {                                           \
    return false;                                                                     \
  }                                                                                   \
  template <class Params>                                                             \
  auto get_##field(const Params& params, int)->decltype(params.field + 0.0) {         \
    return params.field;                                                              \
  }                                                                                   \
  template <class Params>                                                             \
  double get_##field(const Params&, long) {                                           \
    return 0.0;                                                                       \
  }
#include "apps/tool/options.inc"

// False where the parameters have no such field, or it cannot hold the value.
template <class Params>
bool set_option(Params& params, const char* name, double value) {
#define GLISSADE_OPTION(pytorch_name, field, other) \
  if (same(name, #pytorch_name)) return set_##field(params, value, 0);
#include "apps/tool/options.inc"
  return false;
}

// Which of our rules is PyTorch's optimizer with these options, and what PyTorch calls its slots. A rule that
// PyTorch has not goes by its own name.
template <class Rule_, class Defaults_ = typename Rule_::Params>
struct Match {
  using Rule = Rule_;
  using Defaults = Defaults_;
  const char* slot_names[Rule::kSlots + 1];
};

// run(Match) for the case's rule; otherwise result for an optimizer that has none.
template <class Result, class Run>
Result with_rule(const Case& c, Result otherwise, Run run) {
  const bool amsgrad = c.has("amsgrad");
  if (same(c.optimizer, "sgd") && !c.has("momentum")) return run(Match<Sgd, Sgd::Params>{{}});
  if (same(c.optimizer, "sgd")) return run(Match<Momentum, Momentum::Params>{{"momentum_buffer"}});
  if (same(c.optimizer, "adam") && !amsgrad) return run(Match<Adam, Adam::Params>{{"exp_avg", "exp_avg_sq"}});
  if (same(c.optimizer, "adam"))
    return run(Match<AmsGrad, Adam::Params>{{"exp_avg", "exp_avg_sq", "max_exp_avg_sq"}});
  if (same(c.optimizer, "adamw") && !amsgrad)
    return run(Match<Adam, AdamW::Params>{{"exp_avg", "exp_avg_sq"}});
  if (same(c.optimizer, "adamw"))
    return run(Match<AmsGrad, AdamW::Params>{{"exp_avg", "exp_avg_sq", "max_exp_avg_sq"}});
  if (same(c.optimizer, "adagrad")) return run(Match<Adagrad>{{"sum"}});
  if (same(c.optimizer, "adadelta")) return run(Match<Adadelta>{{"square_avg", "acc_delta"}});
  if (same(c.optimizer, "rmsprop") && c.has("centered") && c.has("momentum")) {
    return run(Match<RmsPropCenteredMomentum>{{"square_avg", "momentum_buffer", "grad_avg"}});
  }
  if (same(c.optimizer, "rmsprop") && c.has("centered")) {
    return run(Match<RmsPropCentered>{{"square_avg", "grad_avg"}});
  }
  if (same(c.optimizer, "rmsprop") && c.has("momentum")) {
    return run(Match<RmsPropMomentum>{{"square_avg", "momentum_buffer"}});
  }
  if (same(c.optimizer, "rmsprop")) return run(Match<RmsProp>{{"square_avg"}});
  if (same(c.optimizer, "adamax")) return run(Match<Adamax>{{"exp_avg", "exp_inf"}});
  if (same(c.optimizer, "nadam")) return run(Match<NAdam>{{"exp_avg", "exp_avg_sq"}});
  if (same(c.optimizer, "radam")) return run(Match<RAdam>{{"exp_avg", "exp_avg_sq"}});
  if (same(c.optimizer, "rprop")) return run(Match<Rprop>{{"prev", "step_size"}});
  if (same(c.optimizer, "asgd")) return run(Match<Asgd>{{"ax"}});
  if (same(c.optimizer, "classical_momentum")) return run(Match<ClassicalMomentum>{{"v"}});
  if (same(c.optimizer, "averaging_momentum")) return run(Match<AveragingMomentum>{{"v"}});
  if (same(c.optimizer, "adam_epsilon_inside")) return run(Match<AdamEpsilonInside>{{"m", "v"}});
  if (same(c.optimizer, "adagrad_epsilon_inside")) return run(Match<AdagradEpsilonInside>{{"sum"}});
  if (same(c.optimizer, "rmsprop_epsilon_inside")) return run(Match<RmsPropEpsilonInside>{{"square"}});
  if (same(c.optimizer, "lion")) return run(Match<Lion>{{"m"}});
  if (same(c.optimizer, "signum")) return run(Match<Signum>{{"m"}});
  return otherwise;
}

inline uint32_t mix(uint32_t x) {
  x = (x ^ (x >> 16)) * 0x7feb352du;
  x = (x ^ (x >> 15)) * 0x846ca68bu;
  return x ^ (x >> 16);
}

inline uint32_t uniform(uint32_t seed, uint32_t step, uint32_t i) {
  return mix(seed + step * 0x9e3779b9u + i * 0x85ebca6bu);
}

// From -1 to 1 in steps of 2^-23.
inline float centered(uint32_t u) {
  return static_cast<float>(static_cast<int32_t>(u >> 8) - (1 << 23)) * 0x1p-23f;
}

// 2^exponent, for a normal float.
inline float power_of_two(int32_t exponent) {
  const uint32_t bits = static_cast<uint32_t>(exponent + 127) << 23;
  float result;
  __builtin_memcpy(&result, &bits, sizeof result);
  return result;
}

// Where a run's weights and gradients come from: here, from a case's seed. Another source has the same
// members.
struct Generated {
  const Case& c;

  static constexpr uint32_t steps() { return 100; }
  float first_weight(uint32_t i) const { return centered(uniform(c.seed, 0, i)); }
  float gradient(uint32_t step, uint32_t i) const {
    const uint32_t u = uniform(c.seed, step, i);
    if ((u & 255u) < 16u) return 0.0f;
    return centered(u) * power_of_two(static_cast<int32_t>(mix(u) % 16u) - 12 + c.gradient_exponent);
  }
};

// The parameters of one step, where the case changes them.
template <class Params>
Params at_step(const Case& c, Params params, uint32_t step) {
  if (!c.changing) return params;
  params.learning_rate *= 1.0 + step % 7 * 0.125;
  set_beta1(params, get_beta1(params, 0) * (1.0 - step % 5 * 0.03125), 0);
  set_beta2(params, get_beta2(params, 0) * (1.0 - step % 3 * 0.015625), 0);
  return params;
}

// Runs a case over n weights; look(step) after each step. buffers: weights, gradients, slots, n floats each;
// slots in a smaller form take a part of that.
template <class Match, class Source, class Look>
Status run(const Match&, const Case& c, const Source& source, float* const* buffers, uint32_t n, Look look) {
  using Rule = typename Match::Rule;
  typename Match::Defaults params;
  for (size_t i = 0; i < c.option_count; ++i) {
    if (c.chooses(c.options[i].name)) continue;
    if (!set_option(params, c.options[i].name, c.options[i].value)) return GLS_ERROR_RANGE;
  }
  set_allow_zero_epsilon(params, 1.0, 0);  // as PyTorch does
  for (uint32_t i = 0; i < n; ++i) {
    buffers[0][i] = source.first_weight(i);
    for (int k = 0; k < Rule::kSlots; ++k) buffers[2 + k][i] = 0.0f;
  }
  typename Rule::State state = {};
  for (uint32_t step = 1; step <= source.steps(); ++step) {
    for (uint32_t i = 0; i < n; ++i) buffers[1][i] = source.gradient(step, i);
    const auto now = at_step(c, params, step);
    gls_optimizer optimizer = in_form(c.slots, optimizer_of<Rule>(&now, &state, buffers[0], buffers + 2, n));
    optimizer.seed = c.seed;
    const Status status = gls_step_unguarded(&optimizer, gls_gradient_buffer(buffers[1]), 1.0f);
    if (status != GLS_OK) return status;
    look(step);
  }
  return GLS_OK;
}

}  // namespace golden
}  // namespace glissade

#endif
