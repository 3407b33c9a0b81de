// SPDX-License-Identifier: Apache-2.0
// save and restore for every rule, to and from memory or a store; glissade/saved.h has the format.
#include "glissade/saved.h"

#include "backend.hpp"
#include "glissade/store.h"
#include "named_slots.hpp"
#include "saved_words.hpp"

namespace glissade {
namespace {

// What there is to save, or to restore.
struct Saved {
  const char* rule;
  uint32_t params, state_words, slots;
  size_t count;
};

constexpr uint32_t kMagic = 0x31534c47u;  // "GLS1"
constexpr uint32_t kVersion = GLS_VERSION_MAJOR << 16 | GLS_VERSION_MINOR << 8 | GLS_VERSION_PATCH;
constexpr size_t kHeaderWords = 8;

struct Header {
  uint32_t words[kHeaderWords];
  explicit Header(const Saved& what)
      : words{kMagic,
              kVersion,
              crc_of(what.rule),
              what.params,
              what.state_words,
              what.slots,
              static_cast<uint32_t>(what.count),
              static_cast<uint32_t>(static_cast<uint64_t>(what.count) >> 32)} {}
  static uint32_t crc_of(const char* name) {
    size_t length = 0;
    while (name[length] != '\0') ++length;
    return crc32(name, length);
  }
};

size_t content_words(const Saved& what) {
  return kHeaderWords + size_t{2} * what.params + what.state_words + what.count * (1 + what.slots);
}

// 0 where no memory holds them.
size_t saved_bytes(const Saved& what) {
  if (what.count > PTRDIFF_MAX / (8 * sizeof(float))) return 0;  // four buffers and their checksums
  const size_t words = content_words(what);
  return 4 * (words + (words + kBlockWords - 1) / kBlockWords + 1);
}

bool all_finite(const float* weights, const float* const* slots, const Saved& what) {
  const Kernels* const kernels = active_kernels();
  bool finite;
  kernels->all_below(weights, __builtin_huge_valf(), &finite, what.count);
  for (uint32_t k = 0; k < what.slots && finite; ++k) {
    kernels->all_below(slots[k], __builtin_huge_valf(), &finite, what.count);
  }
  return finite;
}

template <class Sink>
__attribute__((noinline)) void put_header(const Saved& what, Writer<Sink>& writer) {
  writer.put(Header(what).words, kHeaderWords);
}

// Whether a saved header, which comes first, is this one; of any library version that has this format.
template <class Source>
__attribute__((noinline)) bool same_header(const Saved& what, Reader<Source>& reader) {
  const Header header(what);
  bool same = true;
  for (size_t i = 0; i < kHeaderWords; ++i) {
    const uint32_t word = reader.get();
    same = same && (i == 1 || word == header.words[i]);
  }
  return same;
}

// Is every byte as it was saved?
template <class Source>
__attribute__((noinline)) Status check_saved(const Saved& what, Source source) {
  Reader<Source> reader(source);
  if (!same_header(what, reader)) return GLS_ERROR_MISMATCH;
  for (size_t left = content_words(what) - kHeaderWords; left > 0; --left) reader.get();
  return reader.finish() ? GLS_OK : GLS_ERROR_DAMAGED;
}

// Where saved bytes go to and come from: memory,
struct ToMemory {
  unsigned char* to;
  void put(const unsigned char (&bytes)[4]) {
    __builtin_memcpy(to, bytes, sizeof bytes);
    to += sizeof bytes;
  }
};
struct FromMemory {
  const unsigned char* from;
  void get(unsigned char (&bytes)[4]) {
    __builtin_memcpy(bytes, from, sizeof bytes);
    from += sizeof bytes;
  }
};
// or a store, which keeps its first failure.
struct ToStore {
  gls_store* store;
  void put(const unsigned char (&bytes)[4]) const {
    store->failure = gls_store_put(store, bytes, sizeof bytes);
  }
};
struct FromStore {
  gls_store* store;
  void get(unsigned char (&bytes)[4]) const {
    store_word(bytes, 0);
    if (store->failure == GLS_OK) store->failure = gls_store_get(store, bytes, sizeof bytes);
  }
};

// Calls work(field) for each hyper-parameter that Params has, in the order of options.inc.
#define GLISSADE_OPTION(pytorch_name, field, other)                                                  \
  template <class Params, class Work>                                                                \
  GLISSADE_INLINE auto visit_##field(Params& params, Work work, int)->decltype(work(params.field)) { \
    return work(params.field);                                                                       \
  }                                                                                                  \
  template <class Params, class Work>                                                                \
  GLISSADE_INLINE void visit_##field(Params&, Work, long) {}
#include "options.inc"

template <class Params, class Work>
GLISSADE_INLINE void for_each_param(Params& params, Work work) {
#define GLISSADE_OPTION(pytorch_name, field, other) visit_##field(params, work, 0);
#include "options.inc"
}

constexpr uint64_t kTrue = 0x3ff0000000000000u;  // 1.0

template <class Sink>
struct Write {
  Writer<Sink>& to;
  void put(uint64_t value) const {
    to.put(static_cast<uint32_t>(value));
    to.put(static_cast<uint32_t>(value >> 32));
  }
  void operator()(double value) const {
    uint64_t bits;
    __builtin_memcpy(&bits, &value, sizeof bits);
    put(bits);
  }
  void operator()(bool value) const { put(value ? kTrue : 0); }
};
template <class Source>
struct Read {
  Reader<Source>& from;
  uint64_t get() const {
    const uint32_t low = from.get();
    return static_cast<uint64_t>(from.get()) << 32 | low;
  }
  void operator()(double& value) const {
    const uint64_t bits = get();
    __builtin_memcpy(&value, &bits, sizeof bits);
  }
  void operator()(bool& value) const { value = get() == kTrue; }
};
struct Count {
  uint32_t& params;
  template <class T>
  constexpr void operator()(const T&) const {
    ++params;
  }
};

template <class Rule>
Saved what_of(const char* name, size_t count) {
  static_assert(sizeof(typename Rule::State) % 4 == 0, "a state is words of 4 bytes, without padding");
  uint32_t params = 0;
  const typename Rule::Params any;
  for_each_param(any, Count{params});
  return {name, params, sizeof(typename Rule::State) / 4, Rule::kSlots, count};
}

// Null, alignment, count: whatever is saved, or restored.
Status check(const Saved& what, const float* weights, const float* const* slots, const void* other_end,
             const void* params, const void* state) {
  if (slots == nullptr) return GLS_ERROR_NULL;
  Status status = check_buffers(active_kernels(), what.count, weights);
  for (uint32_t k = 0; k < what.slots && status == GLS_OK; ++k) status = check_pointers(what.count, slots[k]);
  if (status != GLS_OK) return status;
  if (other_end == nullptr || params == nullptr || state == nullptr) return GLS_ERROR_NULL;
  return saved_bytes(what) == 0 ? GLS_ERROR_RANGE : GLS_OK;
}

// May it be saved?
template <class Rule>
Status check_content(const Saved& what, const typename Rule::Params& params, const float* weights,
                     const float* const* slots) {
  if (!Rule::valid(params)) return GLS_ERROR_RANGE;
  return all_finite(weights, slots, what) ? GLS_OK : GLS_ERROR_NOT_FINITE;
}

template <class Rule, class Sink>
void write(const Saved& what, const typename Rule::Params& params, const typename Rule::State& state,
           const float* weights, const float* const* slots, Sink sink) {
  Writer<Sink> writer(sink);
  put_header(what, writer);
  for_each_param(params, Write<Sink>{writer});
  writer.put(&state, what.state_words);
  writer.put(weights, what.count);
  for (int k = 0; k < Rule::kSlots; ++k) writer.put(slots[k], what.count);
  writer.finish();
}

// What has been checked already, from the same source, which is GLS_ERROR_DEVICE where it gives other bytes
// now.
template <class Rule, class Source>
__attribute__((noinline)) Status read(const Saved& what, typename Rule::Params& params,
                                      typename Rule::State& state, float* weights, float* const* slots,
                                      Source source) {
  Reader<Source> reader(source);
  for (size_t i = 0; i < kHeaderWords; ++i) reader.get();
  typename Rule::Params saved;
  for_each_param(saved, Read<Source>{reader});
  if (!Rule::valid(saved)) return GLS_ERROR_DAMAGED;  // or forged
  params = saved;
  reader.get(&state, what.state_words);
  reader.get(weights, what.count);
  for (int k = 0; k < Rule::kSlots; ++k) reader.get(slots[k], what.count);
  return reader.finish() ? GLS_OK : GLS_ERROR_DEVICE;
}

template <class Rule>
Status save_as(const char* name, const typename Rule::Params* params, const typename Rule::State* state,
               const float* weights, const float* const* slots, size_t count, void* bytes, size_t size) {
  const Saved what = what_of<Rule>(name, count);
  Status status = check(what, weights, slots, bytes, params, state);
  if (status == GLS_OK && size < saved_bytes(what)) status = GLS_ERROR_SIZE;
  if (status == GLS_OK) status = check_content<Rule>(what, *params, weights, slots);
  if (status == GLS_OK)
    write<Rule>(what, *params, *state, weights, slots, ToMemory{static_cast<unsigned char*>(bytes)});
  return status;
}

template <class Rule>
Status save_to_as(const char* name, const typename Rule::Params* params, const typename Rule::State* state,
                  const float* weights, const float* const* slots, size_t count, gls_store* store) {
  const Saved what = what_of<Rule>(name, count);
  Status status = gls_store_put(store, nullptr, 0);  // null, not begun, or failed before
  if (status != GLS_OK) return status;
  status = check(what, weights, slots, store, params, state);
  if (status == GLS_OK) status = check_content<Rule>(what, *params, weights, slots);
  store->failure = status;
  if (status == GLS_OK) write<Rule>(what, *params, *state, weights, slots, ToStore{store});
  return store->failure;
}

template <class Rule>
Status restore_as(const char* name, typename Rule::Params* params, typename Rule::State* state,
                  float* weights, float* const* slots, size_t count, const void* bytes, size_t size) {
  const Saved what = what_of<Rule>(name, count);
  const FromMemory source{static_cast<const unsigned char*>(bytes)};
  Status status = check(what, weights, slots, bytes, params, state);
  if (status == GLS_OK && size < saved_bytes(what)) status = GLS_ERROR_SIZE;
  if (status == GLS_OK) status = check_saved(what, source);
  return status == GLS_OK ? read<Rule>(what, *params, *state, weights, slots, source) : status;
}

// May it be restored from here? The store stays where it is.
__attribute__((noinline)) Status check_stored(const Saved& what, const float* weights,
                                              const float* const* slots, const void* params,
                                              const void* state, gls_store* store) {
  Status status = gls_store_get(store, nullptr, 0);  // null, or not reading
  if (status == GLS_OK) status = check(what, weights, slots, store, params, state);
  if (status != GLS_OK) return status;
  const uint32_t start = store->position;
  if (store->size - start < saved_bytes(what)) return GLS_ERROR_SIZE;
  store->failure = GLS_OK;
  status = check_saved(what, FromStore{store});
  store->position = start;
  return store->failure == GLS_OK ? status : store->failure;
}

template <class Rule>
Status restore_from_as(const char* name, typename Rule::Params* params, typename Rule::State* state,
                       float* weights, float* const* slots, size_t count, gls_store* store) {
  const Saved what = what_of<Rule>(name, count);
  Status status = check_stored(what, weights, slots, params, state, store);
  if (status != GLS_OK) return status;
  const uint32_t start = store->position;
  status = read<Rule>(what, *params, *state, weights, slots, FromStore{store});
  if (store->failure != GLS_OK) status = GLS_ERROR_DEVICE;
  if (status != GLS_OK) store->position = start;
  return status;
}

}  // namespace

