// SPDX-License-Identifier: Apache-2.0
// The C++ face of a head: the bits and the bytes of the C one.
#include "glissade/layers/head.hpp"
#include "layers/head_job.hpp"
#include "support/memory_flash.hpp"

namespace glissade {
namespace test {
namespace {

template <class Kind, uint32_t kScales>
struct Faces {
  Head<Momentum, Kind, kInputs, kOutputs, kSamples> head = {};
  Job c{Kind::kind(), kHeldBack, kScales};

  Faces() {
    HeadSettings settings;
    settings.input_scale = 0.0625f;
    settings.input_zero = -20;
    settings.model = 0x1234;
    settings.seed = 7;
    settings.scale_per_output = kScales != 1;
    CHECK(head.start(settings) == GLS_OK && c.start() == GLS_OK && head.phase() == GLS_HEAD_COLLECTING, "");
    CHECK(sizeof head < Job::bytes(&Kind::kind()) + sizeof(gls_head) + sizeof head.params + 64,
          "nothing else in it");
  }
  bool same() const {
    const gls_head &a = head.c_head(), &b = c.head;
    const gls_int8_dense &x = head.layer(), &y = c.layer();
    return a.phase == b.phase && a.in_use == b.in_use && a.train.count == b.train.count &&
           a.held.count == b.held.count && x.output_scale == y.output_scale &&
           x.scale_count == y.scale_count &&
           __builtin_memcmp(a.optimizer.weights, b.optimizer.weights, sizeof(float) * a.optimizer.count) ==
               0 &&
           __builtin_memcmp(a.optimizer.slots[0], b.optimizer.slots[0], sizeof(float) * a.optimizer.count) ==
               0 &&
           __builtin_memcmp(x.weights, y.weights, size_t{kInputs} * kOutputs) == 0;
  }
  template <class Observe>
  void check(Observe observe_one) {
    for (uint32_t n = 0; n < 36; ++n) CHECK(observe_one(Sample(n)) == GLS_OK, "");
    CHECK(observe(c, 0, 36) && same(), "observed");
    CHECK(head.rate() == gls_head_rate(&c.head), "rate");
    head.params.learning_rate = head.rate();
    CHECK(head.train_begin(10) == GLS_OK && c.train(10) == GLS_OK, "begun");
    Status status = GLS_OK;
    while (status == GLS_OK && head.phase() == GLS_HEAD_TRAINING) status = head.train();
    CHECK(status == GLS_OK && same() && head.saved_bytes() == gls_head_saved_bytes(&c.head), "trained");
    CHECK(head.accept(GLS_HEAD_ALWAYS) == GLS_OK && gls_head_accept(&c.head, GLS_HEAD_ALWAYS) == GLS_OK &&
              same(),
          "accepted");
    int8_t outputs[kOutputs], expected[kOutputs];
    CHECK(head.predict(Sample(99).features, outputs) == GLS_OK &&
              gls_head_predict(&c.head, Sample(99).features, expected) == GLS_OK &&
              __builtin_memcmp(outputs, expected, sizeof outputs) == 0,
          "predicted");
    CHECK(head.train_begin(1) == GLS_OK && head.discard() == GLS_OK && gls_head_discard(&c.head) == GLS_OK &&
              same(),
          "discarded");
  }
};

// Saved by one face, restored by the other, at once and in pieces.
void check_store() {
  static unsigned char bytes[8192], unit[8];
  gls_memory_flash memory = {bytes, nullptr};
  const gls_flash flash = flash_in(memory, unit, sizeof unit, 1024, 8);
  gls_store store;
  static Faces<Classes, 1> first, second;
  CHECK(gls_store_format(&flash) == GLS_OK && gls_store_open(&store, &flash) == GLS_ERROR_EMPTY, "");
  first.check([](const Sample& sample) { return first.head.observe(sample.features, sample.label); });
  CHECK(first.head.commit(store, GLS_HEAD_ALWAYS) == GLS_OK, "at once");
  CHECK(second.head.restore_from(store) == GLS_OK && gls_store_rewind(&store) == GLS_OK &&
            gls_head_restore_from(&second.c.head, &store) == GLS_OK && second.same(),
        "restored");
  CHECK(second.head.layer().weights[0] == first.head.layer().weights[0], "from the other one");
  CHECK(second.head.commit_begin(store, GLS_HEAD_ALWAYS) == GLS_OK, "");
  Status status = GLS_OK;
  while (status == GLS_OK && second.head.phase() == GLS_HEAD_COMMITTING)
    status = second.head.commit_piece(store);
  CHECK(status == GLS_OK && store.sequence == 2, "in pieces");
  CHECK(gls_store_begin(&store) == GLS_OK && second.head.save_to(store, GLS_HEAD_ALWAYS) == GLS_OK &&
            gls_store_commit(&store) == GLS_OK && store.sequence == 3,
        "by hand");
}

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  using namespace glissade::test;
  using glissade::test::Sample;
  check_store();
  static Faces<glissade::Answers, 1> answers;
  answers.check([](const Sample& sample) { return answers.head.observe(sample.features, sample.answers); });
  static Faces<glissade::Values, kOutputs> values;
  values.check([](const Sample& sample) { return values.head.observe(sample.features, sample.values); });
  static glissade::Head<glissade::Sgd, glissade::Autoencoder, 5, 5, 4> copies;
  const int8_t features[] = {1, 2, 3, 4, 5};
  glissade::HeadSettings settings;
  settings.held_back = 0;
  CHECK(copies.start(settings) == GLS_OK && copies.observe(features) == GLS_OK &&
            copies.c_head().train.count == 1 && copies.c_head().train.target_bytes == 0,
        "an autoencoder");
  return finish();
}
