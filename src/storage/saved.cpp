// SPDX-License-Identifier: Apache-2.0
// save and restore, to and from memory or a store; glissade/saved.h has the format.
#include "glissade/storage/saved.h"

#include "optimizer/rule.hpp"
#include "storage/saved_words.hpp"
#include "storage/store.hpp"

namespace glissade {
namespace {

constexpr uint32_t kMagic = 0x31534c47u;  // "GLS1"
constexpr size_t kHeaderWords = kSavedHeaderWords;
constexpr uint64_t kTrue = 0x3ff0000000000000u;                                   // 1.0
constexpr size_t kAllowZeroEpsilon = offsetof(CommonParams, allow_zero_epsilon);  // which is not saved

struct Header {
  uint32_t words[kHeaderWords];
  explicit Header(const gls_optimizer& o)
      : words{kMagic,
              gls_version(),
              o.rule->name_crc,
              o.rule->param_count,
              o.rule->state_words,
              o.rule->slot_count,
              static_cast<uint32_t>(o.count),
              static_cast<uint32_t>(static_cast<uint64_t>(o.count) >> 32)} {
    if (o.format == nullptr) return;
    words[0] = o.format->magic(o);
    words[kHeaderWords - 1] = static_cast<uint32_t>(o.seed);
  }
};

size_t content_words(const gls_optimizer& o) {
  return saved_words(o.rule->param_count, o.rule->state_words, words_of(o, 0), o.rule->slot_count,
                     words_of(o, 1));
}

// A format's count has 4 bytes, and a slot's words lie in memory as they are saved.
bool is_saved(const gls_optimizer& o) {
  return o.format == nullptr || (kLittleEndian && uint64_t{o.count} >> 32 == 0);
}

// 0 where no memory holds them.
size_t saved_bytes(const gls_optimizer& o) {
  if (!is_saved(o) || o.count > PTRDIFF_MAX / (sizeof(float) * 2 * (1 + GLS_SLOTS_MOST)))
    return 0;  // with checksums
  return bytes_of_saved_words(content_words(o));
}

// work(buffer, its words) for the weights, then each slot.
template <class Work>
void for_each_buffer(const gls_optimizer& o, Work work) {
  for (size_t k = 0; k <= o.rule->slot_count; ++k) work(buffers_of(o)[k], words_of(o, k));
}

// work(field, is it a bool) for each hyper-parameter.
template <class Work>
void for_each_param(const gls_rule& rule, void* params, Work work) {
  for (size_t i = 0; i < rule.param_count; ++i) {
    work(static_cast<unsigned char*>(params) + rule.params[i].offset, rule.params[i].is_bool != 0);
  }
}

// Whether a saved header, which comes first, is this one; of any library version that has this format.
template <class Source>
__attribute__((noinline)) bool same_header(const gls_optimizer& o, Reader<Source>& reader) {
  const Header header(o);
  bool same = true;
  for (size_t i = 0; i < kHeaderWords; ++i) {
    uint32_t word;
    reader.get(&word, 1);
    same = same && (i == 1 || word == header.words[i]);
  }
  return same;
}

// Reads the hyper-parameters behind the header into a struct of their rule. Are they in range?
template <class Source>
__attribute__((noinline)) bool read_params(const gls_rule& rule, Reader<Source>& reader,
                                           unsigned char* saved) {
  for_each_param(rule, saved, [&](unsigned char* field, bool is_bool) {
    uint32_t words[2];
    reader.get(words, 2);
    const uint64_t bits = static_cast<uint64_t>(words[1]) << 32 | words[0];
    if (is_bool)
      *field = bits == kTrue;
    else
      __builtin_memcpy(field, &bits, sizeof bits);
  });
  if (rule.has_epsilon == 0) return rule.valid(saved);
  saved[kAllowZeroEpsilon] = 0;
  if (rule.valid(saved)) return true;
  saved[kAllowZeroEpsilon] = 1;
  return rule.valid(saved);
}

// Is every byte as it was saved, and can all of it be restored?
template <class Source>
__attribute__((noinline)) Status check_saved(const gls_optimizer& o, Source source) {
  Reader<Source> reader(source);
  if (!same_header(o, reader)) return GLS_ERROR_MISMATCH;
  alignas(8) unsigned char saved[kMostParamsBytes];
  const bool valid = read_params(*o.rule, reader, saved);
  reader.skip(content_words(o) - kHeaderWords - size_t{2} * o.rule->param_count);
  return reader.finish() && valid ? GLS_OK : GLS_ERROR_DAMAGED;  // or forged
}

// Where saved bytes go to and come from: memory,
struct ToMemory {
  unsigned char* to;
  void put(const unsigned char* bytes, size_t size) {
    __builtin_memcpy(to, bytes, size);
    to += size;
  }
};
struct FromMemory {
  const unsigned char* from;
  void get(unsigned char* bytes, size_t size) {
    __builtin_memcpy(bytes, from, size);
    from += size;
  }
};
// or a store, which keeps its first failure.
struct ToStore {
  gls_store* store;
  void put(const unsigned char* bytes, size_t size, uint32_t sum) const {
    store_put(*store, bytes, size, sum);
  }
  void put_sum(uint32_t sum) const { store_put_sum(*store, sum); }
};
struct FromStore {
  gls_store* store;
  void get(unsigned char* bytes, size_t size) const { store_get(*store, bytes, size); }
};

// or the caller's functions, which are not called again once they failed.
struct ToCallback {
  int (*write)(void* context, const void* bytes, size_t size);
  void* context;
  int* failed;
  void put(const unsigned char* bytes, size_t size) const {
    if (*failed == 0) *failed = write(context, bytes, size);
  }
};
struct FromCallback {
  int (*read)(void* context, size_t offset, void* bytes, size_t size);
  void* context;
  int* failed;
  size_t offset;
  void get(unsigned char* bytes, size_t size) {
    __builtin_memset(bytes, 0, size);  // where the function does not write
    if (*failed == 0) *failed = read(context, offset, bytes, size);
    offset += size;
  }
};

template <class Sink>
__attribute__((noinline)) void write(const gls_optimizer& o, Sink sink) {
  Writer<Sink> writer(sink);
  writer.put(Header(o).words, kHeaderWords);
  for_each_param(*o.rule, o.params, [&](const unsigned char* field, bool is_bool) {
    uint64_t bits = *field != 0 ? kTrue : 0;
    if (!is_bool) __builtin_memcpy(&bits, field, sizeof bits);
    const uint32_t words[2] = {static_cast<uint32_t>(bits), static_cast<uint32_t>(bits >> 32)};
    writer.put(words, 2);
  });
  writer.put(o.state, o.rule->state_words);
  for_each_buffer(o, [&](const float* buffer, size_t words) { writer.put(buffer, words); });
  writer.finish();
}

// What has been checked already, from the same source, which is GLS_ERROR_DEVICE where it gives other bytes
// now.
template <class Source>
__attribute__((noinline)) Status read(const gls_optimizer& o, Source source) {
  Reader<Source> reader(source);
  alignas(8) unsigned char saved[kMostParamsBytes];
  static_assert(sizeof saved >= 4 * kHeaderWords, "room for the header, which is passed over");
  reader.get(saved, kHeaderWords);
  if (!read_params(*o.rule, reader, saved)) return GLS_ERROR_DEVICE;
  if (o.rule->has_epsilon != 0 && saved[kAllowZeroEpsilon] != 0)
    static_cast<unsigned char*>(o.params)[kAllowZeroEpsilon] = 1;
  for_each_param(*o.rule, saved, [&](const unsigned char* field, bool is_bool) {
    __builtin_memcpy(static_cast<unsigned char*>(o.params) + (field - saved), field, is_bool ? 1 : 8);
  });
  reader.get(o.state, o.rule->state_words);
  for_each_buffer(o, [&](float* buffer, size_t words) { reader.get(buffer, words); });
  return reader.finish() ? GLS_OK : GLS_ERROR_DEVICE;
}

// Null, alignment, count: whatever is saved, or restored.
Status check(Backend backend, const gls_optimizer* o, const void* other_end) {
  const Status status = check_rule(backend, o);
  if (status != GLS_OK) return status;
  if (other_end == nullptr || o->params == nullptr || o->state == nullptr) return GLS_ERROR_NULL;
  return saved_bytes(*o) == 0 ? GLS_ERROR_RANGE : check_buffers(*o, nullptr, size_t{1} + o->rule->slot_count);
}

// May it be saved? Comparisons need no mode.
Status check_content(Backend backend, const gls_optimizer& o) {
  if (!o.rule->valid(o.params)) return GLS_ERROR_RANGE;
  if (o.format != nullptr) return o.format->all_finite(backend, o) ? GLS_OK : GLS_ERROR_NOT_FINITE;
  for (size_t k = 0; k <= o.rule->slot_count; ++k) {
    if (!all_finite(backend, buffers_of(o)[k], o.count)) return GLS_ERROR_NOT_FINITE;
  }
  return GLS_OK;
}

}  // namespace
}  // namespace glissade

