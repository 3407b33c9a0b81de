// SPDX-License-Identifier: Apache-2.0
// Any bytes as saved bytes: an error that writes nothing, or a state that saves as the same bytes.
#include <stdlib.h>
#include <string.h>

#include <algorithm>
#include <vector>

#include "fuzz/forged.hpp"

namespace {

using namespace glissade;
using namespace glissade::test;

constexpr size_t kCount = 70;  // with one slot more than a block

// Any rule's memory: weights, then slots, which may be kept in fewer bytes.
template <class Rule>
struct Kept {
  typename Rule::Params params;
  typename Rule::State state;
  float memory[4][kCount];

  gls_optimizer optimizer(uint32_t form) {
    float* slots[4] = {memory[1], memory[2], memory[3], nullptr};
    gls_optimizer o = optimizer_of<Rule>(&params, &state, memory[0], slots, kCount);
    o.seed = 7;
    if (!kHasSlotFormats<Rule>) return o;
    if (form == 1) return gls_slots_8bit(o, reinterpret_cast<uint8_t*>(memory[1]));
    return form == 2 ? gls_slots_bfloat16(o, reinterpret_cast<uint16_t*>(memory[1])) : o;
  }
};

template <class Rule>
void restore_any(std::vector<uint8_t> bytes, bool forged, uint32_t form) {
  Kept<Rule> kept;
  memset(&kept.state, 0x5a, sizeof kept.state);
  memset(kept.memory, 0x5a, sizeof kept.memory);
  const Kept<Rule> before = kept;
  const gls_optimizer o = kept.optimizer(form);
  const size_t size = gls_saved_bytes(&o);
  // The rest of a short input is zero.
  const bool short_input = bytes.size() < size;
  bytes.reserve(1);  // not null
  if (short_input && gls_restore(&o, bytes.data(), bytes.size()) != GLS_ERROR_SIZE) abort();
  bytes.resize(size);
  if (forged) {  // the head that it needs, from one that was saved
    std::vector<uint8_t> good(size);
    Kept<Rule> zeros = {};
    const gls_optimizer start = zeros.optimizer(form);
    if (gls_save(&start, good.data(), size) != GLS_OK) abort();
    std::copy(good.begin(), good.begin() + 32, bytes.begin());
    fix_checksums(bytes.data(), bytes.size());
  }
  const Status status = gls_restore(&o, bytes.data(), bytes.size());
  if (status != GLS_OK) {
    if (status != GLS_ERROR_MISMATCH && status != GLS_ERROR_DAMAGED) abort();
    if (memcmp(kept.memory, before.memory, sizeof kept.memory) != 0 ||
        memcmp(&kept.state, &before.state, sizeof kept.state) != 0)
      abort();
    return;
  }
  std::vector<uint8_t> again(size);
  const Status saved = gls_save(&o, again.data(), size);
  const bool not_finite = saved == GLS_ERROR_NOT_FINITE && forged;
  // A hyper-parameter that is true or false has one form for each.
  if (!not_finite && (saved != GLS_OK || gls_restore(&o, again.data(), size) != GLS_OK)) abort();
  if (!Rule::valid(kept.params)) abort();
  // Whatever the codes are.
  const float gradients[kCount] = {};
  if (gls_step_unguarded(&o, gls_gradient_buffer(gradients), 1.0f) != GLS_OK) abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  if (size < 2) return 0;
  const std::vector<uint8_t> bytes(input + 2, input + size);
  int rule = input[0];
#define GLISSADE_RULE(name, Rule, slot_count) \
  if (rule-- == 0) restore_any<Rule>(bytes, input[1] % 2 == 1, input[1] / 2u);
#include "optimizer/rules.inc"
#undef GLISSADE_RULE
  return 0;
}
