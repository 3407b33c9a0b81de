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
  for (uint32_t work = 0, cut = 1; cut != 0; work += kStride) {
    flash = start;
    Job victim, after;
    const Status started[] = {victim.start(), after.start()};
    CHECK(started[0] == GLS_OK && started[1] == GLS_OK && gls_store_open(&store, &flash.flash) == GLS_OK &&
              gls_head_restore_from(&victim.head, &store) == GLS_OK && victim.train(4) == GLS_OK,
          "");
    flash.cut_after(work, static_cast<Torn>(work % kTorn));
    static_cast<void>(commit(victim, work % 2 != 0));
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

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  using namespace glissade::test;
  check_pieces();
  check_commit();
  return finish();
}
