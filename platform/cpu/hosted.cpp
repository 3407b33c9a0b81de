// SPDX-License-Identifier: Apache-2.0
#include "cpu/hosted.hpp"

#include <stdlib.h>
#ifdef __linux__
#include <sys/auxv.h>
#elif defined(__unix__) || defined(__APPLE__)
#include <unistd.h>
#endif

#include "cpu/processor.hpp"

namespace {

// A program with more rights than its caller (set-user-ID): the caller's environment chooses nothing there.
bool has_more_rights() {
#ifdef __linux__
  return getauxval(AT_SECURE) != 0;
#elif defined(__unix__) || defined(__APPLE__)
  return geteuid() != getuid() || getegid() != getgid();
#else
  return false;
#endif
}

}  // namespace

namespace glissade {

const char* requested_backend() {
  const char* const name = has_more_rights() ? nullptr : getenv("GLISSADE_BACKEND");
  return name == nullptr || *name == '\0' ? nullptr : name;
}

bool processor_supports(size_t index) {
  [[maybe_unused]] const Processor<> cpu;
  const bool supported[] = {
#define GLISSADE_BACKEND_ENTRY(name, question) question,
#include "glissade_backends.inc"
  };
  return supported[index];
}

}  // namespace glissade
