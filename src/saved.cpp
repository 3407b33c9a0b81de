// SPDX-License-Identifier: Apache-2.0
// save and restore for every rule; glissade/saved.h has the format.
#include "glissade/saved.h"

#include "backend.hpp"
#include "crc32.hpp"

namespace glissade {
namespace {

// What there is to save, or to restore.
struct Saved {
  const char* rule;
  uint32_t params, state_words, slots;
  size_t count;
};

constexpr size_t kHeader = 32, kSavedBlock = 1024;
constexpr uint32_t kMagic = 0x31534c47u;  // "GLS1"
constexpr uint32_t kVersion =
    GLS_VERSION_MAJOR << 16 | GLS_VERSION_MINOR << 8 | GLS_VERSION_PATCH;

size_t name_length(const char* name) {
  size_t length = 0;
  while (name[length] != '\0') ++length;
  return length;
}

void put(unsigned char*& to, uint32_t word) {
  for (int shift = 0; shift < 32; shift += 8) *to++ = static_cast<unsigned char>(word >> shift);
}
uint32_t get(const unsigned char*& from) {
  uint32_t word = 0;
  for (int shift = 0; shift < 32; shift += 8) word |= static_cast<uint32_t>(*from++) << shift;
  return word;
}

// Words: floats or integers of 4 bytes.
void put_words(unsigned char*& to, const void* words, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    uint32_t word;
    __builtin_memcpy(&word, static_cast<const unsigned char*>(words) + 4 * i, sizeof word);
    put(to, word);
  }
}
void get_words(const unsigned char*& from, void* words, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const uint32_t word = get(from);
    __builtin_memcpy(static_cast<unsigned char*>(words) + 4 * i, &word, sizeof word);
  }
}

void put_header(const Saved& what, unsigned char*& to) {
  const uint32_t header[] = {kMagic,         kVersion,   crc32(what.rule, name_length(what.rule)), what.params,
                             what.state_words, what.slots, static_cast<uint32_t>(what.count),
                             static_cast<uint32_t>(static_cast<uint64_t>(what.count) >> 32)};
  put_words(to, header, kHeader / 4);
}

size_t content_bytes(const Saved& what) {
  return kHeader + 8 * what.params + 4 * what.state_words + 4 * what.count * (1 + what.slots);
}

uint32_t block_crc(const unsigned char* bytes, size_t content, size_t first) {
  return crc32(bytes + first, content - first < kSavedBlock ? content - first : kSavedBlock);
}

// 0 where no memory holds them.
size_t saved_bytes(const Saved& what) {
  if (what.count > PTRDIFF_MAX / (8 * sizeof(float))) return 0;  // four buffers and their checksums
  const size_t content = content_bytes(what);
  return content + 4 * ((content + kSavedBlock - 1) / kSavedBlock) + 4;
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

void write_saved(const Saved& what, const uint64_t* params, const void* state, const float* weights,
                 const float* const* slots, unsigned char* bytes) {
  unsigned char* to = bytes;
  put_header(what, to);
  for (uint32_t k = 0; k < what.params; ++k) {
    put(to, static_cast<uint32_t>(params[k]));
    put(to, static_cast<uint32_t>(params[k] >> 32));
  }
  put_words(to, state, what.state_words);
  put_words(to, weights, what.count);
  for (uint32_t k = 0; k < what.slots; ++k) put_words(to, slots[k], what.count);
  unsigned char* const checksums = to;
  const size_t content = static_cast<size_t>(to - bytes);
  for (size_t first = 0; first < content; first += kSavedBlock) put(to, block_crc(bytes, content, first));
  put(to, crc32(checksums, static_cast<size_t>(to - checksums)));
}

// GLS_OK with the hyper-parameters, and nothing else read yet.
Status check_saved(const Saved& what, const unsigned char* bytes, uint64_t* params) {
  unsigned char expected[kHeader];
  unsigned char* end = expected;
  put_header(what, end);
  for (size_t i = 0; i < kHeader; ++i) {
    if ((i < 4 || i >= 8) && bytes[i] != expected[i]) return GLS_ERROR_MISMATCH;  // any library's that has this format
  }
  const size_t content = content_bytes(what);
  const unsigned char *const checksums = bytes + content, *at = checksums;
  bool good = true;
  for (size_t first = 0; first < content; first += kSavedBlock) {
    good = get(at) == block_crc(bytes, content, first) && good;
  }
  const uint32_t crc = crc32(checksums, static_cast<size_t>(at - checksums));
  if (get(at) != crc || !good) return GLS_ERROR_DAMAGED;
  const unsigned char* from = bytes + kHeader;
  for (uint32_t k = 0; k < what.params; ++k) {
    params[k] = get(from);
    params[k] |= static_cast<uint64_t>(get(from)) << 32;
  }
  return GLS_OK;
}

void read_saved(const Saved& what, const unsigned char* bytes, void* state, float* weights, float* const* slots) {
  const unsigned char* from = bytes + kHeader + 8 * what.params;
  get_words(from, state, what.state_words);
  get_words(from, weights, what.count);
  for (uint32_t k = 0; k < what.slots; ++k) get_words(from, slots[k], what.count);
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
constexpr size_t kMostParams = 12;

struct Write {
  uint64_t*& to;
  void operator()(double value) const { __builtin_memcpy(to++, &value, sizeof value); }
  void operator()(bool value) const { *to++ = value ? kTrue : 0; }
};
struct Read {
  const uint64_t*& from;
  void operator()(double& value) const { __builtin_memcpy(&value, from++, sizeof value); }
  void operator()(bool& value) const { value = *from++ == kTrue; }
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
  uint64_t values[kMostParams];
  uint64_t* to = values;
  for_each_param(*params, Write{to});
  write_saved(what, values, state, weights, slots, static_cast<unsigned char*>(bytes));
  return GLS_OK;
}

template <class Rule>
Status restore_as(const char* name, typename Rule::Params* params, typename Rule::State* state, float* weights,
               float* const* slots, size_t count, const void* bytes, size_t size) {
  const Saved what = what_of<Rule>(name, count);
  Status status = check(what, weights, slots, bytes, size, params, state);
  uint64_t values[kMostParams];
  if (status == GLS_OK) status = check_saved(what, static_cast<const unsigned char*>(bytes), values);
  if (status != GLS_OK) return status;
  typename Rule::Params saved;
  const uint64_t* from = values;
  for_each_param(saved, Read{from});
  if (!Rule::valid(saved)) return GLS_ERROR_DAMAGED;  // or forged
  *params = saved;
  read_saved(what, static_cast<const unsigned char*>(bytes), state, weights, slots);
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

#define GLISSADE_NAMED_SLOTS_0(type)
#define GLISSADE_NAMED_SLOTS_1(type) type *slot0,
#define GLISSADE_NAMED_SLOTS_2(type) GLISSADE_NAMED_SLOTS_1(type) type *slot1,
#define GLISSADE_NAMED_SLOTS_3(type) GLISSADE_NAMED_SLOTS_2(type) type *slot2,
#define GLISSADE_SLOTS_0
#define GLISSADE_SLOTS_1 slot0,
#define GLISSADE_SLOTS_2 GLISSADE_SLOTS_1 slot1,
#define GLISSADE_SLOTS_3 GLISSADE_SLOTS_2 slot2,

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
