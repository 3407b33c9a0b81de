// SPDX-License-Identifier: Apache-2.0
// Any bytes as saved bytes: an error that writes nothing, or a state that saves as the same bytes.
#include <stdlib.h>
#include <string.h>

#include <algorithm>
#include <vector>

#include "fuzz/forged.hpp"
#include "support/calls.hpp"

namespace {

using namespace glissade;
using namespace glissade::test;

constexpr size_t kCount = 70;  // with one slot more than a block

template <class Rule>
void restore_any(std::vector<uint8_t> bytes, bool forged) {
  const size_t size = saved_bytes<Rule>(kCount);
  // The rest of a short input is zero.
  const bool short_input = bytes.size() < size;
  typename Rule::Params params;
  typename Rule::State state;
  memset(&state, 0x5a, sizeof state);
  const typename Rule::State state_before = state;
  float memory[4][kCount], before[4][kCount];
  memset(memory, 0x5a, sizeof memory);
  memset(before, 0x5a, sizeof before);
  float* slots[4] = {memory[1], memory[2], memory[3], nullptr};
  bytes.reserve(1);  // not null
  if (short_input &&
      restore<Rule>(&params, &state, memory[0], slots, kCount, bytes.data(), bytes.size()) != GLS_ERROR_SIZE)
    abort();
  bytes.resize(size);
  if (forged) {  // the head that it needs, from one that was saved
    std::vector<uint8_t> good(size);
    float zeros[4][kCount] = {};
    float* zero_slots[4] = {zeros[1], zeros[2], zeros[3], nullptr};
    const typename Rule::Params usual;
    const typename Rule::State start = {};
    if (save<Rule>(&usual, &start, zeros[0], zero_slots, kCount, good.data(), size) != GLS_OK) abort();
    std::copy(good.begin(), good.begin() + 32, bytes.begin());
    fix_checksums(bytes.data(), bytes.size());
  }
  const Status status = restore<Rule>(&params, &state, memory[0], slots, kCount, bytes.data(), bytes.size());
  if (status != GLS_OK) {
    if (status != GLS_ERROR_MISMATCH && status != GLS_ERROR_DAMAGED) abort();
    if (memcmp(memory, before, sizeof memory) != 0 || memcmp(&state, &state_before, sizeof state) != 0)
      abort();
    return;
  }
  std::vector<uint8_t> again(size);
  const Status saved = save<Rule>(&params, &state, memory[0], slots, kCount, again.data(), size);
  if (saved == GLS_ERROR_NOT_FINITE && forged) return;
  // A hyper-parameter that is true or false has one form for each.
  typename Rule::Params params_again;
  if (saved != GLS_OK ||
      restore<Rule>(&params_again, &state, memory[0], slots, kCount, again.data(), size) != GLS_OK)
    abort();
  if (!Rule::valid(params_again)) abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  if (size < 2) return 0;
  const std::vector<uint8_t> bytes(input + 2, input + size);
  int rule = input[0];
#define GLISSADE_RULE(name, Rule, slot_count) \
  if (rule-- == 0) restore_any<Rule>(bytes, input[1] % 2 == 1);
#include "optimizer/rules.inc"
#undef GLISSADE_RULE
  return 0;
}
