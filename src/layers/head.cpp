// SPDX-License-Identifier: Apache-2.0
// A head's memory, its samples, and its int8 layer in use; head_training.cpp has the rest.
#include "layers/head.hpp"

#include "backend/gate.hpp"
#include "optimizer/rule.hpp"
#include "training/replay.hpp"

namespace glissade {
namespace {

constexpr float kLeastScale = 0x1p-126f, kMostScale = 0x1p64f;

uint64_t layer_bytes(const gls_head& head) {
  const uint64_t inputs = head.inputs, outputs = head.outputs;
  return GLS_HEAD_LAYER_BYTES(inputs, outputs);
}
uint64_t head_bytes(const gls_head& head) {
  const uint64_t inputs = head.inputs, outputs = head.outputs, samples = head.samples;
  const uint64_t slots = head.optimizer.rule->slot_count;
  return GLS_HEAD_BYTES(inputs, outputs, slots, samples, label_bytes(head));
}

bool within(uint32_t value, uint32_t least, uint32_t most) { return value >= least && value <= most; }

Status check_fields(const gls_head& head) {
  const gls_optimizer& optimizer = head.optimizer;
  if (head.kind == nullptr || optimizer.rule == nullptr || optimizer.params == nullptr ||
      optimizer.state == nullptr)
    return GLS_ERROR_NULL;
  const bool sizes =
      within(head.inputs, 1, 65535) && within(head.outputs, 1, head.kind->most_outputs) &&
      (label_bytes(head) != 0 || head.outputs == head.inputs) && within(head.samples, 1, 65536) &&
      (head.held_back == 0 || (within(head.held_back, 2, 255) && head.held_back <= head.samples));
  const bool choices =
      head.batch <= GLS_HEAD_BATCH_MOST && (head.scales <= 1 || head.scales == head.outputs) &&
      (head.rounding == GLS_INT8_DOUBLE_ROUNDING || head.rounding == GLS_INT8_SINGLE_ROUNDING);
  const bool features = head.input_scale >= kLeastScale && head.input_scale <= kMostScale &&
                        head.input_zero >= -128 && head.input_zero <= 127;
  return sizes && choices && features ? GLS_OK : GLS_ERROR_RANGE;
}

// It may have fewer outputs.
bool same_layer(const gls_head& head, const gls_int8_dense& layer) {
  return layer.input_count == head.inputs && layer.output_count - 1 < head.outputs &&
         layer.input_zero == head.input_zero && !(layer.input_scale < head.input_scale) &&
         !(layer.input_scale > head.input_scale);
}

// Gives out the memory: what needs the alignment of floats first.
void lay_out(gls_head& head, unsigned char* at) {
  const auto take = [&](size_t bytes) {
    unsigned char* const place = at;
    at += bytes;
    return place;
  };
  const size_t floats = sizeof(float) * weight_count(head);
  const uint32_t held = head.held_back == 0 ? 0 : head.samples / head.held_back, train = head.samples - held;
  gls_optimizer& optimizer = head.optimizer;
  optimizer.count = weight_count(head);
  optimizer.format = optimizer.slot_format = nullptr;
  optimizer.weights = reinterpret_cast<float*>(take(floats));
  for (size_t k = 0; k < optimizer.rule->slot_count; ++k)
    optimizer.slots[k] = reinterpret_cast<float*>(take(floats));
  for (gls_int8_dense& layer : head.layers)
    layer.multipliers = reinterpret_cast<gls_int8_multiplier*>(take(static_cast<size_t>(layer_bytes(head))));
  unsigned char* const train_labels = take(size_t{train} * label_bytes(head));
  unsigned char* const held_labels = take(size_t{held} * label_bytes(head));
  const uint32_t classes = head.kind->has_classes ? head.outputs : 0,
                 target = classes != 0 ? 0 : label_bytes(head);
  head.train = {reinterpret_cast<int8_t*>(take(size_t{train} * head.inputs)),
                train_labels,
                head.inputs,
                train,
                classes,
                target,
                head.model,
                head.seed,
                0,
                0,
                0};
  head.held = head.train;
  head.held.samples = reinterpret_cast<int8_t*>(take(size_t{held} * head.inputs));
  head.held.labels = held_labels;
  head.held.capacity = held;
  head.checked = reinterpret_cast<int8_t*>(take(head.outputs));
  head.seen = take(head.outputs);
}

// An int8 layer in its part of the memory.
void make_layer(gls_head& head, uint32_t which) {
  gls_int8_dense& layer = head.layers[which];
  const LayerParts parts = parts_of(head, which);
  layer = {parts.weights,
           parts.biases,
           parts.scales,
           layer.multipliers,
           head.scales,
           head.inputs,
           head.outputs,
           head.input_scale,
           1.0f,
           head.input_zero,
           0,
           GLS_INT8_NO_ACTIVATION,
           head.rounding,
           0,
           0,
           0,
           0};
}

// The head that knows nothing, or the shipped one.
Status fill_layer(gls_head& head, const gls_int8_dense* shipped) {
  gls_int8_dense& layer = head.layers[0];
  const LayerParts parts = clear_layer(head, 0);
  if (shipped != nullptr) {
    const size_t outputs = shipped->output_count;
    __builtin_memcpy(parts.scales, shipped->weight_scales, sizeof(float) * shipped->scale_count);
    if (shipped->biases != nullptr)
      __builtin_memcpy(parts.biases, shipped->biases, sizeof(int32_t) * outputs);
    __builtin_memcpy(parts.weights, shipped->weights, outputs * head.inputs);
    layer.output_scale = shipped->output_scale;
    layer.output_zero = shipped->output_zero;
    layer.activation = shipped->activation;
  }
  return gls_int8_dense_prepare(&layer);
}

// May the shipped layer be taken over?
Status check_shipped(const gls_head& head, const gls_int8_dense* shipped) {
  if (shipped == nullptr) return GLS_OK;
  if (shipped->weights == nullptr || shipped->weight_scales == nullptr) return GLS_ERROR_NULL;
  const bool scales = shipped->scale_count == 1 || shipped->scale_count == shipped->output_count;
  return same_layer(head, *shipped) && scales ? GLS_OK : GLS_ERROR_RANGE;
}

// To be held back: of `held_back` in a row the second one.
bool hold_back(const gls_head& head, uint8_t& seen) {
  if (head.held_back == 0) return false;
  const bool second = seen == 1;
  seen = static_cast<uint8_t>(seen + 1 < static_cast<int32_t>(head.held_back) ? seen + 1 : 0);
  return second;
}

bool are_answers(const float* targets, size_t count) {
  for (size_t k = 0; k < count; ++k) {
    if (!(targets[k] >= 0.0f && targets[k] <= 1.0f)) return false;
  }
  return true;
}

// From the int8 layer in use; slots and state as at the start.
Status float_head_again(gls_head& head) {
  const gls_optimizer& optimizer = head.optimizer;
  const Status status = gls_int8_dense_dequantize(&head.layers[head.in_use], optimizer.weights);
  if (status != GLS_OK) return status;
  for (size_t k = 0; k < optimizer.rule->slot_count; ++k)
    __builtin_memset(optimizer.slots[k], 0, sizeof(float) * optimizer.count);
  __builtin_memset(optimizer.state, 0, sizeof(uint32_t) * optimizer.rule->state_words);
  head.phase = GLS_HEAD_COLLECTING;
  return GLS_OK;
}

}  // namespace

LayerParts parts_of(const gls_head& head, uint32_t which) {
  gls_int8_multiplier* const multipliers = head.layers[which].multipliers;
  float* const scales = reinterpret_cast<float*>(multipliers + head.scales);
  unsigned char* const behind = reinterpret_cast<unsigned char*>(scales + head.scales);
  int32_t* const biases = reinterpret_cast<int32_t*>(behind);
  return {scales, biases, reinterpret_cast<int8_t*>(biases + head.outputs)};
}

LayerParts clear_layer(const gls_head& head, uint32_t which) {
  const LayerParts parts = parts_of(head, which);
  for (size_t k = 0; k < head.scales; ++k) parts.scales[k] = 1.0f;
  __builtin_memset(parts.biases, 0, sizeof(int32_t) * head.outputs);
  __builtin_memset(parts.weights, 0, size_t{head.inputs} * head.outputs);
  return parts;
}

Status check_head(const gls_head* head) {
  if (head == nullptr) return GLS_ERROR_NULL;
  if (head->phase == GLS_HEAD_CLOSED) return GLS_ERROR_ORDER;
  return check_fields(*head);
}

Status check_collecting(const gls_head* head) {
  const Status status = check_head(head);
  return status == GLS_OK && head->phase != GLS_HEAD_COLLECTING ? GLS_ERROR_ORDER : status;
}

Status check_condition(const gls_head& head, gls_head_condition condition) {
  if (!is_trained(head)) return GLS_ERROR_ORDER;
  const bool taken = head.phase == GLS_HEAD_BETTER || condition == GLS_HEAD_ALWAYS ||
                     (head.phase == GLS_HEAD_UNKNOWN && condition == GLS_HEAD_IF_NOT_WORSE);
  return taken && head.layers[1 - head.in_use].prepared != 0 ? GLS_OK : GLS_ERROR_WORSE;
}

}  // namespace glissade

