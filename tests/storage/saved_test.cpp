// SPDX-License-Identifier: Apache-2.0
// Save, restore, go on: the bits of a run that never stopped; and of bytes that are not as they were saved,
// nothing.
#include "support/check.hpp"
#include "support/matrix.hpp"
#include "support/stream.hpp"

namespace glissade {
namespace test {
namespace {

constexpr size_t kWeights = 67;
unsigned char bytes[GLS_SAVED_BYTES_MAX(3, kWeights) + 1], other_bytes[sizeof bytes];

// The bytes that all rules save after three steps, in the order of rules.inc, as one CRC: the same on every
// target, which is why each can continue what another saved.
constexpr uint32_t kEveryRule = 0xff65025d;

template <class Rule>
struct Run {
  Set set;
  typename Rule::Params params = usual_params<Rule>();
  typename Rule::State state = {};

  explicit Run(int which) : set(which) { set.fill(5); }

  bool step(size_t count = kWeights) {
    Random random(state.step + 1);
    for (size_t i = 0; i < count; ++i) set.buffers[1][i] = random.ordinary();
    return test::step<Rule>(&params, &state, set.buffers[0], set.buffers[1], 0.75f, set.buffers + 2, count) ==
           GLS_OK;
  }
  Status save(unsigned char* to, size_t size, size_t count = kWeights) {
    return test::save<Rule>(&params, &state, set.buffers[0], set.buffers + 2, count, to, size);
  }
  Status restore(const unsigned char* from, size_t size, size_t count = kWeights) {
    return test::restore<Rule>(&params, &state, set.buffers[0], set.buffers + 2, count, from, size);
  }
  bool operator==(const Run& other) const {
    return set == other.set && __builtin_memcmp(&state, &other.state, sizeof state) == 0;
  }
};

// At every step; the copy knows nothing but the bytes, which lie at an odd address.
template <class Rule>
void check_continues(const char* name) {
  const size_t size = saved_bytes<Rule>(kWeights);
  CHECK(size > 0 && size <= GLS_SAVED_BYTES_MAX(Rule::kSlots, kWeights), name, ": size ",
        static_cast<uint32_t>(size));
  for (uint32_t stop = 0; stop < 5; ++stop) {
    Run<Rule> whole(0), parts(1);
    bool ok = true;
    for (uint32_t i = 0; i < stop; ++i) ok = ok && whole.step();
    ok = ok && whole.save(bytes + 1, size) == GLS_OK;
    for (size_t k = 0; k < 2 + Rule::kSlots; ++k) {
      for (size_t i = 0; i < kWeights; ++i) parts.set.buffers[k][i] = 77.0f;
    }
    parts.params.learning_rate = 123.0;
    parts.state.step = 99;
    ok = ok && parts.restore(bytes + 1, size) == GLS_OK && parts.state.step == whole.state.step;
    for (uint32_t i = 0; i < 4; ++i) ok = ok && whole.step() && parts.step() && parts == whole;
    CHECK(ok, name, ": saved after ", stop, " steps and continued");
  }
}

// Every hyper-parameter comes back.
template <class Rule>
void check_params(const char* name) {
  for_each_option<Rule>([&](const auto& params, const char* option) {
    Run<Rule> run(0), back(1);
    run.params = params;
    const size_t size = saved_bytes<Rule>(3);
    const bool ok = run.save(bytes, size, 3) == GLS_OK && back.restore(bytes, size, 3) == GLS_OK;
    bool same = true;
    golden::set_allow_zero_epsilon(run.params, 0.0, 0);  // the one that is not saved
#define GLISSADE_OPTION(pytorch_name, field, other) \
  same = same && golden::get_##field(run.params, 0) == golden::get_##field(back.params, 0);
#include "apps/tool/options.inc"
    CHECK(ok && same, name, ": ", option, " comes back");
  });
}

// An epsilon of 0 comes back, and may go on: its permission is not saved, so that the format is that of 0.1.
template <class Rule>
void check_zero_epsilon(const char* name) {
  Run<Rule> run(0), back(1);
  run.params = back.params = {};
  if (!golden::set_epsilon(run.params, 0.0, 0)) return;
  const size_t size = saved_bytes<Rule>(3);
  const bool needs_no_word = Rule::valid(run.params);
  CHECK(needs_no_word == (run.save(bytes, size, 3) == GLS_OK) && needs_no_word == run.step(3), name,
        ": an epsilon of 0 without a word");
  golden::set_allow_zero_epsilon(run.params, 1.0, 0);
  CHECK(run.save(bytes, size, 3) == GLS_OK && back.restore(bytes, size, 3) == GLS_OK && back.step(3), name,
        ": an epsilon of 0 comes back");
  CHECK(golden::get_epsilon(back.params, 0) == 0.0 &&
            (golden::get_allow_zero_epsilon(back.params, 0) == 1.0) != needs_no_word,
        name, ": and its permission");
}

// One bit of the saved bytes is not what it was, wherever: an error, and nothing written.
template <class Rule>
void check_damage(const char* name) {
#ifdef GLISSADE_SMALL
  constexpr size_t kCount = 2, kBitStep = 5;
#else
  constexpr size_t kCount = kWeights, kBitStep = 7;  // more than one block
#endif
  Run<Rule> saved(0), target(1);
  const size_t size = saved_bytes<Rule>(kCount);
  const Run<Rule> before = target;
  bool ok = saved.step(kCount) && saved.save(bytes, size, kCount) == GLS_OK;
  target.set.fill(9);
  saved.set.fill(9);  // what must stay
  uint32_t mismatches = 0, damages = 0;
  for (size_t bit = 0; bit < 8 * size && ok; bit += kBitStep) {
    bytes[bit / 8] = static_cast<unsigned char>(bytes[bit / 8] ^ 1u << bit % 8);
    const Status status = target.restore(bytes, size, kCount);
    mismatches += status == GLS_ERROR_MISMATCH;
    damages += status == GLS_ERROR_DAMAGED;
    ok = (status == GLS_ERROR_MISMATCH || status == GLS_ERROR_DAMAGED) && target.set == saved.set &&
         target.state.step == before.state.step && target.params.learning_rate == before.params.learning_rate;
    bytes[bit / 8] = static_cast<unsigned char>(bytes[bit / 8] ^ 1u << bit % 8);
  }
  CHECK(ok && mismatches > 0 && damages > mismatches, name, ": ", mismatches, " damaged heads, ", damages,
        " damaged bytes");
  CHECK(target.restore(bytes, size, kCount) == GLS_OK, name, ": undamaged again");
  bytes[5] = static_cast<unsigned char>(bytes[5] ^ 1u);
  CHECK(target.restore(bytes, size, kCount) == GLS_ERROR_DAMAGED, name,
        ": the library's version alone is no mismatch");
}

template <class Rule>
void check_refused(const char* name) {
  Run<Rule> run(0), before(1);
  const size_t size = saved_bytes<Rule>(kWeights);
  for (unsigned char& byte : bytes) byte = 0xaa;
  const auto nothing_written = [&] {
    bool same = run == before;
    for (const unsigned char byte : bytes) same = same && byte == 0xaa;
    return same;
  };
  CHECK(run.save(bytes, size - 1) == GLS_ERROR_SIZE && nothing_written(), name, ": too small to save");
  CHECK(run.restore(bytes, size - 1) == GLS_ERROR_SIZE && nothing_written(), name, ": too small to restore");
  CHECK(run.save(nullptr, size) == GLS_ERROR_NULL && run.restore(nullptr, size) == GLS_ERROR_NULL, name,
        ": null bytes");
  CHECK(saved_bytes<Rule>(SIZE_MAX / 4) == 0 && run.save(bytes, SIZE_MAX, SIZE_MAX / 4) == GLS_ERROR_RANGE,
        name, ": huge");
  CHECK(saved_bytes<Rule>(SIZE_MAX / 16) == 0 && run.save(bytes, SIZE_MAX, SIZE_MAX / 16) == GLS_ERROR_RANGE,
        name, ": huge with its checksums");
  for (size_t k = 0; k < 2 + Rule::kSlots; k += k == 0 ? 2 : 1) {
    const uint32_t bad[] = {0x7f800000, 0xffc00000};
    for (const uint32_t bits : bad) {
      const float kept = run.set.buffers[k][kWeights - 1];
      run.set.buffers[k][kWeights - 1] = bits_to_float(bits);
      const bool refused = run.save(bytes, size) == GLS_ERROR_NOT_FINITE;
      run.set.buffers[k][kWeights - 1] = kept;
      CHECK(refused && nothing_written(), name, ": a number that is not finite in buffer ",
            static_cast<uint32_t>(k));
    }
  }
  run.params.learning_rate = -1.0;
  CHECK(run.save(bytes, size) == GLS_ERROR_RANGE && nothing_written(), name, ": parameters out of range");
  run.params.learning_rate = before.params.learning_rate;
  CHECK(run.save(bytes, size) == GLS_OK, name, ": saved after all");
  CHECK(run.restore(bytes, sizeof bytes, kWeights - 1) == GLS_ERROR_MISMATCH && run == before, name,
        ": another count");
  CHECK(run.restore(bytes, sizeof bytes) == GLS_OK && run == before, name, ": more bytes than needed");
  CHECK(save<Rule>(&run.params, &run.state, nullptr, run.set.buffers + 2, 1, bytes, size) == GLS_ERROR_NULL &&
            save<Rule>(nullptr, &run.state, run.set.buffers[0], run.set.buffers + 2, 1, bytes, size) ==
                GLS_ERROR_NULL &&
            restore<Rule>(&run.params, nullptr, run.set.buffers[0], run.set.buffers + 2, 1, bytes, size) ==
                GLS_ERROR_NULL,
        name, ": null");
}

// The bytes of gls_save; and where a call fails, whichever it is, it is the last one and nothing is restored.
template <class Rule>
void check_callbacks(const char* name) {
  constexpr size_t kCount = 3;
  const size_t size = saved_bytes<Rule>(kCount);
  Run<Rule> run(0), back(1);
  CHECK(run.step(kCount) && run.save(bytes, size, kCount) == GLS_OK, name, ": saved");
  const auto optimizer_of_run = [](Run<Rule>& of) {
    return any_slots<Rule>(&of.params, &of.state, of.set.buffers[0], of.set.buffers + 2, kCount);
  };
  const gls_optimizer optimizer = optimizer_of_run(run), other = optimizer_of_run(back);
  Stream stream = {other_bytes, size, 0, 0, 0, 0, true, 0, 0};
  bool ok = gls_save_by(&optimizer, Stream::write, &stream) == GLS_OK && stream.in_order;
  CHECK(ok && stream.place == size && __builtin_memcmp(bytes, other_bytes, size) == 0, name,
        ": the same bytes through a callback");
  const uint32_t writes = stream.calls;
  for (uint32_t fails = 1; fails <= writes && ok; ++fails) {
    stream = {other_bytes, size, fails, 0, 0, 0, true, 0, 0};
    ok = gls_save_by(&optimizer, Stream::write, &stream) == GLS_ERROR_DEVICE && stream.calls == fails;
  }
  CHECK(ok, name, ": a write that fails is told, and the last one");

  back.params.learning_rate = 123.0;
  const Run<Rule> before = back;
  stream = {bytes, size, 0, 0, 0, 0, true, 0, 0};
  ok = gls_restore_by(&other, Stream::read, &stream) == GLS_OK && stream.in_order && stream.place == size &&
       back.params.learning_rate == run.params.learning_rate && back.state.step == run.state.step;
  for (size_t i = 0; i < kCount; ++i) ok = ok && back.set.buffers[0][i] == run.set.buffers[0][i];
  CHECK(ok, name, ": restored through a callback");
  const uint32_t reads = stream.calls;
  const Run<Rule> kept(0);  // what must stay
  for (uint32_t at = 1; at <= reads && ok; ++at) {
    for (int way = 0; way < 2; ++way) {
      const bool fails = way == 0;
      back.set.fill(5), back.params = before.params, back.state = before.state;
      stream = {bytes, size, fails ? at : 0, fails ? 0 : at, 0, 0, true, 0, 0};
      const Status status = gls_restore_by(&other, Stream::read, &stream);
      const bool whole = back == kept && back.params.learning_rate == 123.0;
      const bool checked = stream.bad_reading == 2;
      ok = ok && (fails ? status == GLS_ERROR_DEVICE && stream.calls == at : status != GLS_OK) &&
           (whole || (checked && status == GLS_ERROR_DEVICE));
    }
  }
  CHECK(ok, name, ": a read that fails or differs, of ", reads);
  CHECK(gls_save_by(&optimizer, nullptr, &stream) == GLS_ERROR_NULL &&
            gls_save_by(nullptr, Stream::write, &stream) == GLS_ERROR_NULL &&
            gls_restore_by(&other, nullptr, &stream) == GLS_ERROR_NULL &&
            gls_restore_by(nullptr, Stream::read, &stream) == GLS_ERROR_NULL,
        name, ": null");
  stream = {other_bytes, size, 0, 0, 0, 0, true, 0, 0};
  run.set.buffers[0][0] = bits_to_float(0x7f800000);
  CHECK(gls_save_by(&optimizer, Stream::write, &stream) == GLS_ERROR_NOT_FINITE && stream.calls == 0, name,
        ": refused before the first call");
}

// What the compiler says of the size is what the library says; and GLS_SAVED_BYTES_MAX is enough.
template <class Rule>
void check_size(const char* name) {
  const size_t counts[] = {0, 1, 61, 228, 229, 683, 10000, 2100000, 38000000};
  for (const size_t count : counts) {
    const size_t size = saved_bytes<Rule>(count);
    CHECK(
        saved_bytes_of<Rule>(count) == size && size != 0 && GLS_SAVED_BYTES_MAX(Rule::kSlots, count) >= size,
        name, ": the size of ", static_cast<uint32_t>(count), " weights");
  }
  static_assert(Optimizer<Rule, 61>::saved_bytes() == saved_bytes_of<Rule>(61), "a constant");
}
static_assert(GLS_SAVED_BYTES_MAX(1, 2100000) == 16865881, "no overflow on 32 bits");

// What one rule saved is no other rule's, though its size may be the same.
template <class Rule>
__attribute__((noinline)) Status restore_other() {
  Run<Rule> other(1);
  return other.restore(other_bytes, sizeof other_bytes, 3);
}

struct Restorer {
  const char* name;
  Status (*restore)();
};
constexpr Restorer kRestorers[] = {
#define GLISSADE_RULE(name, Rule, slot_count) {#name, restore_other<Rule>},
#include "optimizer/rules.inc"
#undef GLISSADE_RULE
};

template <class Rule>
void check_other_rules(const char* name) {
  Run<Rule> run(0);
  CHECK(run.save(other_bytes, saved_bytes<Rule>(3), 3) == GLS_OK, name, ": saved");
  for (const Restorer& other : kRestorers) {
    CHECK(other.restore() == (same_text(name, other.name) ? GLS_OK : GLS_ERROR_MISMATCH), name,
          " restored as ", other.name);
  }
}

// Where the last block is a whole one there is no rest to check.
void check_whole_block() {
  static float weights[256], back[256];
  const size_t fixed = saved_bytes<Sgd>(0) / 4 - 2, count = 256 - fixed;  // words
  Sgd::Params params;
  Sgd::State state = {};
  float* const no_slots[] = {nullptr};
  for (size_t i = 0; i < count; ++i) weights[i] = static_cast<float>(i);
  static unsigned char block[1032];
  CHECK(saved_bytes<Sgd>(count) == sizeof block && saved_bytes<Sgd>(count + 1) == sizeof block + 8,
        "one block, and one more");
  bool ok = save<Sgd>(&params, &state, weights, no_slots, count, block, sizeof block) == GLS_OK;
  ok = ok && restore<Sgd>(&params, &state, back, no_slots, count, block, sizeof block) == GLS_OK;
  CHECK(ok && first_difference(weights, back, count) == count, "a whole block");
  block[1020] ^= 1;
  CHECK(restore<Sgd>(&params, &state, back, no_slots, count, block, sizeof block) == GLS_ERROR_DAMAGED,
        "its last weight damaged");
}

// Right checksums over a rate of -1: forged, or by a newer version that takes it.
void check_forged() {
  Sgd::Params params;
  Sgd::State state = {};
  float* const no_slots[] = {nullptr};
  unsigned char forged[76];
  bool ok = saved_bytes<Sgd>(0) == sizeof forged &&
            save<Sgd>(&params, &state, nullptr, no_slots, 0, forged, sizeof forged) == GLS_OK;
  const double rate = -1.0;
  __builtin_memcpy(forged + 32, &rate, sizeof rate);
  const uint32_t block = gls_crc32(0, forged, 68);
  __builtin_memcpy(forged + 68, &block, sizeof block);
  const uint32_t all = gls_crc32(0, forged + 68, 4);
  __builtin_memcpy(forged + 72, &all, sizeof all);
  params.learning_rate = 0.25;
  ok = ok && restore<Sgd>(&params, &state, nullptr, no_slots, 0, forged, sizeof forged) == GLS_ERROR_DAMAGED;
  CHECK(ok && params.learning_rate == 0.25, "forged parameters");
}

void check_active_backend() {
  check_forged();
  uint32_t every_rule = 0;
  for_each_rule([&](const auto& tested) {
    using Rule = decltype(rule_of(tested));
    check_continues<Rule>(tested.name);
    check_zero_epsilon<Rule>(tested.name);
    check_params<Rule>(tested.name);
    check_damage<Rule>(tested.name);
    check_refused<Rule>(tested.name);
    check_other_rules<Rule>(tested.name);
    check_callbacks<Rule>(tested.name);
    check_size<Rule>(tested.name);
    Run<Rule> run(0);
    bool ok = run.step() && run.step() && run.step();
    ok = ok && run.save(bytes, saved_bytes<Rule>(kWeights)) == GLS_OK;
    CHECK(ok, tested.name, ": three steps");
    for (int i = 4; i < 8; ++i) bytes[i] = 0;  // the library's version
    every_rule = gls_crc32(every_rule, bytes, saved_bytes<Rule>(kWeights));
  });
  CHECK(every_rule == kEveryRule, "the bytes of every rule on ", gls_backend_active(), ": ", Hex{every_rule});
}

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  using namespace glissade::test;
  CHECK(gls_crc32(0, "123456789", 9) == 0xcbf43926u &&
            gls_crc32(gls_crc32(0, "1234", 4), "56789", 5) == 0xcbf43926u,
        "CRC-32's check value");
  check_whole_block();
  on_each_backend(check_active_backend);
  return finish();
}
