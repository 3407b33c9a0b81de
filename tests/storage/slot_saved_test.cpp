// SPDX-License-Identifier: Apache-2.0
// Slots in 8 bits and in bfloat16, saved: they go on with the bits of a run that never stopped. Where the
// bytes are of another format, seed or count, or not as they were saved, nothing is written.
#include "support/check.hpp"
#include "support/list.hpp"
#include "support/memory_flash.hpp"
#include "support/slot_runs.hpp"
#include "support/stream.hpp"

namespace glissade {
namespace test {
namespace {

constexpr uint32_t kSeed = 0x9e3779b9;
constexpr size_t kLargest = 131;                            // weights: more than one block of saved bytes
unsigned char bytes[GLS_SAVED_BYTES_MAX(2, kLargest) + 1];  // 3 slots of 2 bytes take less

#ifdef GLISSADE_SMALL
constexpr bool kIsSmall = true;
#else
constexpr bool kIsSmall = false;
#endif

// The bytes that all rules save in both formats after three steps, as one CRC: the same on every target.
constexpr uint32_t kEveryRule = 0xc60a65f6;

gls_optimizer optimizer_of(Run& of, const gls_rule_info& info, Format format, size_t count) {
  gls_optimizer o = of.of_codes(info, format, count);
  o.seed = kSeed;
  o.first = 2 * kBlock;
  return o;
}

// Both of them, so that they stay the same if they are.
bool step(const gls_rule_info& info, Format format, size_t count) {
  Random random(run.state[0] + 1);
  for (size_t i = 0; i < count; ++i) gradients[i] = random.ordinary();
  bool good = true;
  for (Run* const of : {&run, &expected}) {
    const gls_optimizer o = optimizer_of(*of, info, format, count);
    good = good && gls_step(&o, gls_gradient_buffer(gradients), 0.75f) == GLS_OK;
  }
  return good;
}

bool start_and_step(const gls_rule_info& info, Format format, size_t count, uint32_t steps) {
  start(info, format, count);
  bool good = true;
  for (uint32_t t = 0; t < steps; ++t) good = good && step(info, format, count);
  return good;
}

// All of the run is as expected, its parameters too.
bool all_same() { return same() && __builtin_memcmp(run.params, expected.params, sizeof run.params) == 0; }

// The run as one that knows nothing.
void forget(const gls_rule_info& info, size_t count) {
  run.begin(info);
  run.set(info, "learning_rate", 123.0);
  for (size_t i = 0; i < info.state_bytes / 4; ++i) run.state[i] = 77;
  for (size_t i = 0; i < count; ++i) run.weights[i] = 77.0f;
}

// At every step, over other bytes; saved at an odd address.
void check_continues(const gls_rule_info& info, Format format, size_t count) {
  for (uint32_t stop = 0; stop < 5; ++stop) {
    bool good = start_and_step(info, format, count, stop);
    run.set(info, "learning_rate", 0.125);
    expected.set(info, "learning_rate", 0.125);
    const gls_optimizer o = optimizer_of(run, info, format, count);
    const size_t size = gls_saved_bytes(&o);
    good = good && size < sizeof bytes && gls_save(&o, bytes + 1, size) == GLS_OK && all_same();
    forget(info, count);
    good = good && gls_restore(&o, bytes + 1, size) == GLS_OK && all_same();
    for (int i = 0; i < 3; ++i) good = good && step(info, format, count) && all_same();
    CHECK(good, info.name, ", format ", static_cast<uint32_t>(format), ", count ",
          static_cast<uint32_t>(count), ": saved after ", stop, " steps and continued");
  }
}

// The bytes, one after the other, and how many.
void check_layout(const gls_rule_info& info, Format format) {
  size_t params = 0;
  for (size_t i = 0; i < info.param_count; ++i) params += info.params[i].saved ? 1u : 0u;
  for (const size_t count :
       {size_t{0}, size_t{1}, size_t{2}, size_t{7}, size_t{63}, size_t{64}, size_t{65}}) {
    const size_t slots = info.slot_count * slot_bytes(format, count);
    const size_t words = 8 + 2 * params + info.state_bytes / 4 + count + slots / 4;
    CHECK(start_and_step(info, format, count, 2), info.name);
    const gls_optimizer o = optimizer_of(run, info, format, count);
    const size_t size = gls_saved_bytes(&o);
    CHECK(slots % 4 == 0 && size == 4 * (words + (words + 255) / 256 + 1) &&
              size <= GLS_SAVED_BYTES_MAX(info.slot_count, count) && gls_save(&o, bytes, size) == GLS_OK,
          info.name, ": the size of ", static_cast<uint32_t>(count), " weights");
    const unsigned char* const behind = bytes + 4 * (8 + 2 * params) + info.state_bytes;
    const uint32_t tail[] = {static_cast<uint32_t>(count), kSeed};
    CHECK(__builtin_memcmp(bytes, format == kBits8 ? "GLS6" : "GLS7", 4) == 0 &&
              __builtin_memcmp(bytes + 24, tail, 8) == 0 &&
              (words > 256 || (__builtin_memcmp(behind, run.weights, 4 * count) == 0 &&
                               __builtin_memcmp(behind + 4 * count, run.memory, slots) == 0)),
          info.name, ": the bytes of ", static_cast<uint32_t>(count), " weights");
  }
}

// One bit of the saved bytes is not what it was, wherever: an error, and nothing written.
void check_damage(const gls_rule_info& info, Format format) {
  constexpr size_t kCount = kIsSmall ? 3 : 67, kBitStep = kIsSmall ? 5 : 1;
  CHECK(start_and_step(info, format, kCount, 1), info.name);
  const gls_optimizer o = optimizer_of(run, info, format, kCount);
  const size_t size = gls_saved_bytes(&o);
  bool good = gls_save(&o, bytes, size) == GLS_OK;
  forget(info, kCount);
  expected = run;
  uint32_t mismatches = 0, damages = 0;
  for (size_t bit = 0; bit < 8 * size && good; bit += kBitStep) {
    unsigned char& byte = bytes[bit / 8];
    byte = static_cast<unsigned char>(byte ^ 1u << bit % 8);
    const gls_status status = gls_restore(&o, bytes, size);
    mismatches += status == GLS_ERROR_MISMATCH;
    damages += status == GLS_ERROR_DAMAGED;
    good = (status == GLS_ERROR_MISMATCH || status == GLS_ERROR_DAMAGED) && all_same();
    byte = static_cast<unsigned char>(byte ^ 1u << bit % 8);
  }
  CHECK(good && mismatches > 0 && damages > mismatches, info.name, ": ", mismatches, " damaged heads, ",
        damages, " damaged bytes");
  CHECK(gls_restore(&o, bytes, size) == GLS_OK && !all_same(), info.name, ": undamaged again");
}

// What is of another optimizer is refused, and nothing written.
void check_mismatches(const gls_rule_info& info, Format format) {
  constexpr size_t kCount = 67;
  CHECK(start_and_step(info, format, kCount, 1), info.name);
  const gls_optimizer good = optimizer_of(run, info, format, kCount);
  const size_t size = gls_saved_bytes(&good);
  CHECK(gls_save(&good, bytes, size - 1) == GLS_ERROR_SIZE && gls_save(&good, bytes, size) == GLS_OK,
        info.name, ": saved");
  forget(info, kCount);
  expected = run;
  const auto refused = [&](const gls_optimizer& o, gls_status status, const char* what) {
    CHECK(gls_restore(&o, bytes, sizeof bytes) == status && all_same(), info.name, ": ", what);
  };
  CHECK(gls_restore(&good, bytes, size - 1) == GLS_ERROR_SIZE && all_same(), info.name, ": fewer bytes");
  refused(run.of_floats(info, kCount), GLS_ERROR_MISMATCH, "floats");
  gls_optimizer o = optimizer_of(run, info, format == kBits8 ? kBfloat16 : kBits8, kCount);
  refused(o, GLS_ERROR_MISMATCH, "the other format");
  refused(optimizer_of(run, info, format, kCount - 1), GLS_ERROR_MISMATCH, "another count");
  o = good;
  o.seed ^= 0x80000000u;
  refused(o, GLS_ERROR_MISMATCH, "another seed");
  o = good;
  o.state = nullptr;
  refused(o, GLS_ERROR_NULL, "no state");
  if (info.slot_count > 0) {
    o = good;
    o.slots[0] = nullptr;
    refused(o, GLS_ERROR_NULL, "no slot");
    o.slots[0] = o.weights;
    refused(o, GLS_ERROR_OVERLAP, "a slot in the weights");
  }
  for_each_rule_with_formats([&](const gls_rule_info& other) {
    if (&other != &info) refused(optimizer_of(run, other, format, 1), GLS_ERROR_MISMATCH, other.name);
  });
  o = good;
  o.first = 0;
  if (sizeof o.seed > 4) o.seed |= static_cast<uintptr_t>(uint64_t{5} << 32);
  CHECK(gls_restore(&o, bytes, size) == GLS_OK && !all_same(), info.name,
        ": first and more than 32 bits of seed");
  start(info, format, kCount);
  gls_optimizer floats = run.of_floats(info, kCount);
  CHECK(gls_save(&floats, bytes, sizeof bytes) == GLS_OK, info.name, ": floats saved");
  refused(good, GLS_ERROR_MISMATCH, "floats' bytes");
}

// A number in a slot that is not finite, wherever; the largest finite one may be there.
void check_not_finite(const gls_rule_info& info) {
  constexpr size_t kCount = kLargest;
  uint16_t* const halves = reinterpret_cast<uint16_t*>(run.memory);
  for (const Format format : {kBits8, kBfloat16}) {
    CHECK(start_and_step(info, format, kCount, 1), info.name);
    const gls_optimizer o = optimizer_of(run, info, format, kCount);
    const auto said = [&] { return gls_save(&o, bytes, sizeof bytes); };
    for (size_t k = 0; k < info.slot_count; ++k) {
      uint8_t* const slot = run.memory + k * slot_bytes(format, kCount);
      for (size_t block = 0; block < 3 && format == kBits8; ++block) {
        uint8_t& exponent = slot[kCount + block];
        const uint8_t kept = exponent;
        exponent = 255;
        CHECK(said() == GLS_ERROR_NOT_FINITE, info.name, ": E 255 in block ", static_cast<uint32_t>(block));
        exponent = 254;
        CHECK(said() == GLS_OK, info.name, ": E 254");
        exponent = kept;
      }
      for (size_t i = 0; i < kCount && format == kBfloat16; ++i) {
        uint16_t& code = halves[k * slot_bytes(format, kCount) / 2 + i];
        const uint16_t kept = code;
        bool good = true;
        for (const uint32_t bad : {0x7f80u, 0xff80u, 0x7fc0u, 0xffffu}) {
          code = static_cast<uint16_t>(bad);
          good = good && said() == GLS_ERROR_NOT_FINITE;
        }
        for (const uint32_t finite : {0x7f7fu, 0xff7fu}) {
          code = static_cast<uint16_t>(finite);
          good = good && said() == GLS_OK;
        }
        code = kept;
        CHECK(good, info.name, ": what is finite in weight ", static_cast<uint32_t>(i));
      }
    }
    run.weights[70] = __builtin_huge_valf();
    CHECK(said() == GLS_ERROR_NOT_FINITE, info.name, ": a weight");
    run.weights[70] = 0.5f;
    run.set(info, "learning_rate", -1.0);
    CHECK(said() == GLS_ERROR_RANGE, info.name, ": parameters out of range");
  }
}

unsigned char memory[kIsSmall ? 2048 : 6 * 1024], unit[8];
gls_memory_flash chip = {memory, nullptr};

// The same bytes through callbacks and in a store, and back.
void check_ways(const gls_rule_info& info, Format format) {
  constexpr size_t kCount = kIsSmall ? 67 : kLargest;
  CHECK(start_and_step(info, format, kCount, 2), info.name);
  const gls_optimizer o = optimizer_of(run, info, format, kCount);
  const size_t size = gls_saved_bytes(&o);
  bool good = gls_save(&o, bytes, size) == GLS_OK;
  Stream stream = {memory, size, 0, 0, 0, 0, true, 0, 0};
  good = good && gls_save_by(&o, Stream::write, &stream) == GLS_OK && stream.in_order &&
         stream.place == size && __builtin_memcmp(bytes, memory, size) == 0;
  forget(info, kCount);
  stream = {bytes, size, 0, 0, 0, 0, true, 0, 0};
  good = good && gls_restore_by(&o, Stream::read, &stream) == GLS_OK && stream.in_order && all_same();
  CHECK(good, info.name, ": by callbacks");

  for (unsigned char& byte : memory) byte = 0xff;
  const gls_flash flash = flash_in(chip, unit, sizeof unit, 512, sizeof memory / 512);
  gls_store store = {};
  good = gls_store_open(&store, &flash) == GLS_ERROR_EMPTY && gls_store_begin(&store) == GLS_OK &&
         gls_save_to(&o, &store) == GLS_OK && gls_store_commit(&store) == GLS_OK && store.size == size;
  for (size_t i = 0; i < size; ++i) {
    unsigned char byte;
    good = good && gls_store_get(&store, &byte, 1) == GLS_OK && byte == bytes[i];
  }
  forget(info, kCount);
  good = good && gls_store_rewind(&store) == GLS_OK && gls_restore_from(&o, &store) == GLS_OK && all_same();
  CHECK(good, info.name, ": in a store");
}

// Rules that do not bear it, and more weights than 4 bytes count.
void check_not_saved() {
  for (const char* const name : kOnlyFloats) {
    const gls_rule_info& info = *gls_rule_named(name);
    start(info, kBits8, 3);
    const gls_optimizer o = run.of_codes(info, kBits8, 3);
    CHECK(gls_save(&o, bytes, sizeof bytes) == GLS_ERROR_RANGE &&
              gls_restore(&o, bytes, sizeof bytes) == GLS_ERROR_RANGE && all_same(),
          name);
  }
  if (sizeof(size_t) == 4) return;
  start(*gls_rule_named("adam"), kBits8, 3);
  for (const Format format : {kBits8, kBfloat16}) {
    gls_optimizer o = run.of_codes(*gls_rule_named("adam"), format, 3);
    o.count = 0xffffffffu;
    CHECK(gls_saved_bytes(&o) > 0, "the most weights");
    ++o.count;
    CHECK(gls_saved_bytes(&o) == 0 && gls_save(&o, bytes, SIZE_MAX) == GLS_ERROR_RANGE &&
              gls_restore(&o, bytes, SIZE_MAX) == GLS_ERROR_RANGE,
          "one more");
  }
}

void check_active_backend() {
  uint32_t every_rule = 0;
  for_each_rule_with_formats([&](const gls_rule_info& info) {
    for (const Format format : {kBits8, kBfloat16}) {
      for (const size_t count : {size_t{0}, size_t{1}, size_t{67}, kLargest})
        check_continues(info, format, count);
      const bool good = start_and_step(info, format, 67, 3);
      const gls_optimizer o = optimizer_of(run, info, format, 67);
      const size_t size = gls_saved_bytes(&o);
      CHECK(good && gls_save(&o, bytes, size) == GLS_OK, info.name);
      for (int i = 4; i < 8; ++i) bytes[i] = 0;  // the library's version
      every_rule = gls_crc32(every_rule, bytes, size);
    }
  });
  CHECK(every_rule == kEveryRule, "the bytes of every rule on ", gls_backend_active(), ": ", Hex{every_rule});
}

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  using namespace glissade::test;
  for_each_rule_with_formats([](const gls_rule_info& info) {
    check_not_finite(info);
    for (const Format format : {kBits8, kBfloat16}) {
      check_layout(info, format);
      check_damage(info, format);
      check_mismatches(info, format);
      check_ways(info, format);
    }
  });
  check_not_saved();
  on_each_backend(check_active_backend);
  return finish();
}
