// SPDX-License-Identifier: Apache-2.0
// The one list of backends and the one function that chooses among them.
#include "backend/backend.hpp"

#include "cpu/hosted.hpp"

// glissade_backends.inc is written by CMake, the preferred one first, scalar last:
// GLISSADE_BACKEND_ENTRY(name, the question whether this machine has it, for hosted.cpp)
#ifndef GLISSADE_ONLY_BACKEND
#define GLISSADE_BACKEND_ENTRY(name, question) \
  namespace glissade {                         \
  namespace name {                             \
  extern const Kernels kernels;                \
  }                                            \
  }
#include "glissade_backends.inc"
#undef GLISSADE_BACKEND_ENTRY
#endif

namespace {

using glissade::same_text;

constexpr const char* kNames[] = {
#define GLISSADE_BACKEND_ENTRY(name, question) #name,
#include "glissade_backends.inc"
#undef GLISSADE_BACKEND_ENTRY
};
constexpr size_t kCount = sizeof kNames / sizeof kNames[0];
constexpr size_t kNone = kCount, kUndecided = kCount + 1;

size_t find(const char* name) {
  size_t i = 0;
  while (i < kCount && !same_text(kNames[i], name)) ++i;
  return i;
}

size_t find_supported(const char* name) {
  const size_t index = find(name);
  return gls_backend_supported(index) ? index : kNone;
}

#ifdef GLISSADE_ONLY_BACKEND

constexpr const glissade::Kernels* kKernels[] = {&glissade::kOnlyKernels};
size_t active_index() { return 0; }
void remember(size_t) {}

#else

constexpr const glissade::Kernels* kKernels[] = {
#define GLISSADE_BACKEND_ENTRY(name, question) &glissade::name::kernels,
#include "glissade_backends.inc"
#undef GLISSADE_BACKEND_ENTRY
};

// All that a hosted library remembers.
size_t chosen = kUndecided;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

void remember(size_t index) { __atomic_store_n(&chosen, index, __ATOMIC_RELAXED); }

size_t choose() {
  if (const char* const name = glissade::requested_backend()) return find_supported(name);
  size_t i = 0;
  while (i < kCount && !gls_backend_supported(i)) ++i;
  return i < kCount ? i : kNone;
}

// Only the first choice is remembered here: one that was forced while this thread chose stays.
size_t active_index() {
  size_t index = __atomic_load_n(&chosen, __ATOMIC_RELAXED);
  if (index != kUndecided) return index;
  const size_t choice = choose();
  const bool first =
      __atomic_compare_exchange_n(&chosen, &index, choice, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
  return first ? choice : index;
}

#endif

// Writes text behind what a line of a fixed size already holds, and counts what does not fit.
struct Line {
  char* text;
  size_t size, length;

  void add(const char* more) {
    for (; *more != '\0'; ++more, ++length) {
      if (length + 1 < size) text[length] = *more;
    }
  }
};

}  // namespace

#ifndef GLISSADE_ONLY_BACKEND
glissade::Backend glissade::active_backend() {
  const size_t index = active_index();
  return Backend(index < kCount ? kKernels[index] : nullptr);
}
#endif

extern "C" {

size_t gls_backend_count() { return kCount; }

const char* gls_backend_name(size_t index) { return index < kCount ? kNames[index] : nullptr; }

size_t gls_backend_width(size_t index) { return index < kCount ? kKernels[index]->traits->width : 0; }

bool gls_backend_flushes_subnormals(size_t index) {
  return index < kCount && kKernels[index]->traits->flushes_subnormals;
}

bool gls_backend_supported(size_t index) { return index < kCount && glissade::processor_supports(index); }

const char* gls_backend_active() { return gls_backend_name(active_index()); }

gls_status gls_backend_force(const char* name) {
  const size_t index = name == nullptr ? kUndecided : find_supported(name);
  if (index == kNone) return GLS_ERROR_BACKEND;
  remember(index);
  return GLS_OK;
}

size_t gls_backend_explain(const char* name, char* line, size_t size) {
  if (name == nullptr) name = glissade::requested_backend();
  if (line == nullptr) size = 0;
  Line result{line, size, 0};
  if (name != nullptr) {
    const size_t index = find(name);
    result.add("backend \"");
    result.add(name);
    result.add(index == kNone                 ? "\" does not exist; "
               : gls_backend_supported(index) ? "\" works here; "
                                              : "\" is not supported by this machine; ");
  }
  result.add("this machine has");
  bool any = false;
  for (size_t i = 0; i < kCount; ++i) {
    if (!gls_backend_supported(i)) continue;
    any = true;
    result.add(" ");
    result.add(kNames[i]);
  }
  if (!any) result.add(" no backend");
  if (size > 0) line[result.length < size ? result.length : size - 1] = '\0';
  return result.length;
}

}  // extern "C"
