// SPDX-License-Identifier: Apache-2.0
// A head in a store: committed at once and in pieces, cut anywhere, and restored.
#include "layers/head_job.hpp"
#include "support/flash_simulator.hpp"

namespace glissade {
namespace test {
namespace {

#ifdef GLISSADE_SLOW
constexpr uint32_t kStride = 64;
#else
constexpr uint32_t kStride = 1;
#endif

gls_store store;

FlashSimulator<8192, 1024> flash;

// At once, or in pieces.
Status commit(Job& job, bool in_pieces, uint32_t* pieces = nullptr) {
  if (!in_pieces) return gls_head_commit(&job.head, &store, GLS_HEAD_ALWAYS);
  Status status = gls_head_commit_begin(&job.head, &store, GLS_HEAD_ALWAYS);
  while (status == GLS_OK && job.head.phase == GLS_HEAD_COMMITTING) {
    status = gls_head_commit_piece(&job.head, &store);
    if (pieces != nullptr) ++*pieces;
  }
  return status;
}

// The same flash and the same head, and refused where it must be.
void check_pieces() {
  Job whole, cut;
  flash.shape(8, 1024, 4);
  CHECK(whole.start() == GLS_OK && observe(whole, 0, 36) && whole.train(5) == GLS_OK, "");
  CHECK(gls_store_open(&store, &flash.flash) == GLS_ERROR_EMPTY && commit(whole, false) == GLS_OK, "");
  const uint32_t size = store.size;
  unsigned char bytes[2048], other[sizeof bytes];
  CHECK(size <= sizeof bytes && gls_store_get(&store, bytes, size) == GLS_OK, "");
  flash.shape(8, 1024, 4);
  CHECK(cut.start() == GLS_OK && observe(cut, 0, 36) && cut.train(5) == GLS_OK, "");
  CHECK(gls_store_open(&store, &flash.flash) == GLS_ERROR_EMPTY, "");
  gls_head& head = cut.head;
  const gls_head_phase trained = head.phase;
  CHECK(gls_head_commit_piece(&head, &store) == GLS_ERROR_ORDER, "not begun");
  CHECK(gls_head_commit_begin(&head, &store, GLS_HEAD_ALWAYS) == GLS_OK && head.phase == GLS_HEAD_COMMITTING,
        "begun");
  int8_t outputs[kOutputs];
  CHECK(!observe(cut, 0, 1) && gls_head_train_begin(&head, 1) == GLS_ERROR_ORDER &&
            gls_head_accept(&head, GLS_HEAD_ALWAYS) == GLS_ERROR_ORDER &&
            gls_head_commit(&head, &store, GLS_HEAD_ALWAYS) == GLS_ERROR_ORDER &&
            gls_head_commit_begin(&head, &store, GLS_HEAD_ALWAYS) == GLS_ERROR_ORDER &&
            gls_head_predict(&head, Sample(0).features, outputs) == GLS_OK,
        "in the middle of it");
  CHECK(gls_head_commit_piece(&head, &store) == GLS_OK && gls_store_rewind(&store) == GLS_OK &&
            gls_head_commit_piece(&head, &store) == GLS_ERROR_ORDER && head.phase == trained,
        "an error leaves it as it was");
  uint32_t pieces = 0;
  CHECK(commit(cut, true, &pieces) == GLS_OK && head.phase == GLS_HEAD_COLLECTING &&
            cut.crc() == whole.crc() && head.train.old == head.train.count && pieces > size / 8,
        "committed in pieces: ", pieces);
  CHECK(store.size == size && gls_store_get(&store, other, size) == GLS_OK &&
            __builtin_memcmp(bytes, other, size) == 0,
        "the same bytes");
}

// A sample that is removed on the way ends the commit; what was committed stays.
void check_removed() {
  for (uint32_t held = 0; held < 2; ++held) {
    Job job, back;
    flash.shape(8, 1024, 4);
    CHECK(job.start() == GLS_OK && back.start() == GLS_OK && observe(job, 0, 36), "");
    CHECK(gls_store_open(&store, &flash.flash) == GLS_ERROR_EMPTY && commit(job, false) == GLS_OK, "");
    const uint32_t old_crc = job.crc();
    CHECK(job.train(5) == GLS_OK, "");
    const gls_head_phase trained = job.head.phase;
    CHECK(gls_head_commit_begin(&job.head, &store, GLS_HEAD_ALWAYS) == GLS_OK, "");
    for (uint32_t k = 0; k < 60; ++k) CHECK(gls_head_commit_piece(&job.head, &store) == GLS_OK, "");
    CHECK(gls_replay_forget(held != 0 ? &job.head.held : &job.head.train, 1) == GLS_OK, "");
    CHECK(gls_head_commit_piece(&job.head, &store) == GLS_ERROR_ORDER && job.head.phase == trained,
          "removed, held back: ", held);
    CHECK(gls_store_open(&store, &flash.flash) == GLS_OK &&
              gls_head_restore_from(&back.head, &store) == GLS_OK && back.crc() == old_crc,
          "the old head");
    CHECK(commit(job, true) == GLS_OK && gls_head_restore_from(&back.head, &store) == GLS_OK &&
              back.crc() == job.crc() && back.head.train.count == job.head.train.count,
          "begun again");
  }
}

// Cut anywhere: the old head or the new one, and float and int8 weights of the same training.
void check_commit() {
  Job job, back;
  flash.shape(8, 1024, 4);
  CHECK(job.start() == GLS_OK && back.start() == GLS_OK && observe(job, 0, 36), "");
  CHECK(gls_store_open(&store, &flash.flash) == GLS_ERROR_EMPTY, "");
  CHECK(gls_head_commit(&job.head, &store, GLS_HEAD_IF_BETTER) == GLS_OK &&
            store.size == gls_head_saved_bytes(&job.head),
        "samples only");
  CHECK(job.train(20) == GLS_OK && gls_head_commit(&job.head, &store, GLS_HEAD_IF_BETTER) == GLS_OK,
        "committed");
  CHECK(gls_head_restore_from(&back.head, &store) == GLS_OK && back.crc() == job.crc() &&
            back.head.train.count == job.head.train.count && back.head.seen[1] == job.head.seen[1] &&
            correct(back, 1000, 1100) == correct(job, 1000, 1100),
        "all is back");
  CHECK(observe(back, 36, 60) && observe(job, 36, 60) && back.train(5) == GLS_OK && job.train(5) == GLS_OK &&
            gls_head_accept(&job.head, GLS_HEAD_ALWAYS) == GLS_OK &&
            gls_head_accept(&back.head, GLS_HEAD_ALWAYS) == GLS_OK && back.crc() == job.crc(),
        "and goes on as one that never stopped");
  const uint32_t old_crc = back.crc();
  CHECK(gls_head_commit(&back.head, &store, GLS_HEAD_ALWAYS) == GLS_OK, "");
  const auto start = flash;
  uint32_t olds = 0, news = 0;
  for (uint32_t round = 0, cut = 1; cut != 0; ++round) {
    const uint32_t work = round / 2 * kStride;
    flash = start;
    Job victim, after;
    const Status started[] = {victim.start(), after.start()};
    CHECK(started[0] == GLS_OK && started[1] == GLS_OK && gls_store_open(&store, &flash.flash) == GLS_OK &&
              gls_head_restore_from(&victim.head, &store) == GLS_OK && victim.train(4) == GLS_OK,
          "");
    flash.cut_after(work, static_cast<Torn>(work % kTorn));
    static_cast<void>(commit(victim, round % 2 != 0));
    cut = flash.off();
    flash.power_on();
    const bool there = gls_store_open(&store, &flash.flash) == GLS_OK &&
                       gls_head_restore_from(&after.head, &store) == GLS_OK;
    olds += there && after.crc() == old_crc;
    news += there && after.crc() != old_crc;
    if (there && after.crc() != old_crc && cut == 0) CHECK(after.crc() == victim.crc(), "the new head");
    CHECK(there, "cut after ", work);
  }
  CHECK(olds > 10 && news >= 1, olds, " old heads, ", news, " new ones");
  Job other;
  other.head.model = 0x1235;
  CHECK(other.start() == GLS_OK && gls_store_rewind(&store) == GLS_OK &&
            gls_head_restore_from(&other.head, &store) == GLS_ERROR_MISMATCH,
        "another model");
}

// A head of 3 classes goes on as one of 5: what it learned is there, bit for bit; the rest is zero, and
// learns.
constexpr uint32_t kMore = 5;
struct Grown {
  alignas(8) unsigned char memory[GLS_HEAD_BYTES(kInputs, kMore, 1, kSamples, 1)];
  Job job;

