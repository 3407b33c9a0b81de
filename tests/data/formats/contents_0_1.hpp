// SPDX-License-Identifier: Apache-2.0
// What stands in the files of version 0.1: generate.cpp made them of it, and formats_test.cpp expects it.
// All inputs are exact in float.
#ifndef GLISSADE_TESTS_FORMATS_CONTENTS_0_1_HPP
#define GLISSADE_TESTS_FORMATS_CONTENTS_0_1_HPP

#include <string.h>

#include <algorithm>
#include <vector>

#include "glissade/glissade.hpp"

namespace glissade {
namespace formats_0_1 {

constexpr uint32_t kVersion = 0x000100;  // 0.1.0, as saved bytes have it in their second word
constexpr size_t kWeights = 7;
constexpr size_t kManyWeights = 130;  // of AMSGrad: more than two blocks, each with its checksum
constexpr size_t kRecords = 24;       // in rules_0_1.bin: 23 rules, and AMSGrad once more
constexpr uint32_t kSteps = 5;
constexpr float kScale = 0.75f;

inline float first_weight(size_t i) { return (static_cast<float>(3 * i % 7) - 3.0f) * 0.25f; }
inline float gradient(uint32_t t, size_t i) {
  return (static_cast<float>((5 * i + 3 * t) % 11) - 5.0f) * 0.125f;
}

// The hyper-parameters: a rule takes each of these values whose field it has, where it is allowed beside
// those before it. None is a default, and few are exact in float, so that one saved as less than a double
// would be found. (nesterov is not among them: it is not allowed beside dampening.)
#define GLISSADE_VALUES(VALUE)        \
  VALUE(learning_rate, 0.0123)        \
  VALUE(weight_decay, 0.07)           \
  VALUE(decoupled_weight_decay, true) \
  VALUE(maximize, true)               \
  VALUE(momentum, 0.61)               \
  VALUE(dampening, 0.22)              \
  VALUE(beta1, 0.83)                  \
  VALUE(beta2, 0.94)                  \
  VALUE(epsilon, 0.003)               \
  VALUE(learning_rate_decay, 0.31)    \
  VALUE(initial_accumulator, 0.42)    \
  VALUE(rho, 0.73)                    \
  VALUE(alpha, 0.64)                  \
  VALUE(momentum_decay, 0.05)         \
  VALUE(eta_minus, 0.45)              \
  VALUE(eta_plus, 1.3)                \
  VALUE(smallest_step, 0.0011)        \
  VALUE(largest_step, 0.9)            \
  VALUE(lambda, 0.21)                 \
  VALUE(start_averaging, 2.0)         \
  VALUE(beta, 0.81)                   \
  VALUE(bias_correction, false)       \
  VALUE(mean, true)                   \
  VALUE(start_at_gradient, true)

// Where a rule has the field, and may have the value: set, and is it the same?
#define GLISSADE_VALUE(field, value)                                                       \
  template <class Rule, class Params>                                                      \
  auto set_##field(Params& params, int)->decltype(params.field, void()) {                  \
    const Params before = params;                                                          \
    params.field = value;                                                                  \
    if (!Rule::valid(params)) params = before;                                             \
  }                                                                                        \
  template <class Rule, class Params>                                                      \
  void set_##field(Params&, long) {}                                                       \
  template <class Params>                                                                  \
  auto same_##field(const Params& a, const Params& b, int)->decltype(a.field == b.field) { \
    return a.field == b.field;                                                             \
  }                                                                                        \
  template <class Params>                                                                  \
  bool same_##field(const Params&, const Params&, long) {                                  \
    return true;                                                                           \
  }
GLISSADE_VALUES(GLISSADE_VALUE)
#undef GLISSADE_VALUE

// A training by one rule, from its start.
template <class Rule>
struct Job {
  size_t count;
  typename Rule::Params params;
  typename Rule::State state = {};
  std::vector<float> buffers;  // weights, then each slot