using namespace glissade;

size_t gls_saved_bytes(const gls_optimizer* optimizer) {
  return optimizer == nullptr || optimizer->rule == nullptr ? 0 : saved_bytes(*optimizer);
}

gls_status gls_save(const gls_optimizer* optimizer, void* bytes, size_t size) {
  const Backend backend = active_backend();
  Status status = check(backend, optimizer, bytes);
  if (status == GLS_OK && size < saved_bytes(*optimizer)) status = GLS_ERROR_SIZE;
  if (status == GLS_OK) status = check_content(backend, *optimizer);
  if (status == GLS_OK) write(*optimizer, Summed<ToMemory>({static_cast<unsigned char*>(bytes)}));
  return status;
}

gls_status gls_save_to(const gls_optimizer* optimizer, gls_store* store) {
  Status status = gls_store_put(store, nullptr, 0);  // null, not begun, or failed before
  if (status != GLS_OK) return status;
  const Backend backend = active_backend();
  status = check(backend, optimizer, store);
  if (status == GLS_OK && store_passes(*store, saved_bytes(*optimizer))) return GLS_OK;
  if (status == GLS_OK && !store_goes_on(*store)) status = check_content(backend, *optimizer);
  if (status != GLS_OK) return store_fail(*store, status);
  write(*optimizer, ToStore{store});
  return store_failure(*store);
}

