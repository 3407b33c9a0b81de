// SPDX-License-Identifier: Apache-2.0
// A commit in pieces: the same flash as a commit at once, byte for byte, and little in each piece.
// (power_cut_test cuts both.)
#include "glissade/glissade.hpp"
#include "support/check.hpp"

namespace glissade {
namespace test {
namespace {

constexpr uint32_t kBytes = 4096;

// Memory as flash, which counts what one piece does.
struct Chip {
  unsigned char memory[kBytes], unit[64];
  gls_memory_flash bytes;
  uint32_t erases, units;
  gls_flash flash;
  gls_store store;
  uint32_t code;  // of the authenticator, which goes on from piece to piece
  gls_authenticator authenticator;

  static Chip& of(void* context) { return *static_cast<Chip*>(context); }
  static int mac_begin(void* context) {
    of(context).code = 0x12345678;
    return 0;
  }
  static int mac_update(void* context, const void* more, size_t size) {
    of(context).code = gls_crc32(of(context).code, more, size);
    return 0;
  }
  static int mac_finish(void* context, uint8_t tag[32]) {
    __builtin_memcpy(tag, &of(context).code, sizeof code);
    return 0;
  }
  void sign() {
    authenticator = {mac_begin, mac_update, mac_finish, nullptr, nullptr, this};
    flash.authenticator = &authenticator;
  }

  Status shape(uint32_t prog, uint32_t block, bool dirty) {
    bytes = {memory, nullptr};
    flash = {read, prog_unit, erase, sync, this, 1, prog, block, kBytes / block, unit, nullptr, 0};
    __builtin_memset(memory, dirty ? 0x5a : 0xff, sizeof memory);
    return gls_store_open(&store, &flash);
  }
  static Chip& self(const gls_flash* flash) { return *static_cast<Chip*>(flash->context); }
  static gls_flash plain(const gls_flash* flash) {
    gls_flash inner = *flash;
    inner.context = &self(flash).bytes;
    return inner;
  }
  static int read(const gls_flash* flash, uint32_t block, uint32_t offset, void* buffer, uint32_t size) {
    const gls_flash inner = plain(flash);
    return gls_memory_flash_read(&inner, block, offset, buffer, size);
  }
  static int prog_unit(const gls_flash* flash, uint32_t block, uint32_t offset, const void* buffer,
                       uint32_t size) {
    const gls_flash inner = plain(flash);
    ++self(flash).units;
    return gls_memory_flash_prog(&inner, block, offset, buffer, size);
  }
  static int erase(const gls_flash* flash, uint32_t block) {
    const gls_flash inner = plain(flash);
    ++self(flash).erases;
    return gls_memory_flash_erase(&inner, block);
  }
  static int sync(const gls_flash*) { return 0; }
};

Chip whole, cut;

// Five bytes, an optimizer of more than one block of checksums, samples, and one byte: nothing is aligned.
struct State {
  float weights[130], slot[130];
  gls_momentum_params params;
  gls_momentum_state state;
  int8_t samples[7 * 3];
  uint8_t labels[7];
  gls_replay replay;
  gls_status fails = GLS_OK;
  uint32_t calls = 0, behind = 1;

