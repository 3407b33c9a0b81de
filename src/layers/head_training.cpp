// SPDX-License-Identifier: Apache-2.0
// A head's training, piece by piece.
#include "backend/gate.hpp"
#include "glissade/training/batches.h"
#include "layers/head.hpp"
#include "layers/int8.hpp"
#include "numbers/permutation.hpp"
#include "numbers/philox.hpp"
#include "optimizer/rule.hpp"

namespace glissade {
namespace {

constexpr uint32_t kSweptWeights = 64;

// What the next piece is.
enum Stage : uint32_t { kSample, kSweep, kRange, kScales, kWeights, kHeld, kStages };

// A batch in the place of the int8 layer that is not in use.
struct Batch {
  uint32_t* rows;
  float* gradients;
  gls_coefficients* coefficients;  // of the step; less memory than it has, but all that is used
};
static_assert(sizeof(StepCoefficients) + alignof(gls_coefficients) - alignof(float) <=
                  GLS_HEAD_BATCH_BYTES(1) - sizeof(float) * 2 * GLS_HEAD_BATCH_MOST,
              "they fit behind a batch, aligned");
Batch batch_of(const gls_head& head) {
  uint32_t* const rows = reinterpret_cast<uint32_t*>(head.layers[1 - head.in_use].multipliers);
  unsigned char* const gradients = reinterpret_cast<unsigned char*>(rows + GLS_HEAD_BATCH_MOST);
  unsigned char* coefficients = gradients + sizeof(float) * GLS_HEAD_BATCH_MOST * head.outputs;
  const size_t behind = reinterpret_cast<uintptr_t>(coefficients) % alignof(gls_coefficients);
  coefficients += behind == 0 ? 0 : alignof(gls_coefficients) - behind;
  return {rows, reinterpret_cast<float*>(gradients), reinterpret_cast<gls_coefficients*>(coefficients)};
}

gls_int8_inputs inputs_of(const gls_head& head, const uint32_t* rows) {
  return {head.train.samples, head.train.count, rows, head.input_scale, head.input_zero};
}
const void* label_at(const gls_head& head, const gls_replay& replay, uint32_t row) {
  const uint32_t bytes = label_bytes(head);
  if (bytes == 0) return &replay.samples[size_t{row} * head.inputs];
  const unsigned char* const labels = static_cast<const unsigned char*>(replay.labels);
  return &labels[size_t{row} * bytes];
}

// Batches of equal length, ceil(n / ceil(n / batch)), but for the last.
uint32_t length_of(const gls_head& head) {
  const uint32_t n = head.train.count, batches = (n - 1) / head.batch + 1, whole = (n - 1) / batches + 1;
  return whole < n - head.first ? whole : n - head.first;
}

uint32_t row_of(const gls_head& head, uint32_t place) {
  uint32_t keys[4] = {head.epoch, head.train.added, 1, kShuffleStream};
  philox(keys, head.seed);
  return permuted(place, head.train.count, keys);
}

// One sample, forward and its loss; behind the last of a batch the step begins.
Status learn_sample(gls_head& head) {
  const Batch batch = batch_of(head);
  uint32_t* const row = batch.rows + head.done;
  float* const gradients = batch.gradients + size_t{head.done} * head.outputs;
  *row = row_of(head, head.first + head.done);
  const gls_int8_inputs inputs = inputs_of(head, row);
  Status status =
      gls_dense_forward_int8(head.optimizer.weights, &inputs, gradients, 1, head.inputs, head.outputs);
  if (status == GLS_OK) status = head.kind->learn(head, gradients, label_at(head, head.train, *row));
  if (status == GLS_OK && !are_finite(gradients, head.outputs)) status = GLS_ERROR_GRADIENT;
  if (status != GLS_OK || ++head.done < length_of(head)) return status;
  head.done = 0;
  set_stage(head, kSweep);
  const uint32_t length = length_of(head);
  return gls_begin(&head.optimizer, gls_batch_at(length, length, 0).mean, batch.coefficients);
}

Status sweep_some(gls_head& head) {
  const Batch batch = batch_of(head);
  const uint32_t length = length_of(head);
  const gls_int8_factors factors = {inputs_of(head, batch.rows), batch.gradients, length, head.inputs,
                                    head.outputs};
  const uint32_t left = static_cast<uint32_t>(head.optimizer.count) - head.done;
  const bool last = left <= kSweptWeights;
  const uint32_t count = last ? left : kSweptWeights;
  const Status status = gls_sweep(&head.optimizer, batch.coefficients, gls_gradient_int8_factors(&factors, 1),
                                  head.done, count);
  if (status != GLS_OK || !last) {
    head.done += count;
    return status;
  }
  head.done = 0;
  set_stage(head, kSample);
  head.first += length;
  if (head.first < head.train.count) return GLS_OK;
  head.first = 0;
  if (++head.epoch == head.epochs) set_stage(head, kRange);
  return GLS_OK;
}

// What the float head says of one sample: the int8 one must be able to say it.
Status see_outputs(gls_head& head) {
  const Batch batch = batch_of(head);
  const gls_int8_inputs inputs = inputs_of(head, &head.done);
  Status status =
      gls_dense_forward_int8(head.optimizer.weights, &inputs, batch.gradients, 1, head.inputs, head.outputs);
  if (status == GLS_OK) status = gls_int8_range_update(&head.range, batch.gradients, head.outputs);
  if (++head.done == head.train.count) set_stage(head, kScales);
  return status;
}

// The int8 layer takes the place of the batch. Rows without a scale get one of 1.
Status begin_layer(gls_head& head) {
  const uint32_t which = 1 - head.in_use;
  const LayerParts parts = parts_of(head, which);
  for (size_t k = 0; k < head.scales; ++k) parts.scales[k] = 1.0f;
  head.done = 0;
  set_stage(head, kWeights);
  return requantize_scales(head.layers[which], head.optimizer.weights, parts.scales);
}

// The range of a head that says nothing keeps the old scale.
Status finish_layer(gls_head& head) {
  gls_int8_dense& layer = head.layers[1 - head.in_use];
  layer.output_scale = head.layers[head.in_use].output_scale;
  layer.output_zero = head.layers[head.in_use].output_zero;
  layer.activation = head.layers[head.in_use].activation;
  Status status = gls_int8_range_scale(&head.range, &layer.output_scale, &layer.output_zero);
  if (status == GLS_ERROR_RANGE) status = GLS_OK;
  if (status == GLS_OK) status = gls_int8_dense_prepare(&layer);
  head.done = 0;
  set_stage(head, kHeld);
  return status;
}

// Some weights of one output; done counts them, an output after the other, with its bias.
Status make_weights(gls_head& head) {
  const uint32_t which = 1 - head.in_use, row = head.inputs + 1;
  const LayerParts parts = parts_of(head, which);
  const uint32_t output = head.done / row, first = head.done % row, left = row - first;
  const uint32_t count = left < kSweptWeights ? left : kSweptWeights;
  requantize_some(head.layers[which], head.optimizer.weights, output, first, first + count,
                  {parts.weights, parts.biases, parts.scales});
  head.done += count;
  return head.done == head.optimizer.count ? finish_layer(head) : GLS_OK;
}

uint32_t count_of(const gls_replay& replay, uint32_t label) {
  const unsigned char* const labels = static_cast<const unsigned char*>(replay.labels);
  uint32_t count = 0;
  for (uint32_t row = 0; row < replay.count; ++row) count += labels[row] == label ? 1u : 0u;
  return count;
}

// Too few are held back where a class that is trained on has fewer than two.
bool knows(const gls_head& head) {
  if (!head.kind->has_classes) return head.held.count >= 2;
  for (uint32_t label = 0; label < head.outputs; ++label) {
    if (count_of(head.held, label) < 2 && count_of(head.train, label) > 0) return false;
  }
  return true;
}

__attribute__((noinline)) double sum_of(double a, double b) { return a + b; }

Status check_one(gls_head& head) {
  if (head.done < head.held.count) {
    const int8_t* const features = head.held.samples + size_t{head.done} * head.inputs;
    const void* const label = label_at(head, head.held, head.done);
    for (uint32_t k = 0; k < 2; ++k) {
      const gls_int8_dense& layer = head.layers[k];
      const Status status = gls_int8_dense_forward(&layer, features, head.checked, 1);
      if (status != GLS_OK) return status;
      const ScalarMode mode;
      double& wrong = k == head.in_use ? head.wrong_in_use : head.wrong;
      wrong = sum_of(wrong, head.kind->wrong(layer, head.checked, label));
    }
    ++head.done;
  }
  if (head.done < head.held.count) return GLS_OK;
  head.phase = !knows(head)                      ? GLS_HEAD_UNKNOWN
               : head.wrong <= head.wrong_in_use ? GLS_HEAD_BETTER
                                                 : GLS_HEAD_NOT_BETTER;
  return GLS_OK;
}

// By stage.
constexpr Status (*const kPieces[kStages])(gls_head&) = {learn_sample, sweep_some,   see_outputs,
                                                         begin_layer,  make_weights, check_one};

// 1 / (c (1 + scale^2 squares / n)).
double rate_of(double scale, double squares, double n, double curvature) {
  const double most = curvature * (1.0 + scale * scale * squares / n);
  return most <= 1.7976931348623157e308 ? 1.0 / most : 0.0;
}

}  // namespace
}  // namespace glissade

