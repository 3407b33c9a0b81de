// SPDX-License-Identifier: Apache-2.0
// Every function of the C face, called with good arguments. A function that is not here fails a test.
#ifndef GLISSADE_TESTS_EVERY_CALL_HPP
#define GLISSADE_TESTS_EVERY_CALL_HPP

#include "backend/memory.hpp"
#include "support/memory_flash.hpp"

namespace glissade {
namespace test {

// One function, or some that only make sense together.
struct Call {
  const char* names;  // with a blank between two
  void (*run)(Memory&);
  bool refuses;  // whether each pointer that it takes from Memory must be there, and every count is looked at
};

// An optimizer of a rule, stepped.
inline void step(Memory& m, const gls_optimizer& optimizer) {
  const float* const gradients = m.in();
  for (int i = 0; i < 2; ++i) m.said(gls_step(&optimizer, gls_gradient_buffer(gradients), 0.3f));
}
template <class P, class S>
void step(Memory& m, gls_optimizer (*make)(P*, S*, float*, size_t)) {
  step(m, make(m.object(P()), m.object(S()), m.out(), m.count()));
}
template <class P, class S>
void step(Memory& m, gls_optimizer (*make)(P*, S*, float*, float*, size_t)) {
  step(m, make(m.object(P()), m.object(S()), m.out(), m.out(), m.count()));
}
template <class P, class S>
void step(Memory& m, gls_optimizer (*make)(P*, S*, float*, float*, float*, size_t)) {
  step(m, make(m.object(P()), m.object(S()), m.out(), m.out(), m.out(), m.count()));
}
template <class P, class S>
void step(Memory& m, gls_optimizer (*make)(P*, S*, float*, float*, float*, float*, size_t)) {
  step(m, make(m.object(P()), m.object(S()), m.out(), m.out(), m.out(), m.out(), m.count()));
}

inline gls_status save_one(void* optimizer, gls_store* store) {
  return gls_save_to(static_cast<const gls_optimizer*>(optimizer), store);
}
inline gls_optimizer adam(Memory& m) {
  gls_adam_params params;
  params.weight_decay = m.number(0.1);
  return gls_adam(m.object(params), m.object(gls_adam_state()), m.out(), m.out(), m.out(), m.count());
}

// Five rows of two, or two of four, without a list of rows.
struct Int8Table {
  int8_t values[10];
};
inline gls_int8_inputs int8_inputs(Memory& m) {
  const Int8Table* const table = m.object(Int8Table{{1, -2, 3, -4, 5, -6, 7, -8, 127, -128}});
  return {table == nullptr ? nullptr : table->values, Memory::kCount, nullptr, 0x1.99ap-4f, -3};
}

struct Bytes {
  unsigned char bytes[256];
};

struct Octets {
  int8_t values[32] = {1, -2, 3, -4, 5, -6, 7, -8, 127, -128};
};

struct Multipliers {
  gls_int8_multiplier of[5] = {{1 << 30, 1}};
};

// The first of them, also where there are none.
inline int8_t* octets(Memory& m) { return reinterpret_cast<int8_t*>(m.object(Octets())); }
inline gls_int8_multiplier* multipliers(Memory& m) {
  return reinterpret_cast<gls_int8_multiplier*>(m.object(Multipliers()));
}

inline gls_int8_dense int8_layer(size_t outputs, size_t scale_count, const float* scales) {
  gls_int8_dense layer = {};
  layer.weight_scales = scales;
  layer.scale_count = scale_count;
  layer.input_count = 2;
  layer.output_count = outputs;
  layer.input_scale = layer.output_scale = 0.3f;
  return layer;
}

struct Flash {
  unsigned char bytes[1280] = {}, unit[16] = {};
  gls_memory_flash memory = {bytes, nullptr};
  gls_flash flash = flash_in(memory, unit, 16, 320, 4);
};

// A function that fills its argument.
#define GLISSADE_DEFAULTS(name, Params)   \
  {                                       \
    "gls_" #name "_defaults",             \
        [](Memory& m) {                   \
          Params params;                  \
          gls_##name##_defaults(&params); \
          m.noted(params.weight_decay);   \
        },                                \
        false                             \
  }

// A line of every_call.inc.
#define GLISSADE_CALL(names, refuses, ...) {names, [](Memory& m) { __VA_ARGS__ }, refuses},

constexpr Call kCalls[] = {
#define GLISSADE_RULE(name, Rule, slot_count) \
  {"gls_" #name, [](Memory& m) { step(m, gls_##name); }, true}, GLISSADE_DEFAULTS(name, Rule::Params),
#include "optimizer/rules.inc"
#undef GLISSADE_RULE
    GLISSADE_DEFAULTS(adamw, gls_adam_params),
    GLISSADE_DEFAULTS(adam_short_memory, gls_adam_params),
    GLISSADE_DEFAULTS(adagrad_textbook, gls_adagrad_params),
    GLISSADE_DEFAULTS(rmsprop_textbook, gls_rmsprop_params),
#undef GLISSADE_DEFAULTS
#include "backend/every_call.inc"
#undef GLISSADE_CALL
};

}  // namespace test
}  // namespace glissade

#endif
