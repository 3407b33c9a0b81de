// SPDX-License-Identifier: Apache-2.0
// Any bytes as a saved head with its samples: an error after which all is as it was, or a head that works,
// and that saves as the same bytes. The first byte says how: 1: the checksums are right; 2: the head has a
// class more than was saved; 4: the bytes are the input's own, else those of a good head with the input's
// triples (place, place, change) in them. The second one: how many of them are left out at the end.
#include "glissade/layers/head.hpp"

#include <stdlib.h>
#include <string.h>

#include <vector>

#include "fuzz/forged.hpp"
#include "support/memory_flash.hpp"

namespace {

using namespace glissade;
using namespace glissade::test;

using Bytes = std::vector<uint8_t>;

constexpr uint32_t kInputs = 3, kClasses = 2, kSamples = 18;

void must(bool what) {
  if (!what) abort();
}

struct Flash {
  unsigned char bytes[8192], unit[8];
  gls_memory_flash memory = {bytes, nullptr};
  gls_flash flash = flash_in(memory, unit, sizeof unit, 1024, 8);
  gls_store store;

  Flash() { must(gls_store_format(&flash) == GLS_OK && gls_store_open(&store, &flash) == GLS_ERROR_EMPTY); }
  Bytes all() {
    Bytes state(store.size);
    must(gls_store_rewind(&store) == GLS_OK && gls_store_get(&store, state.data(), state.size()) == GLS_OK &&
         gls_store_rewind(&store) == GLS_OK);
    return state;
  }
  void commit(const Bytes& state) {
    must(gls_store_begin(&store) == GLS_OK && gls_store_put(&store, state.data(), state.size()) == GLS_OK &&
         gls_store_commit(&store) == GLS_OK);
  }
};

template <uint32_t kOutputs>
struct Learner {
  Head<Momentum, Classes, kInputs, kOutputs, kSamples> head = {};

  Learner() {
    HeadSettings settings;
    settings.held_back = 4;
    settings.input_scale = 0.125f;
    must(head.start(settings) == GLS_OK);
  }
  void learn() {
    for (int n = 0; n < 22; ++n) {
      const int8_t features[] = {static_cast<int8_t>(n * 5 - 40), static_cast<int8_t>(20 * (n % 2)), 5};
      must(head.observe(features, n % 2 != 0) == GLS_OK);
    }
    train();
  }
  // Weights that were restored may be anything, and may then be spoiled by a step.
  void train() {
    head.params.learning_rate = 0.25;
    Status status = head.train_begin(2);
    while (status == GLS_OK && head.phase() == GLS_HEAD_TRAINING) status = head.train();
    must(head.phase() != GLS_HEAD_TRAINING);
  }
  // All that a restore may not change where it fails.
  Bytes content() const {
    const gls_head& h = head.c_head();
    Bytes all;
    const auto add = [&](const void* bytes, size_t size) {
      const uint8_t* const from = static_cast<const uint8_t*>(bytes);
      all.insert(all.end(), from, from + size);
    };
    add(h.optimizer.weights, sizeof(float) * h.optimizer.count);
    add(h.optimizer.slots[0], sizeof(float) * h.optimizer.count);
    add(h.optimizer.state, 4);
    add(&head.params.momentum, sizeof head.params.momentum);
    add(&h.optimizer.count, sizeof h.optimizer.count);
    for (const gls_replay* replay : {&h.train, &h.held}) {
      add(replay->samples, size_t{replay->capacity} * kInputs);
      add(replay->labels, replay->capacity);
      add(&replay->count, sizeof replay->count);
      add(&replay->old, sizeof replay->old);
      add(&replay->added, sizeof replay->added);
      add(&replay->seed, sizeof replay->seed);
    }
    add(h.seen, kOutputs);
    add(head.layer().weights, size_t{kInputs} * kOutputs);
    add(head.layer().biases, sizeof(int32_t) * kOutputs);
    return all;
  }
};

// The bytes of a good head, and where its parts end.
struct Good {
  Bytes bytes;
  size_t ends[4];

  Good() {
    Flash flash;
    Learner<kClasses> learner;
    learner.learn();
    must(learner.head.commit(flash.store, GLS_HEAD_ALWAYS) == GLS_OK);
    bytes = flash.all();
    const gls_head& h = learner.head.c_head();
    ends[3] = bytes.size();
    ends[2] = ends[3] - gls_replay_saved_bytes(&h.held);
    ends[1] = ends[2] - gls_replay_saved_bytes(&h.train);
    ends[0] = ends[1] - gls_saved_bytes(&h.optimizer);
  }
};

void forge(Bytes& bytes, const Good& good) {
  if (bytes.size() < good.bytes.size()) return;
  for (int part = 0; part < 4; ++part) {
    const size_t first = part == 0 ? 0 : good.ends[part - 1], size = good.ends[part] - first;
    if (part == 1)
      fix_checksums(&bytes[first], size);
    else
      put_word(&bytes[first + size - 4], gls_crc32(0, &bytes[first], size - 4));
  }
}

template <uint32_t kOutputs>
void restore_any(const Bytes& bytes) {
  Flash flash;
  Learner<kOutputs> learner;
  learner.learn();
  must(learner.head.accept(GLS_HEAD_ALWAYS) == GLS_OK);
  flash.commit(bytes);
  const Bytes before = learner.content();
  const uint32_t in_use = learner.head.c_head().in_use;
  const Status status = learner.head.restore_from(flash.store);
  if (status != GLS_OK) {
    must(status == GLS_ERROR_MISMATCH || status == GLS_ERROR_DAMAGED || status == GLS_ERROR_SIZE);
    must(learner.content() == before && learner.head.c_head().in_use == in_use);
  } else if (kOutputs == kClasses) {
    const Bytes restored = learner.content();
    const Status again = learner.head.commit(flash.store, GLS_HEAD_ALWAYS);
    must(again == GLS_OK || again == GLS_ERROR_NOT_FINITE);
    if (again == GLS_OK)
      must(learner.head.restore_from(flash.store) == GLS_OK && learner.content() == restored);
  }
  int8_t outputs[kOutputs];
  const int8_t features[kInputs] = {1, -2, 3};
  must(learner.head.predict(features, outputs) == GLS_OK);
  if (learner.head.c_head().train.count != 0) learner.train();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  static const Good good;
  if (size < 2) return 0;
  Bytes bytes = good.bytes;
  if ((input[0] & 4) != 0) {
    bytes.assign(input + 2, input + std::min<size_t>(size, 3000));
  } else {
    for (size_t k = 2; k + 2 < size; k += 3)
      bytes[(input[k] + size_t{256} * input[k + 1]) % bytes.size()] ^= input[k + 2];
  }
  if ((input[0] & 1) != 0) forge(bytes, good);
  bytes.resize(bytes.size() - std::min<size_t>(bytes.size(), input[1]));
  if (bytes.empty()) return 0;
  if ((input[0] & 2) != 0)
    restore_any<kClasses + 1>(bytes);
  else
    restore_any<kClasses>(bytes);
  return 0;
}
