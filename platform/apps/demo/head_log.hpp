// SPDX-License-Identifier: Apache-2.0
// A head whose calls are written down, a line for each: a log that `glissade replay` runs on the desk
// (platform/apps/tool/HEAD_LOG.md).
#ifndef GLISSADE_PLATFORM_DEMO_HEAD_LOG_HPP
#define GLISSADE_PLATFORM_DEMO_HEAD_LOG_HPP

#include "glissade/glissade.hpp"
#include "glissade/layers/head.h"
#include "glissade/rules/momentum.h"
#include "glissade/storage/store.h"

namespace glissade {
namespace demo {

// Of an int8 layer: weights, biases, weights' scales, the output's scale and zero point.
uint32_t int8_crc(const gls_int8_dense& layer, uint32_t crc = 0);
// Of a float head behind that: weights, slots, and the rule's state.
uint32_t float_crc(uint32_t crc, const gls_optimizer& optimizer, size_t slots, size_t state_bytes);

// A head with momentum and the rate that nobody tunes. Only calls that return GLS_OK are in the log.
struct LoggedHead {
  // kind, samples, held_back, batch, model and seed are set before start; outputs, where there are more than
  // the shipped layer has.
  gls_head head;
  gls_momentum_params params;
  gls_momentum_state state;
  bool log;

  Status start(const gls_int8_dense& shipped, void* memory, size_t size);
  Status observe(const int8_t* features, uint8_t label);
  Status train(uint32_t epochs);  // to its end
  Status accept(gls_head_condition condition);
  Status commit(gls_store& store, gls_head_condition condition);
  void end() const;  // the log's last line

  const gls_int8_dense& in_use() const { return head.layers[head.in_use]; }
  uint32_t float_crc(uint32_t crc) const;
};

}  // namespace demo
}  // namespace glissade

#endif