using namespace glissade;

extern "C" {

gls_status gls_head_start(gls_head* head, void* memory, size_t size, const gls_int8_dense* shipped) {
  if (head == nullptr || memory == nullptr) return GLS_ERROR_NULL;
  Status status = check_fields(*head);
  if (status == GLS_OK) status = check_shipped(*head, shipped);
  if (status != GLS_OK) return status;
  if (reinterpret_cast<uintptr_t>(memory) % alignof(float) != 0) return GLS_ERROR_ALIGNMENT;
  if (size < head_bytes(*head)) return GLS_ERROR_SIZE;
  head->phase = GLS_HEAD_CLOSED;
  head->in_use = 0;
  if (head->batch == 0) head->batch = 10;
  if (head->scales == 0) head->scales = 1;
  if (shipped != nullptr) head->scales = shipped->scale_count == 1 ? 1 : head->outputs;
  lay_out(*head, static_cast<unsigned char*>(memory));
  make_layer(*head, 0);
  make_layer(*head, 1);
  __builtin_memset(head->seen, 0, head->outputs);
  status = fill_layer(*head, shipped);
  return status == GLS_OK ? float_head_again(*head) : status;
}

gls_status gls_head_observe(gls_head* head, const int8_t* features, const void* label) {
  const Status status = check_collecting(head);
  if (status != GLS_OK) return status;
  const bool labelled = head->kind->has_classes || head->kind->has_targets;
  if (features == nullptr || (label == nullptr && labelled)) return GLS_ERROR_NULL;
  uint32_t its_class = 0;
  if (head->kind->has_classes) {
    its_class = *static_cast<const uint8_t*>(label);
    if (its_class >= head->outputs) return GLS_ERROR_RANGE;
  } else if (head->kind->has_targets) {
    const float* const targets = static_cast<const float*>(label);
    if (reinterpret_cast<uintptr_t>(targets) % alignof(float) != 0) return GLS_ERROR_ALIGNMENT;
    if (!are_finite(targets, head->outputs)) return GLS_ERROR_NOT_FINITE;
    if (head->kind->has_answers && !are_answers(targets, head->outputs)) return GLS_ERROR_RANGE;
  }
  gls_replay& kept = hold_back(*head, head->seen[its_class]) ? head->held : head->train;
  return gls_replay_add(&kept, features, label);
}

gls_status gls_head_predict(const gls_head* head, const int8_t* features, int8_t* outputs) {
  const Status status = check_head(head);
  if (status != GLS_OK) return status;
  const uint32_t in_use = __atomic_load_n(&head->in_use, __ATOMIC_ACQUIRE);
  return gls_int8_dense_forward(&head->layers[in_use & 1], features, outputs, 1);
}

gls_status gls_head_accept(gls_head* head, gls_head_condition condition) {
  Status status = check_head(head);
  if (status == GLS_OK) status = check_condition(*head, condition);
  if (status != GLS_OK) return status;
  __atomic_store_n(&head->in_use, 1 - head->in_use, __ATOMIC_RELEASE);
  gls_replay_settle(&head->train);
  gls_replay_settle(&head->held);
  head->phase = GLS_HEAD_COLLECTING;
  return GLS_OK;
}

gls_status gls_head_discard(gls_head* head) {
  const Status status = check_head(head);
  return status == GLS_OK ? float_head_again(*head) : status;
}

}  // extern "C"
