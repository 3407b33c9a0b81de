// SPDX-License-Identifier: Apache-2.0
#include "apps/demo/head_log.hpp"

#include "boards/console.hpp"
#include "glissade/storage/saved.h"

namespace glissade {
namespace demo {
namespace {

// A float's or a double's bits: they say what decimal digits may not.
void print_bits(const char* name, float value) {
  uint32_t bits;
  __builtin_memcpy(&bits, &value, sizeof bits);
  print(name, "0x", Hex{bits});
}
void print_bits(const char* name, double value) {
  uint64_t bits;
  __builtin_memcpy(&bits, &value, sizeof bits);
  print(name, "0x", Hex{static_cast<uint32_t>(bits >> 32)}, Hex{static_cast<uint32_t>(bits)});
}

void print_integer(const char* name, int32_t value) {
  const uint32_t magnitude = static_cast<uint32_t>(value);
  print(name, value < 0 ? "-" : "", value < 0 ? 0 - magnitude : magnitude);
}

// Two digits for each.
void print_bytes(const char* name, const int8_t* bytes, size_t count) {
  print(name);
  for (size_t i = 0; i < count; ++i) {
    constexpr char kDigits[] = "0123456789abcdef";
    const uint32_t byte = static_cast<uint8_t>(bytes[i]);
    const char text[] = {kDigits[byte >> 4], kDigits[byte & 15], '\0'};
    print(text);
  }
}

void print_start(const LoggedHead& learner, const gls_int8_dense& shipped) {
  const gls_head& head = learner.head;
  print("head kind=classes inputs=", head.inputs, " outputs=", head.outputs, " samples=", head.samples);
  print(" held_back=", head.held_back, " batch=", head.batch, " scales=", head.scales);
  print(" rounding=", static_cast<uint32_t>(head.rounding));
  print_bits(" input_scale=", head.input_scale);
  print_integer(" input_zero=", head.input_zero);
  print(" model=", head.model, " seed=0x", Hex{static_cast<uint32_t>(head.seed >> 32)});
  print(Hex{static_cast<uint32_t>(head.seed)}, "\nrule name=momentum");
  print_bits(" momentum=", learner.params.momentum);
  print("\nshipped outputs=", static_cast<uint32_t>(shipped.output_count));
  print_bits(" output_scale=", shipped.output_scale);
  print_integer(" output_zero=", shipped.output_zero);
  print(" activation=", static_cast<uint32_t>(shipped.activation), "\n");
  for (size_t row = 0; row < shipped.output_count; ++row) {
    print_integer("row bias=", shipped.biases == nullptr ? 0 : shipped.biases[row]);
    print_bits(" scale=", shipped.weight_scales[shipped.scale_count == 1 ? 0 : row]);
    print_bytes(" weights=", shipped.weights + row * shipped.input_count, shipped.input_count);
    print("\n");
  }
  print("start\n");
}

}  // namespace

uint32_t int8_crc(const gls_int8_dense& layer, uint32_t crc) {
  crc = gls_crc32(crc, layer.weights, layer.output_count * layer.input_count);
  crc = gls_crc32(crc, layer.biases, sizeof(int32_t) * layer.output_count);
  crc = gls_crc32(crc, layer.weight_scales, sizeof(float) * layer.scale_count);
  crc = gls_crc32(crc, &layer.output_scale, sizeof layer.output_scale);
  return gls_crc32(crc, &layer.output_zero, sizeof layer.output_zero);
}

uint32_t float_crc(uint32_t crc, const gls_optimizer& optimizer, size_t slots, size_t state_bytes) {
  crc = gls_crc32(crc, optimizer.weights, sizeof(float) * optimizer.count);
  for (size_t k = 0; k < slots; ++k)
    crc = gls_crc32(crc, optimizer.slots[k], sizeof(float) * optimizer.count);
  return gls_crc32(crc, optimizer.state, state_bytes);
}

uint32_t LoggedHead::float_crc(uint32_t crc) const {
  return demo::float_crc(crc, head.optimizer, 1, sizeof state);
}

Status LoggedHead::start(const gls_int8_dense& shipped, void* memory, size_t size) {
  params = {};
  head.inputs = static_cast<uint32_t>(shipped.input_count);
  if (head.outputs == 0) head.outputs = static_cast<uint32_t>(shipped.output_count);
  head.input_scale = shipped.input_scale;
  head.input_zero = shipped.input_zero;
  head.rounding = shipped.rounding;
  head.optimizer = gls_momentum(&params, &state, nullptr, nullptr, 0);
  const Status status = gls_head_start(&head, memory, size, &shipped);
  if (log && status == GLS_OK) print_start(*this, shipped);
  return status;
}

Status LoggedHead::observe(const int8_t* features, uint8_t label) {
  const Status status = gls_head_observe(&head, features, &label);
  if (!log || status != GLS_OK) return status;
  print_bytes("observe ", features, head.inputs);
  print(" ", uint32_t{label}, "\n");
  return status;
}

Status LoggedHead::train(uint32_t epochs) {
  params.learning_rate = gls_head_rate(&head);
  Status status = gls_head_train_begin(&head, epochs);
  while (status == GLS_OK && head.phase == GLS_HEAD_TRAINING) status = gls_head_train(&head);
  if (!log || status != GLS_OK) return status;
  print_bits("set learning_rate=", params.learning_rate);
  print("\ntrain_begin ", epochs, "\ntrain\n");
  return status;
}

Status LoggedHead::accept(gls_head_condition condition) {
  const Status status = gls_head_accept(&head, condition);
  if (log && status == GLS_OK) print("accept ", static_cast<uint32_t>(condition), "\n");
  return status;
}

Status LoggedHead::commit(gls_store& store, gls_head_condition condition) {
  const Status status = gls_head_commit(&head, &store, condition);
  if (log && status == GLS_OK) print("commit ", static_cast<uint32_t>(condition), "\n");
  return status;
}

void LoggedHead::end() const {
  if (log) print("crc ", Hex{float_crc(int8_crc(in_use()))}, "\n");
}

}  // namespace demo
}  // namespace glissade
