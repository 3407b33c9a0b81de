// SPDX-License-Identifier: Apache-2.0
// A head in a store; glissade/layers/head.h has the format.
#include "glissade/glissade.h"
#include "layers/head.hpp"
#include "optimizer/rule.hpp"
#include "storage/saved_words.hpp"
#include "storage/store.hpp"

namespace glissade {
namespace {

constexpr uint32_t kHeadMagic = 0x35534c47u;  // "GLS5"
// Where each word stands in the header.
struct HeadWord {
  enum : uint32_t {
    kFormatAt,
    kVersion,
    kKind,
    kInputs,
    kOutputs,
    kHeldBack,
    kScales,
    kModel,
    kInputScale,
    kInputZero,
    kOutputScale,
    kOutputZero,
    kActivation,
    kTrained,
    kWords
  };
};
constexpr uint32_t kHeadHeaderBytes = 4 * HeadWord::kWords;

uint32_t bits_of(float value) {
  uint32_t bits;
  __builtin_memcpy(&bits, &value, sizeof bits);
  return bits;
}

// While it is committed the stage is the phase before.
gls_head_phase phase_before(const gls_head& head) { return static_cast<gls_head_phase>(stage_of(head)); }
bool saves_trained(const gls_head& head) {
  return is_trained(head) || (head.phase == GLS_HEAD_COMMITTING && phase_before(head) != GLS_HEAD_COLLECTING);
}

using HeadHeader = SavedHeader<HeadWord::kWords>;

HeadHeader header_of(const gls_head& head, const gls_int8_dense& layer) {
  return HeadHeader({kHeadMagic, gls_version(), head.kind->number, head.inputs, head.outputs, head.held_back,
                     head.scales, head.model, bits_of(head.input_scale),
                     static_cast<uint32_t>(head.input_zero), bits_of(layer.output_scale),
                     static_cast<uint32_t>(layer.output_zero), static_cast<uint32_t>(layer.activation),
                     saves_trained(head) ? 1u : 0u});
}
void copy_fields(const HeadHeader& header, gls_int8_dense& layer) {
  const uint32_t scale = header.word(HeadWord::kOutputScale);
  __builtin_memcpy(&layer.output_scale, &scale, sizeof scale);
  layer.output_zero = static_cast<int32_t>(header.word(HeadWord::kOutputZero));
  layer.activation = static_cast<gls_int8_activation>(header.word(HeadWord::kActivation));
}

// The words behind the header, in memory: scales, then biases, one behind the other.
size_t word_count(const gls_head& head) { return size_t{head.scales} + head.outputs; }
size_t int8_weights(const gls_head& head) { return size_t{head.inputs} * head.outputs; }

uint32_t bytes_before_optimizer(const gls_head& head) {
  return static_cast<uint32_t>(kHeadHeaderBytes + 4 * word_count(head) + int8_weights(head) + head.outputs +
                               4);
}

// Float weights and int8 ones must be of the same training: what was trained is accepted with them, or
// nothing is saved.
Status check_saving(const gls_head& head, gls_head_condition condition) {
  if (head.phase == GLS_HEAD_TRAINING || head.phase == GLS_HEAD_COMMITTING) return GLS_ERROR_ORDER;
  return is_trained(head) ? check_condition(head, condition) : GLS_OK;
}

void put_layer(const gls_head& head, uint32_t which, gls_store& store) {
  if (store_passes(store, bytes_before_optimizer(head))) return;
  const HeadHeader header = header_of(head, head.layers[which]);
  store_put(store, header.bytes, sizeof header.bytes, 1);
  const LayerParts parts = parts_of(head, which);
  unsigned char word[4];
  for (size_t k = 0; k < word_count(head); ++k) {
    store_word(word, word_at(reinterpret_cast<const unsigned char*>(parts.scales) + 4 * k));
    store_put(store, word, sizeof word, 1);
  }
  store_put(store, parts.weights, int8_weights(head), 1);
  store_put(store, head.seen, head.outputs, 1);
  store_put_sum(store, 1);
}

// Of a head that may be saved.
Status save(const gls_head& head, gls_store& store) {
  put_layer(head, saves_trained(head) ? 1 - head.in_use : head.in_use, store);
  Status status = gls_save_to(&head.optimizer, &store);
  if (status == GLS_OK) status = gls_replay_save_to(&head.train, &store);
  if (status == GLS_OK && head.held_back != 0) status = gls_replay_save_to(&head.held, &store);
  return status;
}
Status save_again(void* head, gls_store* store) { return save(*static_cast<const gls_head*>(head), *store); }

// May these bytes be this head's? It may have more classes than was saved, but no other labels. Not inlined,
// as below: a header is stack.
__attribute__((noinline)) bool fits(const HeadHeader& saved, const gls_head& head) {
  const uint32_t outputs = saved.word(HeadWord::kOutputs);
  const bool grown = head.kind->has_classes && outputs != 0 && outputs < head.outputs;
  if (outputs != head.outputs && !grown) return false;
  HeadHeader own = header_of(head, head.layers[0]);
  store_word(own.bytes + size_t{4} * HeadWord::kOutputs, outputs);
  store_word(own.bytes + size_t{4} * HeadWord::kScales, head.scales == 1 ? 1 : outputs);
  return saved.same_until(own, HeadWord::kInputZero);
}

// What a saved head says of itself.
struct Saved {
  uint32_t outputs;
  bool trained;
};

// Into the int8 layer that is not in use; `seen` only where `all`. New outputs are rows of zeros.
__attribute__((noinline)) Status get_layer(gls_head& head, gls_store& store, bool all, Saved& saved) {
  const uint32_t which = 1 - head.in_use;
  HeadHeader header;
  store_get(store, header.bytes, sizeof header.bytes);
  if (store_failure(store) != GLS_OK) return GLS_OK;  // told by the caller
  if (!fits(header, head)) return GLS_ERROR_MISMATCH;
  saved = {header.word(HeadWord::kOutputs), header.word(HeadWord::kTrained) != 0};
  head.layers[which].prepared = 0;
  uint32_t crc = crc32(header.bytes, sizeof header.bytes);
  const auto get = [&](void* bytes, size_t size) {
    store_get(store, bytes, size);
    crc = crc32(bytes, size, crc);
  };
  const LayerParts parts = clear_layer(head, which);
  unsigned char word[4];
  const auto get_words = [&](void* words, size_t count) {
    for (size_t k = 0; k < count; ++k) {
      get(word, sizeof word);
      const uint32_t value = load_word(word);
      __builtin_memcpy(static_cast<unsigned char*>(words) + 4 * k, &value, sizeof value);
    }
  };
  get_words(parts.scales, header.word(HeadWord::kScales));
  get_words(parts.biases, saved.outputs);
  get(parts.weights, size_t{saved.outputs} * head.inputs);
  bool fit = true;
  for (uint32_t k = 0; k < saved.outputs; ++k) {
    get(word, 1);
    fit = fit && (word[0] < head.held_back || word[0] == 0);
    if (all) head.seen[k] = word[0];
  }
  if (all) __builtin_memset(head.seen + saved.outputs, 0, head.outputs - saved.outputs);
  store_get(store, word, sizeof word);
  if (load_word(word) != crc || !fit) return GLS_ERROR_DAMAGED;
  copy_fields(header, head.layers[which]);
  const Status status = gls_int8_dense_prepare(&head.layers[which]);
  return status == GLS_ERROR_RANGE ? GLS_ERROR_DAMAGED : status;
}

// Rows of fewer outputs, which came first, spread in their place: what is new is zero.
void spread(float* floats, const gls_head& head, uint32_t outputs) {
  for (size_t rows = head.inputs + size_t{1}; rows > 0; --rows) {
    const float* const from = floats + (rows - 1) * outputs;
    float* const to = floats + (rows - 1) * head.outputs;
    for (size_t k = head.outputs; k > 0; --k) to[k - 1] = k <= outputs ? from[k - 1] : 0.0f;
  }
}

Status get_optimizer(gls_head& head, gls_store& store, bool all, uint32_t outputs) {
  gls_optimizer& optimizer = head.optimizer;
  optimizer.count = weight_count(head) / head.outputs * outputs;
  const Status status = gls_restore_from(&optimizer, &store);
  optimizer.count = weight_count(head);
  if (status != GLS_OK || !all || outputs == head.outputs) return status;
  spread(optimizer.weights, head, outputs);
  for (size_t k = 0; k < optimizer.rule->slot_count; ++k) spread(optimizer.slots[k], head, outputs);
  return GLS_OK;
}

// All of it, from where the store is read. A commit of what was trained has made all samples old ones. `all`:
// also what was seen, which no call of the store checks.
Status get_all(gls_head& head, gls_store& store, bool all) {
  Saved saved = {head.outputs, false};
  Status status = get_layer(head, store, all, saved);
  if (status == GLS_OK) status = store_failure(store);
  if (status == GLS_OK) status = get_optimizer(head, store, all, saved.outputs);
  if (status == GLS_OK) status = gls_replay_restore_from(&head.train, &store);
  if (status == GLS_OK && head.held_back != 0) status = gls_replay_restore_from(&head.held, &store);
  if (status != GLS_OK || !all || !saved.trained) return status;
  gls_replay_settle(&head.train);
  gls_replay_settle(&head.held);
  return GLS_OK;
}

// All parts come back, or none: first each is only checked.
Status restore(gls_head& head, gls_store& store) {
  const uint32_t start = store_tell(store);
  const bool only_checks = store_only_checks(store);
  store_only_check(store);
  Status status = get_all(head, store, false);
  store_only_check(store, only_checks);
  if (only_checks && status == GLS_OK) return status;
  store_seek(store, start);
  if (status != GLS_OK) return status;
  status = get_all(head, store, true);
  if (status != GLS_OK) {
    store_seek(store, start);
    return status == GLS_ERROR_BACKEND ? status : GLS_ERROR_DEVICE;
  }
  __atomic_store_n(&head.in_use, 1 - head.in_use, __ATOMIC_RELEASE);
  head.phase = GLS_HEAD_COLLECTING;
  return GLS_OK;
}

}  // namespace
}  // namespace glissade

