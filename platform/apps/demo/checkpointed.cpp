// SPDX-License-Identifier: Apache-2.0
// A job that may be killed at any time: started again, it goes on. Its state is in a file, whose path is
// the argument, or on a board in memory that keeps its contents (kept_memory in the board's .ld file).
#include "apps/demo/checkpointed.hpp"

#include "boards/console.hpp"

namespace {

constexpr uint32_t kProg = 256, kBlock = 4096,
                   kBlocks = 2 * ((glissade::demo::kMostSaved + 20 + kProg) / kBlock + 1);
unsigned char buffer[kProg];

}  // namespace

#ifdef GLISSADE_KEPT_MEMORY

extern "C" unsigned char kept_memory[];

namespace {
gls_memory_flash memory = {kept_memory, nullptr};
const gls_flash flash = {gls_memory_flash_read,
                         gls_memory_flash_prog,
                         gls_memory_flash_erase,
                         gls_memory_flash_sync,
                         &memory,
                         1,
                         kProg,
                         kBlock,
                         kBlocks,
                         buffer,
                         nullptr};
bool open_flash(int, char**) { return true; }
void complain(const char* what) { glissade::print("error: ", what, "\n"); }
}  // namespace

#else

#include <stdio.h>
#include <string.h>

#include "glissade/storage/file_flash.h"

namespace {
gls_file_flash file;
const gls_flash flash = {gls_file_flash_read,
                         gls_file_flash_prog,
                         gls_file_flash_erase,
                         gls_file_flash_sync,
                         &file,
                         1,
                         kProg,
                         kBlock,
                         kBlocks,
                         buffer,
                         nullptr};
void complain(const char* what) { fprintf(stderr, "error: %s\n", what); }
bool open_flash(int argument_count, char** arguments) {
  if (argument_count != 2) {
    complain("not as in: checkpointed FILE");
    return false;
  }
  const int error = gls_file_flash_open(&file, arguments[1]);
  if (error != 0) fprintf(stderr, "error: %s: %s\n", arguments[1], strerror(-error));
  return error == 0;
}
}  // namespace

#endif

int program(int argument_count, char** arguments) {
  using namespace glissade;
  if (!open_flash(argument_count, arguments)) return 2;
  static gls_store store;
  const Status opened = gls_store_open(&store, &flash);
  print("store: ", gls_status_text(opened), ", ", store.sequence, " commits\n");
  const Status status = demo::run_checkpointed(store);
  if (status == GLS_OK) return 0;
  complain(gls_status_text(status));
  return 1;
}
