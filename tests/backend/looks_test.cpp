// SPDX-License-Identifier: Apache-2.0
// A call takes its backend once: another thread may force one at any moment, and there may then be none. So
// each look of each function finds none in turn: the call says so, or was not concerned; it never computes
// with two.
#define active_backend usual_backend
#include "backend/backend.cpp"  // NOLINT(bugprone-suspicious-include)
#undef active_backend

#include <atomic>
#include <thread>

#include "backend/every_call.hpp"
#include "support/check.hpp"

namespace glissade {

namespace {
uint32_t looks, gone;
std::atomic<bool> counted{true};
}  // namespace

Backend active_backend();
Backend active_backend() { return counted && looks++ == gone ? Backend(nullptr) : usual_backend(); }

namespace test {
namespace {

Memory memory;

Status run(const Call& call) {
  looks = 0;
  memory.begin(Spoil::kNothing, 0, false);
  call.run(memory);
  return memory.status();
}

void check_each_look(const Call& call) {
  gone = UINT32_MAX;
  CHECK(run(call) == GLS_OK, call.names);
  const uint32_t all = looks;
  for (gone = 0; gone < all; ++gone) {
    CHECK(run(call) == GLS_ERROR_BACKEND, call.names, ": without a backend at look ", gone, " of ", all);
  }
}

// And among real threads.
void check_threads() {
  counted = false;
  std::atomic<bool> done{false};
  std::thread forces([&done] {
    while (!done) {
      static_cast<void>(gls_backend_force("scalar"));
      remember(kNone);  // what the environment's wrong name does
    }
  });
  uint32_t with = 0, without = 0;
  for (int round = 0; round < 300; ++round) {
    for (const Call& call : kCalls) ++(run(call) == GLS_OK ? with : without);
  }
  done = true;
  forces.join();
  CHECK(with > 0, "no call had a backend");
  print("calls with a backend ", with, ", without ", without, "\n");
}

}  // namespace
}  // namespace test
}  // namespace glissade

int program(int, char**) {
  using namespace glissade::test;
  for (const Call& call : kCalls) check_each_look(call);
  check_threads();
  return finish();
}