  explicit Job(size_t weights = kWeights) : count(weights), buffers((1 + Rule::kSlots) * weights) {
    for (size_t i = 0; i < count; ++i) buffers[i] = first_weight(i);
#define GLISSADE_VALUE(field, value) set_##field<Rule>(params, 0);
    GLISSADE_VALUES(GLISSADE_VALUE)
#undef GLISSADE_VALUE
  }
  float* weights() { return buffers.data(); }
  OptimizerView<Rule> view() {
    float* slots[Rule::kSlots + 1] = {};
    for (int k = 0; k < Rule::kSlots; ++k) slots[k] = &buffers[static_cast<size_t>(k + 1) * count];
    return view_of<Rule>(&state, slots, count);
  }
  // Steps number first to last, counted from 1.
  Status steps(uint32_t first, uint32_t last) {
    std::vector<float> gradients(count);
    Status status = GLS_OK;
    for (uint32_t t = first; t <= last && status == GLS_OK; ++t) {
      for (size_t i = 0; i < count; ++i) gradients[i] = gradient(t, i);
      status = view().step(weights(), gradients.data(), params, kScale);
    }
    return status;
  }
  Status save_to(gls_store& store) { return view().save_to(weights(), params, store); }
  Status restore_from(gls_store& store) { return view().restore_from(weights(), params, store); }

  // To the last bit.
  bool operator==(const Job& other) const {
    bool same = count == other.count && memcmp(&state, &other.state, sizeof state) == 0 &&
                memcmp(buffers.data(), other.buffers.data(), buffers.size() * sizeof(float)) == 0;
#define GLISSADE_VALUE(field, value) same = same && same_##field(params, other.params, 0);
    GLISSADE_VALUES(GLISSADE_VALUE)
#undef GLISSADE_VALUE
    return same;
  }
};

// A code that only a test would take for secret, and a counter: what the tagged store was written with.
struct Keyed {
  uint32_t key = 0x0137beef, crc = 0, counter = 0;

  static Keyed& of(void* context) { return *static_cast<Keyed*>(context); }
  static int begin(void* context) {
    of(context).crc = of(context).key;
    return 0;
  }
  static int update(void* context, const void* bytes, size_t size) {
    of(context).crc = gls_crc32(of(context).crc, bytes, size);
    return 0;
  }
  static int finish(void* context, uint8_t tag[32]) {
    for (uint32_t i = 0; i < 32; ++i) tag[i] = static_cast<uint8_t>((of(context).crc >> 8 * (i % 4)) + i);
    return 0;
  }
  static int read(void* context, uint32_t* value) {
    *value = of(context).counter;
    return 0;
  }
  static int raise(void* context, uint32_t value) {
    of(context).counter = value;
    return 0;
  }
};

#if GLS_VERSION_MINOR >= 2
inline void set_weight(float& weight, float value) { weight = value; }
inline void set_weight(uint16_t& weight, float value) { (void)gls_floats_to_bfloat16(&value, &weight, 1); }

// AMSGrad, whose slots or weights have fewer bytes.
template <class Slots, class Weights = WeightsInFloats>
struct SmallJob {
  typename Weights::Code weights[Weights::codes(kManyWeights)];
  AmsGrad::Params params = Job<AmsGrad>().params;
  Optimizer<AmsGrad, kManyWeights, Slots, Weights> optimizer{};

  SmallJob() {
    for (size_t i = 0; i < kManyWeights; ++i) set_weight(weights[i], first_weight(i));
    optimizer.seed = 0xfeedf00d;
  }
  Status steps(uint32_t last) {
    float gradients[kManyWeights];
    Status status = GLS_OK;
    for (uint32_t t = 1; t <= last && status == GLS_OK; ++t) {
      for (size_t i = 0; i < kManyWeights; ++i) gradients[i] = gradient(t, i);
      status = optimizer.step(weights, gradients, params, kScale);
    }
    return status;
  }
  std::vector<unsigned char> saved() const {
    std::vector<unsigned char> bytes(optimizer.saved_bytes());
    if (optimizer.save(weights, params, bytes.data(), bytes.size()) != GLS_OK) bytes.clear();
    return bytes;
  }
};