using namespace glissade;

extern "C" {

uint32_t gls_head_saved_bytes(const gls_head* head) {
  if (check_head(head) != GLS_OK) return 0;
  const uint64_t bytes = uint64_t{bytes_before_optimizer(*head)} + gls_saved_bytes(&head->optimizer) +
                         gls_replay_saved_bytes(&head->train) +
                         (head->held_back == 0 ? 0 : gls_replay_saved_bytes(&head->held));
  return bytes > UINT32_MAX ? 0 : static_cast<uint32_t>(bytes);
}

gls_status gls_head_save_to(const gls_head* head, gls_store* store, gls_head_condition condition) {
  Status status = gls_store_put(store, nullptr, 0);  // null, not begun, or failed before
  if (status != GLS_OK) return status;
  status = check_head(head);
  if (status == GLS_OK) status = check_saving(*head, condition);
  return status == GLS_OK ? save(*head, *store) : store_fail(*store, status);
}

gls_status gls_head_commit(gls_head* head, gls_store* store, gls_head_condition condition) {
  Status status = check_head(head);
  if (status != GLS_OK) return status;
  const bool trained = is_trained(*head);
  status = check_saving(*head, condition);
  if (status == GLS_OK) status = gls_store_begin(store);
  if (status == GLS_OK) status = save(*head, *store);
  if (status == GLS_OK) status = gls_store_commit(store);
  return status == GLS_OK && trained ? gls_head_accept(head, condition) : status;
}

gls_status gls_head_commit_begin(gls_head* head, gls_store* store, gls_head_condition condition) {
  Status status = check_head(head);
  if (status == GLS_OK) status = check_saving(*head, condition);
  if (status == GLS_OK) status = gls_store_begin(store);
  if (status != GLS_OK) return status;
  begin_pieces(*head, static_cast<uint32_t>(head->phase));
  head->phase = GLS_HEAD_COMMITTING;
  return GLS_OK;
}

gls_status gls_head_commit_piece(gls_head* head, gls_store* store) {
  Status status = check_head(head);
  if (status == GLS_OK && head->phase != GLS_HEAD_COMMITTING) status = GLS_ERROR_ORDER;
  if (status != GLS_OK) return status;
  bool done = false;
  status = samples_stayed(*head) ? gls_store_commit_piece(store, save_again, head, &done)
                                 : Status{GLS_ERROR_ORDER};
  if (status == GLS_OK && !done) return GLS_OK;
  head->phase = phase_before(*head);
  return status == GLS_OK && is_trained(*head) ? gls_head_accept(head, GLS_HEAD_ALWAYS) : status;
}

gls_status gls_head_restore_from(gls_head* head, gls_store* store) {
  Status status = gls_store_get(store, nullptr, 0);  // null, or not reading
  if (status == GLS_OK) status = check_head(head);
  if (status == GLS_OK && head->phase == GLS_HEAD_TRAINING) status = GLS_ERROR_ORDER;
  return status == GLS_OK ? restore(*head, *store) : status;
}

}  // extern "C"