  Status start(const gls_head_kind& kind, uint32_t scales, uint32_t outputs = kMore) {
    job.head.kind = &kind;
    job.head.scales = scales == 1 ? 1 : outputs;
    job.head.outputs = outputs;
    return gls_head_start(&job.head, memory, sizeof memory, nullptr);
  }
};

bool is_zero(const void* bytes, size_t size) {
  bool zero = true;
  for (size_t i = 0; i < size; ++i) zero = zero && static_cast<const unsigned char*>(bytes)[i] == 0;
  return zero;
}
bool rows_kept(const float* grown, const float* old) {
  bool kept = true;
  for (uint32_t d = 0; d <= kInputs; ++d) {
    kept = kept && __builtin_memcmp(grown + d * kMore, old + d * kOutputs, sizeof(float) * kOutputs) == 0 &&
           is_zero(grown + d * kMore + kOutputs, sizeof(float) * (kMore - kOutputs));
  }
  return kept;
}

void check_growth(uint32_t scales) {
  Job old(gls_head_classes, kHeldBack, scales);
  Grown grown, again;
  flash.shape(8, 1024, 4);
  CHECK(old.start() == GLS_OK && observe(old, 0, 36) && old.train(20) == GLS_OK, "");
  CHECK(gls_store_open(&store, &flash.flash) == GLS_ERROR_EMPTY && commit(old, true) == GLS_OK, "");
  gls_head& head = grown.job.head;
  CHECK(grown.start(gls_head_classes, scales) == GLS_OK && gls_head_restore_from(&head, &store) == GLS_OK,
        "restored");
  CHECK(rows_kept(head.optimizer.weights, old.head.optimizer.weights) &&
            rows_kept(head.optimizer.slots[0], old.head.optimizer.slots[0]) &&
            grown.job.state.step == old.state.step,
        "weights and slots");
  const gls_int8_dense &layer = grown.job.layer(), &before = old.layer();
  CHECK(__builtin_memcmp(layer.weights, before.weights, size_t{kInputs} * kOutputs) == 0 &&
            __builtin_memcmp(layer.biases, before.biases, sizeof(int32_t) * kOutputs) == 0 &&
            __builtin_memcmp(layer.weight_scales, before.weight_scales, sizeof(float) * scales) == 0 &&
            is_zero(layer.weights + kInputs * kOutputs, kInputs * (kMore - kOutputs)) &&
            is_zero(layer.biases + kOutputs, sizeof(int32_t) * (kMore - kOutputs)),
        "the int8 layer");
  CHECK(head.train.count == old.head.train.count && head.train.classes == kMore && head.seen[3] == 0 &&
            head.seen[1] == old.head.seen[1],
        "samples");
  bool same = true;
  for (uint32_t n = 1000; n < 1020; ++n) {
    int8_t of_grown[kMore], of_old[kOutputs];
    same = same && gls_head_predict(&head, Sample(n).features, of_grown) == GLS_OK &&
           gls_head_predict(&old.head, Sample(n).features, of_old) == GLS_OK &&
           __builtin_memcmp(of_grown, of_old, kOutputs) == 0;
  }
  CHECK(same, "old classes get what they got");
  // A fourth class: samples as they come, with all signs turned.
  const auto fourth = [](uint32_t n) {
    Sample sample(n);
    for (int8_t& q : sample.features) q = static_cast<int8_t>(-40 - q);
    sample.label = 3;
    return sample;
  };
  for (uint32_t n = 0; n < 12; ++n) {
    const Sample sample = fourth(n);
    CHECK(gls_head_observe(&head, sample.features, &sample.label) == GLS_OK, "");
  }
  CHECK(grown.job.train(20) == GLS_OK && commit(grown.job, true) == GLS_OK, "trained and committed");
  CHECK(again.start(gls_head_classes, scales) == GLS_OK &&
            gls_head_restore_from(&again.job.head, &store) == GLS_OK,
        "restored as it is");
  uint32_t right = 0;
  for (uint32_t n = 1000; n < 1040; ++n) {
    const Sample sample = n % 2 == 0 ? Sample(n) : fourth(n);
    int8_t outputs[kMore];
    CHECK(gls_head_predict(&again.job.head, sample.features, outputs) == GLS_OK, "");
    uint32_t largest = 0;
    for (uint32_t k = 1; k < kMore; ++k) largest = outputs[k] > outputs[largest] ? k : largest;
    right += largest == sample.label ? 1u : 0u;
  }
  CHECK(right > 35, "of 40: ", right);
  const auto restored = [](Grown& other) {
    return gls_store_rewind(&store) == GLS_OK ? gls_head_restore_from(&other.job.head, &store)
                                              : GLS_ERROR_ORDER;
  };
  Job answers(gls_head_answers, kHeldBack, scales);
  CHECK(answers.start() == GLS_OK && gls_store_rewind(&store) == GLS_OK &&
            gls_head_restore_from(&answers.head, &store) == GLS_ERROR_MISMATCH,
        "another kind");
  CHECK(again.start(gls_head_classes, scales, 4) == GLS_OK && restored(again) == GLS_ERROR_MISMATCH, "fewer");
  CHECK(again.start(gls_head_classes, scales == 1 ? kMore : 1) == GLS_OK &&
            restored(again) == GLS_ERROR_MISMATCH,
        "other scales");
}

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  using namespace glissade::test;
  check_pieces();
  check_removed();
  check_commit();
  check_growth(1);
  check_growth(kOutputs);
  return finish();
}
