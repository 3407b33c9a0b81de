// SPDX-License-Identifier: Apache-2.0
// Any bytes as a .tflite file: an error that names what is wrong, or a list, a header, a cut and a patch.
// What is written is a model again, and has what was put into it.
#include "../apps/tflite_states.hpp"
#include "file.hpp"

namespace {

using namespace glissade;

void check(bool ok) {
  if (!ok) abort();
}

void check_cut(const ModelFile& model, const Head& head) {
  const ModelFile after(cut_model(model, head).bytes);
  check(verifies(after.bytes()) && after.bytes().size() == model.bytes().size());
  check(after.operator_count() == head.index);
  check(elements(after.graph().outputs()) == std::vector<int>{head.input});
}

void check_patch(const ModelFile& model, const Head& head) {
  const HeadState state = learned(state_of(model, head));
  parse_state(saved(state));
  const ModelFile after(patch_model(model, head, state, {}).bytes);
  check(verifies(after.bytes()));
  const HeadState now = state_of(after, Heads(after).at(head.index));
  check(now.weights == state.weights && (head.biases < 0 || now.biases == state.biases));
  check(now.weight_scales == state.weight_scales && now.output_scale == state.output_scale);
}

// A refusal is a line of text.
template <class Do>
void may_refuse(Do something) {
  try {
    something();
  } catch (const Refused& refused) {
    check(std::string(refused.what()).size() > 10);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  may_refuse([&] {
    const ModelFile model(std::string(reinterpret_cast<const char*>(bytes), size));
    check(verifies(model.bytes()));
    check(!list_model(model, "model.tflite").empty());
    const Heads heads(model);
    for (size_t i = model.operator_count(), looks = 0; i-- > 0 && looks < 8;) {
      if (!heads.is_layer(i)) continue;
      ++looks;
      may_refuse([&] {
        const Head head = heads.at(i);
        check(!header_of(model, head, "model.tflite").empty());
        may_refuse([&] { check_cut(model, head); });
        may_refuse([&] { check_patch(model, head); });
      });
    }
  });
  may_refuse([&] { parse_state(std::string(reinterpret_cast<const char*>(bytes), size)); });
  return 0;
}
