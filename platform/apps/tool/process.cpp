// SPDX-License-Identifier: Apache-2.0
#include "apps/tool/process.hpp"

#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>

namespace glissade {
namespace {

// A file without a name: it goes with its last descriptor.
class Unnamed {
 public:
  Unnamed() : file_(std::tmpfile()) {
    if (file_ == nullptr) fail();
  }
  ~Unnamed() { std::fclose(file_); }  // NOLINT(cppcoreguidelines-owning-memory): it owns it
  Unnamed(const Unnamed&) = delete;
  Unnamed& operator=(const Unnamed&) = delete;

  int descriptor() const { return fileno(file_); }
  void fill(const std::string& bytes) {
    const bool whole = std::fwrite(bytes.data(), 1, bytes.size(), file_) == bytes.size();
    if (!whole || std::fflush(file_) != 0) fail();
    if (std::fseek(file_, 0, SEEK_SET) != 0) fail();
  }
  std::string contents() {
    if (std::fseek(file_, 0, SEEK_SET) != 0) fail();
    std::string bytes;
    char block[4096];
    while (const size_t got = std::fread(block, 1, sizeof block, file_)) bytes.append(block, got);
    if (std::ferror(file_) != 0) fail();
    return bytes;
  }

 private:
  [[noreturn]] static void fail() {
    throw std::runtime_error(std::string("a temporary file: ") + std::strerror(errno));
  }
  std::FILE* const file_;
};

std::vector<std::string> environment() {
  std::vector<std::string> result = {"LC_ALL=C"};
  for (const std::string name : {"PATH", "LD_LIBRARY_PATH"}) {
    if (const char* const value = getenv(name.c_str()); value != nullptr)
      result.push_back(name + "=" + value);
  }
  return result;
}

// As C wants lists of texts: pointers, a null behind the last.
std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

bool ended_well(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return false;
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

Ended run_program(const std::vector<std::string>& command, const std::string& input) {
  Unnamed in, out, err;
  in.fill(input);
  std::vector<std::string> words = command, settings = environment();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  int stream = 0;
  for (const Unnamed* const file : {&in, &out, &err}) {
    posix_spawn_file_actions_adddup2(&actions, file->descriptor(), stream++);
  }
  pid_t child = 0;
  const int error = posix_spawnp(&child, words[0].c_str(), &actions, nullptr, pointers(words).data(),
                                 pointers(settings).data());
  posix_spawn_file_actions_destroy(&actions);
  if (error == ENOENT) return {false, false, "", ""};
  if (error != 0) throw std::runtime_error(command[0] + ": " + std::strerror(error));
  const bool well = ended_well(child);
  return {true, well, out.contents(), err.contents()};
}

}  // namespace glissade
