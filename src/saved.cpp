// SPDX-License-Identifier: Apache-2.0
// save and restore for every rule; glissade/saved.h has the format.
#include "glissade/saved.h"

#include "backend.hpp"
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
      : words{kMagic,           kVersion,   crc_of(what.rule),                   what.params,
              what.state_words, what.slots, static_cast<uint32_t>(what.count),
              static_cast<uint32_t>(static_cast<uint64_t>(what.count) >> 32)} {}
  static uint32_t crc_of(const char* name) {
    size_t length = 0;
    while (name[length] != '\0') ++length;
    return crc32(name, length);
  }
};

size_t content_words(const Saved& what) {
  return kHeaderWords + 2 * what.params + what.state_words + what.count * (1 + what.slots);
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

__attribute__((noinline)) void put_header(const Saved& what, Writer& writer) {
  writer.put(Header(what).words, kHeaderWords);
}

// Whether a saved header, which comes first, is this one; of any library version that has this format.
__attribute__((noinline)) bool same_header(const Saved& what, Reader& reader) {
  const Header header(what);
  bool same = true;
  for (size_t i = 0; i < kHeaderWords; ++i) {
    const uint32_t word = reader.get();
    same = same && (i == 1 || word == header.words[i]);
  }
  return same;
}

// Is every byte as it was saved?
__attribute__((noinline)) Status check_saved(const Saved& what, const unsigned char* bytes) {
  Reader reader(bytes);
  if (!same_header(what, reader)) return GLS_ERROR_MISMATCH;
  for (size_t left = content_words(what) - kHeaderWords; left > 0; --left) reader.get();
  return reader.finish() ? GLS_OK : GLS_ERROR_DAMAGED;
}

// Calls work(field) for each hyper-parameter that Params has, in the order of options.inc.
#define GLISSADE_OPTION(pytorch_name, field, other)                                               \
  template <class Params, class Work>                                                             \
  GLISSADE_INLINE auto visit_##field(Params& params, Work work, int)->decltype(work(params.field)) { \
    return work(params.field);                                                                    \
  }                                                                                               \
  template <class Params, class Work>                                                             \
  GLISSADE_INLINE void visit_##field(Params&, Work, long) {}
#include "options.inc"

template <class Params, class Work>
GLISSADE_INLINE void for_each_param(Params& params, Work work) {
#define GLISSADE_OPTION(pytorch_name, field, other) visit_##field(params, work, 0);
#include "options.inc"
}

constexpr uint64_t kTrue = 0x3ff0000000000000u;  // 1.0

struct Write {
  Writer& to;
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
struct Read {
  Reader& from;
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

// Null, alignment, count; and whether size bytes are enough.
Status check(const Saved& what, const float* weights, const float* const* slots, const void* bytes, size_t size,
             const void* params, const void* state) {
  Status status = check_buffers(active_kernels(), what.count, weights);
  for (uint32_t k = 0; k < what.slots && status == GLS_OK; ++k) status = check_pointers(what.count, slots[k]);
  if (status != GLS_OK) return status;
  if (bytes == nullptr || params == nullptr || state == nullptr) return GLS_ERROR_NULL;
  const size_t needed = saved_bytes(what);
  if (needed == 0) return GLS_ERROR_RANGE;
  return size < needed ? GLS_ERROR_SIZE : GLS_OK;
}

template <class Rule>
Status save_as(const char* name, const typename Rule::Params* params, const typename Rule::State* state,
            const float* weights, const float* const* slots, size_t count, void* bytes, size_t size) {
  const Saved what = what_of<Rule>(name, count);
  const Status status = check(what, weights, slots, bytes, size, params, state);
  if (status != GLS_OK) return status;
  if (!Rule::valid(*params)) return GLS_ERROR_RANGE;
  if (!all_finite(weights, slots, what)) return GLS_ERROR_NOT_FINITE;
  Writer writer(static_cast<unsigned char*>(bytes));
  put_header(what, writer);
  for_each_param(*params, Write{writer});
  writer.put(state, what.state_words);
  writer.put(weights, count);
  for (int k = 0; k < Rule::kSlots; ++k) writer.put(slots[k], count);
  writer.finish();
  return GLS_OK;
}

template <class Rule>
Status restore_as(const char* name, typename Rule::Params* params, typename Rule::State* state, float* weights,
               float* const* slots, size_t count, const void* bytes, size_t size) {
  const Saved what = what_of<Rule>(name, count);
  Status status = check(what, weights, slots, bytes, size, params, state);
  if (status == GLS_OK) status = check_saved(what, static_cast<const unsigned char*>(bytes));
  if (status != GLS_OK) return status;
  Reader reader(static_cast<const unsigned char*>(bytes));
  for (size_t i = 0; i < kHeaderWords; ++i) reader.get();
  typename Rule::Params saved;
  for_each_param(saved, Read{reader});
  if (!Rule::valid(saved)) return GLS_ERROR_DAMAGED;  // or forged
  *params = saved;
  reader.get(state, what.state_words);
  reader.get(weights, count);
  for (int k = 0; k < Rule::kSlots; ++k) reader.get(slots[k], count);
  return GLS_OK;
}

}  // namespace

#define GLISSADE_RULE(name, Rule, slot_count)                                                                       \
  template <>                                                                                                       \
  size_t saved_bytes<Rule>(size_t count) {                                                                          \
    return saved_bytes(what_of<Rule>(#name, count));                                                                \
  }                                                                                                                 \
  template <>                                                                                                       \
  Status save<Rule>(const Rule::Params* params, const Rule::State* state, const float* weights,                     \
                    const float* const* slots, size_t count, void* bytes, size_t size) {                            \
    return slots == nullptr ? GLS_ERROR_NULL : save_as<Rule>(#name, params, state, weights, slots, count, bytes, size); \
  }                                                                                                                 \
  template <>                                                                                                       \
  Status restore<Rule>(Rule::Params * params, Rule::State * state, float* weights, float* const* slots,             \
                       size_t count, const void* bytes, size_t size) {                                              \
    return slots == nullptr ? GLS_ERROR_NULL                                                                        \
                            : restore_as<Rule>(#name, params, state, weights, slots, count, bytes, size);              \
  }
#include "rules.inc"
#undef GLISSADE_RULE

}  // namespace glissade

#define GLISSADE_RULE(name, Rule, slot_count)                                                                        \
  size_t gls_##name##_saved_bytes(size_t count) { return glissade::saved_bytes<glissade::Rule>(count); }             \
  gls_status gls_##name##_save(const gls_##name##_params* params, const gls_##name##_state* state,                   \
                               const float* weights, GLISSADE_NAMED_SLOTS_##slot_count(const float) size_t count,      \
                               void* bytes, size_t size) {                                                           \
    const float* const slots[] = {GLISSADE_SLOTS_##slot_count nullptr};                                              \
    return glissade::save<glissade::Rule>(params, state, weights, slots, count, bytes, size);                        \
  }                                                                                                                  \
  gls_status gls_##name##_restore(gls_##name##_params* params, gls_##name##_state* state, float* weights,            \
                                  GLISSADE_NAMED_SLOTS_##slot_count(float) size_t count, const void* bytes,            \
                                  size_t size) {                                                                     \
    float* const slots[] = {GLISSADE_SLOTS_##slot_count nullptr};                                                    \
    return glissade::restore<glissade::Rule>(params, state, weights, slots, count, bytes, size);                     \
  }

extern "C" {
#include "rules.inc"
#undef GLISSADE_RULE

uint32_t gls_crc32(uint32_t crc, const void* bytes, size_t size) { return glissade::crc32(bytes, size, crc); }
}