  explicit State(uint32_t number) : state{}, replay{samples, labels, 3, 7, 2, 0, 0, 0, 0, 0, 0} {
    gls_momentum_defaults(&params);
    state.step = number;
    for (uint32_t i = 0; i < 130; ++i) {
      weights[i] = static_cast<float>(i + number);
      slot[i] = -static_cast<float>(i * number);
    }
    for (uint8_t n = 0; n < 5; ++n) {
      const int8_t features[] = {static_cast<int8_t>(n), static_cast<int8_t>(number), -3};
      const uint8_t label = n % 2;
      CHECK(gls_replay_add(&replay, features, &label) == GLS_OK, "");
    }
  }
  static Status save(void* state, gls_store* store) {
    State& s = *static_cast<State*>(state);
    const gls_optimizer optimizer = gls_momentum(&s.params, &s.state, s.weights, s.slot, 130);
    ++s.calls;
    Status status = gls_store_put(store, "bytes", 5);
    if (status == GLS_OK) status = gls_save_to(&optimizer, store);
    if (status == GLS_OK) status = gls_replay_save_to(&s.replay, store);
    if (status == GLS_OK) status = gls_store_put(store, "!", s.behind);
    return status == GLS_OK ? s.fails : status;
  }
};

Status commit_at_once(gls_store& store, State& state) {
  Status status = gls_store_begin(&store);
  if (status == GLS_OK) status = State::save(&state, &store);
  return status == GLS_OK ? gls_store_commit(&store) : status;
}

// Nothing is blank here, so what was left is erased in both slots.
void check_same(uint32_t prog, uint32_t block, bool dirty, bool is_signed = false) {
  const Status expected = dirty ? GLS_ERROR_DAMAGED : GLS_ERROR_EMPTY;
  CHECK(whole.shape(prog, block, dirty) == expected && cut.shape(prog, block, dirty) == expected, "open");
  if (is_signed) whole.sign();
  if (is_signed) cut.sign();
  for (uint32_t number = 1; number < 4; ++number) {
    State state(number);
    CHECK(commit_at_once(whole.store, state) == GLS_OK && state.calls == 1, "at once");
    Status status = gls_store_begin(&cut.store);
    bool done = false;
    uint32_t pieces = 0, most_units = 0, most_erases = 0;
    while (status == GLS_OK && !done) {
      cut.units = cut.erases = 0;
      status = gls_store_commit_piece(&cut.store, State::save, &state, &done);
      if (cut.erases > most_erases) most_erases = cut.erases;
      const uint32_t headers = done ? 2 * ((52 - 1) / prog + 1) : 0, record = GLS_STORE_RECORD_BYTES / prog;
      const uint32_t most = done ? headers : record > 1 ? record : 1;
      if (cut.units > most) most_units = cut.units;
      ++pieces;
    }
    CHECK(status == GLS_OK && most_erases == 1 && most_units == 0, "units of ", prog, ": ", most_units,
          " in a piece");
    CHECK(pieces > cut.store.size / prog && state.calls > cut.store.size / prog, "pieces: ", pieces);
    CHECK(whole.store.sequence == number && cut.store.sequence == number &&
              __builtin_memcmp(whole.memory, cut.memory, kBytes) == 0,
          "the same flash, units of ", prog, ", commit ", number);
    CHECK(gls_store_open(&cut.store, &cut.flash) == GLS_OK && cut.store.sequence == number,
          "and it is found");
    unsigned char bytes[5];
    CHECK(gls_store_get(&cut.store, bytes, 5) == GLS_OK && bytes[0] == 'b', "and it can be read");
  }
}

void check_errors() {
  Chip& chip = cut;
  chip.store = {};
  State state(1);
  bool done = true;
  const auto piece = [&] { return gls_store_commit_piece(&chip.store, State::save, &state, &done); };
  const auto begin = [&] {
    state.fails = GLS_OK;
    state.behind = 1;
    return gls_store_begin(&chip.store) == GLS_OK;
  };
  CHECK(piece() == GLS_ERROR_ORDER, "not open");
  CHECK(chip.shape(8, 256, false) == GLS_ERROR_EMPTY && piece() == GLS_ERROR_ORDER, "not begun");
  CHECK(gls_store_commit_piece(nullptr, State::save, &state, &done) == GLS_ERROR_NULL &&
            gls_store_commit_piece(&chip.store, nullptr, &state, &done) == GLS_ERROR_NULL &&
            gls_store_commit_piece(&chip.store, State::save, &state, nullptr) == GLS_ERROR_NULL,
        "null");
  CHECK(begin() && gls_store_put(&chip.store, "x", 1) == GLS_OK && piece() == GLS_ERROR_ORDER,
        "begun at once");
  CHECK(begin() && piece() == GLS_OK && !done && gls_store_commit(&chip.store) == GLS_ERROR_ORDER &&
            gls_store_put(&chip.store, "x", 1) == GLS_ERROR_ORDER && piece() == GLS_ERROR_ORDER,
        "a put between the pieces stays an error");
  CHECK(begin(), "");
  for (int k = 0; k < 20; ++k) CHECK(piece() == GLS_OK && !done, "");
  state.fails = GLS_ERROR_RANGE;
  CHECK(piece() == GLS_ERROR_RANGE, "the caller's error");
  state.fails = GLS_OK;
  CHECK(piece() == GLS_ERROR_RANGE, "stays");
  Status status = begin() ? GLS_OK : GLS_ERROR_ORDER;
  done = false;
  while (status == GLS_OK && !done) {
    if (chip.store.position + 8 > GLS_STORE_RECORD_BYTES + whole.store.size) state.replay.count = 0;
    status = piece();
  }
  CHECK(status == GLS_ERROR_SIZE, "fewer bytes than before: ", gls_status_text(status));
  state.replay.count = 5;
  state.weights[3] = __builtin_inff();
  done = false;
  status = begin() ? GLS_OK : GLS_ERROR_ORDER;
  while (status == GLS_OK && !done) status = piece();
  CHECK(status == GLS_ERROR_NOT_FINITE && chip.store.sequence == 0, "weights are looked at");
}

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  using namespace glissade::test;
  check_same(1, 512, false);
  check_same(2, 128, true);
  check_same(8, 256, false);
  check_same(64, 64, true);
  check_same(8, 256, false, true);
  check_same(64, 512, false);
  check_errors();
  return finish();
}