gls_status gls_restore(const gls_optimizer* optimizer, const void* bytes, size_t size) {
  const FromMemory source{static_cast<const unsigned char*>(bytes)};
  Status status = check(active_backend(), optimizer, bytes);
  if (status == GLS_OK && size < saved_bytes(*optimizer)) status = GLS_ERROR_SIZE;
  if (status == GLS_OK) status = check_saved(*optimizer, source);
  return status == GLS_OK ? read(*optimizer, source) : status;
}

gls_status gls_restore_from(const gls_optimizer* optimizer, gls_store* store) {
  Status status = gls_store_get(store, nullptr, 0);  // null, or not reading
  if (status == GLS_OK) status = check(active_backend(), optimizer, store);
  if (status != GLS_OK) return status;
  if (store_left(*store) < saved_bytes(*optimizer)) return GLS_ERROR_SIZE;
  const uint32_t start = store_tell(*store);
  status = check_saved(*optimizer, FromStore{store});
  const bool passed = status == GLS_OK && store_only_checks(*store);
  const Status failure = store_seek(*store, passed ? store_tell(*store) : start);
  if (failure != GLS_OK) return failure;
  if (status != GLS_OK || passed) return status;
  status = read(*optimizer, FromStore{store});
  if (store_failure(*store) != GLS_OK) status = GLS_ERROR_DEVICE;
  if (status != GLS_OK) store_seek(*store, start);
  return status;
}

gls_status gls_save_by(const gls_optimizer* optimizer, int (*write)(void*, const void*, size_t),
                       void* context) {
  const Backend backend = active_backend();
  Status status = write == nullptr ? GLS_ERROR_NULL : check(backend, optimizer, optimizer);
  if (status == GLS_OK) status = check_content(backend, *optimizer);
  if (status != GLS_OK) return status;
  int failed = 0;
  glissade::write(*optimizer, Summed<ToCallback>({write, context, &failed}));
  return failed == 0 ? GLS_OK : GLS_ERROR_DEVICE;
}

gls_status gls_restore_by(const gls_optimizer* optimizer, int (*read)(void*, size_t, void*, size_t),
                          void* context) {
  Status status = read == nullptr ? GLS_ERROR_NULL : check(active_backend(), optimizer, optimizer);
  if (status != GLS_OK) return status;
  int failed = 0;
  const FromCallback source{read, context, &failed, 0};
  status = check_saved(*optimizer, source);
  if (failed == 0 && status == GLS_OK) status = glissade::read(*optimizer, source);
  return failed == 0 ? status : GLS_ERROR_DEVICE;
}

uint32_t gls_crc32(uint32_t crc, const void* bytes, size_t size) { return crc32(bytes, size, crc); }