#define GLISSADE_RULE(name, Rule, slot_count)                                                                \
  template <>                                                                                                \
  size_t saved_bytes<Rule>(size_t count) {                                                                   \
    return saved_bytes(what_of<Rule>(#name, count));                                                         \
  }                                                                                                          \
  template <>                                                                                                \
  Status save<Rule>(const Rule::Params* params, const Rule::State* state, const float* weights,              \
                    const float* const* slots, size_t count, void* bytes, size_t size) {                     \
    return save_as<Rule>(#name, params, state, weights, slots, count, bytes, size);                          \
  }                                                                                                          \
  template <>                                                                                                \
  Status restore<Rule>(Rule::Params * params, Rule::State * state, float* weights, float* const* slots,      \
                       size_t count, const void* bytes, size_t size) {                                       \
    return restore_as<Rule>(#name, params, state, weights, slots, count, bytes, size);                       \
  }                                                                                                          \
  template <>                                                                                                \
  Status save_to<Rule>(const Rule::Params* params, const Rule::State* state, const float* weights,           \
                       const float* const* slots, size_t count, gls_store* store) {                          \
    return save_to_as<Rule>(#name, params, state, weights, slots, count, store);                             \
  }                                                                                                          \
  template <>                                                                                                \
  Status restore_from<Rule>(Rule::Params * params, Rule::State * state, float* weights, float* const* slots, \
                            size_t count, gls_store* store) {                                                \
    return restore_from_as<Rule>(#name, params, state, weights, slots, count, store);                        \
  }
#include "rules.inc"
#undef GLISSADE_RULE

}  // namespace glissade

#define GLISSADE_RULE(name, Rule, slot_count)                                                               \
  size_t gls_##name##_saved_bytes(size_t count) { return glissade::saved_bytes<glissade::Rule>(count); }    \
  gls_status gls_##name##_save(                                                                             \
      const gls_##name##_params* params, const gls_##name##_state* state, const float* weights,             \
      GLISSADE_NAMED_SLOTS_##slot_count(const float) size_t count, void* bytes, size_t size) {              \
    const float* const slots[] = {GLISSADE_SLOTS_##slot_count nullptr};                                     \
    return glissade::save<glissade::Rule>(params, state, weights, slots, count, bytes, size);               \
  }                                                                                                         \
  gls_status gls_##name##_restore(gls_##name##_params* params, gls_##name##_state* state, float* weights,   \
                                  GLISSADE_NAMED_SLOTS_##slot_count(float) size_t count, const void* bytes, \
                                  size_t size) {                                                            \
    float* const slots[] = {GLISSADE_SLOTS_##slot_count nullptr};                                           \
    return glissade::restore<glissade::Rule>(params, state, weights, slots, count, bytes, size);            \
  }                                                                                                         \
  gls_status gls_##name##_save_to(                                                                          \
      const gls_##name##_params* params, const gls_##name##_state* state, const float* weights,             \
      GLISSADE_NAMED_SLOTS_##slot_count(const float) size_t count, gls_store* store) {                      \
    const float* const slots[] = {GLISSADE_SLOTS_##slot_count nullptr};                                     \
    return glissade::save_to<glissade::Rule>(params, state, weights, slots, count, store);                  \
  }                                                                                                         \
  gls_status gls_##name##_restore_from(                                                                     \
      gls_##name##_params* params, gls_##name##_state* state, float* weights,                               \
      GLISSADE_NAMED_SLOTS_##slot_count(float) size_t count, gls_store* store) {                            \
    float* const slots[] = {GLISSADE_SLOTS_##slot_count nullptr};                                           \
    return glissade::restore_from<glissade::Rule>(params, state, weights, slots, count, store);             \
  }

extern "C" {
#include "rules.inc"
#undef GLISSADE_RULE

uint32_t gls_crc32(uint32_t crc, const void* bytes, size_t size) { return glissade::crc32(bytes, size, crc); }
}
