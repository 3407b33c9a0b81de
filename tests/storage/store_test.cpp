// SPDX-License-Identifier: Apache-2.0
// The store's calls, one by one: what they hold, what they refuse, and what is there when a callback fails.
// (Power cuts are power_cut_test's.)
#include "support/check.hpp"
#include "support/matrix.hpp"
#include "support/memcheck.hpp"

namespace glissade {
namespace test {
namespace {

constexpr size_t kWeights = 5;
constexpr uint32_t kProg = 8, kBlock = 128, kBlocks = 16;
unsigned char memory[kBlock * kBlocks], unit[kProg], other_memory[sizeof memory];
uint32_t erased[kBlocks];
gls_memory_flash chip = {memory, erased};

constexpr int kFailures[] = {GLS_FLASH_UNCORRECTABLE, -5};

// Callbacks are counted, and one of them may fail, or find its bytes lost.
uint32_t calls, failing_call;
int failure;
bool fails() { return ++calls == failing_call; }

int read(const gls_flash* flash, uint32_t block, uint32_t offset, void* buffer, uint32_t size) {
  return fails() ? failure : gls_memory_flash_read(flash, block, offset, buffer, size);
}
int prog(const gls_flash* flash, uint32_t block, uint32_t offset, const void* buffer, uint32_t size) {
  check_defined(buffer, size);
  const int result = fails() ? failure : gls_memory_flash_prog(flash, block, offset, buffer, size);
  make_undefined(flash->buffer, flash->prog_size);  // the next unit is put together anew
  return result;
}
bool deaf;  // neither erases nor programs, and says nothing
int prog_if(const gls_flash* flash, uint32_t block, uint32_t offset, const void* buffer, uint32_t size) {
  return deaf ? 0 : prog(flash, block, offset, buffer, size);
}
int erase(const gls_flash* flash, uint32_t block);
int erase_if(const gls_flash* flash, uint32_t block) { return deaf ? 0 : erase(flash, block); }
int erase(const gls_flash* flash, uint32_t block) {
  return fails() ? failure : gls_memory_flash_erase(flash, block);
}
int sync(const gls_flash* flash) { return fails() ? failure : gls_memory_flash_sync(flash); }

// A code that only a test would take for secret: eight CRCs of the key and the bytes.
struct Keyed {
  uint32_t key, crc, counter;
};
Keyed keyed = {1, 0, 0};
Keyed& keyed_of(void* context) { return *static_cast<Keyed*>(context); }
int mac_begin(void* context) {
  keyed_of(context).crc = gls_crc32(0, &keyed_of(context).key, 4);
  return fails() ? failure : 0;
}
int mac_update(void* context, const void* bytes, size_t size) {
  keyed_of(context).crc = gls_crc32(keyed_of(context).crc, bytes, size);
  return fails() ? failure : 0;
}
int mac_finish(void* context, uint8_t tag[32]) {
  for (int i = 0; i < 32; ++i)
    tag[i] = static_cast<uint8_t>((keyed_of(context).crc >> 8 * (i % 4)) + static_cast<uint32_t>(i));
  return fails() ? failure : 0;
}
int counter_read(void* context, uint32_t* value) {
  *value = keyed_of(context).counter;
  return fails() ? failure : 0;
}
int counter_raise(void* context, uint32_t value) {
  if (fails()) return failure;
  if (value <= keyed_of(context).counter) return -1;
  keyed_of(context).counter = value;
  return 0;
}
const gls_authenticator authenticator = {mac_begin,    mac_update,    mac_finish,
                                         counter_read, counter_raise, &keyed};
const gls_authenticator without_counter = {mac_begin, mac_update, mac_finish, nullptr, nullptr, &keyed};

gls_flash flash;
gls_store store;

void erase_all(const gls_authenticator* with = nullptr) {
  make_undefined(unit, sizeof unit);
  flash = {read, prog_if, erase_if, sync, &chip, 1, kProg, kBlock, kBlocks, unit, with};
  for (unsigned char& byte : memory) byte = 0xff;
  calls = failing_call = 0;
  failure = -5;
  keyed = {1, 0, 0};
}

// In memory: one of a slot's two headers, and its checksum made right.
unsigned char* header_of(uint32_t slot, uint32_t copy) {
  return memory + (slot + 1) * sizeof memory / 2 - (2 - copy) * 56;
}
void put_word(unsigned char* to, uint32_t value) {
  for (int i = 0; i < 4; ++i) to[i] = static_cast<unsigned char>(value >> 8 * i);
}
void seal(unsigned char* header) { put_word(header + 48, gls_crc32(0, header, 48)); }

Status commit(uint32_t n) {
  Status status = gls_store_begin(&store);
  for (uint32_t i = 0; i < 3 && status == GLS_OK; ++i) status = gls_store_put(&store, &n, sizeof n);
  return status == GLS_OK ? gls_store_commit(&store) : status;
}
// What was committed last; 0 where there is nothing.
uint32_t content() {
  uint32_t n[3] = {};
  if (gls_store_rewind(&store) != GLS_OK || store.size == 0) return 0;
  const bool ok =
      gls_store_get(&store, n, sizeof n) == GLS_OK && n[0] == n[1] && n[1] == n[2] && store.size == sizeof n;
  return ok ? n[0] : UINT32_MAX;
}
uint32_t reopened() { return gls_store_open(&store, &flash) == GLS_OK ? content() : 0; }

void check_calls() {
  erase_all();
  uint32_t n;
  store = {};
  CHECK(gls_store_begin(&store) == GLS_ERROR_ORDER && gls_store_rewind(&store) == GLS_ERROR_ORDER &&
            gls_store_put(&store, "a", 1) == GLS_ERROR_ORDER && gls_store_commit(&store) == GLS_ERROR_ORDER &&
            gls_store_get(&store, &n, 1) == GLS_ERROR_ORDER,
        "not open");
  CHECK(gls_store_open(&store, &flash) == GLS_ERROR_EMPTY && store.sequence == 0 && store.size == 0, "empty");
  CHECK(gls_store_get(&store, &n, 1) == GLS_ERROR_SIZE && gls_store_get(&store, nullptr, 0) == GLS_OK,
        "nothing to get");
  CHECK(gls_store_put(&store, "a", 1) == GLS_ERROR_ORDER && gls_store_commit(&store) == GLS_ERROR_ORDER,
        "not begun");
  CHECK(
      commit(7) == GLS_OK && content() == 7 && store.sequence == 1 && reopened() == 7 && store.sequence == 1,
      "one");
  CHECK(memory[store.slot * sizeof memory / 2 + GLS_STORE_RECORD_BYTES + 12] == 0xff,
        "nothing behind the last byte");
  CHECK(commit(8) == GLS_OK && content() == 8 && reopened() == 8 && store.sequence == 2, "two");
  CHECK(gls_store_begin(&store) == GLS_OK && gls_store_get(&store, &n, 1) == GLS_ERROR_ORDER,
        "no reading while writing");
  CHECK(gls_store_put(&store, "abc", 3) == GLS_OK && gls_store_rewind(&store) == GLS_OK && content() == 8 &&
            reopened() == 8,
        "a new state left");
  CHECK(gls_store_get(&store, &n, 4) == GLS_ERROR_SIZE, "behind the last byte");
  CHECK(gls_store_begin(&store) == GLS_OK && gls_store_commit(&store) == GLS_OK && store.size == 0 &&
            reopened() == 0 && store.sequence == 3,
        "a state of no bytes");
  CHECK(commit(9) == GLS_OK && commit(10) == GLS_OK, "two more");
  // The bytes have one block, the headers another: 3 commits and a state left in slot 0, 2 in slot 1.
  bool in_turn = true;
  for (uint32_t i = 0; i < kBlocks; ++i) {
    const bool used = i % (kBlocks / 2) == 0 || i % (kBlocks / 2) == kBlocks / 2 - 1;
    in_turn = in_turn && erased[i] == (!used ? 0 : i < kBlocks / 2 ? 4 : 2);
  }
  CHECK(in_turn, "slots in turn, erased where bytes go: ", erased[0], " and ", erased[kBlocks - 1]);
}

void check_limits() {
  erase_all();
  const uint32_t capacity = gls_store_capacity(&flash);
  CHECK(capacity == kBlock * kBlocks / 2 - 2 * 56 - GLS_STORE_RECORD_BYTES, "capacity ", capacity);
  CHECK(gls_store_open(&store, &flash) == GLS_ERROR_EMPTY && commit(1) == GLS_OK &&
            gls_store_begin(&store) == GLS_OK,
        "begun");
  for (uint32_t i = 0; i < capacity; ++i) other_memory[i] = static_cast<unsigned char>(i * 7);
  CHECK(gls_store_put(&store, other_memory, capacity) == GLS_OK && gls_store_commit(&store) == GLS_OK &&
            store.size == capacity,
        "full");
  bool same = true;
  unsigned char byte;
  for (uint32_t i = 0; i < capacity; ++i)
    same = gls_store_get(&store, &byte, 1) == GLS_OK && byte == other_memory[i] && same;
  CHECK(same, "all of it");
  CHECK(commit(2) == GLS_OK && gls_store_begin(&store) == GLS_OK &&
            gls_store_put(&store, other_memory, capacity + 1) == GLS_ERROR_SIZE &&
            gls_store_put(&store, "a", 1) == GLS_ERROR_SIZE && gls_store_commit(&store) == GLS_ERROR_SIZE &&
            reopened() == 2,
        "too much stays an error");
  CHECK(gls_store_begin(&store) == GLS_OK && gls_store_put(&store, nullptr, 1) == GLS_ERROR_NULL &&
            gls_store_commit(&store) == GLS_ERROR_NULL && commit(3) == GLS_OK,
        "null stays an error, until begin");
  // The last number there is.
  for (uint32_t copy = 0; copy < 2; ++copy) {
    unsigned char* const header = header_of(store.slot, copy);
    for (int i = 4; i < 8; ++i) header[i] = 0xff;
    seal(header);
  }
  CHECK(reopened() == 3 && store.sequence == UINT32_MAX && gls_store_begin(&store) == GLS_ERROR_RANGE &&
            gls_store_put(&store, "a", 1) == GLS_ERROR_RANGE && gls_store_commit(&store) == GLS_ERROR_RANGE &&
            reopened() == 3,
        "sequence numbers used up");
}

void check_sizes() {
  erase_all();
  CHECK(gls_store_open(nullptr, &flash) == GLS_ERROR_NULL &&
            gls_store_open(&store, nullptr) == GLS_ERROR_NULL && gls_store_begin(nullptr) == GLS_ERROR_NULL &&
            gls_store_put(nullptr, "a", 1) == GLS_ERROR_NULL && gls_store_commit(nullptr) == GLS_ERROR_NULL &&
            gls_store_rewind(nullptr) == GLS_ERROR_NULL &&
            gls_store_get(nullptr, unit, 1) == GLS_ERROR_NULL && gls_store_capacity(nullptr) == 0,
        "null");
  CHECK(reopened() == 0 && gls_store_get(&store, nullptr, 1) == GLS_ERROR_NULL, "null bytes");
  const auto refused = [](Status status, auto change) {
    gls_flash changed = flash;
    change(changed);
    return gls_store_open(&store, &changed) == status && store.flash == nullptr &&
           gls_store_begin(&store) == GLS_ERROR_ORDER;
  };
  const auto no_room = [&](auto change) { return refused(GLS_ERROR_RANGE, change); };
  const auto null = [&](auto change) { return refused(GLS_ERROR_NULL, change); };
  CHECK(null([](gls_flash& f) { f.read = nullptr; }) && null([](gls_flash& f) { f.prog = nullptr; }) &&
            null([](gls_flash& f) { f.erase = nullptr; }) && null([](gls_flash& f) { f.sync = nullptr; }) &&
            null([](gls_flash& f) { f.buffer = nullptr; }),
        "a callback or the buffer is null");
  CHECK(no_room([](gls_flash& f) { f.read_size = 0; }) && no_room([](gls_flash& f) { f.prog_size = 0; }) &&
            no_room([](gls_flash& f) { f.block_size = 0; }) &&
            no_room([](gls_flash& f) { f.block_count = 0; }) &&
            no_room([](gls_flash& f) { f.read_size = 3; }) &&
            no_room([](gls_flash& f) { f.block_size = kProg + 1; }) &&
            no_room([](gls_flash& f) { f.block_count = 3; }) &&
            no_room([](gls_flash& f) { f.block_size = 56, f.block_count = 2; }) &&
            no_room([](gls_flash& f) { f.block_size = 1u << 31, f.block_count = 4; }),
        "sizes that do not fit");
  for (int missing = 0; missing < 5; ++missing) {
    gls_authenticator partial = authenticator;
    if (missing == 0) partial.mac_begin = nullptr;
    if (missing == 1) partial.mac_update = nullptr;
    if (missing == 2) partial.mac_finish = nullptr;
    if (missing == 3) partial.counter_read = nullptr;
    if (missing == 4) partial.counter_raise = nullptr;
    CHECK(null([&](gls_flash& f) { f.authenticator = &partial; }), "an authenticator without callback ",
          static_cast<uint32_t>(missing));
  }
}

// Whichever callback fails, the state before is there, or the new one. failing: GLS_FLASH_UNCORRECTABLE, or
// anything else.
void check_failing_calls(const gls_authenticator* with, int failing) {
  bool ok = true, failed = true;
  uint32_t call = 1, older = 0;
  for (; failed && ok; ++call) {
    erase_all(with);
    ok = gls_store_open(&store, &flash) == GLS_ERROR_EMPTY && commit(1) == GLS_OK && commit(2) == GLS_OK;
    failure = failing;
    calls = 0;
    failing_call = call;
    const Status status = commit(3);
    failed = calls >= call;
    failing_call = 0;
    ok = ok && (status == GLS_OK || (status == GLS_ERROR_DEVICE && failed));
    const uint32_t found = reopened();
    older += found == 2;
    ok = ok && (found == 3 || (found == 2 && status != GLS_OK)) && commit(4) == GLS_OK && reopened() == 4;
  }
  CHECK(ok && older > 5, "committing, callback ", call, " of those that can fail");
  failed = true;
  for (call = 1; failed && ok; ++call) {
    calls = 0;
    failing_call = call;
    const Status status = gls_store_open(&store, &flash);
    failed = calls >= call;
    failing_call = 0;
    // Flash that knows its bytes are lost is believed; all else is asked again.
    const bool other = failing == GLS_FLASH_UNCORRECTABLE &&
                       (content() == 3 || status == GLS_ERROR_FORGED || content() == 4);
    ok = ((status == GLS_OK && content() == 4) || (failed && other)) && reopened() == 4;
  }
  CHECK(ok && call > 4, "opening, callback ", call, " of those that can fail");
}

// Flash that is write-protected, though it does not say so, and holds the very state that is committed, of
// two commits ago.
void check_deaf() {
  erase_all();
  deaf = false;
  bool ok = reopened() == 0 && commit(1) == GLS_OK && commit(2) == GLS_OK;
  deaf = true;
  ok = ok && commit(3) == GLS_ERROR_DEVICE && commit(1) == GLS_ERROR_DEVICE && reopened() == 2 &&
       store.sequence == 2;
  deaf = false;
  CHECK(ok && commit(1) == GLS_OK && reopened() == 1, "write-protected flash");
}

// Reading what was committed.
void check_failing_reads() {
  erase_all();
  bool ok = gls_store_open(&store, &flash) == GLS_ERROR_EMPTY && commit(1) == GLS_OK;
  for (const int failing : kFailures) {
    uint32_t n;
    ok = ok && gls_store_rewind(&store) == GLS_OK;
    calls = 0;
    failing_call = 1;
    failure = failing;
    ok = ok && gls_store_get(&store, &n, 4) == (failing == -5 ? GLS_ERROR_DEVICE : GLS_ERROR_DAMAGED) &&
         content() == 1;
  }
  CHECK(ok, "a read that fails, then not");
}

Status restore_adam(Adam::Params& params, Adam::State& state, const Set& set, size_t count = kWeights) {
  return restore_from<Adam>(&params, &state, set.buffers[0], set.buffers + 2, count, &store);
}
Status save_adam(const Adam::Params& params, const Adam::State& state, const Set& set,
                 size_t count = kWeights) {
  return save_to<Adam>(&params, &state, set.buffers[0], set.buffers + 2, count, &store);
}

// Through the store the bytes are those of save, and come back to whoever restores.
template <class Rule>
void check_rule(const char* name) {
  Set set(0), back(1);
  set.fill(3);
  typename Rule::Params params = usual_params<Rule>(), params_back;
  typename Rule::State state = {}, state_back = {};
  bool ok =
      step<Rule>(&params, &state, set.buffers[0], set.buffers[1], 1.0f, set.buffers + 2, kWeights) == GLS_OK;
  for (float* const buffer : back.buffers) {
    for (size_t i = 0; i < kCount; ++i) buffer[i] = set.buffers[1][i];
  }
  const size_t size = saved_bytes<Rule>(kWeights);
  unsigned char bytes[GLS_SAVED_BYTES_MAX(3, kWeights)], put[sizeof bytes];
  ok = ok &&
       save<Rule>(&params, &state, set.buffers[0], set.buffers + 2, kWeights, bytes, sizeof bytes) == GLS_OK;
  ok = ok && gls_store_begin(&store) == GLS_OK && gls_store_put(&store, "x", 1) == GLS_OK;
  ok = ok && save_to<Rule>(&params, &state, set.buffers[0], set.buffers + 2, kWeights, &store) == GLS_OK;
  ok = ok && gls_store_commit(&store) == GLS_OK && store.size == size + 1;
  ok = ok && gls_store_get(&store, put, 1) == GLS_OK && gls_store_get(&store, put, size) == GLS_OK;
  CHECK(ok && __builtin_memcmp(bytes, put, size) == 0, name, ": the bytes of save");
  ok = gls_store_rewind(&store) == GLS_OK && gls_store_get(&store, put, 1) == GLS_OK;
  ok = ok && restore_from<Rule>(&params_back, &state_back, back.buffers[0], back.buffers + 2, kWeights,
                                &store) == GLS_OK;
  bool same = __builtin_memcmp(&state, &state_back, sizeof state) == 0 &&
              params_back.weight_decay == params.weight_decay;
  for (size_t k = 0; k < 2 + Rule::kSlots; k += k == 0 ? 2 : 1) {
    same = same && first_difference(set.buffers[k], back.buffers[k], kWeights) == kWeights &&
           back.buffers[k][kWeights] == set.buffers[1][kWeights];
  }
  CHECK(ok && same && gls_store_get(&store, put, 1) == GLS_ERROR_SIZE, name, ": restored, to the last byte");
}

void check_refused() {
  erase_all();
  Set set(0), before(1);
  set.fill(5);
  before.fill(5);
  Adam::Params params;
  Adam::State state = {}, other = {};
  params.learning_rate = 0.5;
  gls_sgd_params sgd;
  gls_sgd_state sgd_state = {};
  CHECK(gls_store_open(&store, &flash) == GLS_ERROR_EMPTY &&
            save_adam(params, state, set) == GLS_ERROR_ORDER &&
            restore_adam(params, state, set) == GLS_ERROR_SIZE,
        "nothing there, nothing begun");
  CHECK(commit(1) == GLS_OK && gls_store_begin(&store) == GLS_OK, "begun");
  const float kept = set.buffers[2][kWeights - 1];
  set.buffers[2][kWeights - 1] = bits_to_float(0x7fc00000);
  CHECK(save_adam(params, state, set) == GLS_ERROR_NOT_FINITE &&
            save_adam(params, state, before) == GLS_ERROR_NOT_FINITE &&
            gls_store_commit(&store) == GLS_ERROR_NOT_FINITE && reopened() == 1,
        "a state that is not finite is not committed");
  set.buffers[2][kWeights - 1] = kept;
  params.learning_rate = -1.0;
  CHECK(gls_store_begin(&store) == GLS_OK && save_adam(params, state, set) == GLS_ERROR_RANGE &&
            reopened() == 1,
        "range");
  params.learning_rate = 0.5;
  CHECK(save_to<Adam>(&params, &state, set.buffers[0], set.buffers + 2, 1, nullptr) == GLS_ERROR_NULL &&
            restore_from<Adam>(&params, &state, set.buffers[0], set.buffers + 2, 1, nullptr) ==
                GLS_ERROR_NULL &&
            gls_store_begin(&store) == GLS_OK &&
            save_to<Adam>(&params, &state, nullptr, set.buffers + 2, 1, &store) == GLS_ERROR_NULL &&
            save_adam(params, state, set) == GLS_ERROR_NULL,
        "null");
  // Two optimizers in one state, after bytes of the caller's.
  state.step = 9;
  bool ok = gls_store_begin(&store) == GLS_OK && gls_store_put(&store, "mine", 4) == GLS_OK &&
            save_adam(params, state, set, 3) == GLS_OK;
  state.step = 10;
  ok = ok && save_adam(params, state, set) == GLS_OK && restore_adam(params, other, set) == GLS_ERROR_ORDER;
  char mine[4];
  ok = ok && gls_store_commit(&store) == GLS_OK && gls_store_get(&store, mine, 4) == GLS_OK && mine[3] == 'e';
  CHECK(ok && restore_adam(params, other, set) == GLS_ERROR_MISMATCH && other.step == 0 && set == before,
        "another count");
  CHECK(
      restore_from<Sgd>(&sgd, &sgd_state, set.buffers[0], set.buffers + 2, 3, &store) == GLS_ERROR_MISMATCH &&
          set == before,
      "another rule");
  CHECK(restore_adam(params, other, set, 3) == GLS_OK && other.step == 9 &&
            restore_adam(params, other, set) == GLS_OK && other.step == 10 && set == before,
        "then the right ones");
  CHECK(restore_adam(params, other, set, kWeights) == GLS_ERROR_SIZE, "no third");
  // Flash that gives other bytes, or none, the second time: from every read on.
  bool failed = true;
  uint32_t refused = 0, spoiled = 0;
  for (uint32_t call = 1; failed && ok; ++call) {
    ok = gls_store_rewind(&store) == GLS_OK && gls_store_get(&store, mine, 4) == GLS_OK;
    calls = 0;
    failing_call = call;
    failure = GLS_FLASH_UNCORRECTABLE;
    other.step = 0;
    const Status status = restore_adam(params, other, set, 3);
    failed = calls >= call;
    failing_call = 0;
    refused += status == GLS_ERROR_DAMAGED;
    spoiled += status == GLS_ERROR_DEVICE;
    if (status == GLS_ERROR_DAMAGED) ok = ok && other.step == 0 && set == before;
    ok = ok && failed == (status != GLS_OK) && (!failed || restore_adam(params, other, set, 3) == GLS_OK) &&
         other.step == 9 && set == before;
  }
  CHECK(ok && refused > 10 && spoiled > 10, "flash that fails while it is restored from: ", refused, " and ",
        spoiled);
  // A checksum inside that is wrong, though the store's own is right.
  unsigned char bytes[GLS_SAVED_BYTES_MAX(2, kWeights)] = {};  // room for any rule: Adam leaves some
  ok = save<Adam>(&params, &state, set.buffers[0], set.buffers + 2, kWeights, bytes, sizeof bytes) == GLS_OK;
  bytes[60] ^= 1;
  ok = ok && gls_store_begin(&store) == GLS_OK && gls_store_put(&store, bytes, sizeof bytes) == GLS_OK &&
       gls_store_commit(&store) == GLS_OK;
  CHECK(ok && restore_adam(params, other, set) == GLS_ERROR_DAMAGED && set == before,
        "damaged before it was put");
}

void copy_memory(unsigned char* to, const unsigned char* from) {
  for (size_t i = 0; i < sizeof memory; ++i) to[i] = from[i];
}

// Somebody changes a byte of the newest state, or its number, and all CRCs with them.
void forge(bool number = false) {
  unsigned char* const bytes = memory + store.slot * sizeof memory / 2 + GLS_STORE_RECORD_BYTES;
  if (!number) ++bytes[0];
  for (uint32_t copy = 0; copy < 2; ++copy) {
    unsigned char* const header = header_of(store.slot, copy);
    if (number) ++header[4];
    put_word(header + 12, gls_crc32(0, bytes, store.size));
    seal(header);
  }
}

constexpr uint32_t counter(uint32_t committed, uint32_t tried = 0) {
  return 1u << 31 | committed << 8 | tried;
}

void check_authentic() {
  erase_all(&without_counter);
  CHECK(reopened() == 0 && commit(0x01010101) == GLS_OK && commit(0x02020202) == GLS_OK &&
            reopened() == 0x02020202,
        "tagged");
  forge();
  CHECK(reopened() == 0x01010101 && store.sequence == 1, "the newest is forged: the one before");
  forge(true);
  CHECK(gls_store_open(&store, &flash) == GLS_ERROR_FORGED && store.size == 0,
        "and that has a forged number");
  CHECK(commit(0x03030303) == GLS_OK && reopened() == 0x03030303, "a new one over them");
  keyed.key = 2;
  CHECK(gls_store_open(&store, &flash) == GLS_ERROR_FORGED, "another key");

  erase_all(&authenticator);
  CHECK(reopened() == 0 && commit(1) == GLS_OK && commit(2) == GLS_OK && keyed.counter == counter(2),
        "counted");
  copy_memory(other_memory, memory);
  CHECK(commit(3) == GLS_OK && commit(4) == GLS_OK && keyed.counter == counter(4) && reopened() == 4,
        "counted on");
  copy_memory(memory, other_memory);
  CHECK(gls_store_open(&store, &flash) == GLS_ERROR_FORGED && commit(5) == GLS_OK && store.sequence == 5 &&
            reopened() == 5,
        "an older state is no state, and the numbers go on");
  forge();
  CHECK(gls_store_open(&store, &flash) == GLS_ERROR_FORGED, "nor is the one before, with a counter");
  CHECK(commit(6) == GLS_OK && commit(7) == GLS_OK, "two more");
  const uint32_t sequence = store.sequence;
  keyed.counter = counter(sequence - 1, 1);  // the power went before the counter was raised
  CHECK(reopened() == 7 && keyed.counter == counter(sequence),
        "the counter is raised when the store is opened");
  calls = 0;
  failing_call = UINT32_MAX;
  CHECK(commit(8) == GLS_OK, "how many calls");
  failing_call = calls;  // the last is the counter's
  calls = 0;
  CHECK(commit(9) == GLS_ERROR_DEVICE && gls_store_begin(&store) == GLS_ERROR_ORDER && reopened() == 9 &&
            keyed.counter == counter(sequence + 2),
        "the counter fails: to be opened again");
}

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  using namespace glissade::test;
  check_calls();
  check_limits();
  check_sizes();
  for (const int failing : kFailures) {
    check_failing_calls(nullptr, failing);
    check_failing_calls(&without_counter, failing);
    check_failing_calls(&authenticator, failing);
  }
  check_failing_reads();
  check_deaf();
  erase_all();
  CHECK(gls_store_open(&store, &flash) == GLS_ERROR_EMPTY, "empty");
  for_each_rule([](const auto& tested) { check_rule<decltype(rule_of(tested))>(tested.name); });
  check_refused();
  check_authentic();
  return finish();
}
