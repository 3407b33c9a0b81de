// SPDX-License-Identifier: Apache-2.0
// The power goes, anywhere, and again while the store is being recovered: what was committed is there, or the
// new state.
//
// On hosts, `power_cut_test ID` repeats one of the random runs.
#include "storage/saved_words.hpp"
#include "support/check.hpp"
#include "support/flash_simulator.hpp"

namespace glissade {
namespace test {
namespace {

// Every cut where the processor is the host's own; else one in so many, or there would be no end.
#if defined(GLISSADE_SMALL)
constexpr uint32_t kStride = 17, kSecondStride = 23, kRandomRuns = 60;
using Simulator = FlashSimulator<512, 512>;
#else
#ifdef GLISSADE_SLOW
constexpr uint32_t kStride = 17, kSecondStride = 23, kRandomRuns = 300;
#else
constexpr uint32_t kStride = 1, kSecondStride = 29, kRandomRuns = 3000;
#endif
using Simulator = FlashSimulator<8192, 8192>;
#endif
constexpr bool kSmall = sizeof(Simulator) < 4096;
Simulator flash, after_first, shaped;

uint32_t cuts, lost;

// State number n: its bytes, of a length of its own.
uint32_t length_of(uint32_t n, uint32_t capacity) { return capacity - (n * 13) % (capacity / 3 + 1); }
unsigned char byte_of(uint32_t n, uint32_t i) {
  return static_cast<unsigned char>((i < 4 ? n >> 8 * i : n * 29 + i * 7 + i / 256));
}

Status put_state(void* number, gls_store* store) {
  const uint32_t n = *static_cast<const uint32_t*>(number);
  Status status = GLS_OK;
  const uint32_t length = length_of(n, gls_store_capacity(store->flash));
  unsigned char bytes[24];
  for (uint32_t first = 0; first < length; first += sizeof bytes) {
    const uint32_t size = length - first < sizeof bytes ? length - first : sizeof bytes;
    for (uint32_t i = 0; i < size; ++i) bytes[i] = byte_of(n, first + i);
    if (status == GLS_OK) status = gls_store_put(store, bytes, size);
  }
  return status;
}
// Every third one at once, the others piece by piece.
Status commit(gls_store& store, uint32_t n) {
  Status status = gls_store_begin(&store);
  bool done = n % 3 == 0;
  if (done && status == GLS_OK) status = put_state(&n, &store);
  if (done && status == GLS_OK) status = gls_store_commit(&store);
  while (!done && status == GLS_OK) status = gls_store_commit_piece(&store, put_state, &n, &done);
  return status;
}

// The number of the state that the store holds; 0 where it has none (nothing but the rest of a first one is
// damaged), kBad where it is anything else.
constexpr uint32_t kBad = UINT32_MAX;
uint32_t open(gls_store& store) {
  const Status status = gls_store_open(&store, &flash.flash);
  if (status == GLS_ERROR_EMPTY && flash.blank_error == 0) return 0;
  if (status == GLS_ERROR_DAMAGED) return 0;
  unsigned char bytes[4];
  if (status != GLS_OK || store.size < 4 || gls_store_get(&store, bytes, 4) != GLS_OK) return kBad;
  const uint32_t n = load_word(bytes);
  if (store.size != length_of(n, gls_store_capacity(&flash.flash))) return kBad;
  for (uint32_t i = 4; i < store.size; ++i) {
    if (gls_store_get(&store, bytes, 1) != GLS_OK || bytes[0] != byte_of(n, i)) return kBad;
  }
  return gls_store_rewind(&store) == GLS_OK ? n : kBad;
}

// What goes on around the flash while it is cut.
struct Weather {
  Torn torn;
  Reset reset;
  bool write_back;
  unsigned char erased;
  int blank_error;
};
constexpr Weather kWeathers[] = {
    {Torn::kBytesBefore, Reset::kPower, false, 0xff, 0},
    {Torn::kSomeBits, Reset::kPower, false, 0xff, 0},
    {Torn::kAnything, Reset::kPower, false, 0xff, 0},
    {Torn::kUncorrectable, Reset::kPower, false, 0xff, 0},
    {Torn::kWeak, Reset::kPower, false, 0xff, 0},
    {Torn::kAnything, Reset::kPower, true, 0xff, 0},
    {Torn::kWeak, Reset::kPower, true, 0xff, 0},
    {Torn::kBytesBefore, Reset::kKill, true, 0xff, 0},
    {Torn::kAnything, Reset::kKill, true, 0xff, 0},
    {Torn::kWeak, Reset::kKill, false, 0xff, 0},
    {Torn::kBytesBefore, Reset::kBusy, false, 0xff, 0},
    {Torn::kAnything, Reset::kBusy, true, 0xff, 0},
    {Torn::kSomeBits, Reset::kPower, false, 0, 0},
    {Torn::kWeak, Reset::kPower, false, 0, 0},
    {Torn::kAnything, Reset::kPower, false, 0xff, GLS_FLASH_UNCORRECTABLE},
    {Torn::kUncorrectable, Reset::kPower, false, 0xff, GLS_FLASH_UNCORRECTABLE},
};

// Commits state n with a cut on the way, starts again, and returns what is there; the store was opened.
// `before` is what was there. *cut: whether the power went before the end. What is found stays, though the
// power goes once more, and weak bits read otherwise; or it is the new state now. Nothing found may become a
// state that was tried; that one stays.
uint32_t commit_with_cut(gls_store& store, uint32_t before, uint32_t n, uint32_t work, const Weather& weather,
                         bool* cut) {
  flash.cut_after(work, weather.torn, weather.reset);
  const Status status = commit(store, n);
  *cut = flash.off();
  cuts += *cut;
  flash.power_on();
  uint32_t found = open(store);
  // Where none was committed, one that was tried before may read right now, though it did not then. A header
  // in flash is the committed state's: none stands there before its bytes do.
  const bool old = found == before || (before == 0 && found == n - 1);
  bool kept = (found == n || (old && status != GLS_OK)) && (found == 0 || store.highest == store.sequence);
  for (bool changed = *cut; changed;) {
    flash.cut();
    const uint32_t again = open(store);
    const bool tried = again == n || (found == 0 && again == n - 1);
    changed = again != found;
    kept = kept && (!changed || (tried && status != GLS_OK));
    changed = changed && kept;  // then that is what stays
    found = again;
  }
  lost += !kept;
  return found;
}

// Every cut of one commit, and behind each of them every cut of the next one, which cleans up.
void check_every_cut(uint32_t states_before, const Weather& weather) {
  gls_store store;
  bool cut = true, ok = true;
  flash = shaped;
  ok = open(store) == 0;
  for (uint32_t n = 1; n <= states_before; ++n) ok = ok && commit(store, n) == GLS_OK;
  const Simulator start = flash;
  for (uint32_t first = 0; cut && ok; first += kStride) {
    const uint32_t lost_before = lost;
    flash = start;
    flash.write_back = weather.write_back;
    flash.random = Random(first);
    open(store);
    const uint32_t between = commit_with_cut(store, states_before, states_before + 1, first, weather, &cut);
    after_first = flash;
    bool again = true;
    for (uint32_t second = first % kSecondStride; again; second += kSecondStride) {
      flash = after_first;
      open(store);
      commit_with_cut(store, between, states_before + 2, second, weather, &again);
    }
    ok =
        commit(store, states_before + 3) == GLS_OK && open(store) == states_before + 3 && lost == lost_before;
    CHECK(ok, "after cut ", first, " of state ", states_before + 1, ", weather ",
          static_cast<uint32_t>(&weather - kWeathers));
  }
}

// Any shape of flash, some states, cuts anywhere; and a block that goes bad.
void check_random(uint32_t id) {
  Random random(id);
  gls_store store;
  const uint32_t prog = 1u << random.below(kSmall ? 5 : 10);
  const uint32_t block = prog * (1 + random.below(8)) * (prog < 16 ? 16 : 1);
  uint32_t blocks = 2 + 2 * random.below(5);
  while (block * blocks > (kSmall ? 512u : 8192u)) blocks -= 2;
  if (blocks == 0) return;
  flash.shape(prog, block, blocks);
  const uint32_t capacity = gls_store_capacity(&flash.flash);
  if (capacity < 8) return;
  flash.random = Random(id + 1);
  uint32_t there = open(store);
  const uint32_t lost_before = lost;
  bool ok = there == 0;
  for (uint32_t n = 1; n < 12 && ok; ++n) {
    const Weather& weather = kWeathers[random.below(sizeof kWeathers / sizeof *kWeathers)];
    flash.write_back = weather.write_back;
    const bool goes_bad = random.below(8) == 0;
    if (goes_bad) flash.stuck = random.below(block * blocks);
    bool cut;
    const uint32_t found =
        commit_with_cut(store, there, n, random.below(block * blocks * 3 / 2 + 8), weather, &cut);
    ok = lost == lost_before;
    there = found;
    flash.stuck = Simulator::kNever;
  }
  CHECK(ok && !flash.misused, "random run ", id);
}

// The newest state can be read no more: the one before it is.
void check_rot() {
  gls_store store;
  flash = shaped;
  bool ok = open(store) == 0 && commit(store, 1) == GLS_OK && commit(store, 2) == GLS_OK;
  const uint32_t half = flash.size() / 2, first = store.slot * half;
  const Simulator start = flash;
  uint32_t older = 0;
  for (uint32_t i = 0; i < half && ok; ++i) {
    for (uint32_t bit = 0; bit < 9 && ok; ++bit) {
      flash = start;
      if (bit < 8) flash.byte(first + i) = static_cast<unsigned char>(flash.byte(first + i) ^ 1u << bit);
      if (bit == 8) flash.lose(first + i);
      const uint32_t found = open(store);
      older += found == 1;
      // A header is there twice, and the record is for strangers: only the state's own bytes matter. A unit
      // that is lost may hold some of them.
      const uint32_t state = i - GLS_STORE_RECORD_BYTES;
      const bool own = state < length_of(2, gls_store_capacity(&flash.flash));
      ok = found == (own ? 1 : 2) || (bit == 8 && (found == 1 || found == 2));
      ok = ok && commit(store, 3) == GLS_OK && open(store) == 3;
    }
  }
  CHECK(ok && older > 8 * 10, "rot: ", older, " times the state before");
}

void check_shape(uint32_t prog, uint32_t block, uint32_t blocks) {
  for (const Weather& weather : kWeathers) {
    shaped.shape(prog, block, blocks, weather.erased);
    shaped.flash.context = &flash;
    shaped.blank_error = weather.blank_error;
    for (uint32_t before = 0; before <= 2; ++before) check_every_cut(before, weather);
  }
  shaped.shape(prog, block, blocks);
  shaped.flash.context = &flash;
  check_rot();
}

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int argument_count, char** arguments) {
  using namespace glissade::test;
  if (argument_count > 1) {
    uint32_t id = 0;
    for (const char* digit = arguments[1]; *digit != '\0'; ++digit)
      id = 10 * id + static_cast<uint32_t>(*digit - '0');
    check_random(id);
    return finish();
  }
  check_shape(1, 160, 2);
  check_shape(8, 80, 4);
  check_shape(16, 96, 4);
  if (!kSmall) check_shape(4, 32, 10);
  if (!kSmall) check_shape(64, 256, 2);
  for (uint32_t id = 0; id < kRandomRuns; ++id) check_random(id);
  CHECK(lost == 0 && !flash.misused, "states lost: ", lost);
  glissade::print(cuts, " power cuts, ", lost, " states lost\n");
  return finish();
}