// Kept samples.
struct Samples {
  int8_t samples[7 * 3] = {};
  uint8_t labels[7] = {};
  gls_replay replay = {samples, labels, 3, 7, 2, 0, 0xfeedf00d, 0x123456789a, 0, 0, 0};

  Status add(uint32_t first, uint32_t last) {
    Status status = GLS_OK;
    for (uint32_t n = first; n <= last && status == GLS_OK; ++n) {
      const int8_t features[] = {static_cast<int8_t>(n * 11), static_cast<int8_t>(-static_cast<int>(n)), 5};
      const uint8_t label = n % 3 == 0;
      status = gls_replay_add(&replay, features, &label);
      if (n == 13) gls_replay_settle(&replay);
    }
    return status;
  }
};

// A head that learned.
struct Head {
  alignas(8) unsigned char memory[GLS_HEAD_BYTES(3, 2, 1, 18, 1)];
  gls_momentum_params params;
  gls_momentum_state state = {};
  gls_head head = {};

  Status start() {
    gls_momentum_defaults(&params);
    head.kind = &gls_head_classes;
    head.inputs = 3;
    head.outputs = 2;
    head.samples = 18;
    head.held_back = 4;
    head.input_scale = 0.125f;
    head.input_zero = 7;
    head.model = 0xfeedf00d;
    head.seed = 0x123456789a;
    head.optimizer = gls_momentum(&params, &state, nullptr, nullptr, 0);
    return gls_head_start(&head, memory, sizeof memory, nullptr);
  }
  Status learn() {
    Status status = GLS_OK;
    for (int n = 0; n < 18 && status == GLS_OK; ++n) {
      const int8_t features[] = {static_cast<int8_t>(n * 5 - 40), static_cast<int8_t>(20 * (n % 2)), 5};
      const uint8_t label = n % 2 != 0;
      status = gls_head_observe(&head, features, &label);
    }
    params.learning_rate = 0.25;
    if (status == GLS_OK) status = gls_head_train_begin(&head, 5);
    while (status == GLS_OK && head.phase == GLS_HEAD_TRAINING) status = gls_head_train(&head);
    return status;
  }
};
#endif

// Two kilobytes of memory as flash: the image that a file holds.
struct Chip {
  std::vector<unsigned char> image = std::vector<unsigned char>(2048, 0xff);
  unsigned char unit[8];
  gls_memory_flash memory = {image.data(), nullptr};
  Keyed keyed;
  gls_authenticator authenticator = {Keyed::begin, Keyed::update, Keyed::finish,
                                     Keyed::read,  Keyed::raise,  &keyed};
  gls_flash flash = {gls_memory_flash_read,
                     gls_memory_flash_prog,
                     gls_memory_flash_erase,
                     gls_memory_flash_sync,
                     &memory,
                     1,
                     sizeof unit,
                     512,
                     4,
                     unit,
                     nullptr};
  gls_store store = {};

  explicit Chip(bool tagged = false) {
    if (tagged) flash.authenticator = &authenticator;
  }
  Chip(const Chip&) = delete;
  Chip& operator=(const Chip&) = delete;
  Status open() { return gls_store_open(&store, &flash); }
};

// The stores' state: an optimizer, bytes of the caller's own (an odd number of them), and another optimizer.
constexpr char kOwnBytes[] = "The caller's own bytes, 31 here";

// What the stores hold: the state after two steps, and the one after all of them.
constexpr uint32_t kFirstSteps = 2;

// The checkpoint's losses, and the steps that were taken before each. It commits at its start, and for the
// first and the last loss.
constexpr double kLosses[] = {5.1, 6.2, 4.3};
constexpr uint32_t kDecidedAfter[] = {3, 4, 5};
constexpr double kMinDelta = 0.01;
constexpr uint32_t kPatience = 3;

}  // namespace formats_0_1
}  // namespace glissade

#endif