using namespace glissade;

extern "C" {

double gls_head_rate(const gls_head* head) {
  if (check_head(head) != GLS_OK || head->train.count == 0) return 0.0;
  uint64_t squares = 0;
  const size_t values = size_t{head->train.count} * head->inputs;
  for (size_t i = 0; i < values; ++i) {
    const int32_t q = head->train.samples[i] - head->input_zero;
    squares += static_cast<uint32_t>(q * q);
  }
  return in_scalar_mode<double, double, double, double, double>(
      rate_of, static_cast<double>(head->input_scale), static_cast<double>(squares), head->train.count,
      head->kind->curvature(head->outputs));
}

gls_status gls_head_train_begin(gls_head* head, uint32_t epochs) {
  const Status status = check_collecting(head);
  if (status != GLS_OK) return status;
  if (epochs == 0) return GLS_ERROR_RANGE;
  if (head->train.count == 0) return GLS_ERROR_EMPTY;
  head->layers[1 - head->in_use].prepared = 0;
  head->wrong = head->wrong_in_use = 0.0;
  head->range = {0.0f, 0.0f};
  begin_pieces(*head, kSample);
  head->epochs = epochs;
  head->epoch = head->first = head->done = 0;
  head->phase = GLS_HEAD_TRAINING;
  return GLS_OK;
}

gls_status gls_head_train(gls_head* head) {
  Status status = check_head(head);
  if (status != GLS_OK) return status;
  if (head->phase != GLS_HEAD_TRAINING) return GLS_ERROR_ORDER;
  status = samples_stayed(*head) ? kPieces[stage_of(*head)](*head) : Status{GLS_ERROR_ORDER};
  if (status == GLS_OK) return GLS_OK;
  head->layers[1 - head->in_use].prepared = 0;
  head->phase = GLS_HEAD_NOT_BETTER;
  return status;
}

}  // extern "C"
